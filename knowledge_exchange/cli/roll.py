"""``knowledge-exchange roll import``: bring a source's roll up to date from a file."""

from __future__ import annotations

from pathlib import Path

import click

from knowledge_exchange.cli.console import fail, progress, with_exchange
from knowledge_exchange.core.csv_files import UnreadableFile
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.verification import rolls
from knowledge_exchange.verification.roll_file import RollFile, read_roll
from knowledge_exchange.verification.rolls import Changes


@click.group("roll")
def group() -> None:
    """The union's lists of its members, one for each source."""


def _source(_context: click.Context, _option: click.Parameter, value: str) -> str:
    name = rolls.source_key(value)
    if name is None:
        raise click.BadParameter("use small letters, digits and hyphens, such as unison")
    return name


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, callback=_source, metavar="NAME", help="Whose roll it is: unison, fda…")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@click.option(
    "--allow-lapse",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="How many memberships may end by this file. Leavers stay as they are in this version.",
)
@with_exchange
def import_roll(file: Path, source: str, dry_run: bool, allow_lapse: float | None) -> None:
    """Read FILE (CSV with a header row) and apply its good rows all together.

    Rows that can't be read are listed with their line; nobody is changed by them.
    """
    found = _read(file, source)
    _report(found)
    if not found.good:
        fail(f"{source}: nothing was imported, for no row could be read ({_rows(len(found.bad))} unreadable).")
    changes = rolls.find_changes(found) if dry_run else _apply(found)
    click.echo(summary(source, changes, dry_run=dry_run))


def _read(file: Path, source: str) -> RollFile:
    try:
        with progress(f"Reading {file.name}", max(file.stat().st_size, 1)) as tell:
            return read_roll(file, source, tell)
    except (UnreadableFile, OSError) as error:
        fail(str(error))


def _apply(found: RollFile) -> Changes:
    with progress("Writing", max(len(found.good), 1)) as tell, unit_of_work():
        return rolls.apply_roll(found, actor=None, tell=tell)


def _report(found: RollFile) -> None:
    for row in found.bad:
        click.echo(f"line {row.line}: {row.fault}")
    if found.ignored:
        click.echo(f"Columns that were not used: {', '.join(found.ignored)}")


def summary(source: str, changes: Changes, *, dry_run: bool) -> str:
    """The one line at the end."""
    would = "would be " if dry_run else ""
    parts = [
        f"{len(changes.added):,} {would}added",
        f"{len(changes.changed):,} {would}changed",
        f"{changes.unchanged:,} unchanged",
        f"{changes.unreadable:,} unreadable (nobody changed by them)",
    ]
    absent = f"{changes.absent:,} on record not in this file: left as they are"
    start = f"{source}, dry run" if dry_run else source
    return f"{start}: {', '.join(parts)}; {absent}."


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
