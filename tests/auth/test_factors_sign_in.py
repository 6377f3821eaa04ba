"""Signing in with a code after the password: nothing before it, each code once, and a way back for the owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from knowledge_exchange.auth import factors_app
from knowledge_exchange.auth.factors_models import AuthenticatorApp
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import time_of
from tests.auth.conftest import Clock
from tests.auth.door import (
    EMAIL,
    PASSWORD,
    alike,
    is_in,
    link_in,
    mail_to,
    make_member,
    send,
    token_in,
    try_sign_in,
    writing,
)
from tests.auth.factor_people import acts, code_of, give_app, give_codes, wrong_code

SECOND = "/sign-in/second"


@pytest.fixture
def secret(app: Flask, ann: int) -> str:
    """The secret of Ann's app."""
    return give_app(app, ann)


def rows(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(SignIn)) or 0


def show_code(client: FlaskClient, code: str, **form: str) -> int:
    """Type a code on the page after the password."""
    return send(client, SECOND, code=code, **form).status_code


def test_the_password_alone_opens_nothing_where_there_is_an_app(app: Flask, client: FlaskClient, secret: str) -> None:
    answer = try_sign_in(client, next="/n/london")
    assert (answer.status_code, answer.location) == (303, f"{SECOND}?next=/n/london")
    assert rows(app) == 0
    assert not is_in(client)
    for path in ("/", "/networks", "/me", "/settings/factors", "/live/since"):
        assert client.get(path).status_code in (200 if path == "/" else 302, 401)
    assert "Sign out" not in client.get("/").text


def test_the_code_of_the_app_finishes_the_sign_in_and_leads_where_one_wanted(client: FlaskClient, secret: str) -> None:
    try_sign_in(client)
    answer = send(client, SECOND, code=f" {code_of(secret)[:3]} {code_of(secret)[3:]}", next="/n/london")
    assert (answer.status_code, answer.location) == (303, "/n/london")
    assert is_in(client)
    assert client.get(SECOND).location == "/"


def test_before_the_right_password_nothing_tells_that_there_is_an_app(
    app: Flask, client: FlaskClient, secret: str
) -> None:
    make_member(app, "plain@example.org")
    tries = [(EMAIL, "not her password"), ("plain@example.org", "not the password"), ("who@example.org", PASSWORD)]
    assert len({alike(try_sign_in(client, email, word), email) for email, word in tries}) == 1


def test_without_the_password_there_is_no_second_step(client: FlaskClient, secret: str) -> None:
    assert client.get(f"{SECOND}?next=/networks").location == "/sign-in?next=/networks"
    token = token_in(client.get("/sign-in"))
    answer = client.post(SECOND, data={"csrf_token": token, "code": code_of(secret)})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert not is_in(client)


def test_a_code_works_once_and_not_those_before_it(app: Flask, client: FlaskClient, secret: str) -> None:
    begun, other, third = clock.now(), app.test_client(), app.test_client()
    with clock.held(begun):
        try_sign_in(client)
        assert show_code(client, code_of(secret)) == 303
        try_sign_in(other)
        assert show_code(other, code_of(secret)) == 401
        assert show_code(other, code_of(secret, -1)) == 401
        assert show_code(other, code_of(secret, 1)) == 303
    with clock.held(begun + timedelta(seconds=factors_app.STEP_S)):
        try_sign_in(third)
        assert [show_code(third, code_of(secret, steps)) for steps in (-1, 0, 1)] == [401, 401, 303]


def test_no_time_of_a_factor_tells_more_than_its_five_minutes(app: Flask, client: FlaskClient, ann: int) -> None:
    five = clock.rounded(clock.now()) + timedelta(hours=1)
    with clock.held(five + timedelta(minutes=3, seconds=17)):
        secret = give_app(app, ann)
        try_sign_in(client)
        assert show_code(client, code_of(secret)) == 303
        step = pyotp.TOTP(secret).timecode(clock.now())
    with app.app_context():
        [row] = db.session.scalars(select(AuthenticatorApp)).all()
    assert row.used_at == row.created_at == five
    assert five <= time_of(row.id) < five + clock.ROUNDED_TO
    # A whole number from which nobody without the key file works out the half minute.
    assert row.last_step is not None
    assert row.last_step not in range(step - 100, step + 100)


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
def test_clocks_may_be_one_step_off(client: FlaskClient, secret: str, steps: int, status: int) -> None:
    with clock.held(clock.now()):
        try_sign_in(client)
        assert show_code(client, code_of(secret, steps)) == status
        assert is_in(client) == (status == 303)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "x" * 5000, "１２３４５６"])
def test_whatever_else_is_typed_is_no_code(client: FlaskClient, secret: str, code: str) -> None:
    try_sign_in(client)
    assert show_code(client, code) == 401
    assert not is_in(client)


def test_a_recovery_code_stands_in_once_is_on_the_record_and_told_to_its_owner(
    app: Flask, client: FlaskClient, ann: int, secret: str
) -> None:
    first, *_others = give_codes(app, ann)
    try_sign_in(client)
    assert show_code(client, first.upper().replace("-", " ")) == 303
    assert is_in(client)
    assert acts(app)[-1] == "factor.used_recovery_code"
    letter = mail_to(app, EMAIL)[-1]
    assert "recovery codes" in letter.text
    assert "union" not in letter.subject.lower()
    again = app.test_client()
    try_sign_in(again)
    assert show_code(again, first) == 401


def test_a_recovery_code_is_no_use_to_another_account(app: Flask, client: FlaskClient, ann: int, secret: str) -> None:
    bob = make_member(app, "bob@example.org")
    give_app(app, bob)
    codes = give_codes(app, bob)
    try_sign_in(client)
    assert show_code(client, codes[0]) == 401


def test_the_time_between_password_and_code_runs_out(client: FlaskClient, secret: str) -> None:
    moment = clock.now()
    with clock.held(moment):
        try_sign_in(client)
        token = token_in(client.get(SECOND))
    with clock.held(moment + timedelta(minutes=11)):
        answer = client.post(SECOND, data={"csrf_token": token, "code": code_of(secret)})
        assert answer.location == "/sign-in"
        assert not is_in(client)


@pytest.mark.parametrize("change", [{"password_hash": "another"}, {"standing": "left"}])
def test_what_changes_between_password_and_code_wins(
    app: Flask, client: FlaskClient, ann: int, secret: str, change: dict[str, str]
) -> None:
    try_sign_in(client)
    token = token_in(client.get(SECOND))
    with writing(app):
        db.session.execute(update(Member).where(Member.id == ann).values(**change))
    answer = client.post(SECOND, data={"csrf_token": token, "code": code_of(secret)})
    assert answer.status_code in (303, 401)
    assert not is_in(client)
    assert rows(app) == 0


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_someone_without_standing_is_asked_too_and_comes_to_their_own_page_only(
    app: Flask, client: FlaskClient, standing: str
) -> None:
    secret = give_app(app, make_member(app, standing=standing))
    assert try_sign_in(client).location == SECOND
    assert send(client, SECOND, code=code_of(secret)).location == "/me"
    assert client.get("/settings/factors").location == "/me"


def test_the_text_typed_in_a_session_that_ended_comes_through_both_steps(client: FlaskClient, secret: str) -> None:
    text = {"carry_action": "/n/london/new", "carry.title": "On rotas", "carry.body": "Two\nlines"}
    asked = try_sign_in(client, **text)
    assert asked.status_code == 200
    assert "Two\nlines" in asked.text
    token = token_in(asked)
    wrong = client.post(SECOND, data={"csrf_token": token, "code": wrong_code(secret), **text})
    assert wrong.status_code == 401
    assert "Two\nlines" in wrong.text
    done = client.post(SECOND, data={"csrf_token": token, "code": code_of(secret), **text})
    assert done.status_code == 200
    assert "On rotas" in done.text
    assert 'action="/n/london/new"' in done.text
    assert is_in(client)


def test_a_new_password_by_mail_does_not_get_past_the_second_step(app: Flask, client: FlaskClient, secret: str) -> None:
    send(client, "/reset", email=EMAIL)
    assert send(client, link_in(mail_to(app, EMAIL)[0]), new_password="second-harbour-kettle").status_code == 303
    assert try_sign_in(client, password="second-harbour-kettle").location == SECOND
    assert not is_in(client)


def test_codes_can_not_be_guessed_from_wherever_but_the_owner_gets_in_by_a_recovery_code(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(KE_RATE_LIMITS=True)
    ann = make_member(app)
    secret, codes = give_app(app, ann), give_codes(app, ann)
    tries = []
    for number in range(11):
        thief = app.test_client()
        thief.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        try_sign_in(thief)
        tries.append(show_code(thief, wrong_code(secret)))
    assert tries == [401] * 10 + [429]
    owner = app.test_client()
    try_sign_in(owner)
    assert show_code(owner, code_of(secret)) == 429
    assert show_code(owner, codes[0]) == 303
    assert is_in(owner)


def test_right_codes_are_not_counted(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_RATE_LIMITS=True)
    secret = give_app(app, make_member(app))
    moment = clock.now()
    for number in range(12):
        with clock.held(moment + timedelta(seconds=31 * number)):
            client = app.test_client()
            try_sign_in(client)
            assert show_code(client, code_of(secret)) == 303, number


def test_no_answer_about_a_code_comes_sooner_than_the_setting_says(
    make_app: Callable[..., Flask], still: Clock
) -> None:
    app = make_app(KE_MIN_ANSWER_MS=300)
    secret = give_app(app, make_member(app))
    client = app.test_client()
    try_sign_in(client)
    for code in (wrong_code(secret), code_of(secret)):
        began = still.now
        show_code(client, code)
        assert still.now - began == pytest.approx(0.3)
