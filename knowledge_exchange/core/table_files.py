"""A table in a file, CSV or Excel workbook, told apart by what the file holds and never by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from knowledge_exchange.core.csv_files import Record, csv_table, header_key
from knowledge_exchange.core.text_lines import beginning
from knowledge_exchange.core.xlsx_files import OLE_MAGIC, ZIP_MAGIC, refuse_old, xlsx_table

#: A zip file begins with a member; an empty one, or one of several, otherwise. "PK" alone may begin a surname.
_ZIP_STARTS = tuple(ZIP_MAGIC + bytes(rest) for rest in ((3, 4), (5, 6), (7, 8)))


def open_table(path: Path) -> tuple[list[str], Iterator[Record]]:
    """The columns' names (see :func:`csv_files.header_key`) and the records below them.

    Raises :class:`text_lines.UnreadableFile` for a file that is missing, empty, or no table; of a workbook also
    later, while the records are gone through.
    """
    header, records = read_table(path)
    return [header_key(cell) for cell in header], records


def read_table(path: Path) -> tuple[list[str], Iterator[Record]]:
    """Like :func:`open_table`, with the columns' names as they stand in the file."""
    start = beginning(path, len(OLE_MAGIC))
    if start.startswith(OLE_MAGIC):
        refuse_old(path)
    return xlsx_table(path) if start.startswith(_ZIP_STARTS) else csv_table(path)
