"""``knowledge-exchange invitations``: write to people on a roll who have no account yet."""

from __future__ import annotations

import click

from knowledge_exchange.auth import categories
from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.networks.regions import region_slug
from knowledge_exchange.verification.claims import queries
from knowledge_exchange.verification.inviting import invitations
from knowledge_exchange.verification.inviting import queries as invitation_queries
from knowledge_exchange.verification.inviting.invitations import Whom


@click.group("invitations")
def group() -> None:
    """Letters to people who are on a roll and have no account."""


@group.command("send")
@click.option("--source", required=True, metavar="NAME", help="Whose roll: unison, fda…")
@click.option("--region", default="", metavar="REGION", help="Only those of a region, by name or code.")
@click.option("--category", default="", metavar="CATEGORY", help="Only those of a category of membership.")
@click.option("--dry-run", is_flag=True, help="Say how many would be written to, write to nobody.")
@with_exchange
def send(source: str, region: str, category: str, dry_run: bool) -> None:
    """Have the running exchange invite everybody on a roll who holds a place there, has an address and no account."""
    whom = _whom(source, region, category)
    wanted, holding = invitations.count_wanted(whom), invitations.count_holding(whom)
    end_read()
    of_all = f"of {holding:,} on this part of the roll"
    if dry_run:
        click.echo(f"{whom.source}, dry run: {wanted:,} {of_all} would be written to.")
    elif not wanted:
        fail(f"{whom.source}: nobody {of_all} is to be written to; nothing was started.")
    else:
        with unit_of_work():
            run_id = invitations.start(whom, actor=None)
        click.echo(f"{whom.source}: {wanted:,} {of_all} are written to by the running exchange (run {run_id}).")
        click.echo("See how far it is: knowledge-exchange invitations status")


def _whom(source: str, region: str, category: str) -> Whom:
    known = queries.sources()
    if source.strip().lower() not in known:
        raise click.BadParameter(f"use one of {', '.join(known)}", param_hint="--source")
    slug = region_slug(region) if region else ""
    if slug is None:
        raise click.BadParameter("there is no such region", param_hint="--region")
    words = categories.words()
    end_read()
    if category and categories.word_key(category) not in words:
        raise click.BadParameter("there is no such category", param_hint="--category")
    return Whom(source.strip().lower(), slug, categories.known(category, words) if category else "")


@group.command("status")
@with_exchange
def status() -> None:
    """The newest runs, and what became of their letters."""
    runs = invitation_queries.runs()
    for run in runs:
        part = "".join(f", {word}" for word in (run.region, run.category) if word)
        state = "being written" if run.is_going else "stopped" if run.stopped_at else "all written"
        numbers = f"{run.written:,} of {run.wanted:,} written, {run.sent:,} sent, {run.used:,} used"
        rest = f"{run.refused:,} refused, {run.expired:,} expired"
        click.echo(f"{run.at:%Y-%m-%d %H:%M} {run.source}{part}: {state}; {numbers}, {rest}")
    if not runs:
        click.echo("Nobody has been invited yet.")
