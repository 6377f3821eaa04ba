"""Another address for one's account: by a link to the new one, with word to the old one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth import letters, tokens
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from knowledge_exchange.mail.actions import post_mail, refused_at
from knowledge_exchange.mail.refusals import note_refusal
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
    try_sign_in,
    writing,
)

PAGE = "/settings/email"
NEW = "ann@home.example"


def ask(client: FlaskClient, email: str = NEW, **form: str) -> TestResponse:
    return send(client, PAGE, email=email, **form)


def link(app: Flask, email: str = NEW) -> str:
    return link_in(mail_to(app, email)[-1])


def address_of(app: Flask, member_id: int) -> str | None:
    with app.app_context():
        return db.session.scalar(select(Member.email).where(Member.id == member_id))


def test_from_asking_to_signing_in_with_the_new_one(app: Flask, inside: FlaskClient, ann: int) -> None:
    assert EMAIL in inside.get(PAGE).text
    assert ask(inside, " Ann@HOME.example ").location == PAGE
    assert "a message is on its way" in inside.get(PAGE).text
    assert address_of(app, ann) == EMAIL
    done = send(inside, link(app))
    assert (done.status_code, done.location) == (303, PAGE)
    assert address_of(app, ann) == NEW
    assert is_in(inside)
    stranger = app.test_client()
    assert try_sign_in(stranger).status_code == 401
    assert try_sign_in(stranger, NEW).status_code == 303


def test_the_old_address_hears_of_the_asking_and_of_the_change(app: Flask, inside: FlaskClient) -> None:
    ask(inside)
    send(inside, link(app))
    asked, changed = mail_to(app, EMAIL)
    assert "wants its mail to go to another address" in asked.text
    assert "your account has another address now" in changed.text
    for letter in (asked, changed, *mail_to(app, NEW)):
        said = (letter.subject + letter.text).lower()
        assert "union" not in said
        assert "knowledge" not in letter.subject.lower()
    assert NEW not in asked.text + changed.text


def test_programs_that_open_the_link_change_nothing(app: Flask, inside: FlaskClient, ann: int) -> None:
    ask(inside)
    for _time in range(2):
        assert NEW in inside.get(link(app)).text
    assert address_of(app, ann) == EMAIL


def test_other_sign_ins_end_at_the_change(app: Flask, inside: FlaskClient, ann: int) -> None:
    elsewhere, thief = app.test_client(), app.test_client()
    enter(elsewhere, ann)
    copied = inside.get_cookie("__Host-ke_session")
    assert copied is not None
    thief.set_cookie("__Host-ke_session", copied.value)
    ask(inside)
    assert is_in(elsewhere)
    send(inside, link(app))
    assert (is_in(inside), is_in(elsewhere), is_in(thief)) == (True, False, False)


def test_a_link_is_good_for_the_account_that_asked_alone(app: Flask, inside: FlaskClient, ann: int) -> None:
    """The new address was mistyped: the letter came to a stranger, who has an account, too."""
    ask(inside)
    stranger = app.test_client()
    assert stranger.get(link(app)).location.startswith("/sign-in")
    other = make_member(app, "other@home.example")
    enter(stranger, other)
    assert stranger.get(link(app)).status_code == 404
    assert send(stranger, link(app), page=PAGE).status_code == 404
    assert (address_of(app, ann), address_of(app, other)) == (EMAIL, "other@home.example")


def test_a_link_works_once_for_a_day_and_until_the_next(app: Flask, inside: FlaskClient, ann: int) -> None:
    ask(inside)
    first = link(app)
    ask(inside, "second@home.example")
    assert inside.get(first).status_code == 404
    second = link(app, "second@home.example")
    with clock.held(clock.now() + tokens.LIFE[tokens.EMAIL] + clock.ROUNDED_TO):
        assert inside.get(second).status_code == 404
    assert send(inside, second).status_code == 303
    assert send(inside, second, page=PAGE).status_code == 404
    assert address_of(app, ann) == "second@home.example"


@pytest.mark.parametrize("dead", ["nonsense", "x" * 500, "é"])
def test_what_is_no_link_leads_nowhere(inside: FlaskClient, dead: str) -> None:
    answer = inside.get(f"{PAGE}/{dead}")
    assert answer.status_code == 404
    assert "no longer works" in answer.text


def test_an_address_of_somebody_else_is_answered_alike_and_its_owner_told(
    app: Flask, inside: FlaskClient, still: Clock
) -> None:
    app.config["KE_MIN_ANSWER_MS"] = 300
    make_member(app, "owner@home.example")
    make_member(app, "gone@home.example", standing="suspended")
    make_member(app, "half@home.example", confirmed=False)
    emails = [NEW, "owner@home.example", "gone@home.example", "half@home.example"]
    answers = set()
    for email in emails:
        first = alike(ask(inside, email), email)
        answers.add((first, alike(inside.get(PAGE), email)))
    assert len(answers) == 1
    assert still.slept == pytest.approx([0.3] * 4)
    [told] = mail_to(app, "owner@home.example")
    assert "tried to open an account with this address" in told.text
    assert PAGE not in told.text


def test_an_address_that_was_taken_meanwhile_stays_its_owner_s(app: Flask, inside: FlaskClient, ann: int) -> None:
    ask(inside)
    mine = link(app)
    other = make_member(app, NEW)
    assert send(inside, mine).status_code == 404
    assert (address_of(app, ann), address_of(app, other)) == (EMAIL, NEW)
    assert is_in(inside)


def test_one_s_own_address_and_what_is_none_are_refused_in_words(app: Flask, inside: FlaskClient) -> None:
    same = ask(inside, EMAIL.upper())
    assert same.status_code == 400
    assert "already" in same.text
    assert ask(inside, "nothing").status_code == 400
    assert mail_to(app, EMAIL) == []


def test_an_address_at_work_is_warned_of_and_taken_all_the_same(app: Flask, inside: FlaskClient) -> None:
    warned = ask(inside, "ann@nhs.net")
    assert warned.status_code == 400
    assert "Use it all the same" in warned.text
    assert 'value="ann@nhs.net"' in warned.text
    assert mail_to(app, "ann@nhs.net") == []
    assert ask(inside, "ann@nhs.net", use_anyway="y").status_code == 303
    send(inside, link(app, "ann@nhs.net"))
    assert "A private address is better" in inside.get(PAGE).text


def test_who_signed_in_long_ago_shows_that_it_is_still_they(app: Flask, inside: FlaskClient, ann: int) -> None:
    with writing(app):
        old = clock.now() - timedelta(hours=1)
        db.session.execute(update(SignIn).values(confirmed_at=old, created_at=old))
    asked = ask(inside)
    assert asked.status_code == 403
    assert NEW in asked.text
    assert mail_to(app, NEW) == []
    assert ask(inside, confirm_password=PASSWORD).status_code == 303
    assert len(mail_to(app, NEW)) == 1


def test_another_password_ends_a_link_that_somebody_else_asked_for(app: Flask, inside: FlaskClient, ann: int) -> None:
    ask(inside)
    mine = link(app)
    form = {"current_password": PASSWORD, "new_password": "second-harbour-kettle"}
    send(inside, "/settings/account/password", page="/settings/account", **form)
    assert inside.get(mine).status_code == 404


def test_links_for_another_password_that_went_to_the_old_address_end(app: Flask, inside: FlaskClient, ann: int) -> None:
    with writing(app):
        reset = tokens.issue(ann, tokens.RESET)
    ask(inside)
    send(inside, link(app))
    assert app.test_client().get(f"/reset/{reset}").status_code == 404


def test_mail_that_waits_follows_but_not_what_is_for_the_old_address(app: Flask, inside: FlaskClient, ann: int) -> None:
    with writing(app):
        post_mail(EMAIL, "A notice", "password_changed", member_id=ann, reset="/")
        note_refusal(NEW, "SMTP 550")
    ask(inside)
    send(inside, link(app))
    assert [letter.subject for letter in mail_to(app, NEW) if not letter.essential] == ["A notice"]
    assert "A notice" not in [letter.subject for letter in mail_to(app, EMAIL)]
    with app.app_context():
        assert not refused_at(NEW)


def test_nobody_s_letter_box_is_filled(app: Flask, inside: FlaskClient) -> None:
    for _time in range(letters.MOST_AN_HOUR + 3):
        assert ask(inside).status_code == 303
    assert len(mail_to(app, NEW)) == letters.MOST_AN_HOUR
    assert len(mail_to(app, EMAIL)) == letters.MOST_AN_HOUR


def test_each_step_is_on_record_without_the_addresses(app: Flask, inside: FlaskClient, ann: int) -> None:
    ask(inside)
    send(inside, link(app))
    with app.app_context():
        query = select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.note).where(AuditEntry.subject_id == ann)
        rows = [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.id))]
    assert rows[-2:] == [("email.change_asked", ann, ""), ("email.changed", ann, "")]


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_only_active_members_change_it(app: Flask, client: FlaskClient, standing: str) -> None:
    enter(client, make_member(app, standing=standing))
    assert client.get(PAGE).location == "/me"
