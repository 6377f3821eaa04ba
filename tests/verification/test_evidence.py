"""What a claimant may add while they wait, and what the queue makes of it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth import own_data
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.claims import actions, settling
from knowledge_exchange.verification.models import RollEntry
from tests.support.persons import Person, person
from tests.verification.claiming import claim, code_in, entry, latest, letters

pytestmark = pytest.mark.usefixtures("networks")


@pytest.fixture
def ann(app: Flask) -> Person:
    return person(app, "Ann Claimant", standing="pending")


def test_a_note_is_put_down_replaced_and_taken_back(ann: Person) -> None:
    claim(ann.id)
    for note in ("I was Ann Former until 2019.\nBand 7.", "I was Ann Other.", ""):
        answer = ann.post("/verify/evidence", evidence=note)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/me#claim")
        assert latest().evidence == note
        assert note in ann.get("/me").text
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == ann.id)).all()
    assert acts.count("claim.evidence") == 3


def test_the_note_stays_with_a_claim_that_replaces_the_first(ann: Person) -> None:
    claim(ann.id)
    ann.post("/verify/evidence", evidence="I was Ann Former.")
    claim(ann.id, "999")
    assert latest().evidence == "I was Ann Former."


def test_a_note_that_is_too_long_comes_back_whole(ann: Person) -> None:
    claim(ann.id)
    long = "word " * 201
    answer = ann.post("/verify/evidence", evidence=long)
    assert answer.status_code == 400
    assert "cannot be longer than 1000" in answer.text
    assert long.strip() in answer.text
    assert latest().evidence == ""


def test_without_a_claim_that_waits_there_is_nothing_to_add_to(app: Flask, ann: Person) -> None:
    answer = ann.post_and_follow("/verify/evidence", evidence="Me.")
    assert "has been settled meanwhile" in answer.text
    claim(ann.id)
    officer = person(app, "Olu Officer", role="membership_officer")
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer.id, reason="ended")
    assert "has been settled meanwhile" in ann.post_and_follow("/verify/evidence", evidence="Me.").text
    assert latest().evidence == ""
    with pytest.raises(actions.NotPending), unit_of_work():
        actions.add_evidence(ann.id, "Me.")


def test_officers_read_the_note_and_what_was_refused_before(app: Flask, ann: Person) -> None:
    officer = person(app, "Olu Officer", role="membership_officer")
    claim(ann.id)
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer.id, reason="not_enough", note="Ring <us>.")
    claim(ann.id, "555")
    ann.post("/verify/evidence", evidence="I was Ann <Former>.")
    for path in ("/admin/claims", f"/admin/claims/{latest().id}"):
        page = officer.get(path).text
        assert "I was Ann &lt;Former&gt;." in page
        assert "by Olu Officer" in page
        assert "Not enough shown" in page
        assert "Ring &lt;us&gt;." in page


@pytest.mark.parametrize(
    "note", [{}, {"reason": "nonsense"}, {"reason": "other"}, {"reason": "not_enough", "note": " "}]
)
def test_a_refusal_without_reason_or_without_the_note_it_needs_comes_back(
    app: Flask, ann: Person, note: dict[str, str]
) -> None:
    claim(ann.id)
    officer = person(app, "Olu Officer", role="membership_officer")
    answer = officer.post(f"/admin/claims/{latest().id}", do="refuse", **note)
    assert answer.status_code == 400
    assert ("Say more" if note.get("reason") in ("other", "not_enough") else "Choose a reason") in answer.text
    assert latest().decided_at is None


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("not_on_roll", "We could not find you"),
        ("other_number", "do not belong together"),
        ("ended", "does not show a membership that holds today"),
        ("not_enough", "not enough to be sure"),
        ("duplicate", "an account already"),
        ("other", "Bring the card."),
    ],
)
def test_the_claimant_reads_each_reason_in_words_and_may_claim_again_or_appeal(
    app: Flask, ann: Person, reason: str, told: str
) -> None:
    claim(ann.id)
    officer = person(app, "Olu Officer", role="membership_officer")
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer.id, reason=reason, note="Bring the card.")
    page = ann.get("/me").text
    assert told in page
    assert "Bring the card." in page
    assert 'action="/verify"' in page
    assert 'action="/me/appeal"' in page
    assert latest().reason == reason


@pytest.mark.parametrize("reason", ["", "nonsense"])
def test_there_is_no_refusal_without_one_of_the_reasons(app: Flask, ann: Person, reason: str) -> None:
    claim(ann.id)
    officer = person(app, "Olu Officer", role="membership_officer")
    with pytest.raises(settling.ReasonMissing), unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer.id, reason=reason, note="No.")
    assert latest().decided_at is None


def test_who_has_lapsed_comes_back_with_a_number_of_another_roll(app: Flask) -> None:
    lapsed = person(app, "Lap Sed", standing="lapsed")
    entry("999", "Sed", source="fda")
    lapsed.post("/verify", source="fda", number="999", surname="Sed")
    [letter] = letters()
    assert letter.recipient == "bola@roll.example"
    assert "if none comes in ten minutes" in lapsed.get("/me").text
    answer = lapsed.post("/verify", code=code_in(letter))
    assert answer.headers["Location"] == "/networks"
    assert lapsed.get("/networks").status_code == 200


def test_who_has_lapsed_may_claim_their_own_entry_and_nobody_elses(app: Flask) -> None:
    lapsed, other = person(app, "Lap Sed", standing="lapsed"), person(app, "Ann Other")
    entry("999", "Sed", member_id=lapsed.id)
    entry("777", "Sed", member_id=other.id)
    claim(lapsed.id, "777", "Sed")
    assert latest().queue_cause == "taken"
    claim(lapsed.id, "999", "Sed")
    assert latest().queue_cause == "unused_code"
    [letter] = letters()
    assert lapsed.post("/verify", code=code_in(letter)).headers["Location"] == "/networks"


def test_an_officer_lets_in_who_has_lapsed_but_not_as_an_entry_that_is_gone(app: Flask) -> None:
    lapsed = person(app, "Lap Sed", standing="lapsed")
    gone = entry("999", "Sed", member_id=lapsed.id, gone_at=now())
    claim(lapsed.id, "999", "Sed")
    assert latest().queue_cause == "gone"
    officer = person(app, "Olu Officer", role="membership_officer")
    path = f"/admin/claims/{latest().id}"
    page = officer.get(path).text
    assert "The roll does not have it any more." in page
    assert "their membership has lapsed" in page
    assert officer.post(path, do="accept", entry=str(gone)).status_code == 400
    assert officer.post(path, do="accept", entry="none", note="Receipt seen.").status_code == 303
    # One letter: that of the step in their standing.
    assert [letter.recipient for letter in letters()] == [lapsed.email]


def test_a_code_for_an_entry_that_has_gone_from_the_roll_waits_for_a_person(ann: Person) -> None:
    found = entry()
    claim(ann.id)
    with unit_of_work() as work:
        row = work.get(RollEntry, found)
        assert row is not None
        row.gone_at = now()
    assert "A person will look at it." in ann.post_and_follow("/verify", code=code_in(letters()[0])).text
    assert latest().queue_cause == "gone"


def test_a_former_name_on_file_and_one_of_two_names_bring_the_code(app: Flask) -> None:
    entry("1", "Smith", former_names="Okonedo-Bell;Jones")
    for number, surname in enumerate(("SMITH", "bell", "Jones", "okonedo bell")):
        somebody = person(app, f"Same Person{number}", standing="pending")
        claim(somebody.id, "001", surname)
        assert latest().queue_cause == "unused_code", surname
    somebody = person(app, "Other Person", standing="pending")
    claim(somebody.id, "1", "Bellamy")
    assert latest().queue_cause == "other_surname"


def test_officers_find_entries_by_a_former_name(app: Flask, ann: Person) -> None:
    found = entry("1", "Smith", former_names="Okonedo;Jones")
    claim(ann.id, "999", "Jones")
    officer = person(app, "Olu Officer", role="membership_officer")
    page = officer.post(f"/admin/claims/{latest().id}", do="search", text="jon").text
    assert f'value="{found}"' in page
    assert "formerly Okonedo, Jones" in page


def test_ones_own_data_hold_claims_and_appeals_but_not_what_was_found(app: Flask) -> None:
    entry()
    told = []
    for name, surname in (("Match Ing", "Okonedo"), ("Miss Ing", "Smith")):
        somebody = person(app, name, standing="pending")
        claim(somebody.id, surname=surname)
        somebody.post("/verify/evidence", evidence="I was Former.")
        with app.app_context():
            told.append(own_data.everything_about(somebody.id))
    [match], [miss] = (one["claims"] for one in told)
    assert match["evidence"] == "I was Former."
    same = {"surname", "made_at"}
    assert {key: match[key] for key in match if key not in same} == {key: miss[key] for key in miss if key not in same}
    assert not {"queued_at", "queue_cause", "roll_entry_id", "code_hash", "number_hash"} & set(match)
    assert told[0]["appeals"] == []
