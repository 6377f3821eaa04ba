"""What the pages of curating that lasts share: who may curate, and how such a page is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, abort, render_template
from flask_babel import gettext as _

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undoable
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import network_page
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.locking import locked_thread, with_place_of_now
from knowledge_exchange.threads.routes import visible_thread

BAD_INPUT, CONFLICT, FORBIDDEN, NOT_FOUND = 422, 409, 403, 404


def curated(me: Me, thread_id: int) -> AnyRow:
    """A thread on which this person may act, or 404."""
    thread = visible_thread(me, thread_id)
    return thread if acted_as(me, thread) else abort(NOT_FOUND)


def curated_now(me: Me, thread_id: int) -> AnyRow:
    """The same in a unit of work, as things are now; nobody else changes the thread until it ends."""
    thread = with_place_of_now(me, locked_thread(me, thread_id))
    return thread if acted_as(me, thread) else abort(NOT_FOUND)


def readable_network(me: Me, slug: str) -> AnyRow:
    """A network whose threads this person may read, or 404."""
    network = network_page(me, slug)
    return network if network is not None and network.may_read else abort(NOT_FOUND)


def curated_network(me: Me, slug: str) -> AnyRow:
    """A network in which this person may act, or 404."""
    network = readable_network(me, slug)
    return network if acted_as(me, network) else abort(NOT_FOUND)


def page(template: str, me: Me, **facts: Any) -> str:
    """A page of this part of the room."""
    unread = unread_count(me.id)
    return render_template(f"lasting/{template}.html", me=me, nav="networks", unread=unread, **facts)


def changed_since() -> str:
    """What a form says that was opened before somebody else acted."""
    return str(
        _("Somebody else has changed this meanwhile. What is there now stands here; look whether yours still fits.")
    )


def undoable_on_thread(app: Flask, action: str, undo: Callable[[AnyRow, dict[str, Any]], bool]) -> None:
    """Say how acts of that name on a thread are undone; ``undo`` says whether what was done stands as it was left."""

    def way(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
        thread = thread_now(act.thread_id) if act.thread_id is not None else None
        if thread is None or not undo(thread, kept):
            raise CannotUndo(_("It has been changed again since, so this can’t be undone any more."))

    undoable(app, action, way)


def undoable_in_network(app: Flask, action: str, undo: Callable[[int, dict[str, Any]], bool]) -> None:
    """The same of acts in a network that are about none of its threads; ``undo`` takes the network's id."""

    def way(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
        there = act.network_id is not None and db.session.get(Network, act.network_id) is not None
        if not there or not undo(act.network_id, kept):
            raise CannotUndo(_("It has been changed again since, so this can’t be undone any more."))

    undoable(app, action, way)
