"""Appeals as pages: on one's own page, and in the membership office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.core import clock
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.claims import settling
from knowledge_exchange.verification.models import Appeal
from tests.support.persons import Person, Statements, facts_of, known, person, visitor
from tests.verification.claiming import claim, entry, latest

pytestmark = pytest.mark.usefixtures("networks")
WORDS = "I quoted the minutes, which are <public>."


@pytest.fixture
def olu(app: Flask) -> Person:
    return person(app, "Olu Officer", role="membership_officer")


@pytest.fixture
def pat(app: Flask) -> Person:
    return person(app, "Pat Other", role="membership_officer")


@pytest.fixture
def ann(app: Flask, olu: Person) -> Person:
    """A claimant whose claim Olu has refused."""
    somebody = person(app, "Ann Claimant", standing="pending")
    claim(somebody.id)
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=olu.id, reason="not_on_roll", note="Ring us.")
    return somebody


def suspended(app: Flask, by: Person, name: str = "Sus Pended") -> Person:
    somebody = person(app, name)
    with unit_of_work():
        change_standing(somebody.id, "suspended", "Named a patient.", by.id)
    return known(app, somebody.email)


def path() -> str:
    db.session.rollback()
    return f"/admin/appeals/{db.session.scalar(select(func.max(Appeal.id)))}"


def appeals() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Appeal)) or 0


def test_the_whole_way_of_a_refused_claimant(ann: Person, olu: Person, pat: Person) -> None:
    found = entry()
    assert "You can appeal once against each decision." in ann.get("/me").text
    answer = ann.post("/me/appeal", text=WORDS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me#appeal")
    page = ann.get("/me").text
    assert "Your appeal waits for an answer" in page
    assert "which are &lt;public&gt;." in page
    assert 'action="/me/appeal"' not in page
    listed = pat.get("/admin/appeals").text
    for words in ("Ann Claimant", "Olu Officer", "Not on the roll", "which are &lt;public&gt;.", "number ending in 88"):
        assert words in listed
    assert f'value="{found}"' in pat.get(path()).text
    answer = pat.post(path(), do="uphold", answer="You are on the roll.", entry=str(found))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/appeals")
    assert facts_of(ann.id).standing == "active"
    page = ann.get("/me").text
    assert "Your appeal was upheld" in page
    assert "You are on the roll." in page
    assert "No appeal is waiting" in pat.get("/admin/appeals").text


def test_what_was_said_of_an_appeal_that_was_upheld_stays_for_a_month(ann: Person, pat: Person) -> None:
    ann.post("/me/appeal", text=WORDS)
    pat.post(path(), do="uphold", answer="You are right.", entry="none", note="Card seen.")
    with clock.held(now() + timedelta(days=29)):
        assert "You are right." in ann.get("/me").text
    with clock.held(now() + timedelta(days=31)):
        assert "You are right." not in ann.get("/me").text


def test_a_suspended_member_appeals_and_reads_why_it_was_turned_down(app: Flask, olu: Person, pat: Person) -> None:
    sus = suspended(app, olu)
    assert "Named a patient." in sus.get("/me").text
    sus.post("/me/appeal", text=WORDS)
    page = pat.get(path()).text
    for words in ("Their suspension", "Named a patient.", "Olu Officer"):
        assert words in page
    assert 'name="entry"' not in page
    assert pat.post(path(), do="turn-down", answer="It was a <patient>.").status_code == 303
    page = sus.get("/me").text
    assert "Your appeal was turned down" in page
    assert "It was a &lt;patient&gt;." in page
    assert 'action="/me/appeal"' not in page
    assert "Pat Other" not in page.split("Who looked at my record")[0]


def test_whoever_decided_it_sees_plainly_that_somebody_else_must(app: Flask, ann: Person, olu: Person) -> None:
    ann.post("/me/appeal", text=WORDS)
    assert "For somebody else" in olu.get("/admin/appeals").text
    page = olu.get(path()).text
    assert "You decided what this is about: somebody else decides the appeal." in page
    assert 'value="uphold"' not in page
    answer = olu.post_and_follow(path(), do="turn-down", answer="Still no.")
    assert "somebody else decides the appeal" in answer.text
    assert facts_of(ann.id).standing == "pending"
    admin = person(app, "Ada Min", role="administrator")
    assert admin.post(path(), do="uphold", answer="Yes.", entry="none", note="Card seen.").status_code == 303
    assert facts_of(ann.id).standing == "active"


def test_the_second_of_two_officers_is_told(app: Flask, ann: Person, pat: Person) -> None:
    ann.post("/me/appeal", text=WORDS)
    where = path()
    pat.post(where, do="turn-down", answer="No.")
    third = person(app, "Third Officer", role="membership_officer")
    answer = third.post_and_follow(where, do="uphold", answer="Yes.", entry="none", note="Seen.")
    assert "somebody else has decided it meanwhile" in answer.text
    assert facts_of(ann.id).standing == "pending"
    assert third.get(where).status_code == 404


@pytest.mark.parametrize(("text", "words"), [("", "Say what you think was wrong."), ("x" * 2001, "cannot be longer")])
def test_an_appeal_that_cannot_be_taken_comes_back_whole(ann: Person, text: str, words: str) -> None:
    answer = ann.post("/me/appeal", text=text)
    assert answer.status_code == 400
    assert words in answer.text
    assert text in answer.text
    assert appeals() == 0


def test_a_second_appeal_against_the_same_is_not_taken(ann: Person) -> None:
    ann.post("/me/appeal", text=WORDS)
    assert "or you have appealed already" in ann.post_and_follow("/me/appeal", text="Again.").text
    assert appeals() == 1


@pytest.mark.parametrize("standing", ["active", "pending"])
def test_where_nothing_was_decided_there_is_no_form_and_nothing_is_taken(app: Flask, standing: str) -> None:
    other = person(app, "Mo Other", standing=standing)
    assert 'id="appeal"' not in other.get("/me").text
    assert other.post("/me/appeal", text=WORDS).status_code == 303
    assert other.get("/me/appeal").headers["Location"] == "/me#appeal"
    assert appeals() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"do": "uphold", "entry": "none", "note": "Seen."}, "Write an answer"),
        ({"do": "turn-down", "answer": " "}, "Write an answer"),
        ({"do": "uphold", "answer": "Yes."}, "Choose the entry on the roll"),
        ({"do": "uphold", "answer": "Yes.", "entry": "x"}, "Choose the entry on the roll"),
        ({"do": "uphold", "answer": "Yes.", "entry": "none"}, "note what you saw"),
        ({"do": "uphold", "answer": "Yes.", "entry": "1"}, "or is gone"),
        ({"do": "turn-down", "answer": "x" * 2001}, "cannot be longer"),
    ],
)
def test_a_decision_with_something_missing_comes_back(
    ann: Person, pat: Person, fields: dict[str, str], words: str
) -> None:
    ann.post("/me/appeal", text=WORDS)
    answer = pat.post(path(), **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert fields.get("answer", "").strip() in answer.text
    assert facts_of(ann.id).standing == "pending"
    assert pat.get(path()).status_code == 200


def test_an_unknown_button_is_a_bad_request_and_what_is_not_there_is_not_found(ann: Person, pat: Person) -> None:
    ann.post("/me/appeal", text=WORDS)
    assert pat.post(path(), do="burn").status_code == 400
    for where in ("0", "x", "1", "99999999999999999999"):
        assert pat.get(f"/admin/appeals/{where}").status_code == 404


def test_officers_search_the_roll_for_the_appellant(ann: Person, pat: Person) -> None:
    found = entry("777", "Okafor")
    ann.post("/me/appeal", text=WORDS)
    answer = pat.post(path(), do="search", text="oka")
    assert answer.status_code == 200
    assert f'value="{found}"' in answer.text


def test_looking_at_an_appeal_is_on_record_and_the_appellant_reads_it(ann: Person, pat: Person) -> None:
    ann.post("/me/appeal", text=WORDS)
    pat.get("/admin/appeals")
    pat.get(path())
    pat.post(path(), do="search", text="oka")
    query = select(AuditEntry.action, AuditEntry.subject_id).where(AuditEntry.actor_id == pat.id)
    found = [tuple(row) for row in db.session.execute(query.order_by(AuditEntry.id))]
    assert found == [("appeal.listed", None), ("appeal.opened", ann.id), ("roll.searched", ann.id)]
    page = ann.get("/me").text
    assert "to decide your appeal" in page
    assert "Pat Other" in page


@pytest.mark.parametrize("role", ["member", "officer"])
def test_for_other_members_there_are_no_appeals(app: Flask, ann: Person, role: str) -> None:
    ann.post("/me/appeal", text=WORDS)
    other = person(app, "Mo Member", role=role)
    for answer in (other.get("/admin/appeals"), other.get(path()), other.post(path(), do="turn-down", answer="x")):
        assert answer.status_code == 404


def test_visitors_are_sent_to_sign_in(app: Flask) -> None:
    assert visitor(app).post("/me/appeal", text=WORDS).status_code in (302, 303, 401)
    assert visitor(app).get("/admin/appeals").headers["Location"].startswith("/sign-in")
    assert appeals() == 0


def test_the_office_says_how_many_appeals_wait(ann: Person, pat: Person) -> None:
    assert "wait," not in pat.get("/admin").text
    ann.post("/me/appeal", text=WORDS)
    assert "One waits, for" in pat.get("/admin").text


def test_the_list_costs_the_same_for_one_appeal_and_for_a_page(app: Flask, olu: Person, pat: Person) -> None:
    counts = []
    for many in (1, 8):
        for number in range(many):
            suspended(app, olu, f"P{many}x{number} Member").post("/me/appeal", text=WORDS)
        with Statements(app) as counted:
            assert pat.get("/admin/appeals").status_code == 200
        counts.append(len(counted.sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 4
