"""SQLite checkpoints, off the event loop.

Copying the write-ahead log into the database file takes long and would stop every greenlet, so the
connections leave it alone and a real thread does it.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

from flask import Flask

CHECKPOINT_EVERY_S = 5.0
#: Beyond this the log is also cut back to nothing, when no reader stands in the way.
TRUNCATE_OVER_BYTES = 64 * 1024 * 1024

log = logging.getLogger(__name__)


def keep_checkpointing(app: Flask) -> None:
    """Checkpoint every few seconds, for ever (a background job of ``serve``)."""
    import gevent

    path = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    pool = gevent.get_hub().threadpool
    while True:
        time.sleep(CHECKPOINT_EVERY_S)
        try:
            pool.apply(checkpoint, (path,))
        except sqlite3.Error as error:
            log.warning("checkpoint put off", extra={"reason": str(error)})


def checkpoint(path: Path) -> None:
    """One checkpoint that waits for nobody."""
    wal = path.with_name(path.name + "-wal")
    connection = sqlite3.connect(path, timeout=0.05)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        if wal.exists() and wal.stat().st_size > TRUNCATE_OVER_BYTES:
            # While this one copies, nobody can write: by now there is next to nothing left to copy.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
