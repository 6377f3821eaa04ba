"""The claimant's pages: always the same sentence, the same status, never too soon."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import Claim, RollImport
from tests.support.persons import Person, Statements, facts_of, person, visitor
from tests.verification.claiming import claim, code_in, entry, letters, networks_of

pytestmark = pytest.mark.usefixtures("networks")

SENTENCE = (
    "If this matches the union’s record, a code is on its way to the address that the union holds; "
    "if none comes in ten minutes, a person will look."
)
RIGHT = {"source": "unison", "number": "40217788", "surname": "Okonedo"}


def claimant(app: Flask, name: str = "Ann Claimant") -> Person:
    return person(app, name, standing="pending", handle=None)


def without_marks(page: str) -> str:
    """The page without what is particular to each answer."""
    plain = re.sub(r"\d{15,}", "", page)
    return "\n".join(line for line in plain.splitlines() if "csrf" not in line and "<time" not in line)


def test_a_match_and_every_kind_of_miss_read_the_same(app: Flask) -> None:
    entry()
    entry("111", "Noaddress", email="")
    tries = [
        RIGHT,
        {**RIGHT, "number": "999"},
        {**RIGHT, "surname": "Smith"},
        {**RIGHT, "source": "fda"},
        {**RIGHT, "source": "nosuchroll"},
        {"source": "unison", "number": "111", "surname": "Noaddress"},
    ]
    answers = []
    for number, fields in enumerate(tries):
        somebody = claimant(app, f"Same Name{number}")
        answer = somebody.post("/verify", **fields)
        page = without_marks(somebody.get("/me").text).replace(somebody.email, "").replace(somebody.name, "")
        answers.append((answer.status_code, answer.headers["Location"], SENTENCE in page, page))
    assert answers[0][:3] == (303, "/me", True)
    assert all(answer == answers[0] for answer in answers)
    assert len(letters()) == 1


def test_the_whole_way_from_number_to_networks(app: Flask) -> None:
    entry()
    ann = claimant(app)
    assert SENTENCE not in ann.get("/me").text
    assert SENTENCE in ann.post_and_follow("/verify", **RIGHT).text
    answer = ann.post("/verify", code=code_in(letters()[0]))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/networks")
    page = ann.get("/networks")
    assert page.status_code == 200
    assert "your membership is confirmed" in page.text
    assert networks_of(ann.id) == {"north-west", "national", "ask-an-officer"}


def test_a_wrong_code_comes_back_with_the_form_and_says_so(app: Flask) -> None:
    ann = claimant(app)
    ann.post("/verify", **RIGHT)
    answer = ann.post("/verify", code="ACDEFGHJ")
    assert answer.status_code == 400
    assert "That code doesn’t fit, or is too old." in answer.text
    assert "ACDEFGHJ" in answer.text
    assert SENTENCE in answer.text


def test_a_code_of_another_length_uses_up_no_try(app: Flask) -> None:
    ann = claimant(app)
    ann.post("/verify", **RIGHT)
    assert ann.post("/verify", code="ACD").status_code == 400
    assert db.session.scalar(select(Claim.code_tries)) == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({**RIGHT, "number": " "}, "Enter the number on your membership card"),
        ({**RIGHT, "number": "12/34"}, "Enter the number on your membership card"),
        ({**RIGHT, "surname": " - "}, "Enter your surname"),
        ({"number": "1", "surname": "Okonedo"}, "Choose the union"),
        ({**RIGHT, "surname": "x" * 101}, "cannot be longer"),
        ({}, "Choose the union"),
    ],
)
def test_bad_input_comes_back_with_what_was_typed(app: Flask, fields: dict[str, str], words: str) -> None:
    ann = claimant(app)
    answer = ann.post("/verify", **fields)
    assert answer.status_code == 400
    assert words in answer.text
    if fields.get("surname", "").strip(" -"):
        assert fields["surname"] in answer.text
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_the_right_code_for_a_number_that_went_to_another_says_a_person_will_look(app: Flask) -> None:
    entry()
    ann, bob = claimant(app), claimant(app, "Bob Other")
    ann.post("/verify", **RIGHT)
    bob.post("/verify", **RIGHT)
    one, two = letters()
    ann.post("/verify", code=code_in(one))
    answer = bob.post_and_follow("/verify", code=code_in(two))
    assert "A person will look at it." in answer.text
    assert facts_of(bob.id).standing == "pending"


@pytest.mark.parametrize("fields", [RIGHT, {**RIGHT, "number": "9"}, {"code": "ACDEFGHJ"}, {}])
def test_no_answer_comes_before_its_time(
    make_app: Callable[..., Flask], networks: dict[str, int], fields: dict[str, str]
) -> None:
    entry()
    slow = make_app(KE_MIN_ANSWER_MS=300)
    ann = claimant(slow)
    began = time.monotonic()
    ann.post("/verify", **fields)
    assert time.monotonic() - began >= 0.3


def test_for_the_suspended_there_is_nothing_to_claim(app: Flask) -> None:
    ann = person(app, "Ann Other", standing="suspended")
    assert ann.post("/verify", **RIGHT).status_code == 404
    assert ann.post("/verify/evidence", evidence="Me.").status_code == 404
    assert ann.get("/verify").headers["Location"] == "/me"
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_a_visitor_is_sent_to_sign_in(app: Flask) -> None:
    nobody = visitor(app)
    assert nobody.get("/verify").headers["Location"].startswith("/sign-in")
    assert nobody.post("/verify", **RIGHT).status_code in (302, 303)
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_the_claim_form_is_on_everybodys_page_but_that_of_the_suspended(app: Flask) -> None:
    assert 'action="/verify"' in claimant(app).get("/me").text
    lapsed = person(app, "Lap Sed", standing="lapsed").get("/me").text
    assert "I have renewed: check again" in lapsed
    assert 'action="/verify"' in lapsed
    active = person(app, "Act Ive").get("/me").text
    assert "Add my other membership" in active
    assert 'action="/verify"' in active
    assert 'action="/verify"' not in person(app, "Sus Pended", standing="suspended").get("/me").text


def test_a_roll_that_was_imported_can_be_chosen(app: Flask) -> None:
    with unit_of_work():
        facts = {"added": 1, "changed": 0, "unreadable": 0}
        db.session.add(RollImport(source="rcm", state="applied", applied_at=clock.now(), **facts))
        db.session.add(RollImport(source="nobody-applied", state="ready", **facts))
    page = claimant(app).get("/me").text
    for name in ("UNISON", "FDA", "RCM"):
        assert f"<span>{name}</span>" in page
    assert "nobody-applied" not in page.lower()


def test_a_refusal_and_its_note_stand_on_the_claimants_page(app: Flask) -> None:
    from knowledge_exchange.verification.claims import settling
    from tests.verification.claiming import latest

    ann = claimant(app)
    claim(ann.id)
    officer = person(app, "Olu Officer", role="membership_officer")
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer.id, reason="not_enough", note="Please ring <the> office.")
    page = ann.get("/me").text
    assert "Please ring &lt;the&gt; office." in page
    assert 'name="number"' in page


def test_guessing_is_limited_by_account_and_the_answer_says_nothing(
    make_app: Callable[..., Flask], networks: dict[str, int]
) -> None:
    limited = make_app(KE_RATE_LIMITS=True)
    ann = claimant(limited)
    codes = [ann.post("/verify", **{**RIGHT, "number": str(n)}).status_code for n in range(1, 13)]
    assert codes[:10] == [303] * 10
    assert codes[10:] == [429] * 2
    assert ann.post("/verify", code="ACDEFGHJ").status_code == 400


def test_the_claims_page_costs_the_same_whatever_was_found(app: Flask) -> None:
    entry()
    costs = set()
    for number, fields in enumerate((RIGHT, {**RIGHT, "number": "9"})):
        somebody = claimant(app, f"Cost Of{number}")
        somebody.post("/verify", **fields)
        with Statements(app) as counted:
            somebody.get("/me")
        costs.add(len(counted.sent))
    assert len(costs) == 1
