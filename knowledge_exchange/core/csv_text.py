"""Writing CSV that people open in spreadsheets. Reading other people's: ``csv_files.py``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Response

#: With what a spreadsheet takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """The rows as RFC 4180 has them: lines end with CR LF."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def csv_answer(name: str, text: str) -> Response:
    """An answer that a browser keeps as the file ``<name>.csv``."""
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})


def harmless(text: str) -> str:
    """Words of people, so that no program takes them for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
