"""Members whose roll says another region, organisation or category than before: they move, networks and all.

By a handful of statements for each thousand: a roll in which thousands move is applied in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update

from knowledge_exchange.auth import categories
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnyRow, Id, db, table_of
from knowledge_exchange.core.reads import Write
from knowledge_exchange.networks import automatic, link_managers, mergers
from knowledge_exchange.networks.automatic import Rule
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow

_MEMBERS = table_of(Member)
_MOVE = Write(
    update(_MEMBERS)
    .where(_MEMBERS.c.id == bindparam("of_id", type_=Id))
    .values({name: bindparam(name) for name in ("region", "organisation_code", "category")})
)
#: What may change for a member, and which rules then give them other networks.
_RULES = {"region": (Rule.REGION,), "organisation_code": (Rule.ORGANISATION,), "category": tuple(Rule)}


def find(import_id: int) -> Sequence[AnyRow]:
    """Members of whom a row says another region, organisation or category than their entry does until now.

    An empty cell says nothing, and neither does a column that the file hasn't got.
    """
    query = (
        select(RollEntry.member_id, RollRow.region, RollRow.ods_code, RollRow.category, RollImport.columns)
        .join(RollRow, and_(RollRow.import_id == import_id, RollRow.entry_id == RollEntry.id))
        .join(RollImport, RollImport.id == RollRow.import_id)
        .where(
            RollRow.step == "changed",
            RollEntry.member_id.is_not(None),
            or_(
                and_(RollRow.region != "", RollRow.region != RollEntry.region),
                and_(RollRow.ods_code != "", RollRow.ods_code != RollEntry.ods_code),
                RollRow.category != RollEntry.category,
            ),
        )
    )
    return db.session.execute(query).all()


@dataclass(frozen=True, slots=True)
class _Move:
    """How a member stood, and where the roll has them now."""

    was: AnyRow
    region: str | None
    organisation_code: str | None
    category: str

    def differs(self, name: str) -> bool:
        """Whether this changes for them."""
        return bool(getattr(self, name) != getattr(self.was, name))


def run(members: Sequence[AnyRow]) -> None:
    """Move them; in the unit of work of the import."""
    if not members:
        return
    moves = _moves(members)
    values: list[dict[str, Any]] = [
        {"of_id": m.was.id, "region": m.region, "organisation_code": m.organisation_code, "category": m.category}
        for m in moves
    ]
    _MOVE.many(values)
    _leave(moves)
    for what, rules in _RULES.items():
        active = [move.was.id for move in moves if move.differs(what) and move.was.standing == "active"]
        # Whoever returns some day comes in by ``join_automatically``.
        automatic.join_of_members(active, rules)
    link_managers.end_of_movers()


def _leave(moves: Sequence[_Move]) -> None:
    """Out of what they were put into and no rule gives them now."""
    recategorised = [move.was.id for move in moves if move.differs("category")]
    rest = [move.was.id for move in moves if not move.differs("category")]
    automatic.leave_of_members(recategorised)
    automatic.leave_of_members(rest, or_(automatic.in_region(), automatic.in_organisation()))


def _moves(members: Sequence[AnyRow]) -> list[_Move]:
    """For each whom something changes for. Who stands on two rolls is where the newest change has them."""
    codes, words = mergers.current_codes(), categories.words()
    columns = members[0].columns.split()
    said = {row.member_id: row for row in members}
    moves = []
    for was in _as_they_are(list(said)):
        row = said[was.id]
        known = categories.known(row.category, words) if "category" in columns else was.category
        move = _Move(was, row.region or was.region, codes.get(row.ods_code) or was.organisation_code, known)
        if any(move.differs(name) for name in _RULES):
            moves.append(move)
    return moves


def _as_they_are(ids: Sequence[int]) -> list[AnyRow]:
    found: list[AnyRow] = []
    for begin in range(0, len(ids), automatic.CHUNK):
        query = select(Member.id, Member.standing, Member.region, Member.organisation_code, Member.category)
        found += db.session.execute(query.where(Member.id.in_(ids[begin : begin + automatic.CHUNK]))).all()
    return found
