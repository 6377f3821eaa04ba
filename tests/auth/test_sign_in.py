"""Signing in: one answer, after one time, for everything that does not fit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from knowledge_exchange.auth import passwords
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core.db import db
from tests.auth.conftest import Clock
from tests.auth.door import (
    EMAIL,
    PASSWORD,
    alike,
    is_in,
    link_in,
    mail_to,
    make_member,
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
