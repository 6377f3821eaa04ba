"""Sessions: what the cookie is, and that a sign-in ends when it should."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from knowledge_exchange.auth import sessions
from knowledge_exchange.auth.jobs import sweep
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core import clock, settings
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import time_of
from tests.auth.door import EMAIL, PASSWORD, enter, is_in, make_member, send, token_in, try_sign_in, writing

IDLE_LIMIT = timedelta(days=settings.DEFAULT_SESSION_IDLE_DAYS)
#: A sign-in ends up to five minutes sooner than said: its last use is rounded.
ROUNDING = clock.ROUNDED_TO + timedelta(minutes=1)
#: Later than anything that a test does before it holds the clock: ids never go back.
FULL_FIVE = clock.rounded(clock.now()) + timedelta(hours=1)
OFFICE_IDLE = timedelta(hours=settings.DEFAULT_OFFICE_IDLE_HOURS)


def rows(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(SignIn)) or 0


def test_the_cookies_are_for_this_host_over_https_and_for_no_script(client: FlaskClient, ann: int) -> None:
    cookies = try_sign_in(client).headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-ke_session", "__Host-ke_known"}
    for cookie in cookies:
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie


def test_the_demo_alone_does_without_https(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_DEMO=True)
    make_member(app)
    cookies = try_sign_in(app.test_client()).headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"ke_session", "ke_known"}
    for cookie in cookies:
        assert "Secure" not in cookie
        assert "HttpOnly" in cookie


def test_a_session_from_before_the_sign_in_is_worth_nothing_after_it(app: Flask, client: FlaskClient, ann: int) -> None:
    """Fixation: somebody else put this cookie into the browser and waits."""
    page = client.get("/sign-in")
    planted = page.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    token = token_in(page)
    assert client.post("/sign-in", data={"csrf_token": token, "email": EMAIL, "password": PASSWORD}).status_code == 303
    attacker = app.test_client()
    attacker.set_cookie("__Host-ke_session", planted)
    assert not is_in(attacker)
    with client.session_transaction() as cookie:
        assert "csrf_token" not in cookie


def test_signing_in_again_ends_the_sign_in_of_the_same_browser(app: Flask, client: FlaskClient, ann: int) -> None:
    make_member(app, "bob@example.org", name="Bob")
    token = token_in(client.get("/sign-in"))
    for email in (EMAIL, "bob@example.org"):
        form = {"csrf_token": token, "email": email, "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        token = token_in(client.get("/me"))
    assert rows(app) == 1
    assert "Bob" in client.get("/me").text


def test_signing_out_ends_the_sign_in_for_whoever_copied_the_cookie(app: Flask, inside: FlaskClient) -> None:
    copied = inside.get_cookie("__Host-ke_session")
    assert copied is not None
    assert send(inside, "/sign-out", page="/me").location == "/sign-in"
    thief = app.test_client()
    thief.set_cookie("__Host-ke_session", copied.value)
    assert not is_in(inside)
    assert not is_in(thief)
    assert rows(app) == 0


def test_a_link_cannot_sign_anybody_out(inside: FlaskClient) -> None:
    assert inside.get("/sign-out").status_code == 405
    assert is_in(inside)


def test_a_revoked_sign_in_is_out_at_once(app: Flask, inside: FlaskClient, ann: int) -> None:
    assert is_in(inside)
    with writing(app):
        sessions.end_all(ann)
    assert inside.get("/me").location == "/sign-in?next=/me"


def test_somebody_who_left_is_out_even_with_a_sign_in(app: Flask, inside: FlaskClient, ann: int) -> None:
    with writing(app):
        db.session.execute(update(Member).where(Member.id == ann).values(standing="left"))
    assert not is_in(inside)


def test_officers_are_signed_out_within_the_day(app: Flask, inside: FlaskClient, ann: int) -> None:
    with writing(app):
        db.session.execute(update(Member).where(Member.id == ann).values(role="officer"))
    begun = clock.now()
    with clock.held(begun + OFFICE_IDLE - ROUNDING):
        assert is_in(inside)
    with clock.held(begun + 2 * OFFICE_IDLE):
        assert not is_in(inside)


def test_what_has_run_out_is_swept_away_for_each_at_their_own_time(app: Flask, client: FlaskClient, ann: int) -> None:
    enter(client, ann)
    enter(app.test_client(), make_member(app, "office@example.org", role="administrator"))
    with clock.held(clock.now() + 2 * OFFICE_IDLE), app.app_context():
        sweep()
        assert db.session.scalars(select(SignIn.member_id)).all() == [ann]
    with clock.held(clock.now() + IDLE_LIMIT + timedelta(hours=1)), app.app_context():
        sweep()
        assert db.session.scalars(select(SignIn.member_id)).all() == []


def test_the_limits_are_settings(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_SESSION_IDLE_DAYS=1, KE_SESSION_DAYS=2)
    member = make_member(app)
    browser = app.test_client()
    enter(browser, member)
    begun = clock.now()
    with clock.held(begun + timedelta(hours=25)):
        assert not is_in(browser)
    enter(browser, member)
    with clock.held(begun + timedelta(hours=20)):
        assert is_in(browser)
    with clock.held(begun + timedelta(hours=40)):
        assert is_in(browser)
    with clock.held(begun + timedelta(hours=49)):
        assert not is_in(browser)


@pytest.mark.parametrize(
    ("after", "still_in"),
    [
        (IDLE_LIMIT - ROUNDING, True),
        (IDLE_LIMIT + timedelta(minutes=1), False),
    ],
)
def test_a_sign_in_ends_when_it_is_not_used_for_long(inside: FlaskClient, after: timedelta, still_in: bool) -> None:
    with clock.held(clock.now() + after):
        assert is_in(inside) is still_in


def test_a_sign_in_ends_in_the_end_however_much_it_is_used(inside: FlaskClient) -> None:
    begun = clock.now()
    days = settings.DEFAULT_SESSION_DAYS
    for day in range(0, days, 20):
        with clock.held(begun + timedelta(days=day)):
            assert is_in(inside)
    with clock.held(begun + timedelta(days=days, minutes=1)):
        assert not is_in(inside)


def test_use_is_noted_once_in_each_five_minutes_and_never_to_the_second(app: Flask, client: FlaskClient) -> None:
    ann = make_member(app)
    seen: list[datetime | None] = []
    for seconds in (61, 299, 301, 599, 600):
        with clock.held(FULL_FIVE + timedelta(seconds=seconds)):
            if not seen:
                enter(client, ann)
            client.get("/me")
        with app.app_context():
            seen.append(db.session.scalar(select(SignIn.seen_at)))
    assert seen == [FULL_FIVE + timedelta(minutes=minutes) for minutes in (0, 0, 5, 5, 10)]


def test_no_form_that_is_sent_notes_that_its_sender_was_here(app: Flask, client: FlaskClient) -> None:
    """In the files of a database what is written next stands next: the author beside the pseudonym's post."""
    ann = make_member(app)
    with clock.held(FULL_FIVE):
        enter(client, ann)
        token = token_in(client.get("/me"))
    with clock.held(FULL_FIVE + clock.ROUNDED_TO):
        assert client.post("/settings/factors/codes", data={"csrf_token": token}).status_code < 500
        with app.app_context():
            assert db.session.scalar(select(SignIn.seen_at)) == FULL_FIVE
        client.get("/me")
        with app.app_context():
            assert db.session.scalar(select(SignIn.seen_at)) == FULL_FIVE + clock.ROUNDED_TO


def test_no_time_of_a_sign_in_tells_more_than_its_five_minutes(app: Flask, client: FlaskClient) -> None:
    ann = make_member(app)
    with clock.held(FULL_FIVE + timedelta(minutes=2, seconds=17, microseconds=300)):
        send(client, "/sign-in", email="ann@example.org", password=PASSWORD)
    with app.app_context():
        [row] = db.session.scalars(select(SignIn)).all()
        assert row.created_at == row.seen_at == FULL_FIVE
        assert FULL_FIVE <= time_of(row.id) < FULL_FIVE + clock.ROUNDED_TO
    with clock.held(FULL_FIVE + timedelta(minutes=9, seconds=5)):
        send(client, "/sign-out", page="/me")
    with app.app_context():
        assert db.session.get_one(Member, ann).was_here_at == FULL_FIVE + timedelta(minutes=5)


def test_two_devices_are_two_sign_ins(app: Flask, client: FlaskClient, ann: int) -> None:
    other = app.test_client()
    enter(client, ann)
    enter(other, ann)
    assert rows(app) == 2
    send(client, "/sign-out", page="/me")
    assert is_in(other)
