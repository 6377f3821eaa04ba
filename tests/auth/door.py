"""What the tests of accounts do again and again: make people, read tokens out of pages, send forms, read mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.auth import actions, passwords
from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage

PASSWORD = "kettle-harbour-eleven"
EMAIL = "ann@example.org"


@lru_cache(maxsize=1)
def password_hash() -> str:
    """The hash of :data:`PASSWORD`, made once."""
    return passwords.hash_password(PASSWORD)


@contextmanager
def writing(app: Flask) -> Iterator[None]:
    """A unit of work in an app context of its own."""
    with app.app_context(), unit_of_work():
        yield


def make_member(app: Flask, email: str = EMAIL, **facts: Any) -> int:
    """A confirmed, active account with :data:`PASSWORD`; anything else as given."""
    given = {"name": "Ann Example", "standing": "active", "confirmed": True, "password_hash": password_hash(), **facts}
    with writing(app):
        return actions.create_member(email=email, **given).id


def enter(client: FlaskClient, member_id: int) -> None:
    """Sign somebody in without the form."""
    token = new_token()
    with writing(client.application):
        db.session.add(SignIn(member_id=member_id, token_hash=token_hash(token), device="a test"))
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token


def token_in(page: TestResponse) -> str:
    """The token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, f"no form on this page: {page.text}"
    return found[1]


def send(client: FlaskClient, path: str, page: str | None = None, **form: str) -> TestResponse:
    """Open ``page`` (else ``path``) and post a form with its token."""
    token = token_in(client.get(page or path))
    return client.post(path, data={"csrf_token": token, **form})


def try_sign_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **form: str) -> TestResponse:
    """Fill in the sign-in page."""
    return send(client, "/sign-in", email=email, password=password, **form)


def is_in(client: FlaskClient) -> bool:
    """Whether this browser is signed in."""
    return client.get("/me").status_code == 200


def mail_to(app: Flask, recipient: str) -> list[MailMessage]:
    """What waits in the outbox for somebody."""
    with app.app_context():
        query = select(MailMessage).where(MailMessage.recipient == recipient).order_by(MailMessage.id)
        return list(db.session.scalars(query))


def link_in(message: MailMessage) -> str:
    """The path of the first link of a message."""
    found = re.search(r"https?://[^/\s]+(/\S+)", message.text)
    assert found, message.text
    return found[1]


def alike(answer: TestResponse, *unlike: str) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """All that a stranger sees of an answer, without what he typed himself and what chance made."""
    text = re.sub(r'(name="(?:csrf_token|live-cursor)" (?:value|content)=")[^"]+', r"\1", answer.text)
    for own in unlike:
        text = text.replace(own, "~")
    chance = ("X-Request-Id", "Set-Cookie", "Content-Length")
    return answer.status_code, text, tuple(pair for pair in answer.headers if pair[0] not in chance)
