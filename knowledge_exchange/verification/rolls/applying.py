"""What a staged file changes on the roll: weighed, and applied in one step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import case, func, insert, literal, null, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import generation
from knowledge_exchange.core.db import AnySelect, Id, UtcDateTime, db, table_of
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.verification.inviting import invitations
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow
from knowledge_exchange.verification.rolls import moves
from knowledge_exchange.verification.rolls.rekeyed import has_others
from knowledge_exchange.verification.rolls.staging import FACTS, newest_import

#: A source's name: what `--source` takes and what a claimant chooses.
_SOURCE = re.compile(r"[a-z][a-z0-9-]{1,29}")

_ENTRIES = table_of(RollEntry)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import changes, or has changed."""

    source: str
    added: int
    changed: int
    unchanged: int
    unreadable: int
    #: On record, and not on the roll any more; and such as are on it again.
    gone: int
    back: int
    #: Missing in the file, but left as they are: a row that could not be read may mean them.
    spared: int
    #: Active members whose last entry is among the gone, and how many active members there are.
    lapsing: int
    active: int
    cut: bool

    @property
    def percent(self) -> float:
        """How many of the active members would lapse, in percent."""
        return 100 * self.lapsing / self.active if self.active else 0.0

    @property
    def is_empty(self) -> bool:
        """Whether the file has no row that could be read."""
        return not (self.added or self.changed or self.unchanged)


class Braked(Exception):
    """It would put out more members than one may without being asked again, is cut or empty: nothing was done."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


class Outdated(Exception):
    """Another file of this source was applied since this one was compared with the roll, or its numbers were hashed
    by keys that have been replaced: nothing was done.
    """


class NotReady(Exception):
    """There is no such import, or it is not there to be applied: being read, unusable, applied, dropped."""


def source_key(text: str) -> str | None:
    """A source's name as it is stored, or None if it can't be one."""
    name = text.strip().lower()
    return name if _SOURCE.fullmatch(name) else None


def is_braked(plan: Plan, allowed: float | None) -> bool:
    """Whether somebody must confirm first. ``allowed``: the percentage that somebody has confirmed."""
    if allowed is None:
        return plan.cut or plan.is_empty or plan.percent > float(current_app.config["KE_ROLL_BRAKE_PERCENT"])
    return plan.percent > allowed


def find_plan(import_id: int) -> Plan:
    """What a staged file would change. Writes nothing. Raises :class:`NotReady`."""
    return _plan(_load(import_id))


def _load(import_id: int, *, locked: bool = False) -> RollImport:
    query = select(RollImport).where(RollImport.id == import_id, RollImport.state == "ready")
    staged = db.session.execute(query.with_for_update() if locked else query).scalar_one_or_none()
    if staged is None:
        raise NotReady
    return staged


def is_outdated(source: str, base: int, keys: int) -> bool:
    """Whether what a file was compared with has changed. ``base`` and ``keys`` are its import's (``generation``)."""
    return newest_import(source) != base or keys != generation() or has_others(source, keys)


def _plan(staged: RollImport) -> Plan:
    counted = select(RollRow.step, RollRow.turn, func.count()).where(RollRow.import_id == staged.id)
    rows = db.session.execute(counted.group_by(RollRow.step, RollRow.turn)).all()
    active = select(func.count()).select_from(Member).where(Member.standing == "active")

    def amount(index: int, word: str) -> int:
        # A new entry that is over already was never there to go.
        return sum(row[2] for row in rows if row[index] == word and not (index == 1 and row.step == "new"))

    return Plan(
        source=staged.source,
        added=amount(0, "new"),
        changed=amount(0, "changed"),
        unchanged=amount(0, "same"),
        unreadable=staged.unreadable,
        gone=amount(1, "gone"),
        back=amount(1, "back"),
        spared=amount(1, "spared"),
        lapsing=db.session.scalar(_lapsing(staged.id)) or 0,
        active=db.session.scalar(active) or 0,
        cut=staged.cut,
    )


def _lapsing(import_id: int) -> AnySelect:
    """Active members of whom an entry goes, and no other, of whichever source, holds."""
    going = select(RollRow.entry_id).where(*_turning(import_id, "gone"))
    owners = select(RollEntry.member_id).where(RollEntry.id.in_(going), RollEntry.member_id.is_not(None))
    stays = (RollEntry.member_id == Member.id, RollEntry.gone_at.is_(None), RollEntry.id.not_in(going))
    return (
        select(func.count())
        .select_from(Member)
        .where(Member.standing == "active", Member.id.in_(owners), ~select(RollEntry.id).where(*stays).exists())
    )


def _turning(import_id: int, turn: str) -> tuple[Any, ...]:
    return (RollRow.import_id == import_id, RollRow.turn == turn, RollRow.entry_id.is_not(None))


def apply(import_id: int, *, actor: int | None, allowed: float | None = None, why: str = "") -> Plan:
    """Apply a staged file, all of it in the unit of work that this is called in, by a handful of statements.

    Weighed afresh, for an entry may have become somebody's meanwhile. Nobody lapses by it at once; see
    ``leaving.py``. Raises :class:`Braked` if it would put out more than ``allowed`` percent of the active members
    (None: as the setting says, and a file that is cut or empty is not taken either), :class:`Outdated`, and
    :class:`NotReady`. ``why``: what whoever confirmed the percentage says of it, for the record.
    """
    staged = _load(import_id, locked=True)
    if is_outdated(staged.source, staged.base, staged.generation):
        raise Outdated
    plan = _plan(staged)
    if is_braked(plan, allowed):
        raise Braked(plan)
    moment = now()
    moving = moves.find(import_id)
    _turn(import_id, "gone", moment)
    _turn(import_id, "back", None)
    if "email" in staged.columns.split():
        invitations.end_misdirected(import_id)
    _change(staged)
    _add(staged, moment)
    moves.run(moving)
    _note(staged, plan, actor, _confirmed(allowed, why))
    return plan


def _turn(import_id: int, turn: str, gone_at: datetime | None) -> None:
    turning = select(RollRow.entry_id).where(*_turning(import_id, turn))
    db.session.execute(update(_ENTRIES).where(_ENTRIES.c.id.in_(turning)).values(gone_at=gone_at, warnings=0))


def _change(staged: RollImport) -> None:
    """Let the entries say what the good rows say, in those columns that the file has."""
    where = (RollRow.import_id == staged.id, RollRow.step == "changed", RollRow.entry_id == _ENTRIES.c.id)
    values = {name: getattr(RollRow, name) for name in staged.columns.split()}
    db.session.execute(update(_ENTRIES).where(*where).values(values))


def _add(staged: RollImport, moment: datetime) -> None:
    rows: dict[str, Any] = {
        "id": literal(new_run(), Id) + func.row_number().over(),
        "source": literal(staged.source),
        "number_hash": RollRow.number_hash,
        "number_tail": RollRow.number_tail,
        "gone_at": case((RollRow.turn == "gone", literal(moment, UtcDateTime())), else_=null()),
        "warnings": literal(0),
        **{name: getattr(RollRow, name) for name in FACTS},
    }
    found = select(*rows.values()).where(RollRow.import_id == staged.id, RollRow.step == "new")
    db.session.execute(insert(_ENTRIES).from_select(list(rows), found, include_defaults=False))


def _confirmed(allowed: float | None, why: str) -> str:
    if allowed is None:
        return ""
    return f"; confirmed: up to {allowed:g} % of the members may lapse" + (f" ({why})" if why else "")


def _note(staged: RollImport, plan: Plan, actor: int | None, confirmed: str) -> None:
    numbers = {"added": plan.added, "changed": plan.changed, "gone": plan.gone, "back": plan.back}
    mine = update(RollImport).where(RollImport.id == staged.id)
    db.session.execute(mine.values(state="applied", applied_at=now(), actor_id=actor, **numbers))
    words = ", ".join(f"{count} {name}" for name, count in {**numbers, "unreadable": plan.unreadable}.items())
    record("roll.imported", actor=actor, note=f"{plan.source}: {words}{confirmed}")
