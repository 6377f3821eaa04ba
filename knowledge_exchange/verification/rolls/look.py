"""A first look at a roll file, for whoever must say which of its columns is which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from knowledge_exchange.core.csv_files import Record
from knowledge_exchange.core.db import end_read
from knowledge_exchange.core.table_files import read_table
from knowledge_exchange.core.text import one_line
from knowledge_exchange.verification.matching import TAIL_CHARS
from knowledge_exchange.verification.rolls.headers import guess_header
from knowledge_exchange.verification.rolls.rows import NUMBER
from knowledge_exchange.verification.rolls.sources import mapping_of

SAMPLE_ROWS = 3
MAX_SHOWN_CHARS = 40
#: Columns whose cells are shown as they stand; of a number the end, of anything else only what it looks like.
_PLAIN = frozenset({"surname", "first_name", "ods_code", "region", "category", "joined", "paid_up_to"})
_HIDDEN = "•"


@dataclass(frozen=True, slots=True)
class Look:
    """What a file looks like: its columns, what they are taken for (our name: theirs), and a few masked rows."""

    header: list[str]
    mapping: dict[str, str]
    sample: list[list[str]]


def look_at(path: Path, source: str = "") -> Look:
    """The columns of a file and its first rows. Raises :class:`UnreadableFile` where it is no table at all."""
    remembered = mapping_of(source) if source else {}
    end_read()
    header, records = read_table(path)
    mapping = guess_header(header, remembered)
    taken = {theirs: ours for ours, theirs in mapping.items()}
    sample = [_shown(header, record, taken) for record in islice(records, SAMPLE_ROWS)]
    return Look(header, mapping, sample)


def _shown(header: list[str], record: Record, taken: Mapping[str, str]) -> list[str]:
    cells = [*(record.cells or []), *[""] * len(header)]
    return [_masked(taken.get(theirs, ""), one_line(cell)) for theirs, cell in zip(header, cells, strict=False)]


def _masked(ours: str, text: str) -> str:
    """A cell as far as it must be seen to know its column again."""
    if ours in _PLAIN:
        shown = text
    elif ours == NUMBER and len(text) > TAIL_CHARS:
        shown = _HIDDEN * (len(text) - TAIL_CHARS) + text[-TAIL_CHARS:]
    else:
        shown = "".join("0" if sign.isdigit() else "x" if sign.isalpha() else sign for sign in text)
    return shown[:MAX_SHOWN_CHARS]
