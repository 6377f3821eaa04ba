"""Reading a list of organisations: the NHS's own file, or the union's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from flask_babel import gettext as _

from knowledge_exchange.core.table_files import open_table
from knowledge_exchange.core.text import one_line
from knowledge_exchange.core.text_lines import UnreadableFile
from knowledge_exchange.networks.regions import region_slug

REQUIRED = ("ods_code", "name")
MAX_NAME_CHARS = 200
#: What the columns are called in one file or another.
_CLOSED = ("closed", "closed_on", "close_date", "closed_date")
_SUCCESSOR = ("successor_code", "successor", "successor_ods_code")
_CODE = re.compile(r"[A-Z0-9]{3,8}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_DATES = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y")
_SMALL = frozenset({"and", "of", "the", "for", "in", "on", "upon", "with", "by", "to"})
_CAPITALS = frozenset({"NHS", "UK", "ICB", "CIC", "LLP", "II"})

#: A line and what is wrong with it.
Bad = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says of one organisation. ``domains``: None where the file has no such column."""

    line: int
    code: str
    name: str
    region: str | None
    closed_on: date | None = None
    successor: str | None = None
    domains: str | None = None


class _BadRow(ValueError):
    """What is wrong with it, in words."""


def read_organisations(path: Path) -> tuple[list[Facts], list[Bad]]:
    """The organisations in the file, and the rows that can't be read. Raises :class:`UnreadableFile`."""
    header, records = open_table(path)
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        names = ", ".join(missing)
        raise UnreadableFile(_("The first line must name the columns; missing: %(names)s.", names=names))
    good: dict[str, Facts] = {}
    bad: list[Bad] = []
    for row in records:
        try:
            found = _facts(row.line, header, row.cells)
        except _BadRow as error:
            bad.append((row.line, str(error)))
        else:
            first = good.setdefault(found.code, found)
            if first is not found:
                reason = _("%(code)s stands in line %(line)s already", code=found.code, line=first.line)
                bad.append((found.line, reason))
    return list(good.values()), bad


def _facts(line: int, header: list[str], cells: list[str] | None) -> Facts:
    if cells is None or len(cells) != len(header):
        raise _BadRow(_("the row has another number of columns than the first line"))
    row = dict(zip(header, (one_line(cell) for cell in cells), strict=True))
    if not row["name"] or len(row["name"]) > MAX_NAME_CHARS:
        raise _BadRow(_("the name is missing or too long"))
    successor = _first(row, _SUCCESSOR)
    return Facts(
        line=line,
        code=read_code(row["ods_code"]),
        name=readable_name(row["name"]),
        region=region_slug(row.get("region", "")) or region_slug(row.get("region_code", "")),
        closed_on=_date(_first(row, _CLOSED)),
        successor=read_code(successor) if successor else None,
        domains=_domains(row["domains"]) if "domains" in row else None,
    )


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def read_code(text: str) -> str:
    """An organisation's code as it is stored. Raises ``ValueError`` where it can't be one."""
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise _BadRow(_("“%(text)s” is no organisation code", text=text))
    return code


def _date(text: str) -> date | None:
    if not text:
        return None
    for form in _DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise _BadRow(_("“%(text)s” is not a date (use 2024-03-31 or 31/03/2024)", text=text))


def _domains(text: str) -> str:
    found = [name.lstrip("@").lower() for name in re.split(r"[\s,;]+", text) if name]
    for name in found:
        if not _DOMAIN.fullmatch(name):
            raise _BadRow(_("“%(text)s” is no domain of e-mail addresses", text=name))
    return " ".join(sorted(set(found)))


def readable_name(text: str) -> str:
    """``ST HELEN'S AND KNOWSLEY NHS TRUST`` as people write it; names that are not all capitals stay."""
    if text != text.upper():
        return text
    words = [_readable_word(word) for word in text.split()]
    first = words[0]
    return " ".join([first[:1].upper() + first[1:], *words[1:]])


def _readable_word(word: str) -> str:
    if word.strip("(),.") in _CAPITALS:
        return word
    if word.lower() in _SMALL:
        return word.lower()
    # Capitals after a hyphen or a bracket, not after an apostrophe: St Helen's, Stoke-on-Trent.
    parts = re.split(r"([-(/])", word.lower())
    return "".join(part if part in _SMALL else part[:1].upper() + part[1:] for part in parts)
