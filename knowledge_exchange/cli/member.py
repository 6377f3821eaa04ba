"""``knowledge-exchange member create|show|promote|suspend|reinstate|lapse|restore|leave|reset-…``."""

from __future__ import annotations

import secrets
from datetime import timedelta

import click
from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import actions, factors, letters, passwords, queries, tokens
from knowledge_exchange.auth.forms import handle_fault
from knowledge_exchange.auth.models import ROLES
from knowledge_exchange.auth.policy import handle_key
from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.cli.member_standing import find_member, lapse, leave, reinstate, restore, suspend, whole_address
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import Network, NetworkMembership

#: A link that the operator hands over may wait until after a holiday.
LINK_LIFE = timedelta(days=7)
#: What people say for the roles.
_ALIASES = {"membership": "membership_officer", "membership-officer": "membership_officer", "admin": "administrator"}


@click.group()
def group() -> None:
    """Members, from the operator's side. Every use is on the record."""


class Role(click.ParamType):  # type: ignore[type-arg]
    """A role by its name or by what people say for it."""

    name = "role"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The role's own name."""
        role = _ALIASES.get(value.lower(), value.lower().replace("-", "_"))
        if role not in ROLES:
            self.fail(f"{value!r} is none of: {', '.join(ROLES)}", param, ctx)
        return role


def _name(_context: click.Context, _option: click.Parameter, value: str) -> str:
    name = one_line(value)
    if not name:
        raise click.BadParameter("give a name")
    return name


@group.command()
@click.option("--email", required=True, callback=whole_address)
@click.option("--name", required=True, callback=_name)
@click.option("--role", type=Role(), default="member", show_default=True, metavar="|".join(ROLES))
@click.option("--network", metavar="SLUG", help="A network to put them into, besides those of everybody.")
@click.option("--handle", metavar="HANDLE", help="Else they choose one themselves.")
@with_exchange
def create(email: str, name: str, role: str, network: str | None, handle: str | None) -> None:
    """Make an active member, and print the link with which they choose their password."""
    handle = handle_key(handle) if handle else None
    fault = handle_fault(handle, name) if handle else None
    if fault:
        raise click.BadParameter(fault, param_hint="--handle")
    network_id = _network(network) if network else None
    # Nobody knows this password: the link is the only way in.
    hashed = passwords.hash_password(secrets.token_urlsafe())
    try:
        with unit_of_work():
            member = actions.create_member(
                email=email,
                name=name,
                password_hash=hashed,
                handle=handle,
                role=role,
                standing="active",
                cause="The exchange's administrator opened this account.",
                confirmed=True,
            )
            networks.join_automatically(member.id)
            if network_id is not None:
                networks.add_member(member.id, network_id)
            token = tokens.issue(member.id, tokens.RESET, life=LINK_LIFE)
    except actions.EmailTaken:
        fail(f"There is an account with {email} already. Nothing was changed.")
    except actions.HandleTaken:
        fail(f"The handle {handle} was given to somebody before. Choose another.")
    click.echo(f"{name} <{email}> is an active member ({role}).")
    _hand_over(token)


def _network(slug: str) -> int:
    found = db.session.scalar(select(Network.id).where(Network.slug == slug))
    if found is None:
        raise click.BadParameter(f"there is no network {slug!r}", param_hint="--network")
    return found


def _hand_over(token: str) -> None:
    click.echo(f"They choose a password here, once, within {LINK_LIFE.days} days:\n{letters.reset_link(token)}")


@group.command()
@click.argument("email", callback=whole_address)
@with_exchange
def show(email: str) -> None:
    """Show a person's account. That somebody looked is put on the record."""
    member = find_member(email)
    with unit_of_work():
        record("member.shown", actor=None, subject=member.id, note="on the command line")
    devices, steps = queries.sign_ins_of(member.id), queries.steps_of(member.id)
    facts = {
        "Name": member.name,
        "E-mail": f"{member.email} ({'confirmed' if member.email_confirmed_at else 'not confirmed'})",
        "Handle": member.handle or "not chosen yet",
        "Standing": f"{member.standing} since {member.standing_since:%Y-%m-%d}. {member.standing_cause}".strip(),
        "Role": member.role,
        "Networks": ", ".join(_networks_of(member.id)) or "none",
        "Signed in on": ", ".join(device.device for device in devices) or "no device",
        "Account since": f"{member.created_at:%Y-%m-%d}",
    }
    for label, value in facts.items():
        click.echo(f"{label + ':':<15}{value}")
    for step in steps:
        click.echo(f"  {step.at:%Y-%m-%d %H:%M} {step.before} > {step.after}. {step.cause}".rstrip())


def _networks_of(member_id: int) -> list[str]:
    query = (
        select(Network.slug)
        .join(NetworkMembership, NetworkMembership.network_id == Network.id)
        .where(NetworkMembership.member_id == member_id)
        .order_by(Network.slug)
    )
    return list(db.session.scalars(query))


@group.command()
@click.argument("email", callback=whole_address)
@click.option("--role", type=Role(), required=True, metavar="|".join(ROLES))
@with_exchange
def promote(email: str, role: str) -> None:
    """Give a member an office in the exchange, or (with --role member) take it back."""
    member = find_member(email)
    with unit_of_work():
        changed = actions.set_role(member.id, role, None)
    click.echo(f"{email} is now {role}." if changed else f"{email} was {role} already.")


@group.command("reset-password")
@click.argument("email", callback=whole_address)
@with_exchange
def reset_password(email: str) -> None:
    """Sign a member out everywhere, and print a link with which they choose another password."""
    member = find_member(email)
    hashed = passwords.hash_password(secrets.token_urlsafe())
    with unit_of_work():
        actions.set_password(member.id, hashed, None)
        token = tokens.issue(member.id, tokens.RESET, life=LINK_LIFE)
    click.echo(f"The old password of {email} no longer works.")
    _hand_over(token)


@group.command("reset-factors")
@click.argument("email", callback=whole_address)
@with_exchange
def reset_factors(email: str) -> None:
    """Take passkeys, app and recovery codes off an account, and sign it out everywhere."""
    member = find_member(email)
    with unit_of_work():
        amount = factors.reset(member.id, None)
        must = factors.needs_second_factor(member.id)
    click.echo(f"{email}: {amount} removed; every device is signed out, and the password alone opens the account.")
    if must:
        click.echo("Their office asks for a second factor: they set one up as soon as they sign in.")


for _command in (suspend, reinstate, lapse, restore, leave):
    group.add_command(_command)
