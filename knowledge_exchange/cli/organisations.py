"""``knowledge-exchange organisations import|merge``: employers by their code, from the NHS's own list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.text_lines import UnreadableFile
from knowledge_exchange.networks import mergers
from knowledge_exchange.networks.organisation_file import read_code, read_organisations
from knowledge_exchange.networks.organisations import Outcome, apply_organisations

#: Of those that the file lacks; it may be one of a single region.
MOST_MISSING_NAMED = 40


@click.group("organisations")
def group() -> None:
    """Employers of members, by ODS code."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_exchange
def import_organisations(file: Path) -> None:
    """Read FILE (CSV or XLSX with ods_code, name and region) and bring the list up to date.

    Closing dates, successors and e-mail domains are taken from the columns closed, successor_code and domains.
    Members of an organisation that was merged move to its successor.
    """
    try:
        found, bad = read_organisations(file)
    except (UnreadableFile, OSError) as error:
        fail(str(error))
    if not found:
        for line, reason in bad:
            click.echo(f"line {line}: {reason}")
        fail("Nothing was imported, for no row could be read.")
    with unit_of_work():
        outcome = apply_organisations(found, bad, actor=None)
    for said in report(outcome):
        click.echo(said)


def report(outcome: Outcome) -> Iterator[str]:
    """What somebody should look at, and the one line at the end."""
    for line, reason in outcome.bad:
        yield f"line {line}: {reason}"
    for code, before, after in outcome.renamed:
        yield f"renamed: {code} {before}: now {after}"
    for old, new in outcome.merged:
        yield f"merged: {old} into {new}, its members have moved"
    for code, name in outcome.orphaned:
        yield f"closed without a successor: {code} {name}"
    for code, name in outcome.missing[:MOST_MISSING_NAMED]:
        yield f"not in the file: {code} {name}"
    if (more := len(outcome.missing) - MOST_MISSING_NAMED) > 0:
        yield f"not in the file: {more:,} more"
    yield (
        f"{outcome.added:,} organisations added, {outcome.changed:,} changed, {outcome.unchanged:,} unchanged, "
        f"{outcome.left_out:,} closed ones left out, {len(outcome.bad):,} unreadable."
    )


def _code(_context: click.Context, _option: click.Parameter, value: str) -> str:
    try:
        return read_code(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@group.command()
@click.argument("old", callback=_code)
@click.argument("new", callback=_code)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Since when; today if it isn't given.")
@with_exchange
def merge(old: str, new: str, on: datetime | None) -> None:
    """Note that the organisation OLD was merged into NEW, and move its members there, networks and all."""
    try:
        with unit_of_work():
            mergers.merge(old, new, on=on.date() if on else None, actor=None)
    except mergers.CannotMerge as error:
        fail(f"{error} Nothing was changed.")
    click.echo(f"{old} was merged into {new}. Its members have moved.")
