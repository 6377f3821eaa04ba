"""Acts on whole threads: each does its verb, is written down and told, in one unit of work of the caller.

For the thread's own page and for lists alike (:mod:`moderation.act_routes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.acts import Of, note_act
from knowledge_exchange.moderation.acts.restoring import restore
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undoable
from knowledge_exchange.moderation.limits import FINAL_AFTER
from knowledge_exchange.moderation.orders import Order, Refused
from knowledge_exchange.threads.curation import curating
from knowledge_exchange.threads.curation.curating import LONGEST_PIN, MOST_PINNED, Kept
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.forms import check_title
from knowledge_exchange.threads.models import KINDS
from knowledge_exchange.threads.policy import NAMED, is_mine

#: Of a thread that stands, in the order of the page; of one that a moderator took away.
ON_STANDING = (
    *("pin", "unpin", "lock", "unlock", "archive", "unarchive", "rename", "change_kind"),
    *("hide_thread", "remove_thread"),
)
ON_GONE = ("restore_thread",)
#: What nobody does to a thread of their own: its author has ways of their own, and does not judge themselves.
_NOT_ON_OWN = frozenset({"hide_thread", "remove_thread", "restore_thread"})


def may_act(me: Me, thread: AnyRow, action: str) -> bool:
    """Whether somebody may do that to a thread (a row of ``threads.curation.even_gone.thread_even_gone``)."""
    if not acted_as(me, thread) or (action in _NOT_ON_OWN and is_mine(thread, thread.author_participant_id)):
        return False
    return action in offered(thread)


def offered(thread: AnyRow) -> tuple[str, ...]:
    """What can be done to a thread as it stands; nothing where its author took it away, or it was merged."""
    if thread.deleted_at is not None:
        return ON_GONE if thread.gone in ("hidden", "removed") else ()
    is_pinned = thread.pinned_until is not None and thread.pinned_until > now()
    idle = {
        "" if is_pinned else "unpin",  # pinned again, it is until another day
        "lock" if thread.locked_at else "unlock",
        "archive" if thread.archived_at else "unarchive",
    }
    return tuple(action for action in ON_STANDING if action not in idle)


def act(me: Me, thread: AnyRow, order: Order) -> int | None:
    """Do it, as the thread is now (in its turn); the act's id, or None where it is so already.

    Raises :class:`Refused`. That ``me`` may has been asked (:func:`may_act`).
    """
    if order.action == "restore_thread":
        return restore(me, Of(thread.network_id, thread.id), acted_as(me, thread), order)
    kept = _VERBS[order.action](me, thread, order.values)
    if kept is None:
        return None
    of = Of(thread.network_id, thread.id)
    final_at = rounded_now() + FINAL_AFTER if order.action == "remove_thread" else None
    facts: dict[str, Any] = {"details": _details(order), "kept": kept, "final_at": final_at, "batch_id": order.batch_id}
    act_id = note_act(me, acted_as(me, thread), order.action, of, order.reason, **facts)
    tell_author(act_id)
    return act_id


def _details(order: Order) -> dict[str, Any]:
    """What the log may say of it: never a title."""
    return {name: order.values[name] for name in ("until", "kind") if order.values.get(name)}


def _pin(me: Me, thread: AnyRow, values: Mapping[str, str]) -> Kept | None:
    until = _end_of(values.get("until", ""))
    is_pinned = thread.pinned_until is not None and thread.pinned_until > now()
    if not is_pinned and curating.pinned_now(me.id, thread.network_id) >= MOST_PINNED:
        raise Refused({"until": _("Three threads are pinned here already. Unpin one of them first.")})
    return curating.set_facts(thread, pinned_until=until)


def _end_of(day: str) -> datetime:
    """The end of the day that was chosen."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise Refused({"until": _("Choose the last day on which it is to be pinned.")}) from None
    if not now().date() <= chosen <= (now() + LONGEST_PIN).date():
        raise Refused({"until": _("Choose a day from today on, at most 90 days ahead.")})
    return datetime.combine(chosen + timedelta(days=1), time(), UTC)


def _rename(_me: Me, thread: AnyRow, values: Mapping[str, str]) -> Kept | None:
    title = clean_line(values.get("title", ""))
    if errors := check_title(title):
        raise Refused(errors)
    return curating.set_facts(thread, title=title)


def _change_kind(_me: Me, thread: AnyRow, values: Mapping[str, str]) -> Kept | None:
    kind = values.get("kind", "")
    if kind not in KINDS:
        raise Refused({"kind": _("Choose what this is.")})
    if kind in NAMED and thread.author_voice == "pseudonym":
        raise Refused({"kind": _("An announcement bears a name, and this was written under a pseudonym.")})
    return curating.change_kind(thread, kind)


def _setting(name: str, *, on: bool) -> Callable[[Me, AnyRow, Mapping[str, str]], Kept | None]:
    def verb(_me: Me, thread: AnyRow, _values: Mapping[str, str]) -> Kept | None:
        if (getattr(thread, name) is not None) is on:
            return None
        return curating.set_facts(thread, **{name: now() if on else None})

    return verb


_VERBS: dict[str, Callable[[Me, AnyRow, Mapping[str, str]], Kept | None]] = {
    "pin": _pin,
    "unpin": _setting("pinned_until", on=False),
    "lock": _setting("locked_at", on=True),
    "unlock": _setting("locked_at", on=False),
    "archive": _setting("archived_at", on=True),
    "unarchive": _setting("archived_at", on=False),
    "rename": _rename,
    "change_kind": _change_kind,
    "hide_thread": lambda _me, thread, _values: curating.take_away(thread, "hidden"),
    "remove_thread": lambda _me, thread, _values: curating.take_away(thread, "removed"),
}


def init_app(app: Flask) -> None:
    """Say how each is undone."""
    for action in ON_STANDING:
        undoable(app, action, _bring_back if action.endswith("_thread") else _put_back)


def _put_back(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread = _standing(act)
    if not curating.put_back(thread, kept):
        raise CannotUndo(_("Somebody has changed this since: look at the thread, and change it from there."))


def _bring_back(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread = thread_now(act.thread_id) if act.thread_id else None
    if thread is None or not curating.bring_back(thread, kept):
        raise CannotUndo(_("The thread is not gone in that way any more: nothing has changed."))


def _standing(act: AnyRow) -> AnyRow:
    thread = thread_now(act.thread_id) if act.thread_id else None
    if thread is None or thread.deleted_at is not None:
        raise CannotUndo(_("The thread is gone. Bring it back first."))
    return thread
