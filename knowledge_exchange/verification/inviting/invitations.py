"""Inviting people on a roll who have no account: an officer says whom, a job writes to them bit by bit.

Each batch is a short transaction that moves the run's mark on (``done_to``) and puts the letters into the outbox:
whoever is killed, or comes second, has written to nobody. Nothing here commits but the job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import aliased

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import categories
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.mail.models import MailRefusal
from knowledge_exchange.mail.refusals import REFUSAL_KEPT
from knowledge_exchange.verification.models import InvitationRun, RollEntry, RollInvitation, RollRow

#: A letter may wait for a holiday; a key to somebody's place may not lie about for ever.
LIFE = timedelta(days=30)
#: Letters of one transaction: some tens of milliseconds.
BATCH = 100
INVITE_EVERY_S = 3.0
#: Batches of one round of the job; the others wait for the next, so that no job waits long for this one.
BATCHES_A_ROUND = 20


@dataclass(frozen=True, slots=True)
class Whom:
    """A part of a source's roll: a region's slug, a category's; empty: all."""

    source: str
    region: str = ""
    category: str = ""


def start(whom: Whom, *, actor: int | None) -> int:
    """Give word to write to these people, as many as there are now; returns the run's id."""
    run_id = new_id()
    wanted = count_wanted(whom)
    facts = {"source": whom.source, "region": whom.region, "category": whom.category}
    db.session.add(InvitationRun(id=run_id, actor_id=actor, wanted=wanted, **facts))
    part = ", ".join(word for word in (whom.region, whom.category) if word)
    record("invitations.started", actor=actor, note=f"{whom.source}{': ' if part else ''}{part}, {wanted} people")
    return run_id


def stop(run_id: int, *, actor: int | None) -> bool:
    """Write no further letters of a run; what is written stays good. False: it was over already."""
    going = (InvitationRun.id == run_id, InvitationRun.finished_at.is_(None), InvitationRun.stopped_at.is_(None))
    stopped = update(InvitationRun).where(*going).values(stopped_at=now()).returning(InvitationRun.source)
    source = db.session.scalar(stopped)
    if source is not None:
        record("invitations.stopped", actor=actor, note=source)
    return source is not None


def end_misdirected(import_id: int) -> None:
    """Of those whose address on the roll is to change by this file, the letters lie in somebody else's box by now.

    In the unit of work of the import, before it changes the entries. They can be invited anew.
    """
    moved = select(RollEntry.id).join(RollRow, RollRow.entry_id == RollEntry.id)
    readdressed = (RollRow.import_id == import_id, RollRow.step == "changed")
    differs = func.lower(RollRow.email) != func.lower(RollEntry.email)
    unused = (RollInvitation.used_at.is_(None), RollInvitation.entry_id.in_(moved.where(*readdressed, differs)))
    db.session.execute(
        update(RollInvitation).where(*unused, RollInvitation.expires_at > now()).values(expires_at=now())
    )


def count_holding(whom: Whom) -> int:
    """How many of these stand on the roll, invited or not."""
    return db.session.scalar(select(func.count()).select_from(RollEntry).where(*_holding(whom))) or 0


def count_wanted(whom: Whom) -> int:
    """To how many addresses a run would write."""
    query = select(func.count(func.distinct(func.lower(RollEntry.email)))).where(*_wanted(whom, now()))
    return db.session.scalar(query) or 0


def _holding(whom: Whom) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = [RollEntry.source == whom.source, RollEntry.gone_at.is_(None)]
    if whom.region:
        found.append(RollEntry.region == whom.region)
    if whom.category:
        found.append(RollEntry.category.in_(_words_for(whom)))
    return tuple(found)


def _words_for(whom: Whom) -> list[str]:
    """The roll's own words for a category."""
    said = db.session.scalars(select(RollEntry.category).where(RollEntry.source == whom.source).distinct()).all()
    words = categories.words()
    return [word for word in said if categories.known(word, words) == whom.category]


def _wanted(whom: Whom, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """Whom to write to: those who hold, have an address and no account, and were not, or in vain, written to."""
    address = func.lower(RollEntry.email)
    refused = select(MailRefusal.address).where(MailRefusal.at > moment - REFUSAL_KEPT)
    # Whoever has begun to join may use the letter; whoever is in, or was put out, has other ways.
    accounts = select(Member.email).where(Member.standing.not_in(("pending", "left")))
    other = aliased(RollEntry)
    unused = (RollInvitation.used_at.is_(None), RollInvitation.expires_at > moment)
    invited = select(func.lower(other.email)).join(RollInvitation, RollInvitation.entry_id == other.id).where(*unused)
    return (
        *_holding(whom),
        RollEntry.email != "",
        RollEntry.member_id.is_(None),
        address.not_in(refused),
        address.not_in(accounts),
        address.not_in(invited),
    )


def invite_waiting() -> None:
    """Go on with what officers have given word for (a job)."""
    going = (InvitationRun.finished_at.is_(None), InvitationRun.stopped_at.is_(None))
    runs = db.session.scalars(select(InvitationRun.id).where(*going).order_by(InvitationRun.id)).all()
    end_read()
    left = BATCHES_A_ROUND
    for run_id in runs:
        while left and write_batch(run_id):
            left -= 1


def write_batch(run_id: int) -> bool:
    """Write the next letters of a run, in a transaction of their own; False when there are no further ones."""
    with unit_of_work() as work:
        run = _lock(run_id)
        if run is None:
            return False
        whom = Whom(run.source, run.region, run.category)
        wanted = (*_wanted(whom, now()), RollEntry.id > run.done_to)
        query = select(RollEntry.id, RollEntry.email).where(*wanted).order_by(RollEntry.id).limit(BATCH)
        entries = work.execute(query).all()
        mine = update(InvitationRun).where(InvitationRun.id == run_id)
        if not entries:
            work.execute(mine.values(finished_at=now()))
            return False
        # Two entries with one address: one letter.
        for entry in {entry.email.lower(): entry for entry in reversed(entries)}.values():
            _invite(run_id, entry)
        work.execute(mine.values(done_to=entries[-1].id))
        return True


def _lock(run_id: int) -> AnyRow | None:
    """The run, held against other workers until the end of the transaction; None when it is over."""
    going = (InvitationRun.id == run_id, InvitationRun.finished_at.is_(None), InvitationRun.stopped_at.is_(None))
    facts = (InvitationRun.source, InvitationRun.region, InvitationRun.category, InvitationRun.done_to)
    held = update(InvitationRun).where(*going).values(done_to=InvitationRun.done_to).returning(*facts)
    return db.session.execute(held).first()


def _invite(run_id: int, entry: Any) -> None:
    token, end = new_token(), now() + LIFE
    link = f"{current_app.config['KE_BASE_URL']}/invited/{token}"
    mail_id = post_mail(entry.email, _("Your invitation"), "invited", link=link, date=format_date(end, "long"))
    if mail_id is not None:
        facts = {"run_id": run_id, "entry_id": entry.id, "mail_id": mail_id}
        db.session.add(RollInvitation(token_hash=token_hash(token), expires_at=end, **facts))
