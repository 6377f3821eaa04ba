"""From what the provider has shown to a sign-in here, through the account's second factor where it has one."""

from __future__ import annotations

from enum import Enum, auto

from flask import request
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.auth import actions, factors, queries, second_step, sessions
from knowledge_exchange.auth import union_linking as linking
from knowledge_exchange.auth.policy import may_sign_in
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.union_facts import Shown
from knowledge_exchange.auth.union_linking import By
from knowledge_exchange.core.db import unit_of_work

WAY = "union"


class Outcome(Enum):
    """What became of somebody whom the provider has shown."""

    IN = auto()
    SECOND = auto()  # the account asks for its second factor first; nothing is linked yet
    UNKNOWN = auto()  # nobody's account, or one that may not sign in: nobody is told which


def sign_in(shown: Shown) -> Outcome:
    """Sign somebody in, into an account of theirs or a new one. In a unit of work of its own."""
    try:
        return _sign_in(shown)
    except (actions.EmailTaken, IntegrityError):
        # Somebody was first, a moment ago: most likely they themselves, who pressed twice.
        return _sign_in(shown)


def _sign_in(shown: Shown) -> Outcome:
    with unit_of_work():
        found = _whose(shown)
        if found is None:
            return Outcome.UNKNOWN
        account, by = found
        if factors.has_any(account.id):
            second_step.hold(account, [*shown, by.value])
            return Outcome.SECOND
        if not linking.arrive(account, shown, by):
            return Outcome.UNKNOWN
        sessions.begin(account.id, request.user_agent.string, WAY)
        return Outcome.IN


def _whose(shown: Shown) -> tuple[Account, By] | None:
    found = linking.whose(shown)
    if found is None:
        return (linking.open_account(shown), By.EMAIL) if linking.may_open(shown) else None
    account, by = found
    if account.email_confirmed_at is None and account.standing != "left" and by is By.EMAIL:
        account = linking.take_over(account, shown)
    return (account, by) if may_sign_in(account.standing, account.email_confirmed_at) else None


def finish(account_id: int, note: list[str] | None) -> bool:
    """After the second step: what :func:`sign_in` left undone. True where there is nothing; in the caller's unit of
    work. ``note``: what :func:`second_step.union_note` gave.
    """
    if note is None:
        return True
    *facts, by = note
    account = queries.account(account_id)
    return account is not None and linking.arrive(account, Shown(*facts), By(by))


def link_mine(member_id: int, shown: Shown) -> bool:
    """Link the account that is signed in, on its member's own word; False where one of the two is linked already."""
    with unit_of_work():
        return linking.link(member_id, shown, By.OWN_WORD)


def is_still(member_id: int, shown: Shown) -> bool:
    """Whether it is the identity that this member's account is linked with."""
    mine = linking.identity_of(member_id)
    return mine is not None and (mine.issuer, mine.subject) == (shown.issuer, shown.subject)
