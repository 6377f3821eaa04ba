"""Putting a thread into collections of its network, from its own page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.moderation.lasting.curators import BAD_INPUT, curated, curated_now, page
from knowledge_exchange.networks import collections

blueprint = Blueprint("collecting", __name__, url_prefix="/t/<int:thread_id>/collections")


@blueprint.get("")
@active
def form(thread_id: int) -> ResponseReturnValue:
    """In which of its network's collections a thread stands."""
    me = require_me()
    return _page(me, curated(me, thread_id))


def _page(me: Me, thread: AnyRow, error: str = "") -> str:
    return page(
        "collecting",
        me,
        thread=thread,
        collections=collections.collections_of(thread.network_id),
        notes=collections.where_it_stands(thread.id, thread.network_id),
        most_note=collections.MOST_NOTE,
        error=error,
    )


@blueprint.post("")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def put(thread_id: int) -> ResponseReturnValue:
    """Put it into one (``collection``: its slug) with a note, or (``do`` is ``out``) take it out of there."""
    me = require_me()
    thread = curated(me, thread_id)
    note, is_out = clean_line(request.form.get("note", "")), request.form.get("do") == "out"
    if len(note) > collections.MOST_NOTE:
        return _page(me, thread, _("A note has at most %(most)s letters.", most=collections.MOST_NOTE)), BAD_INPUT
    with unit_of_work():
        thread = curated_now(me, thread_id)
        found = collections.collection(thread.network_id, request.form.get("collection", ""))
        is_full = found is not None and not is_out and not collections.add_thread(found.id, thread.id, note)
        if found is not None and is_out:
            collections.take_out(found.id, thread.id)
    if found is None or is_full:
        full = _("That collection is full: take something out of it first.")
        return _page(me, thread, full if is_full else _("Choose one of the collections.")), BAD_INPUT
    said = _("Taken out of “%(title)s”.") if is_out else _("It stands in “%(title)s”.")
    flash(said % {"title": found.title}, "good")
    return redirect(url_for(".form", thread_id=thread_id), 303)
