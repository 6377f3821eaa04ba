"""What a claimant does: claim a place on the roll, and prove it with the code. Nothing here commits.

Whatever is found, the claimant reads the same sentence; only the officers' queue knows more.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import categories
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.text import one_line
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.networks import mergers
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import codes
from knowledge_exchange.verification.matching import normal_number, number_hash, number_hashes, number_tail
from knowledge_exchange.verification.members.steps import change_by_hand
from knowledge_exchange.verification.models import Appeal, Claim, RollEntry

#: If no code has come in this time, a person will look: then the claim is in the queue, code or not.
PATIENCE = timedelta(minutes=10)


class NotPending(Exception):
    """The account's membership is settled already, or has ended: there is nothing to claim."""


class CodeOutcome(Enum):
    """What became of a code that was entered."""

    WRONG = "wrong"  # or too old, tried too often, or never sent: nobody is told which
    MEMBER = "member"
    QUEUED = "queued"  # right, but somebody else was first


def make_claim(member_id: int, source: str, number: str, surname: str, *, guarded: bool = False) -> str:
    """Claim a place on a roll. A match mails a code to the address on the roll; all else waits for a person.

    A new claim replaces the account's earlier one and keeps its place in the queue. ``guarded``: the number was tried
    so often that no code is sent for it. Returns why it waits for a person, empty where a code was sent: the claimant
    is never told. Raises :class:`NotPending`.
    """
    _insist_pending(member_id)
    normal = normal_number(number)
    claim = Claim(
        member_id=member_id,
        source=source,
        number_hash=number_hash(source, normal),
        number_tail=number_tail(normal),
        surname=one_line(surname),
    )
    waiting_since = _replace_earlier(claim)
    db.session.add(claim)
    db.session.flush()
    entry = find_entry(source, normal)
    cause = policy.why_no_code(entry, claim.surname, member_id) or (policy.GUARDED if guarded else "")
    if entry is not None and not cause:
        _send_code(claim, entry)
    claim.queue_cause = cause or policy.UNUSED_CODE
    due = now() if cause else now() + PATIENCE
    claim.queued_at = min(due, waiting_since) if waiting_since else due
    record("claim.made", actor=member_id, subject=member_id, note=f"{source}: {cause or 'code sent'}")
    return cause


def find_entry(source: str, normal: str) -> RollEntry | None:
    """The entry with exactly this number on that roll: there is one at most, whatever else is alike."""
    query = select(RollEntry).where(
        RollEntry.source == source, RollEntry.number_hash.in_(number_hashes(source, normal))
    )
    return db.session.scalar(query)


def _insist_pending(member_id: int) -> None:
    """Raise :class:`NotPending` unless this account may claim; locks it against a second claim meanwhile."""
    standing = db.session.scalar(select(Member.standing).where(Member.id == member_id).with_for_update())
    if standing is None or not policy.may_claim(standing):
        raise NotPending


def _replace_earlier(claim: Claim) -> Any:
    """Close the account's open claims; since when the oldest of them has waited, or None.

    What the claimant wrote for whoever looks stays with the new one, and that they were reminded.
    """
    where = (Claim.member_id == claim.member_id, Claim.decided_at.is_(None))
    facts = (Claim.queued_at, Claim.evidence, Claim.reminded_at)
    closed = update(Claim).where(*where).values(decided_at=now(), code_hash=None).returning(*facts)
    earlier = db.session.execute(closed).all()
    for row in earlier:
        claim.evidence, claim.reminded_at = row.evidence, row.reminded_at
    return min((row.queued_at for row in earlier if row.queued_at), default=None)


def add_evidence(member_id: int, text: str) -> None:
    """Put down, in place of what was there, what may help an officer to find the claimant.

    Raises :class:`NotPending`, also where no claim is open.
    """
    _insist_pending(member_id)
    mine = (Claim.member_id == member_id, Claim.decided_at.is_(None))
    noted = update(Claim).where(*mine).values(evidence=text.strip()).returning(Claim.id)
    if not db.session.scalars(noted).all():
        raise NotPending
    record("claim.evidence", actor=member_id, subject=member_id)


def _send_code(claim: Claim, entry: RollEntry) -> None:
    code = codes.new_code()
    claim.roll_entry_id = entry.id
    claim.code_hash = codes.code_hash(claim.id, code)
    claim.code_expires_at = now() + codes.CODE_LIFE
    minutes = int(codes.CODE_LIFE.total_seconds() // 60)
    # To the roll's address, never the account's: that is what proves who is asking.
    post_mail(
        entry.email,
        _("Your code"),
        "claim_code",
        member_id=claim.member_id,
        essential=True,
        code=code,
        minutes=minutes,
    )


def enter_code(member_id: int, code: str) -> CodeOutcome:
    """Prove a claim with its code: the account becomes an active member. Raises :class:`NotPending`.

    Two accounts that claim one number: the first is in, the other waits for a person.
    """
    _insist_pending(member_id)
    claim = _take_try(member_id)
    moment = now()
    if claim is None or not codes.is_right(
        code, claim_id=claim.id, stored=claim.code_hash, expires_at=claim.code_expires_at, at=moment
    ):
        record("claim.wrong_code", actor=member_id, subject=member_id)
        return CodeOutcome.WRONG
    mine = update(Claim).where(Claim.id == claim.id)
    entry = take_entry(claim.roll_entry_id, member_id)
    if entry is None:
        cause = _why_not_theirs(claim.roll_entry_id)
        db.session.execute(mine.values(queued_at=moment, queue_cause=cause, code_hash=None))
        record("claim.queued", actor=member_id, subject=member_id, note=cause)
        return CodeOutcome.QUEUED
    db.session.execute(mine.values(decided_at=moment, accepted=True, code_hash=None))
    record("claim.proved", actor=member_id, subject=member_id)
    make_member(member_id, entry, _("You proved your membership with a code."), actor=member_id)
    return CodeOutcome.MEMBER


def _take_try(member_id: int) -> AnyRow | None:
    """Use up one try of the account's open claim, before the code is looked at: retries can't race."""
    tried = (
        update(Claim)
        .where(Claim.member_id == member_id, Claim.decided_at.is_(None), Claim.code_tries < codes.MAX_TRIES)
        .values(code_tries=Claim.code_tries + 1)
        .returning(Claim.id, Claim.roll_entry_id, Claim.code_hash, Claim.code_expires_at)
    )
    return db.session.execute(tried).first()


def _why_not_theirs(entry_id: int | None) -> str:
    gone_at = db.session.scalar(select(RollEntry.gone_at).where(RollEntry.id == entry_id))
    return policy.GONE if gone_at else policy.TAKEN


def take_entry(entry_id: int | None, member_id: int) -> AnyRow | None:
    """Make a roll entry this account's, for the first to come; None when it is another's or the roll has it no more."""
    nobody_elses = or_(RollEntry.member_id.is_(None), RollEntry.member_id == member_id)
    free = (RollEntry.id == entry_id, nobody_elses, RollEntry.gone_at.is_(None))
    taken = update(RollEntry).where(*free).values(member_id=member_id)
    facts = (RollEntry.first_name, RollEntry.surname, RollEntry.region, RollEntry.ods_code, RollEntry.category)
    return db.session.execute(taken.returning(*facts)).first()


def make_member(member_id: int, entry: AnyRow | None, cause: str, *, actor: int | None) -> None:
    """Let an account in: what the roll says of the person, standing, and the networks of everybody.

    An appeal that is open has come to its end by that. Who is in already has only another roll that holds them.
    """
    if db.session.scalar(select(Member.standing).where(Member.id == member_id)) == "active":
        return
    if entry is not None:
        facts = {
            "name": f"{entry.first_name} {entry.surname}" if entry.first_name else None,
            "region": entry.region or None,
            "organisation_code": mergers.current_code(entry.ods_code),
            "category": categories.known(entry.category),
        }
        said = {name: value for name, value in facts.items() if value}
        db.session.execute(update(Member).where(Member.id == member_id).values(**said))
    still_open = (Appeal.member_id == member_id, Appeal.decided_at.is_(None))
    db.session.execute(update(Appeal).where(*still_open).values(decided_at=now()))
    change_by_hand(member_id, "active", cause, actor)
