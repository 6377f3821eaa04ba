"""Signing in and out: one answer for everything that does not fit, and sessions that end when they should."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from knowledge_exchange.auth import passwords, sessions
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from tests.auth.conftest import Clock
from tests.auth.door import (
    EMAIL,
    PASSWORD,
    alike,
    enter,
    is_in,
    link_in,
    mail_to,
    make_member,
    send,
    token_in,
    try_sign_in,
    writing,
)


def rows(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(SignIn)) or 0


def test_the_right_password_leads_to_where_one_wanted_to_go(client: FlaskClient, ann: int) -> None:
    answer = try_sign_in(client, email=" ANN@example.org", next="/n/london?after=1")
    assert (answer.status_code, answer.location) == (303, "/n/london?after=1")
    assert is_in(client)


def test_someone_who_is_in_already_is_not_asked_again(inside: FlaskClient) -> None:
    assert inside.get("/sign-in?next=/networks").location == "/networks"


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_someone_without_standing_comes_in_to_their_own_page_only(
    app: Flask, client: FlaskClient, standing: str
) -> None:
    make_member(app, standing=standing)
    assert try_sign_in(client, next="/networks").location == "/me"
    assert client.get("/networks").location == "/me"
    assert client.get("/sign-in").location == "/me"


@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "/\n/evil.example",
        "///evil.example",
        "evil.example",
        "/" + "a" * 3000,
    ],
)
def test_no_address_leads_out_of_the_exchange_after_signing_in(client: FlaskClient, ann: int, goal: str) -> None:
    assert try_sign_in(client, next=goal).location == "/"
    assert client.get("/sign-in", query_string={"next": goal}).location == "/"


def strangers(app: Flask) -> list[tuple[str, str]]:
    """(address, password) that must all be answered alike."""
    make_member(app)
    make_member(app, "new@example.org", standing="pending", confirmed=False)
    make_member(app, "gone@example.org", standing="left")
    return [
        (EMAIL, "not her password at all"),
        ("who@example.org", PASSWORD),
        ("new@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        (EMAIL, ""),
        ("who@example.org", ""),
    ]


def test_whatever_does_not_fit_is_answered_in_the_same_words(app: Flask, client: FlaskClient) -> None:
    answers = {alike(try_sign_in(client, email, word), email) for email, word in strangers(app)}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401
    assert not is_in(client)


def test_an_unknown_account_costs_the_same_one_hash(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    real = passwords._verified

    def counted(stored: str, password: bytes) -> bool:
        compared.append(1)
        return real(stored, password)

    monkeypatch.setattr(passwords, "_verified", counted)
    for email, word in strangers(app):
        compared.clear()
        try_sign_in(client, email, word)
        assert len(compared) == 1, email


def test_no_answer_comes_sooner_than_the_setting_says_hashing_included(
    make_app: Callable[..., Flask], still: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(KE_MIN_ANSWER_MS=300)
    real = passwords.matches

    def slow(stored: str | None, password: str) -> bool:
        still.now += 0.1
        return real(stored, password)

    monkeypatch.setattr(passwords, "matches", slow)
    for email, word in [*strangers(app), (EMAIL, PASSWORD)]:
        began = still.now
        try_sign_in(app.test_client(), email, word)
        assert still.now - began == pytest.approx(0.3)
        assert still.slept[-1] == pytest.approx(0.2)


def test_an_answer_that_took_long_is_not_made_longer(
    make_app: Callable[..., Flask], still: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(KE_MIN_ANSWER_MS=300)
    make_member(app)

    def slow(_stored: str | None, _password: str) -> bool:
        still.now += 2
        return False

    monkeypatch.setattr(passwords, "matches", slow)
    try_sign_in(app.test_client())
    assert still.slept == []


def test_nobody_holds_a_connection_while_a_password_is_hashed_or_time_passes(
    make_app: Callable[..., Flask], still: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(KE_MIN_ANSWER_MS=300)
    make_member(app)
    held: list[int] = []

    def looked(_stored: str | None, _password: str) -> bool:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return False

    def slept(_seconds: float) -> None:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]

    monkeypatch.setattr(passwords, "matches", looked)
    monkeypatch.setattr("knowledge_exchange.auth.timing.sleep", slept)
    try_sign_in(app.test_client())
    assert held == [0, 0]


def test_somebody_unconfirmed_who_knows_the_password_is_sent_the_link_again(app: Flask, client: FlaskClient) -> None:
    make_member(app, "new@example.org", standing="pending", confirmed=False)
    try_sign_in(client, "new@example.org", "not the password, no")
    assert mail_to(app, "new@example.org") == []
    try_sign_in(client, "new@example.org")
    assert link_in(mail_to(app, "new@example.org")[0]).startswith("/confirm/")


def test_a_weak_old_hash_is_replaced_at_the_next_sign_in(app: Flask, client: FlaskClient) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    ann = make_member(app, password_hash=weak)
    assert try_sign_in(client).status_code == 303
    with app.app_context():
        stored = db.session.scalar(select(Member.password_hash).where(Member.id == ann))
    assert stored is not None
    assert stored != weak
    assert not passwords.is_outdated(stored)


def test_the_cookie_is_for_this_host_over_https_and_for_no_script(client: FlaskClient, ann: int) -> None:
    cookie = try_sign_in(client).headers["Set-Cookie"]
    assert cookie.startswith("__Host-ke_session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_the_demo_alone_does_without_https(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_DEMO=True)
    make_member(app)
    cookie = try_sign_in(app.test_client()).headers["Set-Cookie"]
    assert cookie.startswith("ke_session=")
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


@pytest.mark.parametrize(
    ("after", "still_in"),
    [
        (sessions.IDLE_LIMIT - timedelta(minutes=1), True),
        (sessions.IDLE_LIMIT + timedelta(minutes=1), False),
    ],
)
def test_a_sign_in_ends_when_it_is_not_used_for_long(inside: FlaskClient, after: timedelta, still_in: bool) -> None:
    with clock.held(clock.now() + after):
        assert is_in(inside) is still_in


def test_a_sign_in_ends_in_the_end_however_much_it_is_used(inside: FlaskClient) -> None:
    begun = clock.now()
    days = sessions.ABSOLUTE_LIMIT.days
    for day in range(0, days, 20):
        with clock.held(begun + timedelta(days=day)):
            assert is_in(inside)
    with clock.held(begun + timedelta(days=days, minutes=1)):
        assert not is_in(inside)


def test_use_is_noted_at_most_every_five_minutes(app: Flask, inside: FlaskClient) -> None:
    begun = clock.now()
    seen = []
    for minutes in (4, 6, 9):
        with clock.held(begun + timedelta(minutes=minutes)):
            inside.get("/me")
        with app.app_context():
            seen.append(db.session.scalar(select(SignIn.seen_at)))
    assert seen[0] is not None
    assert seen[1] == seen[2] == begun + timedelta(minutes=6)
    assert seen[0] < begun + timedelta(minutes=1)


def test_a_zero_byte_in_a_form_is_no_error_of_ours(client: FlaskClient, ann: int) -> None:
    assert try_sign_in(client, email="ann\0@example.org").status_code == 400


def test_changing_the_password_while_it_is_being_compared_wins(
    app: Flask, client: FlaskClient, ann: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = passwords.matches

    def meanwhile(stored: str | None, password: str) -> bool:
        with writing(app):
            db.session.execute(update(Member).where(Member.id == ann).values(password_hash="other"))
        return real(stored, password)

    monkeypatch.setattr(passwords, "matches", meanwhile)
    assert try_sign_in(client).status_code == 401
    assert rows(app) == 0


def test_two_devices_are_two_sign_ins(app: Flask, client: FlaskClient, ann: int) -> None:
    other = app.test_client()
    enter(client, ann)
    enter(other, ann)
    assert rows(app) == 2
    send(client, "/sign-out", page="/me")
    assert is_in(other)
