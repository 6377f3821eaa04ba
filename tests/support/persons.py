"""People who are signed in, each with a browser without JavaScript in this process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from knowledge_exchange.auth.actions import create_member
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import db, unit_of_work

_CSRF = "a token of this test's session"


@dataclass
class Person:
    """Somebody with an account, and their browser; None of both is a visitor."""

    id: int
    name: str
    email: str
    client: FlaskClient
    csrf_token: str

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return _apart(lambda: self.client.get(path, **options))

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form, with its token."""
        data = {"csrf_token": self.csrf_token, **fields}
        return _apart(lambda: self.client.post(path, data=data))

    def post_and_follow(self, path: str, **fields: str) -> TestResponse:
        """Send a form and go where its answer leads."""
        data = {"csrf_token": self.csrf_token, **fields}
        return _apart(lambda: self.client.post(path, data=data, follow_redirects=True))


def _apart(ask: Callable[[], TestResponse]) -> TestResponse:
    """Ask as the outside world does, without the app context of the test around it.

    Flask would use that one again for the request, and with it ``g``: who asked last would be who asks now.
    """
    answer = Context().run(ask)
    if has_app_context():
        # What the test reads next is read afresh.
        db.session.rollback()
        db.session.expire_all()
    return answer


def person(app: Flask, name: str, **facts: Any) -> Person:
    """Make an active member (or what ``facts`` say) and sign them in."""
    token = new_token()
    email = facts.pop("email", f"{name.lower().replace(' ', '.')}@people.example")
    # Digits only: chance would now and then spell a short name, and a handle isn't made from one.
    given = {"standing": "active", "confirmed": True, "handle": f"h{secrets.randbelow(10**12):012}", **facts}
    with app.app_context(), unit_of_work():
        member = create_member(email=email, name=name, password_hash="x", **given)
        db.session.flush()
        db.session.add(SignIn(member_id=member.id, token_hash=token_hash(token)))
        found = member.id
    return Person(found, name, email, _signed_in(app, token), _signed(app))


def known(app: Flask, email: str) -> Person:
    """Somebody who has an account already, whatever their standing, signed in."""
    token = new_token()
    with app.app_context(), unit_of_work():
        member = db.session.scalars(select(Member).where(Member.email == email)).one()
        db.session.add(SignIn(member_id=member.id, token_hash=token_hash(token)))
        found, name = member.id, member.name
    return Person(found, name, email, _signed_in(app, token), _signed(app))


def visitor(app: Flask) -> Person:
    """Somebody without an account."""
    return Person(0, "", "", _signed_in(app, None), _signed(app))


def _signed_in(app: Flask, token: str | None) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = _CSRF
        if token:
            session.update({"_user_id": token, "_fresh": True})
    return client


def _signed(app: Flask) -> str:
    return str(URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(_CSRF))


def facts_of(member_id: int) -> Member:
    """The member's row as it is now."""
    db.session.expire_all()
    member = db.session.get(Member, member_id)
    assert member is not None
    return member


class Statements:
    """Counts the statements sent to the database while it is open.

    Left out: what a process looks for every few seconds on behalf of all its pages, and which therefore meets one of
    them by chance: slow writers (``realtime/cursors.py``) and new house rules (``moderation/openness/rules_bar.py``).
    """

    _BY_CHANCE = ("pg_stat_activity", "max(rules_version.id)")

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._engine = db.engine
        self.sent: list[str] = []

    def __enter__(self) -> Statements:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not any(word in statement for word in self._BY_CHANCE):
            self.sent.append(statement)
