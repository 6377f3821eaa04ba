"""Sign-ins: rows that can be listed and ended, each with one cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import flask_login
from flask import Flask, session
from sqlalchemy import delete, select, update

from knowledge_exchange.auth.devices import in_words
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import db, unit_of_work

#: Unused for this long, or this old: a sign-in is over.
IDLE_LIMIT = timedelta(days=30)
ABSOLUTE_LIMIT = timedelta(days=90)
TOUCH_EVERY = timedelta(minutes=5)

login_manager = flask_login.LoginManager()
login_manager.session_protection = None  # the cookie holds nothing but a random token

_ME = (
    Member.id,
    Member.name,
    Member.handle,
    Member.standing,
    Member.role,
    Member.title,
    Member.region,
    Member.organisation_code,
    Member.zone,
    Member.thread_view,
    SignIn.id.label("sign_in_id"),
    SignIn.seen_at,
    SignIn.created_at,
)


def init_app(app: Flask) -> None:
    """Let Flask-Login find who is asking. Its context processor would load them for every page."""
    app.config["PERMANENT_SESSION_LIFETIME"] = ABSOLUTE_LIMIT
    login_manager.init_app(app, add_context_processor=False)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_me(token: str) -> Me | None:
    """The member signed in with this token, if the sign-in is still good. One statement."""
    query = select(*_ME).join(Member, Member.id == SignIn.member_id)
    row = db.session.execute(query.where(SignIn.token_hash == token_hash(token))).first()
    if row is None:
        return None
    facts = row._asdict()
    created_at = facts.pop("created_at")
    if now() - row.seen_at > IDLE_LIMIT or now() - created_at > ABSOLUTE_LIMIT:
        return None
    return Me(**facts, token=token)


def current_me() -> Me | None:
    """Who is asking, or None for a visitor."""
    user = flask_login.current_user
    return cast(Me, user._get_current_object()) if user.is_authenticated else None


def require_me() -> Me:
    """Who is asking, behind the gate (where there is always somebody)."""
    me = current_me()
    if me is None:
        raise RuntimeError("a view behind the gate was reached by a visitor")
    return me


def begin(member_id: int, user_agent: str) -> SignIn:
    """A new sign-in and its cookie. The old cookie's content goes: no fixation."""
    token = new_token()
    row = SignIn(member_id=member_id, token_hash=token_hash(token), device=in_words(user_agent))
    db.session.add(row)
    db.session.flush()
    session.clear()
    session.permanent = True
    session["_user_id"] = token
    session["_fresh"] = True
    return row


def end(sign_in_id: int, member_id: int) -> bool:
    """End one of a member's sign-ins; False when it is not theirs or gone."""
    where = (SignIn.id == sign_in_id, SignIn.member_id == member_id)
    gone = db.session.execute(delete(SignIn).where(*where).returning(SignIn.id)).first()
    return gone is not None


def end_all(member_id: int, but: int | None = None) -> None:
    """End all of a member's sign-ins, but the one given."""
    where = [SignIn.member_id == member_id]
    if but is not None:
        where.append(SignIn.id != but)
    db.session.execute(delete(SignIn).where(*where))


def touch(me: Me) -> None:
    """Note that the sign-in is in use; written at most every five minutes."""
    if now() - me.seen_at < TOUCH_EVERY:
        return
    with unit_of_work() as work:
        work.execute(update(SignIn).where(SignIn.id == me.sign_in_id).values(seen_at=now()))
