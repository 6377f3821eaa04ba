"""Bringing the list of organisations up to date from the NHS's own file. Nothing here commits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.core.csv_files import UnreadableFile, open_csv
from knowledge_exchange.core.db import db
from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.networks.regions import region_slug

REQUIRED = ("ods_code", "name")
_CODE = re.compile(r"[A-Z0-9]{3,8}")
_SMALL = frozenset({"and", "of", "the", "for", "in", "on", "upon", "with", "by", "to"})
_CAPITALS = frozenset({"NHS", "UK", "ICB", "CIC", "LLP", "II"})
MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says of one organisation."""

    code: str
    name: str
    region: str | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did. ``closed``: left out, for they have closed; ``bad``: line numbers and reasons."""

    added: int
    changed: int
    unchanged: int
    closed: int
    bad: list[tuple[int, str]]


def read_organisations(path: Path) -> tuple[list[Facts], list[tuple[int, str]]]:
    """The organisations in the file, and the rows that can't be read. Raises :class:`UnreadableFile`."""
    header, records = open_csv(path)
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        names = ", ".join(missing)
        raise UnreadableFile(_("The first line must name the columns; missing: %(names)s.", names=names))
    good: dict[str, Facts] = {}
    bad = []
    for row in records:
        found = _facts(header, row.cells)
        if isinstance(found, str):
            bad.append((row.line, found))
        else:
            good[found.code] = found
    return list(good.values()), bad


def _facts(header: list[str], cells: list[str] | None) -> Facts | str:
    """The facts, or what is wrong with the row."""
    if cells is None or len(cells) != len(header):
        return str(_("the row has another number of columns than the first line"))
    row = dict(zip(header, (one_line(cell) for cell in cells), strict=True))
    code = row["ods_code"].upper()
    if not _CODE.fullmatch(code):
        return str(_("“%(text)s” is no organisation code", text=row["ods_code"]))
    if not row["name"] or len(row["name"]) > MAX_NAME_CHARS:
        return str(_("the name is missing or too long"))
    region = region_slug(row.get("region", "")) or region_slug(row.get("region_code", ""))
    return Facts(code, readable_name(row["name"]), region, bool(row.get("closed")))


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


def apply_organisations(found: list[Facts], bad: list[tuple[int, str]], *, actor: int | None) -> Outcome:
    """Write what is new or different. None is ever removed: members may still work there.

    Organisations that have closed are not added, but those on record stay.
    """
    known = {row.code: row for row in db.session.execute(select(*Organisation.__table__.columns))}
    fresh = [facts for facts in found if facts.code not in known and not facts.closed]
    there = [facts for facts in found if facts.code in known]
    differ = [facts for facts in there if (facts.name, facts.region) != tuple(known[facts.code])[1:]]
    for statement, rows in ((insert(Organisation), fresh), (update(Organisation), differ)):
        if rows:
            db.session.execute(statement, [{"code": f.code, "name": f.name, "region": f.region} for f in rows])
    closed = sum(facts.closed and facts.code not in known for facts in found)
    record("organisations.imported", actor=actor, note=f"{len(fresh)} added, {len(differ)} changed")
    return Outcome(len(fresh), len(differ), len(there) - len(differ), closed, bad)
