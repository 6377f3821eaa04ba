"""Appeals: somebody asks that another officer look again, and that officer decides. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member, StandingChange
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims.actions import make_member, take_entry
from knowledge_exchange.verification.claims.appeal_queries import decision_about, open_appeal
from knowledge_exchange.verification.claims.settling import AlreadySettled, EntryTaken, NoteMissing, tell_of_answer
from knowledge_exchange.verification.members.steps import change_by_hand
from knowledge_exchange.verification.models import Appeal
from knowledge_exchange.verification.rolls.leaving import is_on_a_roll


class NothingToAppeal(Exception):
    """Nothing was decided about them, or they have appealed against it already."""


class NotTheirs(Exception):
    """This officer decided what the appeal is about, made it, or stands below who did."""


def make_appeal(member_id: int, text: str) -> None:
    """Ask that somebody else look again at the newest decision about this person. Raises :class:`NothingToAppeal`."""
    mine = select(Member.standing, Member.standing_since).where(Member.id == member_id)
    member = db.session.execute(mine.with_for_update()).one()
    still_open = (Appeal.member_id == member_id, Appeal.decided_at.is_(None))
    # What was asked before they came in and were put out again is over.
    over = update(Appeal).where(*still_open, Appeal.made_at < member.standing_since)
    db.session.execute(over.values(decided_at=now()))
    decision = decision_about(member_id, member.standing)
    if decision is None or db.session.scalar(select(Appeal.id).where(*still_open)) is not None:
        raise NothingToAppeal
    about = {"claim_id": decision.claim_id, "standing_change_id": decision.standing_change_id}
    db.session.add(Appeal(member_id=member_id, against_id=decision.by, text=text.strip(), made_at=now(), **about))
    record("appeal.made", actor=member_id, subject=member_id)


def turn_down(appeal_id: int, *, officer_id: int, role: str, answer: str) -> None:
    """It stays as it was. Raises :class:`AlreadySettled`, :class:`NotTheirs`."""
    row = _take(appeal_id, officer_id, role, upheld=False, answer=answer)
    record("appeal.turned_down", actor=officer_id, subject=row.member_id, note=answer.strip())
    tell_of_answer(row.member_id, row.email)


def uphold(
    appeal_id: int, *, officer_id: int, role: str, answer: str, entry_id: int | None = None, note: str = ""
) -> None:
    """Undo what was decided: a refused claimant is let in, who was put out stands as before.

    A claimant comes in as that entry of the roll, or without one on the strength of ``note``. Raises
    :class:`AlreadySettled`, :class:`NotTheirs`, :class:`NoteMissing`, :class:`EntryTaken`.
    """
    row = _take(appeal_id, officer_id, role, upheld=True, answer=answer)
    said = "; ".join(part.strip() for part in (answer, note) if part.strip())
    record("appeal.upheld", actor=officer_id, subject=row.member_id, note=said)
    if row.claim_id is not None:
        _let_in(row, officer_id, entry_id, note)
    else:
        _put_back(row, officer_id)
    if row.standing == "pending":  # all other steps bring a message of their own
        tell_of_answer(row.member_id, row.email)


def _take(appeal_id: int, officer_id: int, role: str, *, upheld: bool, answer: str) -> AnyRow:
    """Decide it, unless another has: the appellant's row is locked first, as by all that changes how they stand."""
    owner = select(Appeal.member_id).where(Appeal.id == appeal_id).scalar_subquery()
    db.session.execute(select(Member.id).where(Member.id == owner).with_for_update())
    row = open_appeal(appeal_id)
    if row is None:
        raise AlreadySettled
    about = {"appellant_id": row.member_id, "against_id": row.against_id, "appellant_role": row.role}
    if not policy.may_decide_appeal(officer_id, role, **about):
        raise NotTheirs
    decision = {"decided_at": now(), "decided_by": officer_id, "upheld": upheld, "answer": answer.strip()}
    db.session.execute(update(Appeal).where(Appeal.id == appeal_id).values(**decision))
    return row


def _let_in(row: AnyRow, officer_id: int, entry_id: int | None, note: str) -> None:
    if entry_id is None and not note.strip():
        raise NoteMissing
    entry = take_entry(entry_id, row.member_id) if entry_id is not None else None
    if entry_id is not None and entry is None:
        raise EntryTaken
    make_member(row.member_id, entry, _("Your appeal was upheld: your membership is confirmed."), actor=officer_id)


def _put_back(row: AnyRow, officer_id: int) -> None:
    """A suspension that falls leaves somebody as they were: who had not shown their membership has not shown it now."""
    before = db.session.scalar(select(StandingChange.before).where(StandingChange.id == row.standing_change_id))
    after = "active"
    if row.standing == "suspended" and (
        before == "pending" or (before == "lapsed" and not is_on_a_roll(row.member_id))
    ):
        after = before
    change_by_hand(row.member_id, after, _("Your appeal was upheld."), officer_id)
