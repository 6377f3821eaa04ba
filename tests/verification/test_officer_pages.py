"""The membership officers' queue, as each kind of person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from tests.support.persons import Person, Statements, facts_of, person, visitor
from tests.verification.claiming import claim, entry, latest

pytestmark = pytest.mark.usefixtures("networks")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def officer(app: Flask) -> Person:
    return person(app, "Olu Officer", role="membership_officer")


def waiting(app: Flask, name: str = "Ann Claimant", number: str = "40217788") -> Person:
    ann = person(app, name, standing="pending")
    claim(ann.id, number=number, surname="Former")
    return ann


def path() -> str:
    return f"/admin/claims/{latest().id}"


@pytest.mark.parametrize("role", ["membership_officer", "administrator"])
def test_officers_see_the_queue_with_who_waits_why_and_how_long(app: Flask, role: str) -> None:
    with clock.held(datetime.now(UTC) - timedelta(hours=3)):
        waiting(app)
    page = person(app, "Olu Officer", role=role).get("/admin/claims")
    assert page.status_code == 200
    for words in ("Ann Claimant", "ann.claimant@people.example", "number ending in 88", "3 hours", "No entry on this"):
        assert words in page.text


@pytest.mark.parametrize("role", ["member", "officer"])
def test_for_other_members_there_is_no_queue(app: Flask, role: str) -> None:
    waiting(app)
    other = person(app, "Mo Member", role=role)
    refusal = {"do": "refuse", "reason": "other", "note": "x"}
    for answer in (other.get("/admin/claims"), other.get(path()), other.post(path(), **refusal)):
        assert answer.status_code == 404
    assert latest().decided_at is None


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_officers_without_standing_are_sent_to_their_own_page(app: Flask, standing: str) -> None:
    waiting(app)
    other = person(app, "Olu Gone", role="membership_officer", standing=standing)
    assert other.get("/admin/claims").headers["Location"] == "/me"
    assert other.post(path(), do="refuse", reason="other", note="x").headers["Location"] == "/me"
    assert latest().decided_at is None


def test_visitors_are_sent_to_sign_in(app: Flask) -> None:
    waiting(app)
    nobody = visitor(app)
    assert nobody.get(path()).headers["Location"].startswith("/sign-in")
    assert nobody.post(path(), do="refuse", reason="other", note="x").status_code in (302, 303)
    assert latest().decided_at is None


def test_an_officer_confirms_with_the_entry_found_by_the_number(app: Flask, officer: Person) -> None:
    found = entry()
    ann = waiting(app)
    page = officer.get(path()).text
    assert f'value="{found}"' in page
    assert "bola@roll.example" in page
    answer = officer.post(path(), do="accept", entry=str(found))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/claims")
    assert facts_of(ann.id).standing == "active"
    assert "Nobody is waiting" in officer.get("/admin/claims").text


def test_an_officer_finds_an_entry_by_surname_and_the_address_stays_clean(app: Flask, officer: Person) -> None:
    found = entry("777", "Okafor")
    waiting(app)
    answer = officer.post(path(), do="search", text="oka")
    assert answer.status_code == 200
    assert f'value="{found}"' in answer.text
    assert "Okafor, Bola" in answer.text
    nothing = officer.post(path(), do="search", text="zzz")
    assert "Nothing on this roll fits that" in nothing.text


def test_no_entry_needs_a_note(app: Flask, officer: Person) -> None:
    ann = waiting(app)
    answer = officer.post(path(), do="accept", entry="none", note="")
    assert answer.status_code == 400
    assert "note what you saw" in answer.text
    assert officer.post(path(), do="accept", entry="none", note="Card seen.").status_code == 303
    assert facts_of(ann.id).standing == "active"


@pytest.mark.parametrize("choice", [{}, {"entry": ""}, {"entry": "x"}])
def test_nothing_chosen_is_asked_for_with_the_note_kept(app: Flask, officer: Person, choice: dict[str, str]) -> None:
    waiting(app)
    answer = officer.post(path(), do="accept", note="I saw the card.", **choice)
    assert answer.status_code == 400
    assert "Choose the entry on the roll" in answer.text
    assert "I saw the card." in answer.text


def test_an_entry_that_is_somebodys_cannot_be_chosen(app: Flask, officer: Person) -> None:
    found = entry()
    bob = waiting(app, "Bob First")
    officer.post(path(), do="accept", entry=str(found))
    ann = waiting(app)
    page = officer.get(path()).text
    assert "Belongs to another account." in page
    answer = officer.post(path(), do="accept", entry=str(found))
    assert answer.status_code == 400
    assert "That entry belongs to another account" in answer.text
    assert (facts_of(bob.id).standing, facts_of(ann.id).standing) == ("active", "pending")


def test_a_refusal_needs_a_note(app: Flask, officer: Person) -> None:
    ann = waiting(app)
    assert officer.post(path(), do="refuse", reason="other", note=" ").status_code == 400
    assert officer.post(path(), do="refuse", reason="other", note="Ring us, please.").status_code == 303
    assert facts_of(ann.id).standing == "pending"
    assert latest().note == "Ring us, please."


def test_two_officers_at_one_claim_the_second_is_told(app: Flask, officer: Person) -> None:
    waiting(app)
    claim_path = path()
    officer.post(claim_path, do="refuse", reason="other", note="No.")
    second = person(app, "Second Officer", role="membership_officer")
    answer = second.post_and_follow(claim_path, do="accept", entry="none", note="Yes.")
    assert "somebody else has settled it meanwhile" in answer.text
    assert latest().accepted is False


@pytest.mark.parametrize("where", ["0", "x", "99999999999999999999", "1"])
def test_a_claim_that_is_not_there_is_not_found(officer: Person, where: str) -> None:
    assert officer.get(f"/admin/claims/{where}").status_code == 404


def test_an_unknown_button_is_a_bad_request(app: Flask, officer: Person) -> None:
    waiting(app)
    assert officer.post(path(), do="burn").status_code == 400


def test_looking_and_searching_are_in_the_record(app: Flask, officer: Person) -> None:
    ann = waiting(app)
    officer.get("/admin/claims")
    officer.get(path())
    officer.post(path(), do="search", text="oko")
    query = select(AuditEntry.action, AuditEntry.subject_id).where(AuditEntry.actor_id == officer.id)
    found = [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.id))]
    assert found == [("claim.listed", None), ("claim.opened", ann.id), ("roll.searched", ann.id)]


def test_the_queue_costs_the_same_for_one_claim_and_for_a_page(app: Flask, officer: Person) -> None:
    counts = []
    for many in (1, 12):
        for number in range(many):
            waiting(app, f"P{many}x{number} Waiting", str(number + 1))
        with Statements(app) as counted:
            assert officer.get("/admin/claims").status_code == 200
        counts.append(len(counted.sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 5


def test_the_queue_is_paged(app: Flask, officer: Person) -> None:
    names = [f"P{number:02} Waiting" for number in range(22)]
    for number, name in enumerate(names):
        with clock.held(datetime.now(UTC) - timedelta(hours=24 - number)):
            waiting(app, name, str(number + 1))
    first = officer.get("/admin/claims").text
    assert names[19] in first
    assert names[20] not in first
    [link] = [part.split('"')[0] for part in first.split('href="') if part.startswith("/admin/claims?after=")]
    second = officer.get(link).text
    assert names[19] not in second
    assert names[20] in second
    assert names[21] in second
