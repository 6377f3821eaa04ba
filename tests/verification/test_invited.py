"""The link of an invitation, as a visitor, as somebody whose account waits, and as anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.inviting.invitations import LIFE
from knowledge_exchange.verification.models import RollEntry, RollInvitation
from knowledge_exchange.verification.own_data import letters_of_invitation_to
from tests.auth.door import PASSWORD, alike
from tests.support.persons import Person, person, visitor
from tests.verification.claiming import claim, entry, letters, member, networks_of
from tests.verification.inviting import ROLL, invite, join, members, token

pytestmark = pytest.mark.usefixtures("networks")

DEAD = "This link no longer works"


@pytest.fixture
def link() -> str:
    """Where the letter to Bola O'Konedo leads."""
    entry()
    invite()
    return f"/invited/{token()}"


@pytest.fixture
def bola(app: Flask) -> Person:
    return visitor(app)


def used() -> bool:
    db.session.rollback()
    return db.session.scalars(select(RollInvitation.used_at)).one() is not None


def test_the_page_shows_whose_place_it_is_and_opening_it_changes_nothing(bola: Person, link: str) -> None:
    for _twice in range(2):
        page = bola.get(link)
        assert page.status_code == 200
        assert "Bola O&#39;Konedo" in page.text
        assert ROLL in page.text
    assert (members(), used()) == ({}, False)


def test_a_password_opens_an_account_that_is_a_member_at_once(app: Flask, bola: Person, link: str) -> None:
    answer = join(bola, link, handle="second-cup")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next={link}")
    who = db.session.scalars(select(Member)).one()
    assert (who.email, who.name, who.handle) == (ROLL, "Bola O'Konedo", "second-cup")
    assert (who.standing, who.region, who.category) == ("active", "north-west", "retired")
    assert who.email_confirmed_at is not None
    assert networks_of(who.id) >= {"north-west", "national"}
    assert used()
    assert db.session.scalars(select(RollEntry.member_id)).one() == who.id
    is_use = AuditEntry.action == "invitation.used"
    entries = db.session.execute(select(AuditEntry.actor_id, AuditEntry.subject_id).where(is_use))
    assert [tuple(row) for row in entries] == [(who.id, who.id)]
    # And in with that password, past the link that is used up.
    signed = bola.post("/sign-in", email=ROLL, password=PASSWORD, next=link)
    assert signed.headers["Location"] == link
    assert bola.get(link).headers["Location"] == "/networks"


def test_a_link_works_once(app: Flask, bola: Person, link: str) -> None:
    join(bola, link)
    for answer in (visitor(app).get(link), join(visitor(app), link)):
        assert (answer.status_code, DEAD in answer.text) == (404, True)
    assert len(members()) == 1


@pytest.mark.parametrize("why", ["unknown", "expired", "entry gone", "entry taken"])
def test_a_link_that_is_no_good_says_the_same_whatever_is_wrong_with_it(
    app: Flask, bola: Person, link: str, why: str
) -> None:
    dead_page = alike(bola.get("/invited/never-was"))
    spoil = {
        "unknown": update(RollEntry).values(region=""),
        "expired": update(RollInvitation).values(expires_at=now() - timedelta(seconds=1)),
        "entry gone": update(RollEntry).values(gone_at=now()),
        "entry taken": update(RollEntry).values(member_id=person(app, "Mel Member").id),
    }
    with unit_of_work() as work:
        work.execute(spoil[why])
    path = f"{link}x" if why == "unknown" else link
    before = members()
    for answer in (bola.get(path), join(bola, path)):
        assert alike(answer) == dead_page
        assert answer.status_code == 404
    assert members() == before


def test_an_invitation_expires(bola: Person, link: str) -> None:
    with clock.held(now() + LIFE + timedelta(minutes=1)):
        assert DEAD in bola.get(link).text
        assert join(bola, link).status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": ""}, "Choose a password"),
        ({"password": "okonedo"}, "password"),
        ({"handle": "bola"}, "Part of your name is in it"),
        ({"handle": "!"}, "letters a to z"),
        ({"other": "no address"}, "whole e-mail address"),
    ],
)
def test_what_will_not_do_is_said_by_its_field_and_uses_nothing_up(
    bola: Person, link: str, fields: dict[str, str], words: str
) -> None:
    answer = join(bola, link, **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert (members(), used()) == ({}, False)


def test_a_handle_that_somebody_has_is_refused_and_the_link_stays_good(app: Flask, bola: Person, link: str) -> None:
    person(app, "Mel Member", handle="second-cup")
    answer = join(bola, link, handle="second-cup")
    assert (answer.status_code, "be had any more" in answer.text) == (400, True)
    assert not used()
    assert join(bola, link, handle="third-cup").status_code == 303


def test_the_name_on_the_roll_cannot_be_changed_and_a_missing_one_is_asked_for(bola: Person) -> None:
    entry("1", first_name="")
    invite()
    link = f"/invited/{token()}"
    assert 'name="name"' in bola.get(link).text
    join(bola, link, name="Bola Okonedo")
    assert db.session.scalars(select(Member.name)).one() == "Bola Okonedo"


def test_a_typed_name_does_not_replace_the_rolls(bola: Person, link: str) -> None:
    assert 'name="name"' not in bola.get(link).text
    join(bola, link, name="Somebody Else")
    assert db.session.scalars(select(Member.name)).one() == "Bola O'Konedo"


def test_for_an_address_with_an_account_the_answer_is_the_same_and_its_owner_is_told(
    app: Flask, bola: Person, link: str
) -> None:
    waiting = person(app, "Bola Early", email=ROLL, standing="pending")
    known = join(bola, link)
    page = alike(bola.get(known.headers["Location"]))
    assert not used()
    letter = letters()[-1]
    assert (letter.recipient, letter.subject) == (ROLL, "You have an account already")
    with unit_of_work() as work:
        work.execute(update(Member).where(Member.id == waiting.id).values(email="elsewhere@roll.example"))
    other = visitor(app)
    fresh = join(other, link)
    assert alike(known) == alike(fresh)
    assert alike(other.get(fresh.headers["Location"])) == page
    assert used()


def test_another_address_is_confirmed_first_and_the_invitation_waits_for_it(
    app: Flask, bola: Person, link: str
) -> None:
    answer = join(bola, link, other="Private@home.example")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}/sent")
    assert "If this address can be used" in bola.get(f"{link}/sent").text
    assert (members(), used()) == ({"private@home.example": "pending"}, False)
    letter = letters()[-1]
    assert (letter.recipient, "/confirm/" in letter.text) == ("private@home.example", True)


def test_another_address_that_has_an_account_is_answered_like_one_that_has_none(
    app: Flask, bola: Person, link: str
) -> None:
    person(app, "Mel Member", email="mel@home.example")
    answers = [join(bola, link, other=f"{name}@home.example") for name in ("mel", "new")]
    assert alike(answers[0]) == alike(answers[1])


@pytest.mark.parametrize("standing", ["pending", "lapsed"])
def test_an_account_that_waits_takes_its_place_with_one_button(app: Flask, link: str, standing: str) -> None:
    early = person(app, "Bola Early", standing=standing)
    claim(early.id, number="999", surname="Wrong")
    page = early.get(link)
    assert (page.status_code, "Take my place" in page.text) == (200, True)
    assert member(early.id).standing == standing
    answer = early.post(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/networks")
    who = member(early.id)
    assert (who.standing, who.name, who.email) == ("active", "Bola O'Konedo", "bola.early@people.example")
    assert used()
    with clock.held(now() + timedelta(days=1)):
        officer = person(app, "Olu Officer", role="membership_officer")
        assert "Nobody is waiting" in officer.get("/admin/claims").text
    [mine] = letters_of_invitation_to(early.id)
    assert mine["source"] == "unison"
    assert mine["used_at"]


@pytest.mark.parametrize(("standing", "goal"), [("active", "/networks"), ("suspended", "/me")])
def test_for_everybody_else_it_is_no_way_in(app: Flask, link: str, standing: str, goal: str) -> None:
    other = person(app, "Mel Member", standing=standing)
    for answer in (other.get(link), other.post(link, password=PASSWORD)):
        assert answer.headers["Location"] == goal
    assert not used()
    assert member(other.id).standing == standing
