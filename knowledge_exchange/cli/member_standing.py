"""``knowledge-exchange member suspend|reinstate|lapse|restore|leave``: each step in somebody's standing, by hand."""

from __future__ import annotations

from collections.abc import Callable

import click
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.policy import email_key
from knowledge_exchange.auth.standing import Impossible
from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.text import one_line
from knowledge_exchange.verification.members import steps as member_steps

#: Why somebody can't come to that standing, after "EMAIL is …, and".
_NO_STEP = {
    "active": "only who is suspended or lapsed can be let back in",
    "lapsed": "only an active membership can be ended",
    "pending": "only a closed or lapsed account can be opened for another claim",
    "suspended": "a closed account can't be suspended",
    "left": "can't leave",
}


def whole_address(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """An e-mail address in the form in which accounts hold it."""
    try:
        found = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise click.BadParameter("that isn't a whole e-mail address") from error
    return email_key(found.normalized)


def find_member(email: str) -> Member:
    """The account with that address; the command ends where there is none."""
    member = db.session.scalar(select(Member).where(Member.email == email))
    if member is None:
        fail(f"There is no account with {email}.")
    return member


def _changes_standing(command: Callable[..., None]) -> Callable[..., None]:
    """What the commands that change somebody's standing are given: whom, and why."""
    reason = click.option("--reason", required=True, callback=_reason, help="A sentence that the person reads.")
    return click.argument("email", callback=whole_address)(reason(with_exchange(command)))


def _reason(_context: click.Context, _option: click.Parameter, value: str) -> str:
    reason = one_line(value)
    if not reason:
        raise click.BadParameter("say why: the person reads it")
    return reason


def _step(email: str, after: str, reason: str, words: str) -> None:
    """Move somebody to another standing and say so in a line. Exit code 1 where there is no such step for them."""
    member = find_member(email)
    before = member.standing
    try:
        with unit_of_work():
            changed = member_steps.change_by_hand(member.id, after, reason, None)
    except member_steps.OnARoll:
        fail(f"A roll has {email} as a member, so their membership can't be ended here. Nothing was changed.")
    except Impossible:
        fail(f"{email} is {before}, and {_NO_STEP[after]}. Nothing was changed.")
    click.echo(f"{email} is {words}." if changed else f"{email} was {words} already; nothing was changed.")


@click.command()
@_changes_standing
def suspend(email: str, reason: str) -> None:
    """End a member's access, at once: sign-ins, sockets, mail that waits."""
    _step(email, "suspended", reason, "suspended")


@click.command()
@_changes_standing
def reinstate(email: str, reason: str) -> None:
    """Give a lapsed member their access back, or let a suspended one stand as before the suspension."""
    member = find_member(email)
    if member.standing == "pending":
        fail(f"{email} is pending: they show first that they are a member. Nothing was changed.")
    after = "active"
    if member.standing == "suspended":
        after = member_steps.standing_before_suspension(member.id)
    _step(email, after, reason, f"{after} again")


@click.command()
@_changes_standing
def lapse(email: str, reason: str) -> None:
    """End an active membership now, where no roll has the member any more."""
    _step(email, "lapsed", reason, "lapsed")


@click.command()
@_changes_standing
def restore(email: str, reason: str) -> None:
    """Open a closed or lapsed account for another claim: the person shows again that they are a member."""
    _step(email, "pending", reason, "pending again")


@click.command()
@_changes_standing
def leave(email: str, reason: str) -> None:
    """Close an account, at its owner's wish or after their death. What they wrote stays."""
    _step(email, "left", reason, "no member of the exchange any more")
