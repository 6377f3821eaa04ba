"""What a network's moderators note on a member, from the menu of a post that bears their name."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation import notes
from knowledge_exchange.moderation.queue import queue
from knowledge_exchange.moderation.queue.queue_page import duties_of
from knowledge_exchange.networks.policy import may_moderate
from knowledge_exchange.networks.queries import network_page
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("member_notes", __name__, url_prefix="/n/<slug>/notes/<handle>")
BAD_INPUT = 422


def in_menu(_me: Me, thread: AnyRow, post: AnyRow) -> str:
    """The line in a post's menu, for moderators of its network; never of a pseudonym, nor of oneself."""
    handle = getattr(post, "handle", None)
    if not may_moderate(thread.my_role) or post.voice_kind != "own" or not handle or handle == _me.handle:
        return ""
    address = f"/n/{thread.network_slug}/notes/{handle}"
    return Markup('<a href="{}">{}</a>').format(address, _("Notes on this member"))


def _found(slug: str, handle: str) -> tuple[AnyRow, AnyRow]:
    """The network, which is asked for by one of its moderators, and whom the notes are about: another than they."""
    me = require_me()
    network = network_page(me, slug)
    if network is None or not may_moderate(network.my_role):
        abort(404)
    who = notes.subject(me, network.id, handle)
    if who is None or who.id == me.id:
        abort(404)
    return network, who


@blueprint.get("")
@active
def page(slug: str, handle: str) -> ResponseReturnValue:
    """What was noted, and the form."""
    return _page(*_found(slug, handle))


def _page(network: AnyRow, who: AnyRow, typed: str = "", error: str = "") -> str:
    me = require_me()
    return render_template(
        "moderation/member_notes.html",
        nav="queue",
        unread=unread_count(me.id),
        waiting=queue.waiting(me),
        duties=duties_of(me),
        network=network,
        who=who,
        notes=notes.of_member(network.id, who.id),
        most=notes.MOST_CHARS,
        typed=typed,
        error=error,
    )


@blueprint.post("")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def add(slug: str, handle: str) -> ResponseReturnValue:
    """Keep a note (``text``)."""
    network, who = _found(slug, handle)
    text = request.form.get("text", "").strip()
    if not text or len(text) > notes.MOST_CHARS:
        return _page(network, who, text, _("Write a note of at most 1,000 characters.")), BAD_INPUT
    with unit_of_work():
        notes.note_member(require_me(), network.id, who.id, text)
    flash(_("Noted. Moderators of this network see it, and they themselves when they ask for their data."), "good")
    return redirect(f"/n/{slug}/notes/{handle}", 303)


@blueprint.post("/delete")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def forget(slug: str, handle: str) -> ResponseReturnValue:
    """Delete a note of one's own (``note``)."""
    network, _who = _found(slug, handle)
    with unit_of_work():
        gone = notes.forget_note(require_me(), network.id, parse_id(request.form.get("note", "")) or 0)
    said = _("The note is deleted.") if gone else _("That note is not yours to delete, or is gone already.")
    flash(said, "good" if gone else "warn")
    return redirect(f"/n/{slug}/notes/{handle}", 303)
