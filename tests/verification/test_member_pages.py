"""The membership officers' pages about members, as each kind of person: looking up, the record, acts, lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from knowledge_exchange.auth.factors_models import Passkey
from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.refusals import note_refusal
from knowledge_exchange.verification.members import queries as member_queries
from tests.support.persons import Person, Statements, facts_of, person, visitor
from tests.verification.claiming import claim
from tests.verification.members import FIND, WHY, acts_on_record, owned, record_of

pytestmark = pytest.mark.usefixtures("networks")


@pytest.fixture
def officer(app: Flask) -> Person:
    return person(app, "Olu Officer", role="membership_officer")


@pytest.fixture
def ann(app: Flask) -> Person:
    return person(app, "Ann Example", region="north-west")


def addresses(who: Person) -> list[str]:
    """Every page of this part of the office."""
    acts = ("suspend", "close", "sign-out", "reset-link", "reset-factors", "role")
    return [FIND, f"{FIND}/suspended", f"{FIND}/ending", record_of(who), *(f"{record_of(who)}/do/{a}" for a in acts)]


@pytest.mark.parametrize("role", ["member", "officer"])
def test_for_other_members_there_is_nothing_of_it(app: Flask, ann: Person, role: str) -> None:
    other = person(app, "Mo Member", role=role)
    for path in addresses(ann):
        assert other.get(path).status_code == 404
        assert other.post(path, text="ann", **WHY).status_code in (404, 405)
    assert facts_of(ann.id).standing == "active"


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_officers_without_standing_are_sent_to_their_own_page(app: Flask, ann: Person, standing: str) -> None:
    other = person(app, "Olu Gone", role="administrator", standing=standing)
    for path in addresses(ann):
        assert other.get(path).headers["Location"] == "/me"
    assert visitor(app).get(record_of(ann)).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("role", ["membership_officer", "administrator"])
def test_both_offices_open_every_page(app: Flask, ann: Person, role: str) -> None:
    one = person(app, "Olu Other", role=role)
    for path in addresses(ann):
        missing = path.endswith("/role") and role != "administrator"
        assert one.get(path).status_code == (404 if missing else 200), path


@pytest.mark.parametrize(
    ("text", "source", "finds"),
    [
        ("ann.example@people.example", "", True),
        ("ANN.EX@", "", False),  # the beginning of an address, as it is: that isn't one
        ("ann.example@", "", True),
        ("ann.ex", "", True),  # without its @, too
        ("Ann", "", True),
        ("examp", "", True),
        ("xample", "", False),
        ("40217788", "", True),
        (" 0402-17788 ", "unison", True),
        ("40217788", "fda", False),
        ("4021778", "", False),
    ],
)
def test_somebody_is_found_by_address_name_or_number(
    officer: Person, ann: Person, text: str, source: str, finds: bool
) -> None:
    owned(ann)
    page = officer.post(FIND, text=text, source=source)
    assert page.status_code == 200
    assert (record_of(ann) in page.text) is finds
    assert ("Nobody fits" in page.text) is not finds


def test_who_only_claims_a_number_is_found_by_it(app: Flask, officer: Person) -> None:
    bob = person(app, "Bob Claimant", standing="pending")
    claim(bob.id, number="555", surname="Claimant")
    assert record_of(bob) in officer.post(FIND, text="555", source="").text


def test_what_was_looked_for_stands_in_no_address_and_not_on_the_record(officer: Person, ann: Person) -> None:
    officer.post(FIND, text="ann.example@people.example", source="")
    assert acts_on_record("member.searched") == [(officer.id, None, "by address, 1 found")]
    form = officer.get(FIND).text
    assert 'method="post"' in form
    assert "/admin/members?" not in form


@pytest.mark.parametrize("text", ["", " ", "a"])
def test_next_to_nothing_is_not_looked_for(officer: Person, text: str) -> None:
    answer = officer.post(FIND, text=text, source="")
    assert (answer.status_code, "Enter an address, a name or a number." in answer.text) == (422, True)
    assert acts_on_record("member.searched") == []


@pytest.mark.parametrize("text", ["%", "%%", "_n", "\\", "'; --"])
def test_signs_that_databases_take_for_others_are_only_themselves(officer: Person, ann: Person, text: str) -> None:
    assert record_of(ann) not in officer.post(FIND, text=text, source="").text


def test_at_most_twenty_are_shown_and_it_is_said_that_there_are_more(app: Flask, officer: Person) -> None:
    for number in range(member_queries.MOST_FOUND + 1):
        person(app, f"Zed N{number:02}")
    page = officer.post(FIND, text="Zed", source="").text
    assert page.count(f'href="{FIND}/2') + page.count(f'href="{FIND}/1') == member_queries.MOST_FOUND
    assert "There are more than these" in page


def test_the_record_says_what_the_membership_goes_by(app: Flask, officer: Person, ann: Person) -> None:
    owned(ann, paid_up_to=datetime(2027, 3, 31, tzinfo=UTC).date())
    person(app, "Ann Example", email="ann-two@people.example")
    with unit_of_work():
        note_refusal(ann.email, "bounced")
        key = {"credential_id": b"1", "public_key": b"2", "sign_count": 0, "name": "A key of Ann’s own"}
        db.session.add(Passkey(member_id=ann.id, **key))
    page = " ".join(officer.get(record_of(ann)).text.split())
    facts = (ann.email, "North West", "number ending in 88", "on it now", "31 March 2027", "mail refused since")
    for fact in (
        *facts,
        "one device",
        "last seen on",
        "<dt>Second factor</dt><dd>yes</dd>",
        "waiting for proof → active",
    ):
        assert fact in page, fact
    for kept in ("A key of Ann’s own", "h0", "@h", facts_of(ann.id).handle or "-", "a test"):
        assert kept not in page.split("<main")[1], kept


def test_opening_a_record_is_a_look_and_the_member_reads_it(officer: Person, ann: Person) -> None:
    officer.get(record_of(ann))
    officer.get(f"{record_of(ann)}/do/suspend")
    officer.get(record_of(ann))
    assert acts_on_record("member.opened") == [(officer.id, ann.id, "")]
    with clock.held(datetime.now(UTC) + timedelta(hours=1)):
        officer.get(f"{record_of(ann)}/do/suspend")
    assert len(acts_on_record("member.opened")) == 2
    page = " ".join(ann.get("/me").text.split())
    assert "<b>Olu Officer</b>, membership officer," in page
    assert "to look after your membership" in page


@pytest.mark.parametrize("where", ["0", "x", "1", "99999999999999999999", "suspended/do/suspend"])
def test_nobody_of_that_number_is_nowhere(officer: Person, where: str) -> None:
    assert officer.get(f"{FIND}/{where}").status_code == 404


def test_the_pages_cost_the_same_for_one_and_for_many(app: Flask, officer: Person, ann: Person) -> None:
    counts: list[list[int]] = []
    for many in (1, 7):
        for number in range(many):
            person(app, f"Ann P{many}x{number}", standing="suspended")
            soon = person(app, f"Soon P{many}x{number}")
            owned(soon, number=f"{many}{number}", gone_at=clock.now())
            owned(ann, number=f"9{many}{number}")
            with unit_of_work():
                db.session.add(SignIn(member_id=ann.id, token_hash=f"{many}{number}"))
        found = []
        for path in (FIND, f"{FIND}/suspended", f"{FIND}/ending", record_of(ann)):
            with Statements(app) as counted:
                assert officer.get(path).status_code == 200
            found.append(len(counted.sent))
        with Statements(app) as counted:
            assert officer.post(FIND, text="Ann", source="").status_code == 200
        counts.append([*found, len(counted.sent)])
    # Only the first opening of a record writes that it was one.
    counts[0][3] -= 1
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 18


def test_the_lists_hold_whom_they_say_page_by_page(app: Flask, officer: Person, ann: Person) -> None:
    many = member_queries.LIST_PAGE + 2
    for number in range(many):
        with clock.held(datetime.now(UTC) - timedelta(days=many - number)):
            person(app, f"Out N{number:02}", standing="suspended", cause=f"Cause {number}.")
            soon = person(app, f"Soon N{number:02}")
            owned(soon, number=f"1{number}", gone_at=clock.now())
    for kind, first, last in (("suspended", "Out N21", "Out N00"), ("ending", "Soon N00", "Soon N21")):
        page = officer.get(f"{FIND}/{kind}").text
        assert first in page
        assert last not in page
        assert ann.name not in page
        [older] = [part.split('"')[0] for part in page.split('href="') if part.startswith(f"{FIND}/{kind}?after=")]
        rest = officer.get(older).text
        assert last in rest
        assert first not in rest
        assert rest.count(f'href="{FIND}/1') + rest.count(f'href="{FIND}/2') == 2
    assert {note for _actor, _subject, note in acts_on_record("member.listed")} == {"suspended", "ending"}
    assert "22 are about to lapse" in officer.get("/admin").text


def test_the_first_page_counts_each_standing_and_lists_nobody(app: Flask, officer: Person, ann: Person) -> None:
    for number in range(3):
        person(app, f"Lapsed N{number}", standing="lapsed")
    page = " ".join(officer.get(FIND).text.split())
    assert "<dt>lapsed</dt><dd>3</dd>" in page
    assert "<dt>active</dt><dd>2</dd>" in page
    assert ann.name not in page
