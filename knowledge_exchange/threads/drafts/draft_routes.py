"""Drafts: kept while they are typed, asked for by the form that comes near, listed, thrown away."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.answering import wants_json
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import DRAFT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.auth.typed_text import show_again
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.drafts.draft_content import UNDO_MINUTES, Kept
from knowledge_exchange.threads.drafts.draft_forms import OF, Unfit, typed_in
from knowledge_exchange.threads.drafts.draft_list import form_url, listed
from knowledge_exchange.threads.drafts.drafts import MOST_CHARS_IN_ALL, Drawer, draft_in_hand, turn_of
from knowledge_exchange.threads.drafts.typed import Saved, is_form
from knowledge_exchange.threads.routes import blueprint


@blueprint.get("/drafts")
@active
def drafts() -> ResponseReturnValue:
    """What one has typed and not posted."""
    me = require_me()
    drawer = Drawer(me.id)
    thrown = {one.kept.id: one.until for one in drawer.discarded()}
    found = listed(me, [*drawer.all(), *(one.kept for one in drawer.discarded())])
    return render_template(
        "threads/drafts.html",
        me=me,
        nav="me",
        drafts=[one for one in found if one.kept.id not in thrown],
        discarded=[(one, thrown[one.kept.id]) for one in found if one.kept.id in thrown],
        most=lockers.MOST_DRAFTS,
        most_chars=MOST_CHARS_IN_ALL,
        unread=unread_count(me.id),
    )


@blueprint.get("/drafts/of")
@active
def draft_of() -> ResponseReturnValue:
    """For a form (``form``) that comes near: the draft that was typed last.

    And what became of the one that the browser has (``draft``). With a token that is good now: the page's may be of a
    sign-in before.
    """
    me, form = require_me(), request.args.get("form", "")
    if not is_form(form):
        return jsonify(error="unfit"), 400
    drawer, number = Drawer(me.id), request.args.get("draft", "")
    found = drawer.of_form(form)
    thrown = [one.kept.id for one in drawer.discarded() if one.kept.form == form]
    return jsonify(
        me=str(me.id),
        csrf_token=generate_csrf(),
        finished=drawer.is_finished(number),
        known=drawer.by_id(number) is not None,
        draft=_said(found[0]) if found else None,
        others=max(len(found) - 1, 0),
        discarded=thrown[0] if thrown else "",
    )


def _said(kept: Kept) -> dict[str, Any]:
    return {"id": kept.id, "version": kept.version, "age": kept.age, "values": kept.values}


@blueprint.post("/drafts")
@active
@limiter.limit(DRAFT_LIMIT)
def save_draft() -> ResponseReturnValue:
    """Keep what was typed: at each pause of a script, or by the button of a form without."""
    me = require_me()
    if request.form.get("me", str(me.id)) != str(me.id):
        return jsonify(error="another_member"), 409  # a page of whoever sat here before: not under this one's name
    try:
        typed = typed_in(request.form)
    except Unfit:
        return _unfit()
    with unit_of_work():
        saved = turn_of(me.id).save(typed)
    return _answer(saved)


def _unfit() -> ResponseReturnValue:
    if wants_json():
        return jsonify(error="unfit"), 422
    flash(_("There was nothing to keep: write something first."), "info")
    form = request.form.get(OF, "")
    return redirect(form_url(form) if is_form(form) else url_for("threads.drafts"), 303)


def _answer(saved: Saved) -> ResponseReturnValue:
    if wants_json():
        said = {"id": saved.id, "version": saved.version, "finished": saved.is_finished, "dropped": saved.dropped}
        return jsonify(said)
    if saved.is_finished:  # the page is an old one, its text may not be
        return show_again("/drafts", request.form, cause="gone", can_send=False), 409
    flash(_("Your draft is kept. Nobody else can see it."), "good")
    if saved.dropped:
        flash(
            _("There was no more room for drafts: what was untouched for longest has gone. Post or discard some."),
            "info",
        )
    return redirect(url_for("threads.drafts"), 303)


@blueprint.post("/drafts/discard")
@active
@limiter.limit(DRAFT_LIMIT)
def discard_draft() -> ResponseReturnValue:
    """Throw a draft away (field ``draft``), from the list, or to start its form afresh. For a while it can be brought
    back."""
    me, number, afresh = require_me(), draft_in_hand(), request.form.get("afresh", "")
    kept = _discard(me, number) if number else None
    if kept is not None and (not wants_json() or "tell" in request.form):
        flash(
            _("It is discarded. For %(num)s minutes you can bring it back.", num=UNDO_MINUTES), f"undo-draft {kept.id}"
        )
    if wants_json():
        return jsonify(finished=bool(number), undo=kept.id if kept else "")
    return redirect(form_url(afresh) if is_form(afresh) else url_for("threads.drafts"), 303)


def _discard(me: Me, number: str) -> Kept | None:
    with unit_of_work():
        return turn_of(me.id).discard(number)


@blueprint.post("/drafts/undo")
@active
@limiter.limit(DRAFT_LIMIT)
def undo_discard() -> ResponseReturnValue:
    """Bring back what was discarded just now (field ``draft``), beside all that was begun since."""
    me, number = require_me(), draft_in_hand()
    with unit_of_work():
        kept = turn_of(me.id).bring_back(number) if number else None
    if wants_json():
        return jsonify(draft=_said(kept) if kept else None)
    if kept is None:
        flash(_("It can’t be brought back any more: that can be done for %(num)s minutes.", num=UNDO_MINUTES), "warn")
    else:
        flash(_("Your draft is back, as it was."), "good")
    return redirect(url_for("threads.drafts"), 303)
