"""The table of steps in somebody's standing, and who may do each: written again here, so that a slip is seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from knowledge_exchange.auth.models import ROLES, STANDINGS
from knowledge_exchange.auth.standing import STEPS, is_possible, may_act_on, may_change_role, may_change_standing
from tests.auth.people import me_as

#: From where to where.
WAYS = {
    "pending": {"active", "suspended", "left"},
    "active": {"lapsed", "suspended", "left"},
    "lapsed": {"active", "pending", "suspended", "left"},
    "suspended": {"active", "pending", "lapsed", "left"},
    "left": {"pending"},
}
OFFICERS = ("membership_officer", "administrator")


def target(standing: str, role: str = "member"):  # type: ignore[no-untyped-def]
    return replace(me_as(standing, role), id=2)


@pytest.mark.parametrize(("before", "after"), list(product(STANDINGS, STANDINGS)))
def test_there_are_these_steps_and_no_others(before: str, after: str) -> None:
    assert is_possible(before, after) is (after in WAYS[before])


@pytest.mark.parametrize(("before", "after"), list(product(STANDINGS, STANDINGS)))
def test_officers_do_each_step_with_members_and_nobody_else_does_any(before: str, after: str) -> None:
    for role in ROLES:
        allowed = may_change_standing(me_as("active", role), target(before), after)
        assert allowed is (role in OFFICERS and after in WAYS[before])


@pytest.mark.parametrize("standing", [standing for standing in STANDINGS if standing != "active"])
def test_an_officer_without_standing_decides_nothing(standing: str) -> None:
    assert not may_change_standing(me_as(standing, "administrator"), target("active"), "suspended")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("before", "after"), STEPS)
def test_to_oneself_nobody_does_anything_but_leave(role: str, before: str, after: str) -> None:
    me = me_as(before, role)
    assert may_change_standing(me, me, after) is (after == "left")


@pytest.mark.parametrize(
    ("actor", "whom", "may"),
    [
        ("membership_officer", "member", True),
        ("membership_officer", "officer", True),
        ("membership_officer", "membership_officer", True),
        ("membership_officer", "administrator", False),
        ("administrator", "membership_officer", True),
        ("administrator", "administrator", True),
        ("officer", "member", False),
        ("member", "member", False),
    ],
)
def test_nobody_acts_on_their_superiors(actor: str, whom: str, may: bool) -> None:
    assert may_act_on(me_as("active", actor), target("active", whom)) is may
    assert may_change_standing(me_as("active", actor), target("active", whom), "suspended") is may


def test_offices_are_an_administrators_to_give_to_active_members_and_never_to_themselves() -> None:
    administrator = me_as("active", "administrator")
    assert may_change_role(administrator, target("active"))
    assert not may_change_role(administrator, target("suspended"))
    assert not may_change_role(administrator, administrator)
    assert not may_change_role(me_as("active", "membership_officer"), target("active"))
