"""What a membership officer does with one account: whether they may, what it will mean, and doing it.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import actions, factors, letters, sessions
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.standing import may_act_on, may_change_role, may_change_standing
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.verification.members import steps as member_steps

#: Any text that the reader's language gives when it is shown.
Text = Any
OTHER = "other"


class NotAllowed(Exception):
    """This act is not theirs, or not any more: the account has changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done: its words, and what it leads to."""

    name: Text
    #: What happens, a sentence each.
    will: tuple[Text, ...]
    #: Why, to choose from; each is a whole sentence.
    reasons: dict[str, Text]
    after: str = ""
    before: frozenset[str] = field(default=frozenset())
    #: Whether the member reads the reason; else it is for the record only.
    is_told: bool = True
    grave: bool = True


_OTHER = {OTHER: _l("For another reason:")}
_ENDS = _l("They are signed out everywhere within seconds, and mail that has not been sent yet is dropped.")
_LETTER = _l("A message tells them that something about their account has changed, and no more than that.")
_OWN_PAGE = _l("They can still sign in, and then see one page: how they stand, your reason, and how to appeal.")

ACTS: dict[str, Act] = {
    "suspend": Act(
        _l("Suspend"),
        (_ENDS, _OWN_PAGE, _l("No roll lets them in again: somebody has to end the suspension."), _LETTER),
        {
            "rules": _l("The rules of the exchange were broken."),
            "look": _l("Something has to be looked into first."),
            "misused": _l("It seems that somebody else has used the account."),
            **_OTHER,
        },
        after="suspended",
    ),
    "reinstate": Act(
        _l("End the suspension"),
        (
            _l("They stand as before it: who was active has access again at once, to the networks that they were in."),
            _l("If no roll has them any more, they have the usual time to put that right before their access ends."),
            _LETTER,
        ),
        {
            "over": _l("The suspension is over."),
            "mistake": _l("It was a mistake."),
            "settled": _l("What had to be looked into is settled."),
            **_OTHER,
        },
        after="active",
        before=frozenset({"suspended"}),
        grave=False,
    ),
    "lapse": Act(
        _l("End the membership now"),
        (_ENDS, _OWN_PAGE, _l("As soon as a roll has them again, they are let in by themselves."), _LETTER),
        {
            "ended": _l("The membership of the union has ended."),
            "resigned": _l("You have left the union."),
            **_OTHER,
        },
        after="lapsed",
        before=frozenset({"active"}),
    ),
    "let-in": Act(
        _l("Let back in"),
        (
            _l("They have access again at once, to the networks that they were in."),
            _l("As long as no roll has them, this holds for the usual time only; then their access ends again."),
            _LETTER,
        ),
        {
            "renewed": _l("The membership has been renewed, and the roll does not show it yet."),
            "mistake": _l("It was a mistake."),
            **_OTHER,
        },
        after="active",
        before=frozenset({"lapsed"}),
        grave=False,
    ),
    "restore": Act(
        _l("Open for another claim"),
        (
            _l("They can sign in, and see one page: there they show again that they are a member."),
            _l("The entry on the roll that was theirs can be claimed again."),
            _LETTER,
        ),
        {
            "back": _l("You wanted to come back."),
            "other-roll": _l("You are on another union’s roll now."),
            "mistake": _l("It was a mistake."),
            **_OTHER,
        },
        after="pending",
        before=frozenset({"lapsed", "left"}),
        grave=False,
    ),
    "close": Act(
        _l("Close the account"),
        (
            _ENDS,
            _l("Nobody can sign in to it any more. They are out of every network, and hold no office."),
            _l("What they wrote stays where it is; their name goes from it when they are erased, some months later."),
            _l("A message tells them that their account is closed."),
        ),
        {
            "asked": _l("You asked for it."),
            "died": _l("We were told that its owner has died."),
            "double": _l("You have another account."),
            **_OTHER,
        },
        after="left",
    ),
    "sign-out": Act(
        _l("Sign out everywhere"),
        (_l("Every device is signed out within seconds; they sign in again as usual."),),
        {"lost": _l("A device was lost, or is shared."), "asked": _l("They asked for it."), **_OTHER},
        is_told=False,
        grave=False,
    ),
    "reset-link": Act(
        _l("Send a link for a new password"),
        (
            _l("A message with a link goes to the address of the account, and to no other; you don’t see the link."),
            _l("The old password works until they have chosen another."),
        ),
        {"asked": _l("They asked for it."), "urged": _l("The password may be known to others."), **_OTHER},
        is_told=False,
        grave=False,
    ),
    "reset-factors": Act(
        _l("Take the second factors away"),
        (
            _l("Passkeys, authenticator app and recovery codes are gone for good: then the password is enough."),
            _l("Every device is signed out. A message tells them that how they sign in has changed."),
            _l("Be sure that it is they: somebody who has their password may be asking you."),
        ),
        {
            "met": _l("They lost them, and I have met them or rung them on a number that we had before."),
            "vouched": _l("They lost them, and a colleague who knows them vouches for them."),
            **_OTHER,
        },
        is_told=False,
    ),
    "role": Act(
        _l("Give another office"),
        (
            _l("Every device is signed out; what they may do changes from their next sign-in on."),
            _l("An office asks for a second factor: they set one up as soon as they sign in."),
        ),
        {"appointed": _l("They were appointed."), "ended": _l("Their office has ended."), **_OTHER},
        is_told=False,
        grave=False,
    ),
}


def may(me: Me, target: AnyRow, word: str) -> bool:
    """Whether this officer may do that with that account, as it is now (``id``, ``role``, ``standing``)."""
    act = ACTS[word]
    if me.id == target.id:  # leaving is done on one's own page
        return False
    if act.after:
        return (not act.before or target.standing in act.before) and may_change_standing(me, target, act.after)
    if word == "role":
        return may_change_role(me, target)
    return target.standing != "left" and may_act_on(me, target)


def offered(me: Me, target: AnyRow) -> dict[str, Act]:
    """All that this officer may do with that account."""
    return {word: act for word, act in ACTS.items() if may(me, target, word)}


def carry_out(me: Me, member_id: int, word: str, reason: str, role: str = "") -> None:
    """Do it, if it is still allowed. Raises :class:`NotAllowed`, and :class:`member_steps.OnARoll` for ``lapse``."""
    # Locked, so that what is allowed now is what happens.
    facts = select(Member.id, Member.email, Member.role, Member.standing)
    target = db.session.execute(facts.where(Member.id == member_id).with_for_update()).first()
    if target is None or not may(me, target, word):
        raise NotAllowed
    act = ACTS[word]
    if word == "reinstate":
        member_steps.end_suspension(member_id, reason, me.id)
    elif act.after:
        member_steps.change_by_hand(member_id, act.after, reason, me.id)
    elif word == "role":
        actions.set_role(member_id, role, me.id, reason)
    else:
        _HELP[word](target, me)
        record(f"member.{word}", actor=me.id, subject=member_id, note=reason)


def _sign_out(target: AnyRow, _me: Me) -> None:
    sessions.end_all(target.id)


def _send_link(target: AnyRow, _me: Me) -> None:
    letters.offer_reset(target.id, target.email)


def _reset_factors(target: AnyRow, me: Me) -> None:
    factors.reset(target.id, me.id)


_HELP: dict[str, Callable[[AnyRow, Me], None]] = {
    "sign-out": _sign_out,
    "reset-link": _send_link,
    "reset-factors": _reset_factors,
}
