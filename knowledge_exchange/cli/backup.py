"""``backup`` and ``restore``: everything in one file, from either kind of database into either."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app

from knowledge_exchange.cli.console import configured, fail, progress, with_exchange

if TYPE_CHECKING:
    from knowledge_exchange.cli.backup_file import Backup

KIB = 1024
WITHOUT_KEYS = (
    "The key file is not in it. Keep a copy of {keys} elsewhere: without it hashed membership numbers can't be "
    "matched again, sealed data can't be read, and the seals of the record of acts can't be confirmed."
)
SEARCH_FOLLOWS = (
    "The search fills itself again while the exchange runs; `knowledge-exchange search rebuild` does it at once."
)
NOT_EMPTY = (
    "There is something in this database already (table “{table}”). Restore into an empty one, or let the backup "
    "take its place with --replace: everything that is in it now is lost then."
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="Put the key file in, too: the backup is then as secret as the keys.")
@with_exchange
def backup(file: Path, with_keys: bool) -> None:
    """Write everything into FILE, as it was at one moment, while the exchange goes on."""
    from knowledge_exchange.cli.backing_up import row_counts, snapshot, write_backup
    from knowledge_exchange.core.revisions import is_migrated

    if not is_migrated():
        fail("The database is not up to date: run `knowledge-exchange migrate` first.")
    if not _may_be_replaced(file):
        fail(f"There is something else at {file}, which is no backup. Give another name.")
    try:
        with snapshot() as link:
            counts = row_counts(link)
            with progress("Backing up", max(sum(counts.values()), 1)) as told:
                write_backup(file, link, counts, with_keys, told)
        size = file.stat().st_size
    except OSError as error:
        fail(f"{file} can't be written: {error.strerror or error}. No backup was made.")
    click.echo(f"Backed up {sum(counts.values()):,} rows of {len(counts)} tables into {file} ({size / KIB:,.0f} KiB).")
    if with_keys:
        click.echo("The keys are in it: whoever has this file can read everything. Guard it like the key file.")
    else:
        click.echo(WITHOUT_KEYS.format(keys=current_app.config["KE_KEY_FILE"]))


def _may_be_replaced(file: Path) -> bool:
    """Whether nothing is there, or an earlier backup: a slip of the pen must not cost a database."""
    if not file.exists() or (file.is_file() and file.stat().st_size == 0):
        return True
    try:
        with zipfile.ZipFile(file) as packed:
            return "manifest.json" in packed.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also where something is in the database: all of that is lost.")
def restore(file: Path, replace: bool) -> None:
    """Read the backup FILE into an empty database; what is there already is touched only with --replace."""
    from knowledge_exchange.cli.backup_file import BadBackup, open_backup
    from knowledge_exchange.core.key_file import KeyFileError

    try:
        with file.open("rb") as opened:
            found = open_backup(opened)
            with _keys_in_place(found):
                _restore(found, file, replace)
    except BadBackup as error:
        fail(f"{file} can't be restored: {error}. Nothing was changed.")
    except KeyFileError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file} can't be restored: {error.strerror or error}. Nothing was changed.")


@contextmanager
def _keys_in_place(found: Backup) -> Iterator[None]:
    """The backup's keys are there before the exchange begins, which would make others; gone if it fails."""
    from knowledge_exchange.cli.backup_file import place_keys

    path = Path(configured()["KE_KEY_FILE"])
    made = place_keys(found, path)
    try:
        yield
    except BaseException:
        if made:
            path.unlink(missing_ok=True)
        raise


@with_exchange
def _restore(found: Backup, file: Path, replace: bool) -> None:
    from knowledge_exchange.cli.checking import encoding_problem
    from knowledge_exchange.cli.restoring import NotEmpty, restore
    from knowledge_exchange.cli.revising import Unready, ready_for

    if problem := encoding_problem():
        fail(problem)
    try:
        with ready_for(found) as goal, progress("Restoring", max(found.rows, 1)) as told:
            restore(found, goal, told, replace)
    except NotEmpty as error:
        fail(NOT_EMPTY.format(table=error))
    except Unready as error:
        fail(str(error))
    _say_what_was_done(found, file)


def _say_what_was_done(found: Backup, file: Path) -> None:
    from knowledge_exchange.cli import losses
    from knowledge_exchange.cli.backing_up import keys_mark
    from knowledge_exchange.core.crypto import newest_generation

    made = found.manifest["made_at"]
    click.echo(f"Restored {found.rows:,} rows from {file.name}, made {made}. `knowledge-exchange check` looks it over.")
    click.echo(SEARCH_FOLLOWS)
    if found.keys is not None:
        click.echo(f"The keys are back in {current_app.config['KE_KEY_FILE']}.")
    elif found.manifest["keys_mark"] != keys_mark():
        click.echo(losses.other_keys(current_app.config["KE_KEY_FILE"]))
    elif (theirs := found.manifest.get("keys_generation", 1)) > (ours := newest_generation()):
        click.echo(losses.OLDER_KEYS.format(keys=current_app.config["KE_KEY_FILE"], theirs=theirs, ours=ours))
