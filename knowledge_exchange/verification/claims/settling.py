"""What a membership officer does with claims that no code could settle. Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims.actions import make_member, take_entry
from knowledge_exchange.verification.models import Claim


class NoteMissing(ValueError):
    """This decision needs a note, and has none."""


class ReasonMissing(ValueError):
    """A refusal needs one of the reasons of ``policy.REFUSALS``."""


class AlreadySettled(Exception):
    """Somebody else has decided meanwhile, or the claimant has another standing by now."""


class EntryTaken(Exception):
    """The chosen roll entry belongs to another account, or is gone from the roll."""


@dataclass(frozen=True, slots=True)
class _Open:
    id: int
    member_id: int
    email: str
    standing: str


def accept_claim(claim_id: int, *, officer_id: int, entry_id: int | None, note: str = "") -> None:
    """Let the claimant in: as this roll entry, or without one on the strength of the note.

    Raises :class:`NoteMissing`, :class:`AlreadySettled`, :class:`EntryTaken`.
    """
    if entry_id is None and not note.strip():
        raise NoteMissing
    claim = _open_claim(claim_id)
    entry = None
    if entry_id is not None:
        entry = take_entry(entry_id, claim.member_id)
        if entry is None:
            raise EntryTaken
    _decide(claim, officer_id, accepted=True, note=note, entry_id=entry_id)
    make_member(claim.member_id, entry, _("A membership officer confirmed your membership."), actor=officer_id)


def refuse_claim(claim_id: int, *, officer_id: int, reason: str, note: str = "") -> None:
    """Turn a claim down; the claimant reads reason and note, and may claim again or appeal.

    Raises :class:`ReasonMissing`, :class:`NoteMissing`, :class:`AlreadySettled`.
    """
    if reason not in policy.REFUSALS:
        raise ReasonMissing
    if reason in policy.REFUSALS_WITH_NOTE and not note.strip():
        raise NoteMissing
    _decide(_open_claim(claim_id), officer_id, accepted=False, note=note, reason=reason)


def _open_claim(claim_id: int) -> _Open:
    # The account is locked first, as the claimant's own acts do: no two of them wait for each other.
    owner = select(Claim.member_id).where(Claim.id == claim_id).scalar_subquery()
    member = db.session.execute(
        select(Member.id, Member.email, Member.standing).where(Member.id == owner).with_for_update()
    ).first()
    still_open = select(Claim.id).where(Claim.id == claim_id, Claim.decided_at.is_(None))
    if member is None or not policy.may_claim(member.standing) or db.session.scalar(still_open) is None:
        raise AlreadySettled
    return _Open(claim_id, member.id, member.email, member.standing)


def _decide(
    claim: _Open, officer_id: int, *, accepted: bool, note: str, entry_id: int | None = None, reason: str = ""
) -> None:
    decision = {
        "decided_at": now(),
        "decided_by": officer_id,
        "accepted": accepted,
        "note": note.strip(),
        "reason": reason,
        "code_hash": None,
    }
    if entry_id is not None:
        decision["roll_entry_id"] = entry_id
    db.session.execute(update(Claim).where(Claim.id == claim.id).values(**decision))
    word = "accepted" if accepted else "refused"
    said = ": ".join(part for part in (reason, note.strip()) if part)
    record(f"claim.{word}", actor=officer_id, subject=claim.member_id, note=said)
    # Who is back after a lapse is written to about that step already.
    if claim.standing != "lapsed" or not accepted:
        tell_of_answer(claim.member_id, claim.email)


def tell_of_answer(member_id: int, email: str) -> None:
    """Write that there is an answer. Neither subject nor text says to what: others may read it over a shoulder."""
    link = f"{current_app.config['KE_BASE_URL']}/me"
    subject = _("There is an answer for you")
    post_mail(email, subject, "claim_settled", member_id=member_id, essential=True, link=link)
