"""The queue: one page for all that waits for somebody's decision. To all others it does not exist."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.answering import wants_json
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import REPLY_LIMIT, SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.moderation import note_routes, notes
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.acts.undoing import CannotUndo
from knowledge_exchange.moderation.cases import claims
from knowledge_exchange.moderation.queue import queue, queue_acts, queue_lately, queue_words, requests_kind
from knowledge_exchange.moderation.queue.queue_acts import Refused
from knowledge_exchange.moderation.queue.queue_kinds import Done, register
from knowledge_exchange.moderation.queue.queue_page import Typed, view_of
from knowledge_exchange.threads.parts import part

blueprint = Blueprint("queue", __name__, url_prefix="/moderation")
BAD_INPUT, NOT_AS_IT_WAS = 422, 409


def init_app(app: Flask) -> None:
    """Bring the queue into the app, with the items that are in no case, and the number in the navigation."""
    app.register_blueprint(blueprint)
    app.register_blueprint(note_routes.blueprint)
    register(app, requests_kind.KIND)
    hooks.provide(app, "queue_waiting", queue.waiting)
    part(app, "post_menu", note_routes.in_menu, order=80)


def keeper() -> Me:
    """Who is asking, if things wait for their decision; to all others there is no such page."""
    me = require_me()
    if not me.has_queue:
        abort(404)
    return me


@blueprint.get("")
@active
def page() -> ResponseReturnValue:
    """What waits, oldest clock first."""
    return _page(keeper())


def _page(me: Me, typed: Typed | None = None) -> str:
    return render_template("moderation/work.html", nav="queue", **view_of(me, typed))


@blueprint.get("/waiting")
@active
def waiting() -> ResponseReturnValue:
    """How much waits, for the number in the navigation of a page that is open."""
    return jsonify(waiting=queue.waiting(keeper()))


@blueprint.post("/decide")
@active
@limiter.limit(REPLY_LIMIT)
def decide() -> ResponseReturnValue:
    """Decide one item (``item``, ``decision``, and why: ``rule``, ``reason``)."""
    me, typed = keeper(), Typed.of(request.form)
    try:
        with unit_of_work():
            done, label = queue_acts.decide(me, typed.item, typed.decision, Reason(typed.rule, typed.reason))
    except Refused as refused:
        return _refused(me, typed, refused)
    return _answer(me, done, typed.item, label)


def _refused(me: Me, typed: Typed, refused: Refused) -> ResponseReturnValue:
    status = BAD_INPUT if refused.field else NOT_AS_IT_WAS
    if wants_json():
        return jsonify(error=refused.sentence, field=refused.field, gone=refused.is_gone), status
    if refused.is_gone:
        flash(refused.sentence, "warn")
        return redirect("/moderation", 303)
    return _page(me, typed.with_error(refused)), status


def _answer(me: Me, done: Done, item: str, label: str) -> ResponseReturnValue:
    if not wants_json():
        queue_lately.note(item, done, label)
        flash(done.said, "good")
        return redirect("/moderation", 303)
    way = queue_lately.signed_way(me, item, done)
    return jsonify(said=done.said, item=item, label=label, way=way, **_how_much(me))


def _how_much(me: Me) -> dict[str, Any]:
    count = queue.waiting(me)
    return {"waiting": count, "heading": queue_words.heading(count, queue.MOST)}


@blueprint.post("/undo")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def undo() -> ResponseReturnValue:
    """Take one of the last decisions back (``item``; ``way``: where a script has kept it)."""
    me, item = keeper(), request.form.get("item", "")
    signed = request.form.get("way", "")
    word = queue_lately.way_in(me, item, signed) if signed else queue_lately.way_back(item)
    try:
        with unit_of_work():
            _undo(me, item, word)
    except (Refused, CannotUndo) as error:
        return _cannot_undo(error.sentence)
    finally:
        if not signed:
            queue_lately.forget(item)
    said = _("It waits for a decision again, as it was.")
    if not wants_json():
        flash(said, "good")
        return redirect(f"/moderation#{anchor(item)}", 303)
    return jsonify(said=said, item=item, **_how_much(me))


def _undo(me: Me, item: str, word: str) -> None:
    if not word or not queue_acts.undo(me, item, word):
        raise Refused(_("It is too late to undo this here. Look for it in the log."))


def _cannot_undo(sentence: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=sentence), NOT_AS_IT_WAS
    flash(sentence, "warn")
    return redirect("/moderation", 303)


def anchor(item: str) -> str:
    """The place of an item on the page."""
    return item.replace(":", "-")


@blueprint.post("/claim")
@active
@limiter.limit(REPLY_LIMIT)
def claim() -> ResponseReturnValue:
    """Take an item up (``item``); from somebody else, where ``over`` says so."""
    me, item = keeper(), request.form.get("item", "")
    if queue.item_for(me, item) is None:
        return _refused(me, Typed.of(request.form), Refused(queue_words.not_there(), is_gone=True))
    with unit_of_work():
        taken = claims.take(me, item, over=bool(request.form.get("over")))
    if wants_json():
        return jsonify(taken=taken)
    if not taken:
        flash(queue_words.is_taken(), "warn")
    return redirect(f"/moderation#{anchor(item)}", 303)


@blueprint.post("/note")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def note() -> ResponseReturnValue:
    """Tell the other moderators something about a case (``item``, ``text``)."""
    me, key, text = keeper(), request.form.get("item", ""), request.form.get("text", "").strip()
    item = queue.item_for(me, key)
    typed = Typed.of(request.form)
    if item is None or not key.startswith("case:"):
        return _refused(me, typed, Refused(queue_words.not_there(), is_gone=True))
    if not text or len(text) > notes.MOST_CHARS:
        return _refused(me, typed, Refused(_("Write a note of at most 1,000 characters."), field="text"))
    with unit_of_work():
        notes.note_case(me, item.row.id, text)
    return jsonify(text=text) if wants_json() else redirect(f"/moderation#{anchor(key)}", 303)
