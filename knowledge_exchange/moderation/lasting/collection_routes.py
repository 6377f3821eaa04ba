"""Collections: what readers find in them, and how moderators keep them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import clean_line, clean_text
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.lasting.curators import BAD_INPUT, NOT_FOUND, curated_network, page, readable_network
from knowledge_exchange.networks import collections
from knowledge_exchange.threads.curation import collected

blueprint = Blueprint("collections", __name__, url_prefix="/n/<slug>/collections")
DELETED = "collection_deleted"
_STEPS = {"up": -1, "down": 1}


@blueprint.get("")
@active
def overview(slug: str) -> ResponseReturnValue:
    """A network's collections, each with how many threads of it its reader may read."""
    me = require_me()
    return _overview(me, readable_network(me, slug))


def _overview(me: Me, network: AnyRow, typed: dict[str, str] | None = None, error: str = "") -> str:
    found = collected.with_counts(me, network.id)
    may_curate = bool(acted_as(me, network))
    return page(
        "collections",
        me,
        network=network,
        collections=found,
        may_curate=may_curate,
        may_make=may_curate and len(found) < collections.MOST_COLLECTIONS,
        typed=typed or {},
        error=error,
        limits=collections,
    )


def _typed() -> dict[str, str]:
    return {"title": clean_line(request.form.get("title", "")), "about": clean_text(request.form.get("about", ""))}


@blueprint.post("")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def make(slug: str) -> ResponseReturnValue:
    """A new collection; or (``move``: up or down) another order of those that there are."""
    me = require_me()
    network = curated_network(me, slug)
    if "move" in request.form:
        return _move(network)
    typed = _typed()
    problem, made = collections.problem_with(**typed), None
    if not problem:
        with unit_of_work():
            made = collections.make(network.id, **typed)
    if made is None:
        full = _("A network has at most %(most)s collections: delete one first.", most=collections.MOST_COLLECTIONS)
        return _overview(me, network, typed, problem or full), BAD_INPUT
    flash(_("“%(title)s” is there now. Add threads to it from their own pages.", title=made.title), "good")
    return redirect(url_for(".show", slug=slug, collection=made.slug), 303)


def _move(network: AnyRow) -> ResponseReturnValue:
    with unit_of_work():
        found = _collection(network, request.form.get("collection", ""))
        collections.move(network.id, found.id, _STEPS.get(request.form["move"], 0))
    return redirect(url_for(".overview", slug=network.slug), 303)


def _collection(network: AnyRow, slug: str) -> AnyRow:
    return collections.collection(network.id, slug) or abort(NOT_FOUND)


@blueprint.get("/<collection>")
@active
def show(slug: str, collection: str) -> ResponseReturnValue:
    """One collection: the threads in it that its reader may read."""
    me = require_me()
    network = readable_network(me, slug)
    return _show(me, network, _collection(network, collection))


def _show(me: Me, network: AnyRow, found: AnyRow, typed: dict[str, str] | None = None, error: str = "") -> str:
    rows = collected.threads_in(me, found)
    items = collected.items_of(me, [row.thread_id for row in rows])
    return page(
        "collection",
        me,
        network=network,
        collection=found,
        rows=[(items[row.thread_id], row.note) for row in rows if row.thread_id in items],
        may_curate=bool(acted_as(me, network)),
        typed=typed or {"title": found.title, "about": found.about},
        error=error,
        limits=collections,
    )


@blueprint.post("/<collection>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def change(slug: str, collection: str) -> ResponseReturnValue:
    """Another title, or other words under it."""
    me = require_me()
    network = curated_network(me, slug)
    found, typed = _collection(network, collection), _typed()
    if problem := collections.problem_with(**typed):
        return _show(me, network, found, typed, problem), BAD_INPUT
    with unit_of_work():
        collections.change(_collection(network, collection).id, **typed)
    flash(_("Changed."), "good")
    return redirect(url_for(".show", slug=slug, collection=collection), 303)


@blueprint.post("/<collection>/threads")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def order(slug: str, collection: str) -> ResponseReturnValue:
    """Move a thread (``thread``) a place up or down (``do``), or take it out."""
    me = require_me()
    network = curated_network(me, slug)
    thread_id, do = parse_id(request.form.get("thread")), request.form.get("do", "")
    with unit_of_work():
        found = _collection(network, collection)
        seen = [row.thread_id for row in collected.threads_in(me, found)]
        if thread_id is None or thread_id not in seen:
            abort(NOT_FOUND)
        if do == "out":
            collections.take_out(found.id, thread_id)
        else:
            collections.move_thread(found.id, thread_id, seen, _STEPS.get(do, 0))
    return redirect(url_for(".show", slug=slug, collection=collection), 303)


@blueprint.post("/<collection>/delete")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def delete(slug: str, collection: str) -> ResponseReturnValue:
    """Delete a collection; its threads stay."""
    me = require_me()
    network = curated_network(me, slug)
    with unit_of_work():
        found = _collection(network, collection)
        kept = {name: getattr(found, name) for name in ("slug", "title", "about")}
        kept["items"] = collections.remove(found.id)
        note_act(
            me, acted_as(me, network), DELETED, Of(network.id), Reason(), details={"title": found.title}, kept=kept
        )
    flash(_("“%(title)s” is deleted; its threads are where they were.", title=found.title), "good")
    return redirect(url_for(".overview", slug=slug), 303)


def undo_deleted(network_id: int, kept: dict[str, Any]) -> bool:
    """It is there again, with those of its threads that still stand in the network, if there is room for it."""
    if len(collections.collections_of(network_id)) >= collections.MOST_COLLECTIONS:
        return False
    items = collected.still_there(network_id, [tuple(one) for one in kept.get("items", ())])
    collections.put(network_id, kept["title"], kept["about"], kept["slug"], items)
    return True
