"""One's own page: standing, sign-ins, data. For everybody with an account, whatever their standing."""

from __future__ import annotations

from flask import abort, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth import own_data, queries, sessions
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.gate import once_set_up, signed_in
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import parse_id

#: The whole of one's data is a lot of reading for the database.
DATA_LIMIT = "10 per hour"


@blueprint.get("/me")
@signed_in
def my_page() -> ResponseReturnValue:
    """Where one stands, why, what to do next; one's sign-ins; one's data."""
    me = require_me()
    return render_template(
        "auth/me.html",
        nav="me",
        standing=queries.standing_of(me.id),
        steps=queries.steps_of(me.id),
        devices=queries.sign_ins_of(me.id),
        looks=queries.looks_at(me.id),
    )


@blueprint.post("/me/sessions/<sign_in_id>/end")
@signed_in
@limiter.limit(SMALL_ACT_LIMIT)
def end_session(sign_in_id: str) -> ResponseReturnValue:
    """End one of one's sign-ins."""
    me = require_me()
    id_ = parse_id(sign_in_id)
    with unit_of_work():
        if id_ is None or not sessions.end(id_, me.id):
            abort(404)
    if id_ == me.sign_in_id:
        return redirect(url_for("auth.sign_in"), 303)
    flash(_("That device is signed out."), "good")
    return redirect(url_for("auth.my_page", _anchor="sign-ins"), 303)


@blueprint.post("/me/sessions/end-others")
@signed_in
@limiter.limit(SMALL_ACT_LIMIT)
def end_other_sessions() -> ResponseReturnValue:
    """End all of one's sign-ins but this one."""
    me = require_me()
    with unit_of_work():
        sessions.end_all(me.id, but=me.sign_in_id)
    flash(_("Every other device is signed out."), "good")
    return redirect(url_for("auth.my_page", _anchor="sign-ins"), 303)


@blueprint.get("/me/data.json")
@signed_in
@once_set_up
@limiter.limit(DATA_LIMIT)
def my_data() -> ResponseReturnValue:
    """What the exchange holds about who asks, as a file."""
    answer = jsonify(own_data.everything_about(require_me().id))
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer
