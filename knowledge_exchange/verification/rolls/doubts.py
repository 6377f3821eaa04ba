"""Whom the rows of a roll that could not be read may mean: nobody goes by their fault."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, union

from knowledge_exchange.core.db import db, end_read
from knowledge_exchange.verification.matching import normal_number, number_hash
from knowledge_exchange.verification.models import RollRow
from knowledge_exchange.verification.rolls.file import Row, clues_of_entry


class Doubts:
    """Whom the rows that could not be read may mean."""

    def __init__(self) -> None:
        self.clues: set[str] = set()
        #: A row in which nothing could be read may mean anybody.
        self.anybody = False

    def note(self, row: Row) -> None:
        """Take in one bad row."""
        self.clues |= row.clues
        self.anybody = self.anybody or not (row.clues or row.number_hash)

    def may_mean(self, entry: Any) -> bool:
        """Whether one of the rows may mean this entry."""
        return self.anybody or not self.clues.isdisjoint(clues_of_entry(entry.number_hash, entry.surname, entry.email))


def misplaced_numbers(import_id: int, source: str) -> set[str]:
    """Hashes of what good rows have for codes of organisations and for categories.

    A short number and a code may change places, and each pass for the other: whose number stands there is not gone.
    """
    cells = (RollRow.ods_code, RollRow.category)
    said = union(*(select(cell).where(RollRow.import_id == import_id, RollRow.fault == "") for cell in cells))
    words = db.session.scalars(said).all()
    end_read()
    return {number_hash(source, normal_number(word)) for word in words if any(sign.isdigit() for sign in word)}
