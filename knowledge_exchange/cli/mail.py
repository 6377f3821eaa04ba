"""``knowledge-exchange mail bounced|stop|again``: addresses at which mail is refused."""

from __future__ import annotations

import sys

import click

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.queries import account_of_email
from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.cli.member_standing import whole_address
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.mail import bounces, refusals


@click.group()
def group() -> None:
    """Addresses to which mail comes back: nothing but essential mail goes there."""


@group.command()
@with_exchange
def bounced() -> None:
    """Read a delivery status notification from standard input, as a mail server hands it over.

    If it says that the recipient of one of our messages is refused for good, mail to them stops. Anything else ends
    with 1, and nothing is noted.
    """
    report = sys.stdin.buffer.read(bounces.MOST_BYTES)
    try:
        bounce = bounces.read_report(report)
    except bounces.NotABounce as error:
        fail(f"{error} Nothing was noted.")
    recipient = bounces.recipient_of(bounce)
    if recipient is None:
        fail("It is about no message that this exchange has sent in the last weeks. Nothing was noted.")
    with unit_of_work():
        refusals.note_refusal(recipient, f"bounce {bounce.status}")
    # No address: what a command says may be mailed to whoever wrote the report.
    click.echo(f"Noted: mail to that address is refused ({bounce.status}).")


@group.command()
@click.argument("email", callback=whole_address)
@with_exchange
def stop(email: str) -> None:
    """Note that mail to an address comes back, where a mail service tells of it in another way."""
    with unit_of_work():
        refusals.note_refusal(email, "the operator")
        _put_on_record("mail.stopped", email)
    click.echo(f"Nothing but essential mail goes to {email} from now on.")


@group.command()
@click.argument("email", callback=whole_address)
@with_exchange
def again(email: str) -> None:
    """Let mail go to an address again that was refused."""
    with unit_of_work():
        changed = refusals.forget_refusal(email)
        if changed:
            _put_on_record("mail.resumed", email)
    click.echo(f"Mail goes to {email} again." if changed else f"Mail to {email} was not refused; nothing was changed.")


def _put_on_record(action: str, email: str) -> None:
    account = account_of_email(email)
    record(action, actor=None, subject=account.id if account else None, note="on the command line")
