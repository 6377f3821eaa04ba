"""The verbs of accounts: make, confirm, change standing, role, handle, password. They never commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import policy, sessions, standing_letters, tokens
from knowledge_exchange.auth.models import ROLES, STANDINGS, VIEWS, Member, StandingChange, TakenHandle
from knowledge_exchange.auth.standing import Impossible, is_possible
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now, start_of_day
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.core.text import one_line
from knowledge_exchange.mail.actions import drop_unsent
from knowledge_exchange.mail.refusals import forget_refusal


class EmailTaken(Exception):
    """There is an account with that address. Never told to whoever asked at the door."""


class HandleTaken(Exception):
    """Somebody has, or once had, that handle."""


def create_member(
    *,
    email: str,
    name: str,
    password_hash: str,
    handle: str | None = None,
    standing: str = "pending",
    cause: str = "",
    role: str = "member",
    confirmed: bool = False,
    actor_id: int | None = None,
    created_at: datetime | None = None,
    **facts: Any,
) -> Member:
    """Make an account. ``password_hash`` comes from :mod:`auth.passwords`, made before the unit of work.

    ``facts`` are further columns of Member (title, region, organisation_code, category, zone…).
    ``created_at`` lies in the past for the demo. Raises :class:`EmailTaken`, :class:`HandleTaken`, and
    ``ValueError`` for a handle that breaks the rules or a standing or role that does not exist.
    """
    _check_words(standing=standing, role=role)
    moment = created_at or now()
    member = Member(
        id=new_id(created_at),
        email=policy.email_key(email),
        name=one_line(name),
        password_hash=password_hash,
        standing=standing,
        standing_since=moment,
        standing_cause=cause,
        role=role,
        email_confirmed_at=moment if confirmed else None,
        created_at=moment,
        **facts,
    )
    _insert_member(member)
    if handle is not None:
        give_handle(member, handle, at=moment)
    _note_first_steps(member, cause, actor_id, moment)
    record("member.created", actor=actor_id, subject=member.id)
    return member


def _check_words(standing: str, role: str) -> None:
    if standing not in STANDINGS:
        raise ValueError(f"there is no standing {standing!r}")
    if role not in ROLES:
        raise ValueError(f"there is no role {role!r}")


def _insert_member(member: Member) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(member)
    except IntegrityError as error:
        if find_id(member.email) is not None:
            raise EmailTaken(member.email) from error
        raise


def find_id(email: str) -> int | None:
    """The account with that address, if there is one."""
    return db.session.scalar(select(Member.id).where(Member.email == policy.email_key(email)))


def give_handle(member: Member, handle: str, *, at: datetime | None = None) -> None:
    """Give a handle that nobody ever had. Raises :class:`HandleTaken`, or ``ValueError`` if it breaks the rules.

    That a year must lie between two changes is asked before, with ``policy.may_change_handle``.
    """
    handle = policy.handle_key(handle)
    if not policy.has_handle_form(handle) or policy.is_reserved(handle):
        raise ValueError("that can't be a handle")
    if policy.is_made_from(handle, member.name):
        raise ValueError("a handle isn't made from the name")
    moment = at or now()
    try:
        with db.session.begin_nested():
            db.session.execute(insert(TakenHandle).values(handle=handle, taken_at=moment))
    except IntegrityError as error:
        raise HandleTaken(handle) from error
    member.handle = handle
    member.handle_changed_at = moment


def confirm(member: Member, handle: str | None = None) -> None:
    """Note that the address is theirs, and give the handle if they chose one (see :func:`give_handle`)."""
    if handle is not None:
        give_handle(member, handle)
    member.email_confirmed_at = member.email_confirmed_at or now()
    forget_refusal(member.email)  # a link that was mailed there has arrived
    tokens.void(member.id, tokens.CONFIRM)
    record("member.confirmed", actor=member.id, subject=member.id)


def change_standing(
    member_id: int, after: str, cause: str, actor_id: int | None, *, apart_from_act: bool = False
) -> bool:
    """Move somebody to another standing, at once; False when they are there already (or don't exist).

    ``cause`` is a sentence that the person reads on their own page; ``actor_id`` is None for the exchange
    itself and the command line. Who may do it is asked before (``standing.may_change_standing``). Leaving
    ``active`` ends all sign-ins and forgets mail that waits; the hook ``access_lost`` is called inside the unit
    of work and promises whatever may yield. Who has ``left`` holds no office any more, and the hook
    ``account_left`` closes what is open in other rooms. The person is written to.

    ``apart_from_act``: what is stored bears the day alone, and nothing goes on record here; for an act aimed at a
    pseudonym, which is on record as such, and must not be laid beside whom it met. Raises ``ValueError`` for a
    standing that does not exist, :class:`standing.Impossible` for a step that there is not.
    """
    if after not in STANDINGS:
        raise ValueError(f"there is no standing {after!r}")
    # The row is locked: two officers deciding at once leave two true steps, not one false one.
    query = select(Member.standing, Member.email).where(Member.id == member_id).with_for_update()
    found = db.session.execute(query).first()
    if found is None or found.standing == after:
        return False
    before = found.standing
    if not is_possible(before, after):
        raise Impossible(before, after)
    moment = start_of_day() if apart_from_act else now()
    changed = {"standing": after, "standing_since": moment, "standing_cause": cause}
    db.session.execute(update(Member).where(Member.id == member_id).values(**changed))
    if apart_from_act:
        _note_step_of_day(member_id, before, after, cause, moment)
    else:
        _note_standing(member_id, before, after, cause, actor_id, moment)
        record("standing.changed", actor=actor_id, subject=member_id, note=f"{before} > {after}: {cause}")
    if policy.loses_access(before, after):
        _take_access(member_id, after)
    if after == "left":
        _close_account(member_id, actor_id)
    standing_letters.tell_of_step(member_id, found.email, before, after, by_themselves=actor_id == member_id)
    return True


def _take_access(member_id: int, after: str) -> None:
    sessions.end_all(member_id)
    drop_unsent(member_id)
    hooks.call("access_lost", member_id, after)
    hooks.call("standing_lost", member_id)


def _close_account(member_id: int, actor_id: int | None) -> None:
    """Who comes back some day comes back as a member, not to an office; no link that was mailed opens anything."""
    set_role(member_id, "member", actor_id)
    for purpose in (tokens.CONFIRM, tokens.RESET, tokens.EMAIL):
        tokens.void(member_id, purpose)
    hooks.call("account_left", member_id)


def _note_standing(member_id: int, before: str, after: str, cause: str, actor_id: int | None, moment: datetime) -> None:
    step = StandingChange(member_id=member_id, before=before, after=after, cause=cause, actor_id=actor_id, at=moment)
    db.session.add(step)


def _note_step_of_day(member_id: int, before: str, after: str, cause: str, day: datetime) -> None:
    """Its id says no more than the day, and that it came after their other steps."""
    latest = db.session.scalar(select(func.max(StandingChange.id)).where(StandingChange.member_id == member_id)) or 0
    facts = {"before": before, "after": after, "cause": cause, "actor_id": None, "at": day}
    db.session.add(StandingChange(id=max(new_id(day), latest + 1), member_id=member_id, **facts))


def _note_first_steps(member: Member, cause: str, actor_id: int | None, moment: datetime) -> None:
    """How an account came to the standing that it is made with: who has lapsed was a member before."""
    if member.standing == "pending":
        return
    _note_standing(member.id, "pending", "active", cause if member.standing == "active" else "", actor_id, moment)
    if member.standing != "active":
        _note_standing(member.id, "active", member.standing, cause, actor_id, moment)


def set_role(member_id: int, role: str, actor_id: int | None, reason: str = "") -> bool:
    """Give somebody an office in the exchange, or take it; False when they have it already (or don't exist).

    All their sign-ins end: what a sign-in may do does not change under it. Who may do it is asked before
    (``standing.may_change_role``). Raises ``ValueError`` for a role that does not exist.
    """
    if role not in ROLES:
        raise ValueError(f"there is no role {role!r}")
    before = db.session.scalar(select(Member.role).where(Member.id == member_id).with_for_update())
    if before is None or before == role:
        return False
    db.session.execute(update(Member).where(Member.id == member_id).values(role=role))
    sessions.end_all(member_id)
    why = f": {reason}" if reason else ""
    record("role.changed", actor=actor_id, subject=member_id, note=f"{before} > {role}{why}")
    return True


def set_password(member_id: int, password_hash: str, actor_id: int | None) -> None:
    """Give an account another password: every sign-in ends, and no link that was sent changes it any more."""
    changed = update(Member).where(Member.id == member_id).values(password_hash=password_hash)
    db.session.execute(changed)
    sessions.end_all(member_id)
    for purpose in (tokens.RESET, tokens.EMAIL):
        tokens.void(member_id, purpose)
    record("password.changed", actor=actor_id, subject=member_id)


def prefer_view(member_id: int, view: str) -> None:
    """Remember how somebody reads threads: ``tree`` or ``flat`` (else ``ValueError``)."""
    if view not in VIEWS:
        raise ValueError(f"there is no view {view!r}")
    db.session.execute(update(Member).where(Member.id == member_id).values(thread_view=view))
