"""One row of a roll file: what its cells mean, or what is wrong with it in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _

from knowledge_exchange.core.csv_files import UNREADABLE
from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks.regions import region_slug
from knowledge_exchange.verification.matching import is_number, normal_number, number_tail, plain_surname

NUMBER = "membership_number"
MAX_CELL_CHARS = 200
#: Dates outside these years are slips of the keyboard.
FIRST_YEAR, LAST_YEAR = 1900, 2199
DEFAULT_CATEGORY = "full"

_EMAIL = re.compile(r"[^\s@,;<>()\"\[\]]{1,64}@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,63}")
_BRITISH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
#: Cells in which a spreadsheet speaks of itself.
_SPREADSHEET_FAULT = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|####*)")
#: A code of an organisation, and no surname; those of digits alone are short.
_LIKE_A_CODE = re.compile(r"[A-Z]*\d[A-Z0-9]*")
MAX_CODE_DIGITS = 4
#: With letters it has so many at most (``A81001``); more are somebody's number.
MAX_DIGITS_BESIDE_LETTERS = 5
#: As many digits in a word for a category, and it is none.
MAX_CATEGORY_DIGITS = 3
#: From so many digits on, what stands in the wrong column may be somebody's number: no report repeats it.
NUMBER_DIGITS = 4
#: Between two earlier names, and before one.
_BETWEEN_NAMES = re.compile(r"[;,/|()]|\b(?:formerly|previously|née|nee|born|also|and|aka)\b", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?")


class BadCell(ValueError):
    """A cell that can't be used; the message says why, in words for the membership office."""


def read_number(text: str) -> str:
    """The normalised membership number. Raises :class:`BadCell`."""
    normal = normal_number(text)
    if not normal:
        raise BadCell(_("the membership number is missing"))
    if not is_number(normal) or not any(letter.isdigit() for letter in normal) or _ISO.fullmatch(text):
        raise BadCell(_("the membership number is not one (has a spreadsheet changed it?)"))
    return normal


def read_surname(text: str) -> str:
    """The surname. Raises :class:`BadCell` where there is none, or only digits (columns swapped)."""
    if not text:
        raise BadCell(_("the surname is missing"))
    if not any(letter.isalpha() for letter in plain_surname(text)):
        raise BadCell(_("the surname has no letters"))
    if _LIKE_A_CODE.fullmatch(text) or "@" in text:
        raise BadCell(_("the surname can’t be one (have two columns changed places?)"))
    return text


def read_code(text: str) -> str:
    """The organisation's code in capitals, or an empty text. Raises :class:`BadCell` for what is a number instead."""
    most = MAX_CODE_DIGITS if text.isdecimal() else MAX_DIGITS_BESIDE_LETTERS
    if _digits(text) > most:
        raise BadCell(_("the organisation’s code can’t be one (have two columns changed places?)"))
    return text.upper()


def _digits(text: str) -> int:
    return sum(letter.isdigit() for letter in text)


def _quoted(text: str) -> str:
    """A cell as a report may repeat it: of what may be somebody's number in the wrong column, the end alone."""
    normal = normal_number(text)
    may_be_number = is_number(normal) and _digits(normal) >= NUMBER_DIGITS
    return f"…{number_tail(normal)}" if may_be_number else text


def read_email(text: str) -> str:
    """The address, or an empty text. Raises :class:`BadCell`.

    Only the form is looked at: a mail that can't be delivered ends in the queue like one without an address.
    """
    if text and not _EMAIL.fullmatch(text):
        raise BadCell(_("the e-mail address can't be one"))
    return text


def read_region(text: str) -> str:
    """The slug of the region's network, or an empty text. Raises :class:`BadCell`."""
    slug = region_slug(text) if text else ""
    if slug is None:
        raise BadCell(_("the region “%(text)s” is not known", text=_quoted(text)))
    return slug


def read_category(text: str) -> str:
    """The category of membership, in small letters; full where nothing stands. Raises :class:`BadCell` for a number."""
    if _digits(text) > MAX_CATEGORY_DIGITS:
        raise BadCell(_("the category can’t be one (have two columns changed places?)"))
    return text.lower() or DEFAULT_CATEGORY


def read_former_names(text: str) -> str:
    """Earlier surnames, separated by semicolons: ``formerly Jones / Okafor`` is ``Jones;Okafor``."""
    names = (part.strip(" .:()-") for part in _BETWEEN_NAMES.split(text))
    return ";".join(dict.fromkeys(name for name in names if any(letter.isalpha() for letter in name)))


def read_date(text: str) -> date | None:
    """A date as ``2024-03-31`` or ``31/03/2024``; None for an empty cell. Raises :class:`BadCell`."""
    if not text:
        return None
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _BRITISH.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    else:
        raise BadCell(_("“%(text)s” is not a date (use 2024-03-31 or 31/03/2024)", text=_quoted(text)))
    try:
        moment = date(year, month, day)
    except ValueError as error:
        raise BadCell(_("there is no date “%(text)s”", text=text)) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadCell(_("the year of “%(text)s” can't be right", text=text))
    return moment


#: Column of the file and of the table: how its cell is read. The number comes apart, for it is never stored.
READERS: dict[str, Callable[[str], Any]] = {
    "surname": read_surname,
    "first_name": str,
    "email": read_email,
    "ods_code": read_code,
    "region": read_region,
    "category": read_category,
    "joined": read_date,
    "paid_up_to": read_date,
    "former_names": read_former_names,
}


def cells_by_name(header: list[str], cells: list[str] | None) -> dict[str, str]:
    """The cells under their columns' names, trimmed. Raises :class:`BadCell` for a row of another shape."""
    if cells is None:
        raise BadCell(_("a quotation mark in it never ends"))
    if any(len(cell) > MAX_CELL_CHARS for cell in cells):  # not all of such a row may have been read
        raise BadCell(_("a cell is longer than %(most)s characters", most=MAX_CELL_CHARS))
    width = len(header)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) < width:
        raise BadCell(_("the row is short: %(found)s columns of %(width)s", found=len(cells), width=width))
    if len(cells) > width:
        raise BadCell(_("the row is too long: %(found)s columns, not %(width)s", found=len(cells), width=width))
    trimmed = [one_line(cell) for cell in cells]
    if any(UNREADABLE in cell for cell in trimmed):
        raise BadCell(_("it holds letters that can't be read (wrong encoding)"))
    if any(_SPREADSHEET_FAULT.fullmatch(cell) for cell in trimmed):
        raise BadCell(_("a formula of the spreadsheet has failed in it (#N/A or the like)"))
    return dict(zip(header, trimmed, strict=True))


def read_values(cells: dict[str, str]) -> dict[str, Any]:
    """What is to be stored of a row, for those columns that the file has. Raises :class:`BadCell`."""
    values = {name: read(cells[name]) for name, read in READERS.items() if name in cells}
    joined, paid = values.get("joined"), values.get("paid_up_to")
    if joined and paid and paid < joined:
        raise BadCell(_("it is paid up to a day before they joined (have two columns changed places?)"))
    return values
