"""What is remembered of pulling a source's roll: which version is known, when to try again, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import unseal
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.verification.models import RollImport, RollSource
from knowledge_exchange.verification.pulling.registry import Access, RegistryFailed
from knowledge_exchange.verification.rolls.staging import STAGED_FOR, newest_import

#: After the first failure in a row, and the second; after that as often as always.
BACK_OFF = (timedelta(minutes=15), timedelta(hours=1))
#: So many failures in a row are no passing trouble: the officers get a letter, once.
LETTER_AFTER = 3
#: While a pulled roll waits for an officer's word, it is looked so often whether they have said it.
WAITING_LOOK = timedelta(hours=1)
#: What somebody paid for may have ended meanwhile, which only an import finds: so long an unchanged roll is known.
KNOWN_FOR = timedelta(days=7)
#: Whoever pulls is done by then, or dead. Unlike every pause, so that it shows whether somebody is at it.
LEASE = timedelta(minutes=50)

#: The outcome of a try.
APPLIED, UNCHANGED, WAITING, FAILED = "applied", "unchanged", "waiting", "failed"


class Known(NamedTuple):
    """The newest version that was settled: its name at the registry, and the keyed hash of its content."""

    version: str = ""
    digest: str = ""


def access_to(source: RollSource) -> Access:
    """How the registry is reached. Raises :class:`RegistryFailed` where the token can't be unsealed."""
    try:
        token = unseal(source.pull_token).decode() if source.pull_token else ""
    except ValueError:
        raise RegistryFailed(_("The token can't be unsealed: set it again."), try_again=False) from None
    return Access(source.pull_url, token, is_lenient=current_app.config["KE_ENV"] != "production")


def known_of(source: RollSource) -> Known:
    """What needn't come again: pulled last, and applied or dropped; nothing where another file came in since."""
    pulled = source.pull_import_id
    if pulled is None or newest_import(source.source) > pulled:
        return Known()
    state = db.session.scalar(select(RollImport.state).where(RollImport.id == pulled))
    # One that is not there any more was dropped by an officer or, after so long without a word, by itself.
    lasts = KNOWN_FOR if state == "applied" else STAGED_FOR
    is_settled = state in (None, "applied", "dropped") and time_of(pulled) > now() - lasts
    return Known(source.pull_etag, source.pull_digest) if is_settled else Known()


def waiting_import(source: str) -> int | None:
    """The import of this source that was pulled and waits for an officer's word."""
    query = select(RollImport.id).where(
        RollImport.source == source, RollImport.origin == "pull", RollImport.state == "ready"
    )
    return db.session.scalar(query.order_by(RollImport.id.desc()).limit(1))


def due_sources() -> Sequence[str]:
    """Sources whose time has come."""
    return db.session.scalars(select(RollSource.source).where(*_due()).order_by(RollSource.source)).all()


def _due() -> tuple[ColumnElement[bool], ...]:
    return (
        RollSource.pull_kind != "",
        or_(RollSource.pull_due_at.is_(None), RollSource.pull_due_at <= now()),
    )


def claim(source: str) -> datetime | None:
    """Take a due source on, until when; None where another worker was quicker."""
    moment = now()
    until = moment + LEASE
    with unit_of_work() as work:
        mine = update(RollSource).where(RollSource.source == source, *_due())
        taken = work.execute(mine.values(pull_tried_at=moment, pull_due_at=until).returning(RollSource.source)).first()
    return None if taken is None else until


def make_due(source: str, *, actor: int | None) -> bool:
    """In a unit of work: have it pulled within a minute; False where it isn't pulled at all."""
    query = select(RollSource).where(RollSource.source == source, RollSource.pull_kind != "")
    row = db.session.execute(query.with_for_update()).scalar_one_or_none()
    if row is None:
        return False
    is_at_it = (
        row.pull_tried_at is not None and row.pull_due_at == row.pull_tried_at + LEASE and row.pull_due_at > now()
    )
    if not is_at_it:
        row.pull_due_at = now()
    record("roll.pull_asked", actor=actor, note=source)
    return True


def is_at_it(row: RollSource) -> bool:
    """Whether a worker has claimed it and may still be pulling."""
    due, tried = row.pull_due_at, row.pull_tried_at
    return due is not None and tried is not None and due == tried + LEASE and due > now()


def is_still_claimed(source: str, until: datetime) -> bool:
    """Whether nobody has noted what came of it."""
    due = db.session.scalar(select(RollSource.pull_due_at).where(RollSource.source == source))
    end_read()
    return due == until


def remember(source: str, version: str, digest: str, import_id: int) -> None:
    """In a unit of work: this is the version that was fetched last, and what it became."""
    facts = {"pull_etag": version, "pull_digest": digest, "pull_import_id": import_id}
    db.session.execute(update(RollSource).where(RollSource.source == source).values(**facts))


def remember_name(source: str, version: str) -> None:
    """In a unit of work: the registry has another name for what is known."""
    db.session.execute(update(RollSource).where(RollSource.source == source).values(pull_etag=version))


def note(source: str, outcome: str, said: str) -> None:
    """In a unit of work: what came of a try, on the source's page and on record; and when the next one is due."""
    row = db.session.execute(select(RollSource).where(RollSource.source == source).with_for_update()).scalar_one()
    moment = now()
    row.pull_tried_at, row.pull_outcome = moment, said
    row.pull_failures = row.pull_failures + 1 if outcome == FAILED else 0
    row.pull_due_at = moment + _pause(outcome, row)
    if outcome in (APPLIED, UNCHANGED):
        row.pulled_at = moment
    record(f"roll.pull_{outcome}", actor=None, note=f"{source}: {said}")
    if outcome == FAILED and row.pull_failures == LETTER_AFTER:
        tell_officers("/admin/rolls")


def _pause(outcome: str, row: RollSource) -> timedelta:
    usual = timedelta(hours=row.pull_every_hours)
    if outcome == WAITING:
        return min(usual, WAITING_LOOK)
    if outcome == FAILED and row.pull_failures <= len(BACK_OFF):
        return min(usual, BACK_OFF[row.pull_failures - 1])
    return usual


def tell_officers(path: str) -> None:
    """In a unit of work: a letter to the membership officers (or, without any, the administrators) where to look."""
    link = f"{current_app.config['KE_BASE_URL']}{path}"
    for officer in _officers():
        post_mail(
            officer.email, _("Please look at what waits for you"), "office_waits", member_id=officer.id, link=link
        )


def _officers() -> Sequence[Member]:
    for role in ("membership_officer", "administrator"):
        query = select(Member).where(Member.role == role, Member.standing == "active")
        if found := db.session.scalars(query.order_by(Member.id)).all():
            return found
    return []
