"""An import of a roll in a process of its own that ends half-way, as by `kill -9`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.servers import run_python

_SCRIPT = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from knowledge_exchange import create_app
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.rolls import applying, staging
from knowledge_exchange.verification.rolls.file import open_roll

where, path = sys.argv[1:]

def die(*_whatever):
    os.kill(os.getpid(), 9)

def die_of_the_insert(_connection, _cursor, statement, *_rest):
    if statement.startswith("INSERT INTO roll_entry"):
        die()

with create_app().app_context():
    # Half of the file has been read when its first batch is in.
    roll = open_roll(Path(path), "unison")
    import_id = staging.stage(roll, actor=None, tell=die if where == "staging" else print)
    # Entries are gone, back and changed by then; the new ones are about to come.
    event.listen(db.engine, "after_cursor_execute", die_of_the_insert)
    with unit_of_work():
        applying.apply(import_id, actor=None, allowed=100)
"""


def import_killed(where: str, path: Path, *, settings: Mapping[str, object], folder: Path) -> None:
    """Import a file, and see it killed while ``staging`` or ``applying``."""
    done = run_python("-c", _SCRIPT, where, str(path), settings=settings, folder=folder)
    assert done.returncode == -9, done.stderr
