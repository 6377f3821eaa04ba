"""A sign-in with a browser that a member has not used before is told to them, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from knowledge_exchange.core import clock
from tests.auth.door import EMAIL, mail_to, make_member, send, token_in, try_sign_in
from tests.auth.factor_people import code_of, give_app

COOKIE = "__Host-ke_known"


@pytest.fixture
def old_ann(app: Flask) -> int:
    """Ann, who joined two days ago."""
    with clock.held(clock.now() - timedelta(days=2)):
        return make_member(app)


def sign_out(client: FlaskClient) -> None:
    client.post("/sign-out", data={"csrf_token": token_in(client.get("/me"))})


def test_the_first_sign_in_of_a_browser_is_told_and_the_next_is_not(
    app: Flask, client: FlaskClient, old_ann: int
) -> None:
    for _time in range(2):
        assert try_sign_in(client).status_code == 303
        sign_out(client)
    (letter,) = mail_to(app, EMAIL)
    assert letter.subject == "A sign-in on a new device"
    assert letter.essential
    assert try_sign_in(app.test_client()).status_code == 303
    assert len(mail_to(app, EMAIL)) == 2


def test_a_wrong_password_and_half_a_sign_in_are_not_told(app: Flask, client: FlaskClient, old_ann: int) -> None:
    try_sign_in(client, password="not her password")
    secret = give_app(app, old_ann)
    try_sign_in(client)
    assert mail_to(app, EMAIL) == []
    assert client.get_cookie(COOKIE) is None
    send(client, "/sign-in/second", code=code_of(secret))
    assert len(mail_to(app, EMAIL)) == 1


def test_who_has_just_joined_is_not_told(app: Flask, client: FlaskClient, ann: int) -> None:
    try_sign_in(client)
    assert mail_to(app, EMAIL) == []
    assert client.get_cookie(COOKIE) is not None


def test_what_the_browser_remembers_names_nobody_and_is_no_sign_in(
    app: Flask, client: FlaskClient, old_ann: int
) -> None:
    try_sign_in(client)
    kept = client.get_cookie(COOKIE)
    assert kept is not None
    assert (kept.secure, kept.http_only) == (True, True)
    assert str(old_ann) not in kept.value
    other = app.test_client()
    other.set_cookie(COOKIE, kept.value)
    assert other.get("/me").status_code == 302
    forged = app.test_client()
    forged.set_cookie(COOKIE, f"{old_ann}.x")
    try_sign_in(forged)
    assert len(mail_to(app, EMAIL)) == 2
