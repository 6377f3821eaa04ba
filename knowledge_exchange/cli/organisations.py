"""``knowledge-exchange organisations import``: employers by their code, from the NHS's own list."""

from __future__ import annotations

from pathlib import Path

import click

from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.core.csv_files import UnreadableFile
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks.organisations import Outcome, apply_organisations, read_organisations


@click.group("organisations")
def group() -> None:
    """Employers of members, by ODS code."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_exchange
def import_organisations(file: Path) -> None:
    """Read FILE (CSV with ods_code, name and region) and bring the list up to date."""
    try:
        found, bad = read_organisations(file)
    except (UnreadableFile, OSError) as error:
        fail(str(error))
    for line, reason in bad:
        click.echo(f"line {line}: {reason}")
    if not found:
        fail("Nothing was imported, for no row could be read.")
    with unit_of_work():
        outcome = apply_organisations(found, bad, actor=None)
    click.echo(summary(outcome))


def summary(outcome: Outcome) -> str:
    """The one line at the end."""
    return (
        f"{outcome.added:,} organisations added, {outcome.changed:,} changed, {outcome.unchanged:,} unchanged, "
        f"{outcome.closed:,} closed ones left out, {len(outcome.bad):,} unreadable."
    )
