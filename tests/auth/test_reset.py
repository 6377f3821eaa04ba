"""A forgotten password: a link that works once, and every session ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.auth import tokens
from knowledge_exchange.auth.models import EmailToken, Member
from knowledge_exchange.core import clock
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
    send,
    token_in,
    try_sign_in,
    writing,
)

OTHER = "second-harbour-kettle"


def ask(client: FlaskClient, email: str = EMAIL) -> TestResponse:
    return send(client, "/reset", email=email)


def link_for(app: Flask, client: FlaskClient, email: str = EMAIL) -> str:
    ask(client, email)
    return link_in(mail_to(app, email)[-1])


def test_a_new_password_replaces_the_old_and_ends_every_session(app: Flask, inside: FlaskClient) -> None:
    elsewhere = app.test_client()
    link = link_for(app, elsewhere)
    done = send(elsewhere, link, new_password=OTHER)
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert not is_in(inside)
    assert try_sign_in(elsewhere, password=PASSWORD).status_code == 401
    assert try_sign_in(elsewhere, password=OTHER).status_code == 303
    assert "has just been changed" in mail_to(app, EMAIL)[-1].text


def test_asking_is_answered_alike_whether_or_not_there_is_an_account(app: Flask, client: FlaskClient) -> None:
    make_member(app)
    make_member(app, "half@example.org", confirmed=False)
    make_member(app, "out@example.org", standing="suspended")
    make_member(app, "gone@example.org", standing="left")
    emails = [EMAIL, "half@example.org", "out@example.org", "gone@example.org", "who@example.org"]
    assert len({alike(ask(client, email), email) for email in emails}) == 1
    assert len({alike(ask(client, f"{email}@@"), email) for email in emails}) == 1


def test_whoever_has_no_account_is_told_so_in_their_own_letter_box(app: Flask, client: FlaskClient) -> None:
    make_member(app, "gone@example.org", standing="left")
    for email in ("who@example.org", "gone@example.org"):
        ask(client, email)
        (message,) = mail_to(app, email)
        assert "no account" in message.text
    with app.app_context():
        assert db.session.scalars(select(EmailToken.id)).all() == []


def test_a_link_works_once_and_its_sisters_end_with_it(app: Flask, client: FlaskClient, ann: int) -> None:
    first, second = link_for(app, client), link_for(app, client)
    form = {"csrf_token": token_in(client.get(first)), "new_password": OTHER}
    assert [client.post(link, data=form).status_code for link in (first, first, second)] == [303, 404, 404]


def test_a_link_works_for_two_hours_and_hardly_longer(app: Flask, client: FlaskClient, ann: int) -> None:
    link = link_for(app, client)
    begun = clock.now()
    with clock.held(begun + tokens.LIFE[tokens.RESET] - timedelta(minutes=1)):
        assert client.get(link).status_code == 200
    with clock.held(begun + tokens.LIFE[tokens.RESET] + clock.ROUNDED_TO):
        form = {"csrf_token": token_in(client.get("/reset")), "new_password": OTHER}
        assert client.post(link, data=form).status_code == 404
    assert try_sign_in(client).status_code == 303


def test_of_two_presses_at_the_same_moment_only_one_counts(app: Flask, ann: int) -> None:
    with writing(app):
        token = tokens.issue(ann, tokens.RESET)
    with writing(app):
        assert tokens.spend(token, tokens.RESET) == ann
        assert tokens.spend(token, tokens.RESET) is None


def test_only_a_hash_of_the_link_is_stored(app: Flask, client: FlaskClient, ann: int) -> None:
    secret = link_for(app, client).rpartition("/")[2]
    with app.app_context():
        assert secret not in str(db.session.scalars(select(EmailToken.token_hash)).all())


@pytest.mark.parametrize(
    ("password", "told"),
    [("short", "at least 12"), ("password12345", "first that"), ("Ann Example 1", "your own name"), ("", "Choose")],
)
def test_a_weak_password_is_refused_and_the_link_stays_good(
    app: Flask, client: FlaskClient, ann: int, password: str, told: str
) -> None:
    link = link_for(app, client)
    refused = send(client, link, new_password=password)
    assert refused.status_code == 400
    assert told in refused.text
    assert send(client, link, new_password=OTHER).status_code == 303


def test_somebody_who_never_confirmed_does_so_by_the_reset_link(app: Flask, client: FlaskClient) -> None:
    half = make_member(app, "half@example.org", standing="pending", confirmed=False)
    link = link_for(app, client, "half@example.org")
    assert send(client, link, new_password=OTHER, handle="grey-heron").status_code == 303
    assert try_sign_in(client, "half@example.org", OTHER).location == "/me"
    with app.app_context():
        found = db.session.get(Member, half)
        assert found is not None
        assert (found.handle, found.email_confirmed_at is None) == ("grey-heron", False)


def test_a_taken_handle_is_told_and_nothing_is_changed(app: Flask, client: FlaskClient, ann: int) -> None:
    make_member(app, "bob@example.org", name="Bob", handle="grey-heron")
    link = link_for(app, client)
    refused = send(client, link, new_password=OTHER, handle="grey-heron")
    assert refused.status_code == 400
    assert "Choose another" in refused.text
    assert try_sign_in(client).status_code == 303


def test_asking_never_answers_sooner_than_the_setting_says(make_app: Callable[..., Flask], still: Clock) -> None:
    app = make_app(KE_MIN_ANSWER_MS=300)
    make_member(app)
    for email in (EMAIL, "who@example.org", "broken"):
        began = still.now
        ask(app.test_client(), email)
        assert still.now - began == pytest.approx(0.3)


def test_links_lead_to_the_address_that_members_type_not_to_the_one_a_request_claims(
    app: Flask, client: FlaskClient, ann: int
) -> None:
    token = token_in(client.get("/reset", base_url="http://evil.example"))
    client.post("/reset", data={"csrf_token": token, "email": EMAIL}, base_url="http://evil.example")
    assert "http://127.0.0.1:5000/reset/" in mail_to(app, EMAIL)[0].text
    assert "evil" not in mail_to(app, EMAIL)[0].text
