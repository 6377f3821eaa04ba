"""What the rolls' pages say of a staged row: whom it means, what changes, how an account stands. Plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask_babel import format_date
from flask_babel import gettext as _

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.networks.regions import region_name

NOTHING = "–"


class Change(NamedTuple):
    """One fact that changes."""

    name: str
    was: str
    now: str


class Kind(NamedTuple):
    """A list of staged rows: its place in addresses, its heading, and a sentence about it."""

    slug: str
    heading: str
    about: str


def kinds() -> dict[str, Kind]:
    """The lists that there are, by slug, in the order of the page."""
    found = (
        Kind(
            "unreadable",
            _("Rows that could not be read"),
            _("They change nobody, and nobody whom they may mean loses their membership by them."),
        ),
        Kind(
            "leavers",
            _("On record, but not in this file"),
            _("Nobody is put out at once: who is on no roll any more is written to, and lapses after the grace."),
        ),
        Kind("changes", _("Changes"), _("What the roll says otherwise than before. Who moves, moves networks, too.")),
        Kind("joiners", _("New on the roll"), _("They can claim their membership as soon as the roll is applied.")),
        Kind("back", _("Back on the roll"), _("They were gone. Lapsed members among them come in again.")),
        Kind(
            "spared",
            _("Not found, but left as they are"),
            _("A row that could not be read may mean them. Mend that row at the source, and they are found next time."),
        ),
    )
    return {kind.slug: kind for kind in found}


def fields() -> dict[str, str]:
    """Our columns in words."""
    return {
        "membership_number": _("Membership number"),
        "surname": _("Surname"),
        "first_name": _("First name"),
        "email": _("E-mail address"),
        "ods_code": _("Organisation"),
        "region": _("Region"),
        "category": _("Category"),
        "joined": _("Joined"),
        "paid_up_to": _("Paid up to"),
        "former_names": _("Former names"),
    }


def changes_of(row: AnyRow, columns: Sequence[str]) -> list[Change]:
    """What differs between a row and its entry, in the columns that the file has."""
    facts, names = row._asdict(), fields()
    return [
        Change(names[name], shown(name, facts[f"was_{name}"]), shown(name, facts[name]))
        for name in columns
        if name in names and facts[name] != facts[f"was_{name}"]
    ]


def shown(name: str, value: Any) -> str:
    """A fact as people read it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, date):
        return str(format_date(value, "d MMM y"))
    return region_name(value) if name == "region" else str(value)


def full_name(row: AnyRow) -> str:
    """Surname and first name."""
    return ", ".join(part for part in (row.surname, row.first_name) if part)


def account_in_words(standing: str | None, *, held: bool, turn: str) -> str:
    """How the account behind an entry stands, and what the import would mean to it. No name, no address."""
    if standing is None:
        return str(_("no account here"))
    words = {
        "active": _("active member"),
        "lapsed": _("lapsed"),
        "suspended": _("suspended"),
        "left": _("has left"),
        "pending": _("not confirmed yet"),
    }
    said = words.get(standing, standing)
    return ", ".join(part for part in (said, _consequence(standing, held, turn)) if part)


def _consequence(standing: str, held: bool, turn: str) -> str:
    if turn == "gone" and standing == "active":
        if held:
            return str(_("stays: another roll has them"))
        return str(_("no other roll has them: would lapse after the grace"))
    if turn == "back" and standing == "lapsed":
        return str(_("comes in again"))
    return ""


def why_gone(row: AnyRow) -> str:
    """What makes an entry go: the file lacks it, or says that it was not paid for."""
    if row.line > 0 and row.paid_up_to is not None:
        return str(
            _("line %(line)s: paid up to %(date)s only", line=row.line, date=shown("paid_up_to", row.paid_up_to))
        )
    return str(_("not in the file"))
