"""Having uploaded rolls read, one at a time, by a process of its own, while their officers watch.

The oldest that waits is claimed for as long as its reader says that it lives, and staged by
``knowledge-exchange roll read``: neither the pages nor the memory of the server feel it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.core.settings import SETTINGS
from knowledge_exchange.verification.models import RollImport
from knowledge_exchange.verification.rolls import staging
from knowledge_exchange.verification.uploads import files
from knowledge_exchange.verification.uploads.reading import LEASE, fail, forget_file

READ_EVERY_S = 2.0
SWEEP_EVERY_S = 3600.0
#: A file that was broken off twice would be broken off again.
MOST_TRIES = 2
#: A reader that takes longer is ended: 300,000 rows take five minutes.
READING_SECONDS = 1200
#: What waits for so long without being read lies on a machine that runs no job.
WAITS_FOR = timedelta(hours=1)
#: What is over is cleared away within so long after it was applied.
CLEAR_FOR = timedelta(days=1)

log = logging.getLogger(__name__)


def read_waiting() -> None:
    """Have the next file read, and clear away what is over (a job)."""
    claimed = claim_next()
    if claimed is not None:
        _run_reader(*claimed)
    clear_away()


def claim_next() -> tuple[int, int] | None:
    """Take the oldest file that this machine has and nobody reads: the import, and which try this is."""
    moment = now()
    _give_up_dead(moment)
    due = select(RollImport.id, RollImport.stored_as, RollImport.tries).where(*_is_due(moment))
    rows = db.session.execute(due.order_by(RollImport.id)).all()
    end_read()
    for row in rows:
        if files.is_here(row.stored_as) and _claim(row.id, row.tries, moment):
            return row.id, row.tries + 1
    return None


def _is_due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    dead = and_(RollImport.state == "reading", RollImport.reading_until < moment, RollImport.tries < MOST_TRIES)
    return (RollImport.stored_as != "", or_(RollImport.state == "waiting", dead))


def _claim(import_id: int, tries: int, moment: datetime) -> bool:
    """Whether it is ours; of several processes one is first."""
    with unit_of_work() as work:
        mine = update(RollImport).where(RollImport.id == import_id, RollImport.tries == tries, *_is_due(moment))
        facts = {"state": "reading", "tries": tries + 1, "reading_until": moment + LEASE, "progress": 0}
        return bool(work.execute(mine.values(facts)).rowcount)  # type: ignore[attr-defined]


def _give_up_dead(moment: datetime) -> None:
    """What two readers died of, and what nobody could read, has failed."""
    dead = and_(RollImport.state == "reading", RollImport.reading_until < moment, RollImport.tries >= MOST_TRIES)
    lost = and_(RollImport.state == "waiting", RollImport.at < moment - WAITS_FOR)
    rows = db.session.execute(
        select(RollImport.id, RollImport.state).where(RollImport.stored_as != "", or_(dead, lost))
    ).all()
    end_read()
    for row in rows:
        if row.state == "waiting":
            fail(row.id, _("Nobody could read the file: it lies on another machine than the one that runs the jobs."))
        else:
            fail(row.id, _("Reading was broken off twice. Send the file again; if it stays so, tell your operator."))


def _run_reader(import_id: int, attempt: int) -> None:
    """Wait for the process that reads; others go on meanwhile."""
    words = ("roll", "read", str(import_id), "--attempt", str(attempt))
    command = [sys.executable, "-m", "knowledge_exchange", *words]
    try:
        ended = subprocess.run(  # noqa: S603 -- our own program, words of our own
            command,
            env=environment_of(current_app.config),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=READING_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        ended = -1
    if ended:
        log.warning("a reader of a roll ended badly", extra={"status": ended})
        _release(import_id, attempt)


def _release(import_id: int, attempt: int) -> None:
    """Its reader is known to be dead: nobody need wait for the lease to run out."""
    with unit_of_work() as work:
        mine = (RollImport.id == import_id, RollImport.state == "reading", RollImport.tries == attempt)
        work.execute(update(RollImport).where(*mine).values(reading_until=now() - LEASE))


def environment_of(config: Mapping[str, Any]) -> dict[str, str]:
    """This process's environment, with the settings that the exchange really runs with."""
    return {**os.environ, **{setting.name: _as_text(config[setting.name]) for setting in SETTINGS}}


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def clear_away() -> None:
    """Forget the rows of what is over, and files that nobody needs any more (part of the job)."""
    over = or_(RollImport.state == "dropped", RollImport.applied_at > now() - CLEAR_FOR)
    rows = db.session.execute(select(RollImport.id, RollImport.state, RollImport.stored_as).where(over)).all()
    end_read()
    for row in rows:
        files.forget(row.stored_as)
        if row.state == "dropped":
            staging.drop(row.id)
        else:
            staging.forget_rows(row.id)


def sweep() -> None:
    """Drop what nobody has applied in time, and every file without an import that needs it (a job)."""
    staging.sweep()
    old = select(RollImport.id).where(RollImport.stored_as != "", RollImport.state == "failed")
    ids = db.session.scalars(old.where(RollImport.at < now() - staging.STAGED_FOR)).all()
    end_read()
    for import_id in ids:
        forget_file(import_id)
    named = set(db.session.scalars(select(RollImport.stored_as).where(RollImport.stored_as != "")))
    end_read()
    files.forget_all_but(named)
