"""``knowledge-exchange network create|standard|moderator|let-back``: setting up where members meet."""

from __future__ import annotations

import click
from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.actions import find_id
from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions, automatic, leads, removals
from knowledge_exchange.networks.mergers import current_code
from knowledge_exchange.networks.models import KINDS, VISIBILITIES, Network
from knowledge_exchange.networks.regions import REGIONS

#: Beside the regions': slug, name, what it is for.
EVERYBODYS = (
    ("national", "National", "Every member, every sector: what concerns all of us."),
    ("ask-an-officer", "Ask an officer", "Questions to the union's national officers."),
)


@click.group("network")
def group() -> None:
    """Networks: where members write to each other."""


def _find(slug: str) -> int | None:
    return db.session.scalar(select(Network.id).where(Network.slug == slug))


@group.command()
@click.argument("slug")
@click.option("--name", required=True, help="As people say it.")
@click.option("--description", default="", help="One sentence: for whom, about what.")
@click.option("--kind", type=click.Choice(KINDS), default="interest", show_default=True)
@click.option("--visibility", type=click.Choice(VISIBILITIES), default="closed", show_default=True)
@click.option(
    "--organisation", metavar="CODE", help="Whose members join it by themselves; the kind is then organisation."
)
@with_exchange
def create(slug: str, name: str, description: str, kind: str, visibility: str, organisation: str | None) -> None:
    """Make a network with the address /n/SLUG, and put in whom the rules want there."""
    if _find(slug) is not None:
        fail(f"There is a network {slug} already. Nothing was changed.")
    code = organisation.strip().upper() if organisation else None
    if code and current_code(code) != code:
        fail(f"There is no organisation {code}, or another has followed it. Nothing was changed.")
    try:
        with unit_of_work():
            made = actions.create_network(
                slug,
                name,
                kind="organisation" if code else kind,
                visibility=visibility,
                description=description,
                organisation_code=code,
            )
            automatic.join_of_network(made.id)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="SLUG") from error
    click.echo(f"The network {name} is at /n/{slug}.")


@group.command()
@with_exchange
def standard() -> None:
    """Make the regional networks, National and Ask an officer, as far as they are missing."""
    wanted = [(slug, name, "regional", "closed", "") for slug, (name, _code) in REGIONS.items()]
    wanted += [(slug, name, "national", "open", text) for slug, name, text in EVERYBODYS]
    missing = [row for row in wanted if _find(row[0]) is None]
    with unit_of_work():
        for slug, name, kind, visibility, description in missing:
            made = actions.create_network(slug, name, kind=kind, visibility=visibility, description=description)
            automatic.join_of_network(made.id)
    click.echo(f"{len(missing)} networks made, {len(wanted) - len(missing)} were there already.")


@group.command()
@click.argument("slug")
@click.argument("email")
@click.option("--lead", is_flag=True, help="They lead its moderators: they appoint and dismiss the others.")
@click.option("--remove", is_flag=True, help="Make them a plain member of it again.")
@with_exchange
def moderator(slug: str, email: str, lead: bool, remove: bool) -> None:
    """Make the member with that e-mail address a moderator of a network."""
    if lead and remove:
        raise click.UsageError("Either --lead or --remove.")
    network_id, member_id = _find(slug), find_id(email)
    if network_id is None:
        fail(f"There is no network {slug}.")
    if member_id is None:
        fail(f"There is no account with {email}.")
    with unit_of_work():
        actions.set_role(member_id, network_id, "member" if remove else "moderator")
        if lead:
            leads.appoint(member_id, network_id, actor=None, as_lead=True)
    what = "a plain member" if remove else "a lead moderator" if lead else "a moderator"
    click.echo(f"{email} is now {what} of {slug}.")


@group.command("let-back")
@click.argument("slug")
@click.argument("email")
@with_exchange
def let_back(slug: str, email: str) -> None:
    """Let somebody come back who was removed from a network: after an appeal that was upheld."""
    network_id, member_id = _find(slug), find_id(email)
    if network_id is None:
        fail(f"There is no network {slug}.")
    if member_id is None:
        fail(f"There is no account with {email}.")
    with unit_of_work():
        if not removals.lift(member_id, network_id):
            fail(f"{email} was not removed from {slug}. Nothing was changed.")
        record("network.let_back", actor=None, subject=member_id, note=str(network_id))
        actions.join_automatically(member_id)
    click.echo(f"{email} may come back to {slug}, and is in it again where the rules want them there.")
