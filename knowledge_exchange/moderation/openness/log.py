"""The log of moderation as members read it: what was done, as which role, by which rule. Never whose, never by whom.

An act stands in the network where it happened. Who may not see the thread does not see what was done there: where it
is hidden from them there is no such act; where it has gone elsewhere since, there is neither title nor link.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.threads.models import Thread

#: Acts on a page.
ACTS_A_PAGE = 40
#: What authors do with their own threads is theirs, and no moderation.
MODERATING = ("moderator", "lead", "officer", "administrator", "exchange")
#: Acts on people: the log shows no thread with them, for it would show whom they met.
ABOUT_PEOPLE = frozenset({"warn", "mute", "remove_member", "suspend", "lift"})

_Where = aliased(Network)  # where the thread stands now


def is_moderation() -> ColumnElement[bool]:
    """Condition on acts: somebody acted as what they are here, not on their own."""
    return ModerationAct.acted_as.in_(MODERATING)


def shown_to(me: Me, network_id: int | None, action: str = "", before: int | None = None) -> Sequence[AnyRow]:
    """A page of acts that this member may know of, the newest first, and one more; one statement.

    ``network_id``: of that network alone, which they may read. ``before``: the id that the page before ended with.
    """
    query = _acts(me).where(is_moderation(), _may_be_known(me))
    if network_id is not None:
        query = query.where(ModerationAct.network_id == network_id)
    if action:
        query = query.where(ModerationAct.action == action)
    if before is not None:
        query = query.where(ModerationAct.id < before)
    newest = query.order_by(ModerationAct.id.desc()).limit(ACTS_A_PAGE + 1)
    return cast("Sequence[AnyRow]", db.session.execute(newest).all())


def _acts(me: Me) -> Select[*tuple[object, ...]]:
    about_people = or_(ModerationAct.sanction_id.is_not(None), ModerationAct.action.in_(sorted(ABOUT_PEOPLE)))
    is_there = and_(readable_by(me.id, _Where), Thread.deleted_at.is_(None), ~about_people)
    went = case((about_people, ""), (Thread.deleted_at.is_not(None), "gone"), (~readable_by(me.id, _Where), "moved"))
    return (
        select(
            ModerationAct.id,
            ModerationAct.at,
            ModerationAct.action,
            ModerationAct.acted_as,
            ModerationAct.rule,
            ModerationAct.undone_at,
            Network.slug,
            Network.name.label("network"),
            case((is_there, Thread.id)).label("thread_id"),
            case((is_there, Thread.title)).label("title"),
            case((is_there, ""), else_=went).label("went"),
        )
        .outerjoin(Network, Network.id == ModerationAct.network_id)
        .outerjoin(Thread, Thread.id == ModerationAct.thread_id)
        .outerjoin(_Where, _Where.id == Thread.network_id)
    )


def _may_be_known(me: Me) -> ColumnElement[bool]:
    """It happened where they may read; and not in a thread that is hidden from them."""
    everywhere = and_(ModerationAct.network_id.is_(None), or_(Thread.id.is_(None), readable_by(me.id, _Where)))
    there = or_(everywhere, and_(Network.id.is_not(None), readable_by(me.id)))
    open_to = thread_open_to(ModerationAct.thread_id, me.id, Thread.is_shielded)
    return and_(there, or_(Thread.id.is_(None), open_to))
