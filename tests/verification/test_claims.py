"""A claim, its code, and what becomes of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import StandingChange
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.verification.claims import actions, queries
from knowledge_exchange.verification.claims.actions import CodeOutcome
from knowledge_exchange.verification.models import RollEntry
from tests.verification.claiming import (
    account,
    claim,
    code_in,
    enter,
    entry,
    latest,
    letters,
    member,
    networks_of,
)

pytestmark = pytest.mark.usefixtures("networks")


def test_a_match_mails_a_code_to_the_address_on_the_roll_and_to_no_other() -> None:
    ann = account()
    entry()
    claim(ann)
    [letter] = letters()
    assert letter.recipient == "bola@roll.example"
    assert letter.essential
    assert len(code_in(letter)) == 8


def test_the_code_letter_names_neither_the_union_nor_what_it_is_about() -> None:
    ann = account()
    entry()
    claim(ann)
    [letter] = letters()
    for word in ("union", "unison", "fda", "member", "okonedo", "exchange", "7788", "ann"):
        assert word not in (letter.subject + letter.text).lower().replace("anybody", "")


def test_the_code_makes_an_active_member_with_what_the_roll_says() -> None:
    with unit_of_work():
        db.session.add(Organisation(code="R0A", name="An organisation", region="north-west"))
    ann = account()
    found = entry()
    claim(ann)
    assert enter(ann, code_in(letters()[0])) is CodeOutcome.MEMBER
    now_known = member(ann)
    assert (now_known.standing, now_known.name, now_known.region) == ("active", "Bola O'Konedo", "north-west")
    assert (now_known.organisation_code, now_known.category) == ("R0A", "retired")
    assert networks_of(ann) == {"north-west", "national", "ask-an-officer"}
    taken = db.session.get(RollEntry, found)
    assert taken is not None
    assert taken.member_id == ann
    settled = latest()
    assert (settled.accepted, settled.code_hash) == (True, None)
    step = db.session.scalars(select(StandingChange).where(StandingChange.member_id == ann)).one()
    assert (step.before, step.after) == ("pending", "active")


def test_an_organisation_that_is_not_on_record_is_no_obstacle() -> None:
    ann = account()
    entry(ods_code="ZZ9")
    claim(ann)
    assert enter(ann, code_in(letters()[0])) is CodeOutcome.MEMBER
    assert member(ann).organisation_code is None


def test_a_region_without_a_network_is_no_obstacle() -> None:
    ann = account()
    entry(region="wales")
    claim(ann)
    enter(ann, code_in(letters()[0]))
    assert networks_of(ann) == {"national", "ask-an-officer"}


def test_a_roll_without_first_name_or_region_leaves_what_the_account_says() -> None:
    ann = account()
    entry(first_name="", region="", ods_code="")
    claim(ann)
    enter(ann, code_in(letters()[0]))
    assert (member(ann).name, member(ann).region) == ("Ann Claimant", None)


def test_a_number_that_is_somebody_elses_already_waits_for_a_person() -> None:
    first = account("First Comer")
    entry()
    claim(first)
    enter(first, code_in(letters()[0]))
    second = account("Second Comer")
    claim(second)
    assert len(letters()) == 1
    assert latest().queue_cause == "taken"
    assert member(second).standing == "pending"


def test_of_two_with_a_code_for_one_number_the_first_is_in_and_the_other_waits() -> None:
    entry()
    first, second = account("First Comer"), account("Second Comer")
    claim(first)
    claim(second)
    one, two = letters()
    assert enter(second, code_in(two)) is CodeOutcome.MEMBER
    assert enter(first, code_in(one)) is CodeOutcome.QUEUED
    assert member(first).standing == "pending"
    assert networks_of(first) == set()
    [row] = queries.waiting_claims()
    assert (row.member_id, row.queue_cause) == (first, "taken")


@pytest.mark.parametrize("standing", ["suspended", "left"])
def test_the_suspended_and_those_who_left_neither_claim_nor_prove(standing: str) -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    with unit_of_work():
        change_standing(ann, standing, "for a test", None)
    with pytest.raises(actions.NotPending):
        claim(ann)
    with pytest.raises(actions.NotPending):
        enter(ann, code)
    assert member(ann).standing == standing


def test_each_step_is_in_the_record_without_the_number() -> None:
    ann = account()
    entry()
    claim(ann)
    enter(ann, "ACDEFGHJ")
    enter(ann, code_in(letters()[0]))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == ann).order_by(AuditEntry.id)).all()
    assert [one.action for one in entries if one.action.startswith("claim")] == [
        "claim.made",
        "claim.wrong_code",
        "claim.proved",
    ]
    assert "40217788" not in repr([one.note for one in entries])
