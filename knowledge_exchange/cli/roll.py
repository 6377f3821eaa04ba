"""``knowledge-exchange roll import``: bring a source's roll up to date from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from knowledge_exchange.cli.console import fail, progress, with_exchange
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.core.text_lines import UnreadableFile
from knowledge_exchange.verification.rolls import applying, staging
from knowledge_exchange.verification.rolls.applying import Plan
from knowledge_exchange.verification.rolls.categories import unknown_in
from knowledge_exchange.verification.rolls.file import RollFile, open_roll
from knowledge_exchange.verification.rolls.headers import COLUMNS, REQUIRED
from knowledge_exchange.verification.rolls.sources import remember_mapping

#: Words for categories that are listed at most.
MOST_WORDS = 20


@click.group("roll")
def group() -> None:
    """The union's lists of its members, one for each source."""


def _source(_context: click.Context, _option: click.Parameter, value: str) -> str:
    name = applying.source_key(value)
    if name is None:
        raise click.BadParameter("use small letters, digits and hyphens, such as unison")
    return name


def _mapping(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for ours, sign, _theirs in pairs:
        if not sign or ours.strip() not in COLUMNS:
            raise click.BadParameter(f'use COLUMN="THEIRS", where COLUMN is one of {", ".join(COLUMNS)}')
    mapping = {ours.strip(): theirs.strip() for ours, _sign, theirs in pairs}
    if len(mapping) < len(pairs) or any(not mapping.get(name, "-") for name in REQUIRED):
        raise click.BadParameter(f"say each column once; {' and '.join(REQUIRED)} can't be left out")
    return mapping


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, callback=_source, metavar="NAME", help="Whose roll it is: unison, fda…")
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
@click.option(
    "--allow-lapse",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Confirm that so many of the active members may lapse by this file, and that it is whole. Put on record.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    callback=_mapping,
    metavar='COLUMN="THEIRS"',
    help="What the file calls one of our columns (nothing: it has none such). Remembered for this source.",
)
@with_exchange
def import_roll(file: Path, source: str, dry_run: bool, allow_lapse: float | None, mapping: Mapping[str, str]) -> None:
    """Read FILE (CSV or Excel, with a header row), the whole roll of this source, and apply its good rows together.

    Rows that can't be read are listed with their line; nobody is changed by them, nobody whom they may mean lapses.
    """
    import_id = _stage(file, source, mapping)
    try:
        good = _report(import_id)
        if not good and allow_lapse is None:
            advice = "If the roll is really empty, confirm it with --allow-lapse PERCENT."
            fail(f"{source}: nothing was imported, for no row could be read. {advice}")
        _say_unknown(import_id)
        plan = applying.find_plan(import_id)
        if dry_run:
            warning = f" {_why_braked(plan)}" if applying.is_braked(plan, allow_lapse) else ""
            click.echo(f"{summary(plan, dry_run=True)}{warning}")
        else:
            click.echo(summary(_apply(import_id, allow_lapse, mapping), dry_run=False))
    finally:
        end_read()
        staging.drop(import_id)


def _stage(file: Path, source: str, mapping: Mapping[str, str]) -> int:
    try:
        roll = open_roll(file, source, mapping)
        with progress(f"Reading {file.name}", max(file.stat().st_size, 1)) as tell:
            import_id = staging.stage(roll, actor=None, tell=tell)
    except (UnreadableFile, OSError) as error:
        fail(str(error))
    _say_columns(roll)
    return import_id


def _say_columns(roll: RollFile) -> None:
    """How the columns were found, where there is something to be said of it."""
    if roll.header is not None:
        for ours, theirs in roll.header.guessed.items():
            click.echo(f"used “{theirs}” as {ours}")
        for ours, theirs in roll.header.lost.items():
            click.echo(f"not in this file: “{theirs}”, remembered as {ours}")
    if roll.ignored:
        click.echo(f"Columns that were not used: {', '.join(roll.ignored)}")


def _say_unknown(import_id: int) -> None:
    """Which words for categories nobody here knows."""
    words = ", ".join(f"“{word}” ({rows:,})" for word, rows in unknown_in(import_id).most_common(MOST_WORDS))
    if words:
        click.echo(f"Categories that are not known, taken for full members: {words}")


def _report(import_id: int) -> bool:
    """List the rows that could not be read; whether there are others."""
    for line, fault in staging.faults_of(import_id):
        click.echo(f"line {line}: {fault}")
    return staging.has_good_rows(import_id)


def _apply(import_id: int, allowed: float | None, mapping: Mapping[str, str]) -> Plan:
    end_read()
    try:
        with unit_of_work():
            plan = applying.apply(import_id, actor=None, allowed=allowed)
            remember_mapping(plan.source, mapping)
            return plan
    except applying.Braked as braked:
        fail(f"{braked.plan.source}: nothing was changed. {_why_braked(braked.plan)}")
    except applying.Outdated:
        fail("Nothing was changed: another file of this source was imported meanwhile. Begin again.")


def _why_braked(plan: Plan) -> str:
    share = f"{plan.lapsing:,} of {plan.active:,} active members ({plan.percent:.1f} %) would lapse"
    cut = "its last row is broken off, so the rest may be missing; " if plan.cut else ""
    return f"Look at the file again: {cut}{share}. If that is right, confirm it with --allow-lapse PERCENT."


def summary(plan: Plan, *, dry_run: bool) -> str:
    """The one line at the end."""
    would = "would be " if dry_run else ""
    parts = [
        f"{plan.added:,} {would}added",
        f"{plan.changed:,} {would}changed",
        f"{plan.unchanged:,} unchanged",
        f"{plan.unreadable:,} unreadable (nobody changed by them)",
        f"{plan.gone:,} {would}gone from the roll",
        f"{plan.back:,} {would}back on it",
    ]
    spared = f" ({plan.spared:,} more not found, but spared for a row that may mean them)" if plan.spared else ""
    start = f"{plan.source}, dry run" if dry_run else plan.source
    return f"{start}: {', '.join(parts)}{spared}; {plan.lapsing:,} of {plan.active:,} active members are to lapse."


@group.command("read", hidden=True)
@click.argument("import_id", type=int)
@click.option("--attempt", type=int, required=True, help="Which try of reading it this is.")
@with_exchange
def read_upload(import_id: int, attempt: int) -> None:
    """Read a file that an officer has uploaded; the exchange calls this itself."""
    from knowledge_exchange.verification.uploads import process as reading_process

    reading_process.restrain()
    reading_process.read(import_id, attempt)
