"""A community that another key file can take over without loss."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.databases import SQLITE_NAME


def take_shields_away(folder: Path) -> None:
    """Hide nothing in the exchange in that folder any more: under other keys `check` rightly finds fault with it."""
    with closing(sqlite3.connect(folder / SQLITE_NAME)) as link, link:
        for statement in ("DELETE FROM shield_tag", "DELETE FROM shield", "UPDATE thread SET is_shielded = 0"):
            link.execute(statement)
