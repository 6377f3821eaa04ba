"""Who decides a case, as a condition: by facts that everybody may know, and by the shield.

A case names neither its thread's network nor where its post stands now: both are asked of the post and the thread, so
that a case follows them. What a pseudonym hides is asked of nobody here: ``cases.py`` leaves it out of its reader's own
view.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnySelect, db
from knowledge_exchange.moderation.acts.act_models import ActAppeal, ModerationAct, Sanction
from knowledge_exchange.moderation.cases.case_models import ModerationCase, Report
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.networks.shield import thread_open_to, thread_told_to
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.models import Post, Thread, Voice

#: Who decides what has gone up to the union, by office.
OFFICES = ("officer", "administrator")
#: A report of this category is the officers' at once, too.
DANGER = "danger"
#: Kinds of cases in which whose post it is may not decide. Of others they are asked, or it is their task; of a held
#: post the case does not say whose it is, only in whose thread.
_WITH_PARTIES = ("report", "appeal")

Keeper = aliased(Member)
_Duty = aliased(NetworkMembership)
_Place = aliased(Participant)
_Author = aliased(Member)
_Earlier = aliased(ActAppeal)


def cases_joined(query: AnySelect) -> AnySelect:
    """A SELECT of cases with the post, thread and network that each is about now, if any; and everybody as Keeper."""
    return (
        query.select_from(ModerationCase)
        .outerjoin(Post, Post.id == ModerationCase.post_id)
        .outerjoin(Thread, Thread.id == func.coalesce(Post.thread_id, ModerationCase.thread_id))
        .outerjoin(Network, Network.id == func.coalesce(Thread.network_id, ModerationCase.network_id))
        .outerjoin(Voice, Voice.id == func.coalesce(Post.voice_id, Thread.voice_id))
    )


def keepers(case_id: int) -> Select[int]:
    """The ids of active members who are told of a case: those with whom it is (of a danger, officers besides)."""
    # The case is one row. Who neither moderates nor holds an office, that is nearly everybody, is not asked at all.
    found = cases_joined(select(Keeper.id)).join(Keeper, Keeper.standing == "active")
    duties = select(_Duty.member_id).where(_Duty.role == literal_column("'moderator'"))
    offices = select(Member.id).where(Member.role.in_(OFFICES))
    possible = Keeper.id.in_(duties.union(offices))
    return found.where(ModerationCase.id == case_id, possible, may_decide(shown=False))


def keepers_now(case_id: int, among: Collection[int] | None = None) -> list[int]:
    """Their ids; of a held post those alone who may know of it, as its seal says. ``among``: these alone are asked."""
    asked = keepers(case_id) if among is None else keepers(case_id).where(Keeper.id.in_(among))
    found = list(db.session.scalars(asked))
    held_id = db.session.scalar(select(ModerationCase.held_id).where(ModerationCase.id == case_id))
    if held_id is None:
        return found
    held = holding.by_id(held_id)
    people = db.session.execute(select(Member.id, Member.organisation_code).where(Member.id.in_(found)))
    return [one.id for one in people if held and not holding.is_untold_to(held, one.id, one.organisation_code)]


def may_decide(*, shown: bool) -> ColumnElement[bool]:
    """Condition on :func:`cases_joined` with Keeper: it is with them, they have no part in it, and may see it.

    ``shown``: on a page for them alone; else it is written who is told, and whoever has hidden the thread from their
    colleagues is left out as these are.
    """
    see = thread_open_to if shown else thread_told_to
    may_see = or_(Thread.id.is_(None), see(Thread.id, Keeper.id, Thread.is_shielded))
    stands = or_(Thread.id.is_(None), Thread.deleted_at.is_(None), ModerationCase.kind == "appeal")
    with_them = or_(
        and_(ModerationCase.held_by == "moderators", _moderates()),
        and_(ModerationCase.held_by == "leads", _leads_elsewhere()),
        and_(or_(ModerationCase.held_by == "officers", is_urgent()), Keeper.role.in_(OFFICES), _is_for_office()),
    )
    return and_(with_them, stands, may_see, _has_no_part())


def _is_for_office() -> ColumnElement[bool]:
    """What the union says is for its officers to decide; administrators run the machine."""
    return or_(ModerationCase.kind != "official", Keeper.role == "officer")


def is_urgent() -> ColumnElement[bool]:
    """Condition on ModerationCase: somebody may be in danger."""
    danger = exists().where(Report.case_id == ModerationCase.id, Report.category == DANGER)
    return danger.correlate(ModerationCase)


def _moderates() -> ColumnElement[bool]:
    duty = (_Duty.member_id == Keeper.id, _Duty.network_id == Network.id, _Duty.role == "moderator")
    return exists().where(*duty).correlate_except(_Duty)


def _leads_elsewhere() -> ColumnElement[bool]:
    """They lead another network, work elsewhere than its author (as far as anybody may know), and may read it there."""
    duty = (_Duty.member_id == Keeper.id, _Duty.network_id != Network.id, _Duty.is_lead)
    leads = exists().where(*duty).correlate_except(_Duty)
    together = exists().where(
        _Place.id == Voice.participant_id,
        _Author.id == _Place.member_id,
        _Author.organisation_code == Keeper.organisation_code,
    )
    return and_(leads, readable_by(Keeper.id), ~together.correlate_except(_Place, _Author))


def _has_no_part() -> ColumnElement[bool]:
    """They are not known as its author, have not reported it, and did not do what is appealed against."""
    wrote = exists().where(_Place.id == Voice.participant_id, _Place.member_id == Keeper.id)
    is_author = and_(ModerationCase.kind.in_(_WITH_PARTIES), wrote.correlate_except(_Place))
    reported = exists().where(Report.case_id == ModerationCase.id, Report.member_id == Keeper.id)
    return and_(~is_author, ~reported.correlate_except(Report), ~_acted())


def _acted() -> ColumnElement[bool]:
    """They appeal, did what is appealed against, or answered an appeal of it before."""
    of_case = ActAppeal.id == ModerationCase.appeal_id
    appeals = exists().where(of_case, ActAppeal.member_id == Keeper.id)
    did = exists().where(of_case, ModerationAct.id == ActAppeal.act_id, ModerationAct.actor_id == Keeper.id)
    imposed = exists().where(of_case, Sanction.id == ActAppeal.sanction_id, Sanction.actor_id == Keeper.id)
    met = exists().where(of_case, Sanction.id == ActAppeal.sanction_id, Sanction.member_id == Keeper.id)
    same = or_(_Earlier.act_id == ActAppeal.act_id, _Earlier.sanction_id == ActAppeal.sanction_id)
    answered = exists().where(of_case, same, _Earlier.decided_by == Keeper.id)
    parts = (appeals, did, imposed, met, answered)
    return or_(*(part.correlate_except(ActAppeal, ModerationAct, Sanction, _Earlier) for part in parts))
