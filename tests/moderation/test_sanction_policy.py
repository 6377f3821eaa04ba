"""Who may impose what on whom: every sanction, by every part, on every part."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import clock
from knowledge_exchange.moderation.acts.acting import rank
from knowledge_exchange.moderation.sanctions.sanction_policy import (
    DAYS,
    KINDS,
    Target,
    may_last,
    may_sanction,
    rank_of,
    ways,
)
from knowledge_exchange.moderation.sanctions.sanctions import ends_on
from knowledge_exchange.threads.muted import last_day

#: By what they are: office, place in the network, whether they lead there.
TARGETS = {
    "outsider": ("member", None, False),
    "member": ("member", "member", False),
    "moderator": ("member", "moderator", False),
    "lead": ("member", "moderator", True),
    "officer": ("officer", "member", False),
    "membership": ("membership_officer", "member", False),
    "administrator": ("administrator", None, False),
}
IN_NETWORK = {"warning", "mute", "removal"}
EVERYTHING = set(KINDS)
#: What each part may impose on each, in a row; on all others nothing.
ALLOWED = {
    "moderator": dict.fromkeys(("outsider", "member"), IN_NETWORK),
    "lead": dict.fromkeys(("outsider", "member", "moderator"), IN_NETWORK),
    "officer": dict.fromkeys(("outsider", "member", "moderator", "lead"), EVERYTHING),
    "administrator": dict.fromkeys(("outsider", "member", "moderator", "lead", "officer", "membership"), EVERYTHING),
    "": {},
}


def me(id_: int = 1, **facts: Any) -> Me:
    given = {
        **dict.fromkeys(("name", "title", "zone", "token", "thread_view"), ""),
        **dict.fromkeys(("handle", "region", "organisation_code")),
        "standing": "active",
        "role": "member",
        "sign_in_id": 1,
        "seen_at": clock.now(),
    }
    return Me(id=id_, **{**given, **facts})


def target(name: str, id_: int = 2, standing: str = "active") -> Target:
    role, there, leads = TARGETS[name]
    return Target(id_, role, standing, there, leads)


@pytest.mark.parametrize("part", ALLOWED)
@pytest.mark.parametrize("whom", TARGETS)
def test_everybody_imposes_on_those_below_them_what_is_theirs_and_nothing_else(part: str, whom: str) -> None:
    allowed = {kind for kind in KINDS if may_sanction(me(), part, target(whom), kind)}
    assert allowed == ALLOWED[part].get(whom, set())


@pytest.mark.parametrize(("part", "kind"), list(itertools.product(ALLOWED, KINDS)))
def test_nobody_imposes_anything_on_themselves(part: str, kind: str) -> None:
    assert not may_sanction(me(7), part, target("member", 7), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_imposes_anything_on_an_account_that_is_closed_or_without_standing_of_their_own(kind: str) -> None:
    assert not may_sanction(me(), "administrator", target("member", standing="left"), kind)
    assert not may_sanction(me(standing="suspended"), "administrator", target("member"), kind)
    assert not may_sanction(me(must_set_up=True), "administrator", target("member"), kind)


def test_nobody_stands_below_themselves_in_another_part() -> None:
    for one in TARGETS.values():
        assert rank_of(Target(2, one[0], "active", one[1], one[2])) in range(5)
    assert rank("officer") > rank("lead") > rank("moderator") > 0 == rank("")


def test_an_officer_who_moderates_acts_as_a_moderator_where_that_is_enough() -> None:
    parts = ("moderator", "officer")
    assert ways(me(), parts, target("member")) == {
        **dict.fromkeys(sorted(IN_NETWORK), "moderator"),
        "suspension": "officer",
    }
    assert set(ways(me(), parts, target("lead")).values()) == {"officer"}
    assert ways(me(), parts, target("officer")) == {}


def test_a_kind_that_is_none_is_nobodys_to_impose() -> None:
    assert not may_sanction(me(), "administrator", target("member"), "banishment")
    assert not may_last("banishment", 1)


@pytest.mark.parametrize(("kind", "days"), [(kind, days) for kind in KINDS for days in (0, 2, -1, 365)])
def test_nothing_lasts_as_long_as_nobody_offered(kind: str, days: int) -> None:
    assert not may_last(kind, days)
    assert all(may_last(kind, offered) for offered in DAYS[kind])


def test_a_mute_always_ends() -> None:
    assert None not in DAYS["mute"]


def test_the_rest_of_today_and_so_many_whole_days_count() -> None:
    afternoon = datetime.fromisoformat("2026-11-22T15:07:00+00:00")
    with clock.held(afternoon):
        assert ends_on(None) is None
        assert ends_on(1) == afternoon.date() + timedelta(days=2)
    midnight = datetime.fromisoformat("2026-11-24T00:00:00+00:00")
    assert last_day(midnight).isoformat() == "2026-11-23"
