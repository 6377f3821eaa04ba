"""The process that reads one uploaded roll: what it is given, what it may use up, what it does."""

from __future__ import annotations

import json
import logging
import os
import resource
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.csv_files import UnreadableFile
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.verification.models import RollImport
from knowledge_exchange.verification.rolls import staging
from knowledge_exchange.verification.rolls.file import open_roll
from knowledge_exchange.verification.rolls.headers import is_somebodys
from knowledge_exchange.verification.rolls.look import look_at
from knowledge_exchange.verification.uploads import files, reading

#: A file that wants more memory than this to be read is no roll.
MOST_MEMORY_BYTES = 2 * 1024**3
#: How much more willing than the server it is to wait for a processor.
NICENESS = 10
#: More than any form can offer to choose from.
MOST_COLUMNS = 200
_ALL = 100

log = logging.getLogger(__name__)


class Superseded(RuntimeError):
    """Somebody else has this import by now, or it was dropped: whoever reads it stops."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be read."""

    id: int
    source: str
    file_name: str
    stored_as: str


def restrain() -> None:
    """Bound this process, before it opens a stranger's file."""
    with suppress(OSError):  # the unit forbids it
        os.nice(NICENESS)
    with suppress(ValueError, OSError):  # a lower bound is set already
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


def read(import_id: int, attempt: int) -> None:
    """Stage an uploaded file that was claimed, or say on record why it can't be used; raises nothing."""
    given = _given(import_id, attempt)
    if given is None:
        return
    try:
        _stage(given, attempt)
    except Superseded:
        return
    except UnreadableFile as error:
        reading.fail(given.id, _in_words(error, given), keep_file=_can_be_helped(given))
    except Exception as error:
        # Not its words: they could hold what stands in the file.
        log.error("a roll could not be read", extra={"error": type(error).__name__})
        reading.fail(given.id, _unexpected())
    else:
        reading.forget_file(given.id)


def _given(import_id: int, attempt: int) -> Given | None:
    facts = (RollImport.id, RollImport.source, RollImport.file_name, RollImport.stored_as)
    mine = (RollImport.id == import_id, RollImport.tries == attempt, RollImport.state == "reading")
    row = db.session.execute(select(*facts).where(*mine)).first()
    end_read()
    return None if row is None else Given(*row)


def _stage(given: Given, attempt: int) -> None:
    # What a reader before this one has left behind.
    staging.forget_rows(given.id)
    path = files.path_of(given.stored_as)
    roll = open_roll(path, given.source)
    staging.stage(roll, actor=None, import_id=given.id, tell=_teller(given.id, attempt, max(path.stat().st_size, 1)))


def _teller(import_id: int, attempt: int, size: int) -> Callable[[int], None]:
    """What writes down how far it has come, and that it lives. The last percent is the comparison with the roll."""
    mine = (RollImport.id == import_id, RollImport.tries == attempt, RollImport.state == "reading")

    def tell(read: int) -> None:
        percent = min(_ALL * read // size, _ALL - 1)
        with unit_of_work() as work:
            values = {"progress": percent, "reading_until": now() + reading.LEASE}
            if not work.execute(update(RollImport).where(*mine).values(values)).rowcount:  # type: ignore[attr-defined]
                raise Superseded

    return tell


def _can_be_helped(given: Given) -> bool:
    """Whether an officer can say which columns are which: noted beside the file is what they must see for it."""
    try:
        look = look_at(files.path_of(given.stored_as), given.source)
    except UnreadableFile:
        return False
    if not 1 < len(look.header) <= MOST_COLUMNS or not all(name.isprintable() for name in look.header):
        return False
    if is_somebodys(look.header):  # neither for the page nor to be remembered
        return False
    files.note(given.stored_as, json.dumps(asdict(look)))
    return True


def _in_words(error: UnreadableFile, given: Given) -> str:
    """What is wrong, by the name that the officer knows the file by."""
    return str(error).replace(given.stored_as, given.file_name)


def _unexpected() -> str:
    return str(_("It could not be read, for a reason that is our fault or a very unusual file. Tell your operator."))
