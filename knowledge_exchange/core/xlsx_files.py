"""Reading Excel workbooks (.xlsx) like CSV files: row by row, each cell as the text that a person reads in it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any

from knowledge_exchange.core.csv_files import Record, header_key
from knowledge_exchange.core.text_lines import UNREADABLE, UnreadableFile
from knowledge_exchange.core.zip_checks import BROKEN, check_zip

ZIP_MAGIC = b"PK"
#: An older workbook (.xls), or one behind a password.
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
#: Above the header there may be a title; further down no header begins.
HEADER_WITHIN_ROWS = 20
HEADER_TEXTS = 2
#: Excel has no more.
MAX_ROWS = 1_048_576
#: Excel keeps fifteen digits of a number; of a longer one the end is not what somebody typed.
MAX_EXACT = 10**15
#: What openpyxl raises when a part is not what it says it is, besides BROKEN.
_SENSELESS = (ValueError, LookupError, TypeError, AttributeError, SyntaxError, OSError, RuntimeError)


def open_xlsx(path: Path) -> tuple[list[str], Iterator[Record]]:
    """The columns' names (see :func:`header_key`) and the records below them; a record's line is the sheet's row.

    Read is the first visible sheet that has a header: a row with two texts at least. Raises
    :class:`UnreadableFile`, also later, while the records are gone through.
    """
    header, records = xlsx_table(path)
    return [header_key(cell) for cell in header], records


def xlsx_table(path: Path) -> tuple[list[str], Iterator[Record]]:
    """Like :func:`open_xlsx`, with the columns' names as they stand in the sheet."""
    records = _guarded(path, _records(path))
    header = next(records).cells or []
    return header, records


def refuse_old(path: Path) -> None:
    """Raise :class:`UnreadableFile` for a workbook that nothing here can read."""
    raise UnreadableFile(
        f"{path.name} is an old Excel workbook, or one with a password. Save it as .xlsx without a password, or as CSV."
    )


def _guarded(path: Path, records: Iterator[Record]) -> Iterator[Record]:
    """The same records; whatever is wrong with the file comes as :class:`UnreadableFile`."""
    try:
        yield from records
    except UnreadableFile:
        raise
    except (*BROKEN, *_SENSELESS) as error:
        raise UnreadableFile(f"{path.name} is no Excel workbook, or a damaged one.") from error


def _records(path: Path) -> Iterator[Record]:
    """The header, and all rows below it that say something."""
    last = max(check_zip(path), 1)
    import openpyxl  # takes a while, and only who reads a workbook needs it

    # It speaks of parts that it leaves out: none of them holds cells.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            rows = _rows_of(sheet)
            opening = list(islice(rows, HEADER_WITHIN_ROWS))
            texts = [sum(bool(cell) for cell in cells) for _line, cells in opening]
            start = next((at for at, amount in enumerate(texts) if amount >= HEADER_TEXTS), None)
            if start is not None:
                yield from _below(chain(opening[start:], rows), path.stat().st_size, last)
                return
    raise UnreadableFile(f"{path.name} has no sheet with a row that names its columns.")


def _rows_of(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row with something in it."""
    # What a sheet says of its own size may be far too much, or too little.
    sheet.reset_dimensions()
    for number, row in enumerate(islice(sheet.iter_rows(values_only=True), MAX_ROWS), 1):
        cells = [_text(value) for value in row]
        if any(cells):
            yield number, cells


def _below(rows: Iterator[tuple[int, list[str]]], size: int, last: int) -> Iterator[Record]:
    """The rows as records, none shorter than the first: empty cells at the end of a row are not written down."""
    columns = 0
    for number, cells in rows:
        while not cells[-1]:
            cells.pop()
        columns = columns or len(cells)
        cells.extend([""] * (columns - len(cells)))
        yield Record(number, cells, min(size, size * number // last))


def _text(value: Any) -> str:
    """A cell as text: what stood there before Excel took it for a number or a date, as far as that can be known."""
    if isinstance(value, str):
        return value.replace("\0", UNREADABLE).replace("_x000D_", "").strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < MAX_EXACT else repr(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
