"""What a message says, as it is written at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Letter:
    """Subject, text and HTML of one message, and its further headers; no HTML: it is text alone."""

    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Later(Exception):
    """Not now: its reader wishes to be left in peace until ``until``. The message waits; it is no failed try."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until
