"""Acting on many threads: chosen from the network's list; then it is said what, and why; each has its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, end_read
from knowledge_exchange.core.ids import new_rounded_id, parse_id
from knowledge_exchange.moderation.acts import bulk
from knowledge_exchange.moderation.acts.bulk import MOST_AT_ONCE, Wish
from knowledge_exchange.moderation.forms import ReasonForm
from knowledge_exchange.moderation.lasting.curators import curated_network
from knowledge_exchange.moderation.moving import moving
from knowledge_exchange.moderation.orders import Order
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.curation.curating import LONGEST_PIN
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.words import kinds

blueprint = Blueprint("bulk", __name__, url_prefix="/n/<slug>")
BAD_INPUT = 422
#: Until when threads are pinned if the moderator changes nothing.
_USUAL_PIN = timedelta(days=14)


@blueprint.get("/choose")
@active
def choose(slug: str) -> ResponseReturnValue:
    """The network's threads with boxes to tick, page by page, and what can be done to them."""
    me = require_me()
    return _list(me, curated_network(me, slug))


def _list(me: Me, network: AnyRow, wrong: str = "") -> str:
    found = bulk.to_choose(me, network.id, parse_id(request.args.get("before")), THREADS_A_PAGE + 1)
    shown = found[:THREADS_A_PAGE]
    address = f"/n/{network.slug}/choose"
    return _page(
        "choose",
        me,
        network,
        threads=shown,
        actions=_names(),
        kinds=kinds(),
        today=now(),
        wrong=wrong,
        older=f"{address}?before={shown[-1].last_post_id}" if len(found) > len(shown) else None,
        newer=address if "before" in request.args else None,
    )


@dataclass(slots=True)
class Typed:
    """What was typed for the act, and what is wrong with it."""

    form: ReasonForm
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.get("/bulk")
@active
def ask(slug: str) -> ResponseReturnValue:
    """What is to be done to the threads that were ticked, and why."""
    me = require_me()
    network = curated_network(me, slug)
    action, ids = request.args.get("act", ""), _ids(request.args.getlist("thread"))
    threads = bulk.chosen(me, network.id, ids)
    if action not in bulk.ACTIONS:
        return _list(me, network, _("Choose what is to be done.")), BAD_INPUT
    if not threads or (action == "merge" and len(threads) < 2):
        few = _("Choose at least two threads to merge.") if action == "merge" else _("Choose at least one thread.")
        return _list(me, network, few), BAD_INPUT
    typed = Typed(ReasonForm.of(network.id), {"until": (now() + _USUAL_PIN).date().isoformat()})
    return _ask(me, network, action, threads, typed)


def _ids(texts: list[str]) -> list[int]:
    found = [id_ for id_ in map(parse_id, texts) if id_ is not None]
    return list(dict.fromkeys(found))[:MOST_AT_ONCE]


def _ask(me: Me, network: AnyRow, action: str, threads: Any, typed: Typed, seen: dict[int, str] | None = None) -> str:
    return _page(
        "bulk",
        me,
        network,
        action=action,
        name=_names()[action],
        threads=threads,
        seen=seen or {one.id: str(one.acts) for one in threads},
        typed=typed,
        form=typed.form,
        kinds=kinds(),
        networks=moving.destinations(me, network.id) if action == "move" else (),
        first_day=now().date().isoformat(),
        last_day=(now() + LONGEST_PIN).date().isoformat(),
    )


@blueprint.post("/bulk")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def act(slug: str) -> ResponseReturnValue:
    """Do it, thread by thread, and say what became of each."""
    me = require_me()
    network = curated_network(me, slug)
    action, ids = request.form.get("act", ""), _ids(request.form.getlist("thread"))
    if action not in bulk.ACTIONS or not ids:
        return _list(me, network, _("Choose at least one thread, and what is to be done.")), BAD_INPUT
    seen = {id_: request.form.get(f"seen-{id_}", "") for id_ in ids}
    values = {name: request.form[name] for name in ("until", "kind", "network", "into") if name in request.form}
    typed = Typed(ReasonForm.of(network.id, request.form), values)
    goal = _goal(me, network, action, typed)
    if not typed.form.validate() or typed.errors:
        return _ask(me, network, action, bulk.chosen(me, network.id, ids), typed, seen), BAD_INPUT
    order = Order(action, typed.form.given(), values, new_rounded_id())
    end_read()
    outcomes = bulk.do(me, network, Wish(order, seen, goal))
    undo = order.batch_id if any(one.is_done for one in outcomes) else None
    return _page("bulk_done", me, network, name=_names()[action], outcomes=outcomes, batch=undo)


def _goal(me: Me, network: AnyRow, action: str, typed: Typed) -> int:
    """Where to, if that is part of the act; 0 where it isn't, or was not said."""
    if action == "move":
        there = {one.slug: one.id for one in moving.destinations(me, network.id)}
        if typed.values.get("network") not in there:
            typed.errors["network"] = _("Choose one of the networks in which you act.")
        return int(there.get(typed.values.get("network"), 0))
    if action == "merge":
        goal = parse_id(typed.values.get("into")) or 0
        if str(goal) not in request.form.getlist("thread"):
            typed.errors["into"] = _("Choose the thread that the others become part of.")
        return goal
    return 0


@blueprint.post("/bulk/undo")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def undo(slug: str) -> ResponseReturnValue:
    """Undo all that was done by one form."""
    me = require_me()
    network = curated_network(me, slug)
    outcomes = bulk.undo_all(me, parse_id(request.form.get("batch")) or 0)
    return _page("bulk_done", me, network, name=_("Undo all"), outcomes=outcomes, batch=None)


def _page(word: str, me: Me, network: AnyRow, **more: Any) -> str:
    unread = unread_count(me.id)
    return render_template(f"moderation/{word}.html", nav="networks", me=me, unread=unread, network=network, **more)


def _names() -> dict[str, str]:
    """What can be done, in words."""
    return {
        "lock": _("Lock"),
        "unlock": _("Unlock"),
        "archive": _("Archive"),
        "unarchive": _("Bring back from the archive"),
        "pin": _("Pin"),
        "unpin": _("Unpin"),
        "move": _("Move to another network"),
        "merge": _("Merge into one"),
        "change_kind": _("Change the kind"),
        "hide_thread": _("Hide"),
        "remove_thread": _("Remove"),
    }
