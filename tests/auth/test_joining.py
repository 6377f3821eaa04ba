"""Joining and confirming: the page tells nobody who has an account, the message tells whoever owns the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.auth import letters, passwords, tokens
from knowledge_exchange.auth.models import Member, TakenHandle
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
)

NEW = "new@example.org"


def join(client: FlaskClient, email: str = NEW, **form: str) -> TestResponse:
    return send(client, "/join", email=email, **{"name": "New Person", "password": PASSWORD, **form})


def member(app: Flask, email: str = NEW) -> Member | None:
    with app.app_context():
        return db.session.scalar(select(Member).where(Member.email == email))


def confirm(client: FlaskClient, link: str, **form: str) -> TestResponse:
    return send(client, link, **{"password": PASSWORD, **form})


def test_from_joining_to_being_in_and_pending(app: Flask, client: FlaskClient) -> None:
    answer = join(client, email=" New@Example.ORG ", name="  New   Person ")
    assert (answer.status_code, answer.location) == (303, "/join/sent")
    assert "a message is on its way" in client.get("/join/sent").text
    link = link_in(mail_to(app, NEW)[0])
    done = confirm(client, link, handle="blue-kettle")
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert try_sign_in(client, NEW).location == "/me"
    found = member(app)
    assert found is not None
    assert (found.name, found.standing, found.handle) == ("New Person", "pending", "blue-kettle")
    assert found.email_confirmed_at is not None


def test_before_confirming_nobody_comes_in(app: Flask, client: FlaskClient) -> None:
    join(client)
    assert try_sign_in(client, NEW).status_code == 401
    assert not is_in(client)


def test_programs_that_open_every_link_of_a_message_confirm_nothing(app: Flask, client: FlaskClient) -> None:
    join(client)
    link = link_in(mail_to(app, NEW)[0])
    for _time in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    found = member(app)
    assert found is not None
    assert found.email_confirmed_at is None
    assert confirm(client, link, handle="blue-kettle").status_code == 303


def test_joining_is_answered_alike_whether_or_not_there_is_an_account(app: Flask, client: FlaskClient) -> None:
    make_member(app, handle="grey-heron")
    make_member(app, "half@example.org", confirmed=False)
    make_member(app, "out@example.org", standing="suspended")
    emails = [NEW, EMAIL, "half@example.org", "out@example.org"]
    answers = {alike(join(client, email), email) for email in emails}
    answers |= {alike(join(client, "new2@example.org", handle="grey-heron"))}
    assert len(answers) == 1
    for wrong in ({"password": "short"}, {"handle": "x"}, {"name": ""}):
        refused = {alike(join(client, email, **wrong), email) for email in [*emails, "new3@example.org"]}
        assert len(refused) == 1
        assert next(iter(refused))[0] == 400


def test_an_account_that_is_there_stays_as_it_is_and_its_owner_is_told(app: Flask, client: FlaskClient) -> None:
    make_member(app)
    join(client, EMAIL, name="Somebody Else", password="another-long-password-7")
    found = member(app, EMAIL)
    assert found is not None
    assert found.name == "Ann Example"
    assert try_sign_in(client).status_code == 303
    (message,) = mail_to(app, EMAIL)
    assert "There is one already" in message.text
    assert message.essential


def test_whoever_joins_again_before_confirming_is_taken_at_their_last_word(app: Flask, client: FlaskClient) -> None:
    join(client, name="Frist Name")
    join(client, name="First Name", password="a-second-thought-here")
    old, new = [link_in(message) for message in mail_to(app, NEW)]
    assert client.get(old).status_code == 404
    assert confirm(client, new, handle="blue-kettle", password="a-second-thought-here").status_code == 303
    assert try_sign_in(client, NEW, "a-second-thought-here").status_code == 303
    assert "First Name" in client.get("/me").text


def test_a_stranger_who_joins_with_my_address_gets_no_password_of_theirs_confirmed(
    app: Flask, client: FlaskClient
) -> None:
    theirs = "chosen-by-a-stranger"
    join(client)
    join(client, name="A Stranger", password=theirs)
    link = link_in(mail_to(app, NEW)[1])
    refused = confirm(client, link, handle="blue-kettle")
    assert refused.status_code == 400
    assert "Nothing has been confirmed" in refused.text
    assert "blue-kettle" in refused.text
    assert PASSWORD not in refused.text
    assert try_sign_in(client, NEW, theirs).status_code == 401
    join(client)
    mine = link_in(mail_to(app, NEW)[-1])
    assert client.get(link).status_code == 404
    assert confirm(client, mine, handle="blue-kettle").status_code == 303
    assert try_sign_in(client, NEW, theirs).status_code == 401
    assert try_sign_in(client, NEW).location == "/me"
    found = member(app)
    assert found is not None
    assert found.name == "New Person"


def test_the_link_alone_confirms_nothing(app: Flask, client: FlaskClient) -> None:
    join(client)
    link = link_in(mail_to(app, NEW)[0])
    for password in ("", "not this one, no"):
        refused = confirm(client, link, handle="blue-kettle", password=password)
        assert refused.status_code == 400
        assert 'id="password-error"' in refused.text
    found = member(app)
    assert found is not None
    assert (found.email_confirmed_at, found.handle) == (None, None)
    assert confirm(client, link, handle="blue-kettle").status_code == 303


def test_who_has_a_handle_already_confirms_with_the_password_alone(app: Flask, client: FlaskClient) -> None:
    make_member(app, NEW, confirmed=False, standing="pending", handle="blue-kettle")
    try_sign_in(client, NEW)
    link = link_in(mail_to(app, NEW)[0])
    assert 'name="handle"' not in client.get(link).text
    assert confirm(client, link, password="not this one, no").status_code == 400
    assert confirm(client, link).status_code == 303
    assert try_sign_in(client, NEW).location == "/me"


def test_joining_again_without_a_message_leaves_the_link_that_was_sent(app: Flask, client: FlaskClient) -> None:
    for _time in range(letters.MOST_AN_HOUR):
        join(client)
    link = link_in(mail_to(app, NEW)[-1])
    join(client, name="A Stranger", password="chosen-by-a-stranger")
    assert confirm(client, link, handle="blue-kettle").status_code == 303
    assert try_sign_in(client, NEW).location == "/me"


def test_a_link_works_once(app: Flask, client: FlaskClient) -> None:
    join(client)
    link = link_in(mail_to(app, NEW)[0])
    token = token_in(client.get(link))
    form = {"csrf_token": token, "handle": "blue-kettle", "password": PASSWORD}
    assert [client.post(link, data=form).status_code for _time in range(2)] == [303, 404]


def test_a_link_works_for_three_days(app: Flask, client: FlaskClient) -> None:
    join(client)
    link = link_in(mail_to(app, NEW)[0])
    begun = clock.now()
    with clock.held(begun + tokens.LIFE[tokens.CONFIRM] - timedelta(minutes=1)):
        assert client.get(link).status_code == 200
    with clock.held(begun + tokens.LIFE[tokens.CONFIRM] + clock.ROUNDED_TO):
        assert client.get(link).status_code == 404


def test_links_that_never_were_look_like_links_that_are_over(app: Flask, client: FlaskClient) -> None:
    join(client)
    link = link_in(mail_to(app, NEW)[0])
    confirm(client, link, handle="blue-kettle")
    client.get("/sign-in")
    over, never = client.get(link), client.get("/confirm/never-was")
    assert alike(over) == alike(never)
    assert "no longer works" in over.text


def test_a_link_to_confirm_resets_no_password(app: Flask, client: FlaskClient) -> None:
    join(client)
    token = link_in(mail_to(app, NEW)[0]).rpartition("/")[2].partition("?")[0]
    assert client.get(f"/reset/{token}").status_code == 404


def test_the_handle_wished_for_is_offered_when_confirming_and_reserved_only_then(
    app: Flask, client: FlaskClient
) -> None:
    join(client, handle="@Blue-Kettle")
    link = link_in(mail_to(app, NEW)[0])
    assert 'value="blue-kettle"' in client.get(link).text
    with app.app_context():
        assert db.session.scalars(select(TakenHandle.handle)).all() == []


def test_a_taken_handle_is_told_when_confirming_and_the_link_stays_good(app: Flask, client: FlaskClient) -> None:
    make_member(app, handle="grey-heron")
    assert join(client, handle="grey-heron").status_code == 303
    link = link_in(mail_to(app, NEW)[0])
    refused = confirm(client, link, handle="grey-heron")
    assert refused.status_code == 400
    assert "Choose another" in refused.text
    assert confirm(client, link, handle="white-heron").status_code == 303


@pytest.mark.parametrize("handle", ["", "ab", "new-tea", "per-son", "9lives", "a" * 31, "officer", "tea--pot", "tea-"])
def test_confirming_needs_a_handle_that_keeps_the_rules(app: Flask, client: FlaskClient, handle: str) -> None:
    join(client)
    link = link_in(mail_to(app, NEW)[0])
    assert confirm(client, link, handle=handle).status_code == 400
    found = member(app)
    assert found is not None
    assert found.email_confirmed_at is None


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"email": "no-address"}, "whole e-mail address"),
        ({"name": "   "}, "Type your name"),
        ({"name": "n" * 81}, "at most 80"),
        ({"password": "short one"}, "at least 12"),
        ({"password": "password12345"}, "first that somebody would try"),
        ({"password": "new@example.org"}, "your own name or address"),
        ({"password": "New-Person-1984"}, "your own name or address"),
        ({"handle": "new-beginnings"}, "Part of your name"),
        ({"handle": "moderator"}, "kept for the exchange"),
        ({"handle": "so spaced out"}, "letters a to z"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    app: Flask, client: FlaskClient, form: dict[str, str], told: str
) -> None:
    answer = join(client, **{"handle": "blue-kettle", **form})
    assert answer.status_code == 400
    assert told in answer.text
    assert PASSWORD not in answer.text
    if "email" not in form:
        assert 'value="new@example.org"' in answer.text
    assert member(app) is None


def test_joining_never_answers_sooner_than_the_setting_says(make_app: Callable[..., Flask], still: Clock) -> None:
    app = make_app(KE_MIN_ANSWER_MS=300)
    make_member(app)
    for form in ({"email": NEW}, {"email": EMAIL}, {"email": "broken"}, {"email": EMAIL, "password": "short"}):
        began = still.now
        join(app.test_client(), **form)
        assert still.now - began == pytest.approx(0.3)


def test_joining_costs_one_hash_whether_or_not_there_is_an_account(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(app)
    hashed: list[str] = []

    def counted(password: str) -> str:
        hashed.append(password)
        return "x"

    monkeypatch.setattr(passwords, "hash_password", counted)
    for email in (NEW, EMAIL):
        hashed.clear()
        join(client, email)
        assert len(hashed) == 1


def test_a_strangers_letter_box_is_not_filled(app: Flask, client: FlaskClient) -> None:
    make_member(app)
    for _time in range(letters.MOST_AN_HOUR + 3):
        assert join(client, EMAIL).status_code == 303
        assert join(client, NEW).status_code == 303
    assert len(mail_to(app, EMAIL)) == len(mail_to(app, NEW)) == letters.MOST_AN_HOUR
    with clock.held(clock.now() + timedelta(minutes=61)):
        join(client, EMAIL)
    assert len(mail_to(app, EMAIL)) == letters.MOST_AN_HOUR + 1


def test_messages_name_neither_the_union_nor_the_member_in_their_subject(app: Flask, client: FlaskClient) -> None:
    make_member(app)
    join(client)
    join(client, EMAIL)
    for message in (*mail_to(app, NEW), *mail_to(app, EMAIL)):
        for word in ("union", "Managers", "Knowledge Exchange", "Ann", "New Person"):
            assert word not in message.subject + message.text.partition("http")[0]
