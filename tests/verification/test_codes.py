"""What a code is worth, and that nothing tells a match from a miss."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.verification.claims import codes, queries
from knowledge_exchange.verification.claims.actions import CodeOutcome
from knowledge_exchange.verification.models import Claim
from tests.verification.claiming import (
    NOON,
    account,
    claim,
    code_in,
    enter,
    entry,
    latest,
    letters,
    member,
)

pytestmark = pytest.mark.usefixtures("networks")


@pytest.mark.parametrize("typed", ["{}", " {} ", "small", "spaced"])
def test_a_code_may_be_typed_in_small_letters_and_groups(typed: str) -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    shapes = {"small": code.lower(), "spaced": f"{code[:4]} - {code[4:]}"}
    assert enter(ann, shapes.get(typed, typed.format(code))) is CodeOutcome.MEMBER


def test_the_claimants_page_is_the_same_whatever_was_found() -> None:
    entry()
    entry("111", "Noaddress", email="")
    with clock.held(NOON):
        states = []
        for name, number, surname in (
            ("Match Made", "40217788", "Okonedo"),
            ("Number Wrong", "5", "Okonedo"),
            ("Surname Wrong", "40217788", "Smith"),
            ("Address Missing", "111", "Noaddress"),
        ):
            one = account(name)
            claim(one, number, surname)
            states.append(queries.claim_state(one))
    assert states == [queries.ClaimState("waiting", at=NOON)] * 4


def test_a_wrong_code_is_wrong_in_the_same_way_with_and_without_a_match() -> None:
    entry()
    matched, unmatched = account("Match Made"), account("No Match")
    claim(matched)
    claim(unmatched, "999")
    for who in (matched, unmatched):
        assert [enter(who, "ACDEFGHJ") for _try in range(codes.MAX_TRIES + 2)] == [CodeOutcome.WRONG] * 7
        assert member(who).standing == "pending"


def test_after_five_wrong_tries_the_right_code_is_worth_nothing() -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    for _try in range(codes.MAX_TRIES):
        enter(ann, "ACDEFGHJ")
    assert enter(ann, code) is CodeOutcome.WRONG
    assert member(ann).standing == "pending"


def test_the_fifth_try_may_still_be_right() -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    for _try in range(codes.MAX_TRIES - 1):
        enter(ann, "ACDEFGHJ")
    assert enter(ann, code) is CodeOutcome.MEMBER


@pytest.mark.parametrize(("after", "outcome"), [(29, CodeOutcome.MEMBER), (30, CodeOutcome.WRONG)])
def test_a_code_is_good_for_half_an_hour(after: int, outcome: CodeOutcome) -> None:
    with clock.held(NOON):
        ann = account()
        entry()
        claim(ann)
    with clock.held(NOON + timedelta(minutes=after)):
        assert enter(ann, code_in(letters()[0])) is outcome


def test_one_accounts_code_does_not_fit_anothers_claim() -> None:
    entry()
    ann, bob = account(), account("Bob Other")
    claim(ann)
    claim(bob)
    assert enter(bob, code_in(letters()[0])) is CodeOutcome.WRONG


def test_a_new_claim_makes_the_earlier_code_worthless() -> None:
    ann = account()
    entry()
    claim(ann)
    claim(ann)
    first, second = letters()
    assert enter(ann, code_in(first)) is CodeOutcome.WRONG
    assert enter(ann, code_in(second)) is CodeOutcome.MEMBER


def test_a_code_is_stored_as_a_hash_only() -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    row = latest()
    assert row.code_hash is not None
    assert code not in repr([getattr(row, column.name) for column in Claim.__table__.columns])
