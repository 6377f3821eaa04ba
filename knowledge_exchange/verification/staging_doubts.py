"""Whom the rows of a roll that could not be read may mean: nobody goes by their fault."""

from __future__ import annotations

from typing import Any

from knowledge_exchange.verification.roll_file import Row, clues_of_entry


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
