"""``knowledge-exchange roll source`` and ``roll pull``: where rolls come from by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

import click
from sqlalchemy import select

from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.cli.roll import group, summary
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import RollSource
from knowledge_exchange.verification.pulling import pulls as pulling
from knowledge_exchange.verification.pulling import registry, source_settings
from knowledge_exchange.verification.pulling.state import FAILED, UNCHANGED, WAITING
from knowledge_exchange.verification.rolls import applying, staging

__all__ = ["group"]


def source_name(_context: click.Context, _argument: click.Parameter, value: str) -> str:
    """A source's name as it is stored."""
    name = applying.source_key(value)
    if name is None:
        raise click.BadParameter("use small letters, digits and hyphens, such as unison")
    return name


@group.group("source")
def source_group() -> None:
    """What is remembered of each source: its name, its renewal address, where it is pulled from."""


@source_group.command("set")
@click.argument("source", metavar="NAME", callback=source_name)
@click.option("--name", metavar="WORDS", help="What people call it.")
@click.option("--url", metavar="URL", help="Where its roll is pulled from.")
@click.option(
    "--token-file",
    type=click.File("r"),
    metavar="FILE|-",
    help="Holds the token that opens it (-: type or pipe it). An empty file takes the token away.",
)
@click.option("--every", "every_hours", type=int, metavar="HOURS", help="How often it is pulled; 24 unless told.")
@click.option("--kind", metavar="KIND", help="The kind of registry; https unless told.")
@click.option("--renew-url", metavar="URL", help="Where its members renew.")
@click.option("--no-pull", is_flag=True, help="Don't pull it any more.")
@with_exchange
def set_source(source: str, token_file: Any, no_pull: bool, **given: Any) -> None:
    """Set up a source, or change what is given."""
    if no_pull and (given["url"] or given["kind"]):
        raise click.UsageError("--no-pull contradicts --url and --kind")
    kind = (
        "" if no_pull else given.pop("kind") or (registry.BUILT_IN if given["url"] and not _kind_of(source) else None)
    )
    given.pop("kind", None)
    token = None if token_file is None else token_file.read().strip()
    try:
        with unit_of_work():
            changed = source_settings.change(
                source, source_settings.Changes(kind=kind, token=token, **given), actor=None
            )
    except source_settings.BadSource as error:
        _refuse(error)
    click.echo(f"{source}: {', '.join(changed)} set." if changed else f"{source}: nothing was changed.")


def _refuse(error: source_settings.BadSource) -> NoReturn:
    option = {"every_hours": "--every", "renew_url": "--renew-url", "token": "--token-file"}
    raise click.BadParameter(str(error), param_hint=option.get(error.field, f"--{error.field}")) from None


def _kind_of(source: str) -> str:
    return db.session.scalar(select(RollSource.pull_kind).where(RollSource.source == source)) or ""


@source_group.command("list")
@with_exchange
def list_sources() -> None:
    """Show each source, and what came of the last try. Tokens are shown to nobody."""
    rows = db.session.scalars(select(RollSource).order_by(RollSource.source)).all()
    for row in rows:
        click.echo(f"{row.source}: {row.name or 'without a name'}")
        if row.renew_url:
            click.echo(f"  members renew at {row.renew_url}")
        for line in _pulling(row):
            click.echo(f"  {line}")
    if not rows:
        click.echo("No source has been set up.")


def _pulling(row: RollSource) -> list[str]:
    if not row.pull_kind:
        return ["not pulled"]
    token = "with a token" if row.pull_token else "without a token"
    lines = [f"pulled every {row.pull_every_hours} h ({row.pull_kind}) from {row.pull_url}, {token}"]
    lines.append(f"went well {_when(row.pulled_at)}; tried {_when(row.pull_tried_at)}. {row.pull_outcome}".rstrip())
    return lines


def _when(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


@group.command("pull")
@click.argument("source", metavar="NAME", callback=source_name)
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
@click.option(
    "--allow-lapse",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Confirm that so many of the active members may lapse by it, and that it is whole. Put on record.",
)
@with_exchange
def pull_roll(source: str, dry_run: bool, allow_lapse: float | None) -> None:
    """Fetch the roll of a source from where it is set up to come from, and apply it.

    What more members would lapse by than one may without being asked waits for an officer, or for --allow-lapse.
    """
    manner = pulling.Manner(is_dry=dry_run, allowed=allow_lapse, look=_list_faults)
    try:
        outcome = pulling.pull(source, manner)
    except pulling.NotPulled:
        fail(f"{source} is not pulled from anywhere: set it up with `roll source set {source} --url URL`.")
    if outcome.what in (FAILED, WAITING):
        fail(f"{source}: {outcome.said}{_where(outcome)}")
    if outcome.what == UNCHANGED or outcome.plan is None:
        click.echo(f"{source}: {outcome.said} Nothing was changed.")
        return
    click.echo(summary(outcome.plan, dry_run=dry_run))
    if dry_run and outcome.is_braked:
        click.echo(pulling.why_braked(outcome.plan))


def _where(outcome: pulling.Outcome) -> str:
    if outcome.what != WAITING:
        return ""
    return f" It waits at /admin/rolls/{outcome.import_id}; --allow-lapse PERCENT takes a fresh one at once."


def _list_faults(import_id: int) -> None:
    for line, fault in staging.faults_of(import_id):
        click.echo(f"line {line}: {fault}")
