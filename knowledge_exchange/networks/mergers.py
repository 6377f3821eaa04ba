"""Organisations that were merged into others: who follows, and whereto. Nothing here commits."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.networks import automatic, link_managers, shield
from knowledge_exchange.networks.automatic import Rule
from knowledge_exchange.networks.models import Network, Organisation
from knowledge_exchange.networks.successors import follow as follow
from knowledge_exchange.networks.successors import successors as successors


class CannotMerge(ValueError):
    """Why not, in words for whoever asked."""


def current_codes() -> dict[str, str]:
    """Every code on record, and the organisation that it means now; for whoever has many to look up."""
    merged = successors()
    return {code: follow(code, merged) for code in db.session.scalars(select(Organisation.code))}


def current_code(code: str) -> str | None:
    """The organisation that a roll's code means now; None for a code that isn't on record."""
    if db.session.scalar(select(Organisation.code).where(Organisation.code == code)) is None:
        return None
    return follow(code, successors())


def merge(old: str, new: str, *, on: date | None = None, actor: int | None) -> None:
    """Close ``old`` on that day (else today) and let its members follow into ``new``, or what has become of that.

    They move with region and networks, its network becomes the successor's where that has none of its own, what was
    hidden from it is hidden from the successor, and its link managers are asked again. Rolls keep the old code.
    Raises :class:`CannotMerge`.
    """
    day = on or now().date()
    _check(old, new, day)
    lasting = follow(new, successors())
    closed = update(Organisation).where(Organisation.code == old)
    db.session.execute(closed.values(closed_on=day, successor_code=new))
    _hand_over_network(old, lasting)
    _move_members(old, lasting)
    shield.follow_merger(old, lasting)
    link_managers.move(old, lasting)
    record("organisation.merged", actor=actor, note=f"{old} > {new}")


def _check(old: str, new: str, day: date) -> None:
    both = select(Organisation.code).where(Organisation.code.in_([old, new])).order_by(Organisation.code)
    # From here on nobody merges one of the two, or hides a thread from it (PostgreSQL).
    known = set(db.session.scalars(both.with_for_update(key_share=True)))
    for code in (old, new):
        if code not in known:
            raise CannotMerge(_("There is no organisation %(code)s.", code=code))
    if old == new:
        raise CannotMerge(_("An organisation can't be merged into itself."))
    merged = {code: following for code, following in successors().items() if code != old}
    if follow(new, merged) == old:
        raise CannotMerge(_("%(new)s was merged into %(old)s itself.", new=new, old=old))
    if day > now().date():
        raise CannotMerge(_("That day has not come yet: its members move when it has."))


def _hand_over_network(old: str, new: str) -> None:
    """What its people wrote stays theirs, unless the successor has a network of its own: then they move there."""
    if db.session.scalar(select(Network.id).where(Network.organisation_code == new).limit(1)) is None:
        db.session.execute(update(Network).where(Network.organisation_code == old).values(organisation_code=new))


def _move_members(old: str, new: str) -> None:
    of_old = Member.organisation_code == old
    people = db.session.execute(select(Member.id, Member.standing).where(of_old)).all()
    of_both = select(Organisation.code, Organisation.region).where(Organisation.code.in_([old, new]))
    region = {row.code: row.region for row in db.session.execute(of_both)}
    if region[new] is not None and region[new] != region[old]:
        # Where a roll says another region than the organisation's, it means the person, and goes on to do so.
        with_it = or_(Member.region.is_(None), Member.region == region[old])
        db.session.execute(update(Member).where(of_old, with_it).values(region=region[new]))
    db.session.execute(update(Member).where(of_old).values(organisation_code=new))
    active = [row.id for row in people if row.standing == "active"]
    automatic.leave_of_members([row.id for row in people], or_(automatic.in_region(), automatic.in_organisation()))
    automatic.join_of_members(active, (Rule.REGION, Rule.ORGANISATION))
