"""How somebody's standing changes: which steps there are, who may do each, which need a reason. Pure.

``left`` leads back to ``pending`` alone: who comes back shows again that they are a member. A suspension is
ended by a person, never by a roll.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

#: The exchange itself: the roll's job, a code that fits; and the command line, which only the operator has.
EXCHANGE = "exchange"
#: The member, for themselves.
SELF = "self"
OFFICERS = frozenset({"membership_officer", "administrator"})

#: Nobody acts on those above them.
_RANKS = {"member": 0, "officer": 1, "membership_officer": 1, "administrator": 2}


class Impossible(ValueError):
    """There is no such step in anybody's standing."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"nobody who is {before} becomes {after}")
        self.before, self.after = before, after


class Person(Protocol):
    """What is to be known of whoever acts."""

    @property
    def id(self) -> int: ...

    @property
    def role(self) -> str: ...

    @property
    def standing(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who may do it, and whether an officer has to say why."""

    by: frozenset[str]
    needs_reason: bool = True


_BY_OFFICERS = Step(OFFICERS | {EXCHANGE})
_BY_ITSELF_TOO = Step(OFFICERS | {EXCHANGE, SELF})

STEPS: dict[tuple[str, str], Step] = {
    # Proved by a code, or by an officer who settles the claim: the claim says why.
    ("pending", "active"): Step(OFFICERS | {EXCHANGE, SELF}, needs_reason=False),
    ("pending", "suspended"): _BY_OFFICERS,
    ("pending", "left"): _BY_ITSELF_TOO,
    ("active", "lapsed"): _BY_OFFICERS,
    ("active", "suspended"): _BY_OFFICERS,
    ("active", "left"): _BY_ITSELF_TOO,
    # Back on a roll, by a claim to be on another, or let in again by an officer.
    ("lapsed", "active"): _BY_ITSELF_TOO,
    ("lapsed", "pending"): _BY_OFFICERS,
    ("lapsed", "suspended"): _BY_OFFICERS,
    ("lapsed", "left"): _BY_ITSELF_TOO,
    ("suspended", "active"): _BY_OFFICERS,
    # A suspension that falls leaves people as they were.
    ("suspended", "pending"): _BY_OFFICERS,
    ("suspended", "lapsed"): _BY_OFFICERS,
    ("suspended", "left"): _BY_ITSELF_TOO,
    ("left", "pending"): _BY_OFFICERS,
}


def is_possible(before: str, after: str) -> bool:
    """Whether there is such a step at all, whoever does it."""
    return (before, after) in STEPS


def may_act_on(actor: Person, target: Person) -> bool:
    """Whether an officer may do anything with this account: not with their own, nor with a superior's."""
    rank = _RANKS[actor.role]
    return (
        actor.role in OFFICERS and actor.standing == "active" and actor.id != target.id and rank >= _RANKS[target.role]
    )


def may_change_standing(actor: Person, target: Person, after: str) -> bool:
    """Whether this person may do that step with that one. Everybody may leave; nothing else is done to oneself."""
    step = STEPS.get((target.standing, after))
    if step is None:
        return False
    if actor.id == target.id:
        return after == "left" and SELF in step.by
    return actor.role in step.by and may_act_on(actor, target)


def may_change_role(actor: Person, target: Person) -> bool:
    """Offices in the exchange are an administrator's to give, to active members, never to themselves."""
    return actor.role == "administrator" and target.standing == "active" and may_act_on(actor, target)
