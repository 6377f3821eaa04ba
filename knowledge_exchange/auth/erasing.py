"""What is known of somebody who has left is erased; what they wrote stays, in threads that others took part in.

Of a member who was ever active an empty shell stays, so that what refers to it holds; of others nothing.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update

from knowledge_exchange.audit.actions import erase_person, record
from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.desk import OPEN
from knowledge_exchange.auth.models import Member, StandingChange
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import Base, db, end_read, table_of, unit_of_work
from knowledge_exchange.mail.refusals import forget_refusal

#: RFC 2606: nobody has an address there, ever.
NOWHERE = "@erased.invalid"
#: Members looked at in one turn of the job.
MOST = 200
#: The history of standing has a time of its own, and names nobody once the account is a shell.
_STAYS = frozenset({"standing_change"})


def erase_leavers(before: datetime) -> None:
    """Erase those who have left before that moment (a class of ``core/keeping.py``)."""
    left = (Member.standing == "left", Member.standing_since < before, ~Member.email.endswith(NOWHERE))
    query = select(Member.id).where(*left).order_by(Member.id).limit(MOST)
    while ids := db.session.scalars(query).all():
        end_read()
        for member_id in ids:
            _erase_if(member_id, before)
    end_read()


def _erase_if(member_id: int, before: datetime) -> None:
    with unit_of_work() as work:
        # Asked again: an officer may have opened the account meanwhile.
        mine = (Member.id == member_id, Member.standing == "left", Member.standing_since < before)
        if work.scalar(select(Member.id).where(*mine).with_for_update()) is not None:
            erase(member_id)


def erase(member_id: int) -> None:
    """Erase what is known of one member, in the unit of work that this is called in."""
    email = db.session.scalar(select(Member.email).where(Member.id == member_id)) or ""
    was_active = _was_active(member_id)
    forget_refusal(email)
    lockers.drop(member_id, lockers.EVERY)
    hooks.call("voices_erased", member_id)
    _forget_rows(member_id)
    erase_person(member_id)
    if was_active:
        db.session.execute(update(Member).where(Member.id == member_id).values(**_shell(member_id)))
    else:
        db.session.execute(delete(Member).where(Member.id == member_id))
    record("member.erased", actor=None, subject=member_id if was_active else None)


def _was_active(member_id: int) -> bool:
    active = or_(StandingChange.before == "active", StandingChange.after == "active")
    query = select(StandingChange.id).where(StandingChange.member_id == member_id, active).limit(1)
    return db.session.scalar(query) is not None


def _forget_rows(member_id: int) -> None:
    """All that goes with an account, whichever room it is in; what is the roll's own is nobody's again."""
    for table in reversed(Base.metadata.sorted_tables):
        for column in table.columns:
            ways = {key.ondelete for key in column.foreign_keys if key.column is table_of(Member).c.id}
            if "CASCADE" in ways and table.name not in _STAYS:
                db.session.execute(delete(table).where(column == member_id))
            elif "SET NULL" in ways and column.name == "member_id":
                db.session.execute(update(table).where(column == member_id).values({column.name: None}))


def _shell(member_id: int) -> dict[str, object]:
    empty = dict.fromkeys(
        ("email_confirmed_at", "handle", "handle_changed_at", "region", "organisation_code", "was_here_at")
    )
    return {
        **empty,
        "email": f"{member_id}{NOWHERE}",
        "name": _("A former member"),
        "password_hash": "",
        "title": "",
        "standing_cause": "",
        "category": "full",
        "role": "member",
        "zone": "Europe/London",
        "thread_view": "tree",
        **OPEN._asdict(),
    }
