"""Link managers: the union's contacts in an organisation, named to its members once they agree. Nothing here commits.

Whoever moves to another organisation, loses standing or takes their word back isn't shown any more from that moment
on: :func:`is_current` asks how they stand now. The row is ended as well, so that nobody comes back by a return.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.networks.models import LinkManager, Organisation

# Why somebody isn't one any more.
DECLINED, GIVEN_UP, DISMISSED = "declined", "given_up", "dismissed"
MOVED, LOST_STANDING, MERGED = "moved", "standing", "merged"
#: Ended ones that are shown to officers.
MOST_ENDED = 20


class AlreadyAsked(Exception):
    """They are the link manager of that organisation, or have been asked to be."""


def is_current() -> tuple[ColumnElement[bool], ...]:
    """Conditions on LinkManager joined with Member: not ended, a member in good standing, of that organisation."""
    return (
        LinkManager.ended_at.is_(None),
        Member.standing == "active",
        Member.organisation_code == LinkManager.organisation_code,
    )


def named(code: str) -> Sequence[AnyRow]:
    """Whom the members of an organisation may turn to: name and title of those who have agreed, by name."""
    query = select(Member.name, Member.title).join(LinkManager, LinkManager.member_id == Member.id)
    where = (LinkManager.organisation_code == code, LinkManager.consented_at.is_not(None), *is_current())
    return db.session.execute(query.where(*where).order_by(Member.name, Member.id)).all()


_FACTS = (
    LinkManager.id,
    LinkManager.member_id,
    LinkManager.appointed_at,
    LinkManager.consented_at,
    LinkManager.ended_at,
    LinkManager.ended_cause,
    Member.name,
    Member.title,
)


def appointed(code: str) -> Sequence[AnyRow]:
    """For the officers: those who are, and those who have been asked, by when they were appointed."""
    query = select(*_FACTS).join(Member, Member.id == LinkManager.member_id)
    where = (LinkManager.organisation_code == code, *is_current())
    return db.session.execute(query.where(*where).order_by(LinkManager.id)).all()


def ended(code: str) -> Sequence[AnyRow]:
    """For the officers: those who were, the last first."""
    query = select(*_FACTS).join(Member, Member.id == LinkManager.member_id)
    where = (LinkManager.organisation_code == code, LinkManager.ended_at.is_not(None))
    return db.session.execute(query.where(*where).order_by(LinkManager.id.desc()).limit(MOST_ENDED)).all()


def mine(member_id: int) -> Sequence[AnyRow]:
    """What a member is asked to be, or has agreed to be, with the organisation's name."""
    query = (
        select(LinkManager.id, LinkManager.consented_at, LinkManager.organisation_code, Organisation.name)
        .join(Member, Member.id == LinkManager.member_id)
        .join(Organisation, Organisation.code == LinkManager.organisation_code)
    )
    return db.session.execute(query.where(Member.id == member_id, *is_current()).order_by(LinkManager.id)).all()


def appoint(code: str, member_id: int, *, actor: int) -> None:
    """Ask a member of the organisation to be its link manager. Raises :class:`AlreadyAsked`.

    That they belong to it, and aren't the officer themselves, has been asked before (``policy.may_appoint``).
    """
    try:
        with db.session.begin_nested():
            db.session.add(LinkManager(organisation_code=code, member_id=member_id, appointed_by=actor))
    except IntegrityError as error:
        raise AlreadyAsked from error
    record("link_manager.appointed", actor=actor, subject=member_id, note=code)
    _ask(member_id)


def _ask(member_id: int) -> None:
    address = db.session.scalar(select(Member.email).where(Member.id == member_id))
    link = f"{current_app.config['KE_BASE_URL']}/me"
    post_mail(str(address), _("A question for you"), "link_manager", member_id=member_id, link=link)


def consent(number: int, member_id: int) -> bool:
    """Agree to be named; False where there is no such question (any more)."""
    asked = (LinkManager.consented_at.is_(None), LinkManager.ended_at.is_(None))
    there = LinkManager.organisation_code == _organisation_of(member_id)
    agreed = update(LinkManager).where(*_of_member(number, member_id), *asked, there).values(consented_at=now())
    code = db.session.scalar(agreed.returning(LinkManager.organisation_code))
    if code is not None:
        record("link_manager.consented", actor=member_id, subject=member_id, note=code)
    return code is not None


def _organisation_of(member_id: int) -> str | None:
    return db.session.scalar(
        select(Member.organisation_code).where(Member.id == member_id, Member.standing == "active")
    )


def _of_member(number: int, member_id: int) -> tuple[ColumnElement[bool], ...]:
    return LinkManager.id == number, LinkManager.member_id == member_id


def give_up(number: int, member_id: int) -> bool:
    """Decline, or take one's word back; False where there is nothing to give up."""
    agreed = db.session.scalar(select(LinkManager.consented_at).where(*_of_member(number, member_id)))
    cause = DECLINED if agreed is None else GIVEN_UP
    return bool(end(cause, *_of_member(number, member_id), actor=member_id))


def dismiss(number: int, code: str, *, actor: int) -> bool:
    """Take it from somebody; False where they don't have it (any more). Nobody is dismissed by themselves."""
    theirs = (LinkManager.id == number, LinkManager.organisation_code == code, LinkManager.member_id != actor)
    return bool(end(DISMISSED, *theirs, actor=actor))


def end(cause: str, *which: ColumnElement[bool], actor: int | None = None) -> list[AnyRow]:
    """End all of those that there are now; the rows that ended (``member_id``, ``organisation_code``)."""
    over = update(LinkManager).where(LinkManager.ended_at.is_(None), *which)
    facts = (LinkManager.member_id, LinkManager.organisation_code, LinkManager.appointed_by)
    rows = db.session.execute(over.values(ended_at=now(), ended_cause=cause).returning(*facts)).all()
    for row in rows:
        record("link_manager.ended", actor=actor, subject=row.member_id, note=f"{row.organisation_code}: {cause}")
    return list(rows)


def end_of(member_id: int) -> None:
    """A member has lost standing: they speak for nobody any more (hook ``standing_lost``)."""
    end(LOST_STANDING, LinkManager.member_id == member_id)


def end_of_movers() -> None:
    """Whoever isn't of that organisation any more isn't its link manager: asked after any change of organisations."""
    still = exists().where(
        Member.id == LinkManager.member_id, Member.organisation_code == LinkManager.organisation_code
    )
    end(MOVED, ~still.correlate_except(Member))


def move(old: str, new: str) -> None:
    """``old`` was merged into ``new``: its link managers are asked again, for others would read their names now."""
    for row in end(MERGED, LinkManager.organisation_code == old):
        active = select(Member.id).where(Member.id == row.member_id, Member.standing == "active")
        there = select(LinkManager.id).where(
            LinkManager.organisation_code == new, LinkManager.member_id == row.member_id, LinkManager.ended_at.is_(None)
        )
        if db.session.scalar(active) is None or db.session.scalar(there) is not None:
            continue
        db.session.add(LinkManager(organisation_code=new, member_id=row.member_id, appointed_by=row.appointed_by))
        record("link_manager.appointed", actor=None, subject=row.member_id, note=f"{new}: merged with {old}")
        _ask(row.member_id)
