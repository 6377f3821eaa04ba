"""Named reads of the rolls' pages: sources, imports, and what is staged of one. Each is one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow, RollSource
from knowledge_exchange.verification.rolls.staging import FACTS

HISTORY_PAGE = 20
ROWS_PAGE = 50
#: Words that are not known are listed up to so many; more is a column of the wrong kind.
MOST_UNKNOWN = 12
#: Being read or waiting for a word: an officer leaves few of them, and the sweep drops the rest.
MOST_OPEN = 20
OPEN = ("waiting", "reading", "ready")
#: Of these the office tells; what is staged by a command is its own affair.
_BY_PEOPLE = RollImport.origin.in_(("upload", "pull"))
#: It is kept until an officer has said which of its columns is which.
_NEEDS_COLUMNS = and_(RollImport.state == "failed", RollImport.stored_as != "")


def sources() -> Sequence[AnyRow]:
    """What is remembered of each source."""
    return db.session.execute(select(*_SOURCE).order_by(RollSource.source)).all()


_SOURCE = (
    RollSource.source,
    RollSource.name,
    RollSource.columns,
    RollSource.pull_kind,
    RollSource.pull_due_at,
    RollSource.pull_outcome,
)


def entries_by_source() -> dict[str, int]:
    """How many entries of each source hold."""
    query = select(RollEntry.source, func.count()).where(RollEntry.gone_at.is_(None)).group_by(RollEntry.source)
    return {row[0]: row[1] for row in db.session.execute(query)}


def last_imports() -> dict[str, AnyRow]:
    """The newest import of each source that was applied."""
    newest = select(func.max(RollImport.id)).where(RollImport.applied_at.is_not(None)).group_by(RollImport.source)
    return {row.source: row for row in db.session.execute(_imports().where(RollImport.id.in_(newest)))}


def open_imports() -> Sequence[AnyRow]:
    """What is being read, or waits for somebody's word, on its columns too; the newest first."""
    mine = (_BY_PEOPLE, or_(RollImport.state.in_(OPEN), _NEEDS_COLUMNS))
    return db.session.execute(_imports().where(*mine).order_by(RollImport.id.desc()).limit(MOST_OPEN)).all()


def history(before: int | None) -> Sequence[AnyRow]:
    """Imports that were applied or could not be used, the newest first; one more than a page."""
    over = or_(
        RollImport.state == "applied", and_(_BY_PEOPLE, RollImport.state == "failed", RollImport.stored_as == "")
    )
    query = _imports().where(over).order_by(RollImport.id.desc()).limit(HISTORY_PAGE + 1)
    return db.session.execute(query if before is None else query.where(RollImport.id < before)).all()


def find(import_id: int) -> AnyRow | None:
    """One import, or None: dropped, never made, or still in the hands of a command."""
    shown = or_(_BY_PEOPLE, RollImport.state == "applied")
    return db.session.execute(
        _imports().where(RollImport.id == import_id, shown, RollImport.state != "dropped")
    ).first()


def _imports() -> AnySelect:
    facts = ("id", "source", "at", "applied_at", "added", "changed", "unreadable", "gone", "back", "columns")
    more = ("base", "generation", "cut", "state", "origin", "file_name", "progress", "problem", "stored_as")
    columns = [getattr(RollImport, name) for name in (*facts, *more)]
    return select(*columns, Member.name.label("actor")).outerjoin(Member, Member.id == RollImport.actor_id)


def unknown_organisations(import_id: int) -> list[tuple[str, int]]:
    """Codes of organisations that good rows name and nobody knows, and in how many rows; the most frequent first."""
    known = select(Organisation.code)
    good = (RollRow.import_id == import_id, RollRow.step != "", RollRow.ods_code != "", RollRow.ods_code.not_in(known))
    count = func.count()
    query = select(RollRow.ods_code, count).where(*good).group_by(RollRow.ods_code)
    found = db.session.execute(query.order_by(count.desc(), RollRow.ods_code).limit(MOST_UNKNOWN + 1))
    return [(code, rows) for code, rows in found]


def lapsing_by_region(import_id: int) -> Sequence[AnyRow]:
    """Of members whose last entry would go: region, how many of its active members there are, how many go."""
    goes = Member.id.in_(_lapsing(import_id))
    query = select(Member.region, func.count().label("active"), func.count().filter(goes).label("lapsing")).where(
        Member.standing == "active"
    )
    return db.session.execute(query.group_by(Member.region)).all()


def _lapsing(import_id: int) -> AnySelect:
    going = select(RollRow.entry_id).where(*_turns(import_id, "gone"))
    other = aliased(RollEntry)
    stays = (other.member_id == RollEntry.member_id, other.gone_at.is_(None), other.id.not_in(going))
    owned = (RollEntry.id.in_(going), RollEntry.member_id.is_not(None), ~select(other.id).where(*stays).exists())
    return select(RollEntry.member_id).where(*owned)


def _turns(import_id: int, turn: str) -> tuple[ColumnElement[bool], ...]:
    return (RollRow.import_id == import_id, RollRow.turn == turn, RollRow.entry_id.is_not(None))


def unreadable(import_id: int, after: int | None = None, limit: int = ROWS_PAGE) -> Sequence[AnyRow]:
    """Line and reason of the rows that could not be read, and whom they may mean; one more than ``limit``."""
    facts = (RollRow.line, RollRow.fault, RollRow.number_tail)
    bad = (RollRow.import_id == import_id, RollRow.fault != "", RollRow.line > 0)
    return _page(select(*facts).where(*bad), after, limit)


def joiners(import_id: int, after: int | None = None, limit: int = ROWS_PAGE) -> Sequence[AnyRow]:
    """People whom the roll has for the first time."""
    facts = ("line", "surname", "first_name", "number_tail", "region", "ods_code", "category", "paid_up_to", "turn")
    mine = (RollRow.import_id == import_id, RollRow.step == "new")
    return _page(select(*(getattr(RollRow, name) for name in facts)).where(*mine), after, limit)


def changes(import_id: int, after: int | None = None, limit: int = ROWS_PAGE) -> Sequence[AnyRow]:
    """Entries that change: every fact of the entry as ``was_…``, and as the file has it."""
    was = [getattr(RollEntry, name).label(f"was_{name}") for name in FACTS]
    facts = [getattr(RollRow, name) for name in ("line", "number_tail", *FACTS)]
    query = select(*facts, *was).join(RollEntry, RollEntry.id == RollRow.entry_id)
    return _page(query.where(RollRow.import_id == import_id, RollRow.step == "changed"), after, limit)


def turning(import_id: int, turn: str, after: int | None = None, limit: int = ROWS_PAGE) -> Sequence[AnyRow]:
    """Entries that go, come back or are spared: who, and how their account stands, if they have one.

    ``held`` is whether another entry of theirs holds, which this file leaves alone.
    """
    other = aliased(RollEntry)
    going = select(RollRow.entry_id).where(*_turns(import_id, "gone"))
    held = select(other.id).where(
        other.member_id == RollEntry.member_id,
        other.id != RollEntry.id,
        other.gone_at.is_(None),
        other.id.not_in(going),
    )
    entry = (RollEntry.surname, RollEntry.first_name, RollEntry.number_tail, RollEntry.region, RollEntry.ods_code)
    facts = (RollRow.line, RollRow.paid_up_to, *entry, Member.standing, held.exists().label("held"))
    query = select(*facts).join(RollEntry, RollEntry.id == RollRow.entry_id)
    query = query.outerjoin(Member, Member.id == RollEntry.member_id)
    return _page(query.where(*_turns(import_id, turn)), after, limit)


def _page(query: AnySelect, after: int | None, limit: int) -> Sequence[AnyRow]:
    """By line; what the file does not have comes first, with lines below nought. One more than ``limit``."""
    if after is not None:
        query = query.where(RollRow.line > after)
    return db.session.execute(query.order_by(RollRow.line).limit(limit + 1)).all()
