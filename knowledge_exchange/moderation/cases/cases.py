"""Cases: something to decide, with whom it is, and until when. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.core.ids import new_rounded_id
from knowledge_exchange.moderation.acts.act_models import ActAppeal
from knowledge_exchange.moderation.appeals.appeal_queries import aimed_alike
from knowledge_exchange.moderation.cases.case_keepers import Keeper, cases_joined, is_urgent, keepers_now, may_decide
from knowledge_exchange.moderation.cases.case_models import WITH, ModerationCase
from knowledge_exchange.moderation.cases.case_telling import tell_keepers, tell_queues, withdraw_notices
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.models import Thread, Voice

#: Cases that a page shows at most: more than anybody decides before they look again.
MOST_SHOWN = 200
#: How long moderators have for a report, and officers for what has come up to them.
MODERATORS_IN, OFFICERS_IN = timedelta(hours=24), timedelta(hours=24)

_Mine = aliased(NetworkMembership)
_COLUMNS = (
    ModerationCase.id,
    ModerationCase.kind,
    ModerationCase.post_id,
    ModerationCase.held_id,
    ModerationCase.appeal_id,
    ModerationCase.held_by,
    ModerationCase.opened_at,
    ModerationCase.due_at,
    ModerationCase.decided_at,
    ModerationCase.decision,
    ModerationCase.act_id,
    Thread.id.label("thread_id"),
    Thread.title,
    Thread.acts,
    Thread.deleted_at.label("thread_deleted_at"),
    Network.id.label("network_id"),
    Network.slug.label("network_slug"),
    Network.name.label("network_name"),
    _Mine.role.label("my_role"),
    _Mine.is_lead.label("i_lead"),
    Voice.kind.label("voice_kind"),
    Voice.name.label("author_name"),
    ActAppeal.participant_id.label("appellant_place"),
)
#: Those that can be open once only, each with the column that says what of.
_ONCE = ("post_id", "held_id", "appeal_id")


def open_case(
    kind: str,
    *,
    network_id: int | None,
    thread_id: int | None = None,
    post_id: int | None = None,
    held_id: int | None = None,
    appeal_id: int | None = None,
    held_by: str = "moderators",
    due_in: timedelta = MODERATORS_IN,
) -> int:
    """Open a case, and tell those with whom it is; returns its id. Where it stands open already, that one's.

    ``kind``: a word of ``case_models.CASES``. It goes up at once where nobody at hand may decide it.
    """
    where = {"network_id": network_id, "thread_id": thread_id}
    about = {"post_id": post_id, "held_id": held_id, "appeal_id": appeal_id}
    case_id, is_new = put_case(kind, where, about, held_by, due_in)
    if is_new:
        announce(case_id)
    return case_id


def put_case(
    kind: str,
    where: Mapping[str, int | None],
    about: Mapping[str, int | None],
    held_by: str = "moderators",
    due_in: timedelta = MODERATORS_IN,
) -> tuple[int, bool]:
    """The open case of this kind about this very thing, made if need be; whether it is new. Nobody is told yet.

    ``where``: network_id and thread_id. ``about``: post_id, held_id or appeal_id.
    """
    earlier = _open_one(kind, about, waits=True)
    if earlier is not None:
        return earlier, False
    case_id, opened = new_rounded_id(), rounded_now()
    times = {"opened_at": opened, "due_at": opened + due_in}
    db.session.add(ModerationCase(id=case_id, kind=kind, held_by=held_by, **where, **about, **times))
    db.session.flush()
    return case_id, True


def announce(case_id: int) -> None:
    """Find with whom an open case is, and tell them who have not been told of it."""
    go_up_if_nobody(case_id)
    tell_keepers(case_id)


def hurry(case_id: int, due_in: timedelta) -> None:
    """Its time is over sooner than it was, if it was not sooner."""
    due_at = rounded_now() + due_in
    later = (ModerationCase.id == case_id, ModerationCase.due_at > due_at)
    db.session.execute(update(ModerationCase).where(*later).values(due_at=due_at))


def _open_one(kind: str, about: Mapping[str, int | None], *, waits: bool = False) -> int | None:
    """The open case of this kind about this very thing; ``waits``: whoever decides it just now is waited for."""
    same = [getattr(ModerationCase, name) == one for name, one in about.items() if one is not None]
    if not same:
        return None
    query = select(ModerationCase.id).where(ModerationCase.kind == kind, ModerationCase.decided_at.is_(None), *same)
    return db.session.scalar(query.with_for_update() if waits else query)


def go_up_if_nobody(case_id: int) -> bool:
    """Hand an open case on where nobody with whom it is may decide it; whether it was.

    To leads of other networks, then to officers.
    """
    before = held_by = db.session.scalar(select(ModerationCase.held_by).where(ModerationCase.id == case_id))
    while held_by in WITH[:-1] and not keepers_now(case_id):
        held_by = WITH[WITH.index(held_by) + 1]
        _hand_to(case_id, held_by)
    return held_by != before


def _hand_to(case_id: int, held_by: str) -> None:
    db.session.execute(update(ModerationCase).where(ModerationCase.id == case_id).values(held_by=held_by))


def close_case(me: Me | None, case_id: int, decision: str, act_id: int | None = None) -> bool:
    """Decide it; False if somebody was first. ``me`` is None where the exchange closes it itself.

    Ask this before anything is done about it: whoever comes second waits here (PostgreSQL), and is told.
    """
    values = {"decided_by": me.id if me else None, "decided_at": rounded_now(), "decision": decision, "act_id": act_id}
    open_still = (ModerationCase.id == case_id, ModerationCase.decided_at.is_(None))
    closed = update(ModerationCase).where(*open_still).values(**values).returning(ModerationCase.id)
    if db.session.execute(closed, execution_options={"synchronize_session": False}).first() is None:
        return False
    withdraw_notices(case_id)
    tell_queues(case_id)
    return True


def note_act_of(case_id: int, act_id: int) -> None:
    """Say what was done about a case that was just closed."""
    db.session.execute(update(ModerationCase).where(ModerationCase.id == case_id).values(act_id=act_id))


def reopen(case_id: int) -> bool:
    """Take a decision back; False where it stands open, or the same thing has come up anew meanwhile."""
    case = db.session.execute(select(ModerationCase).where(ModerationCase.id == case_id).with_for_update()).scalar()
    if case is None or case.decided_at is None:
        return False
    if _open_one(case.kind, {name: getattr(case, name) for name in _ONCE}) is not None:
        return False
    nothing = {"decided_at": None, "decided_by": None, "decision": "", "act_id": None}
    db.session.execute(update(ModerationCase).where(ModerationCase.id == case_id).values(**nothing))
    tell_queues(case_id)
    return True


def cases_for(me: Me) -> Sequence[AnyRow]:
    """Open cases that this person may decide, oldest clock first: columns of ``_COLUMNS``, and ``is_urgent``."""
    rows = db.session.execute(_for(me).order_by(ModerationCase.due_at, ModerationCase.id).limit(MOST_SHOWN)).all()
    return without_part(me, rows)


def case_for(me: Me, case_id: int, *, decided: bool = False) -> AnyRow | None:
    """One open case (or, ``decided``, one that is not any more), if this person may decide it; else it is not there.

    They may have begun to write in its thread under a pseudonym since ``me`` was read.
    """
    rows = db.session.execute(_for(me, decided=decided).where(ModerationCase.id == case_id)).all()
    return next(iter(without_part(replace(me, places=places_of(me.id)), rows)), None)


def decided_for(me: Me, case_id: int) -> AnyRow | None:
    """One that this person has decided or passed up, if they may still see what it is about, even gone."""
    passed = and_(ModerationCase.decided_at.is_(None), ModerationCase.held_by == "officers", _Mine.role == "moderator")
    mine = or_(ModerationCase.decided_by == me.id, passed)
    may_see = or_(Thread.id.is_(None), thread_open_to(Thread.id, Keeper.id, Thread.is_shielded))
    rows = db.session.execute(_joined_for(me).where(ModerationCase.id == case_id, mine, may_see)).all()
    return next(iter(without_part(me, rows)), None)


def _for(me: Me, *, decided: bool = False) -> AnySelect:
    is_open = ModerationCase.decided_at.is_(None)
    return _joined_for(me).where(~is_open if decided else is_open, may_decide(shown=True))


def _joined_for(me: Me) -> AnySelect:
    query = cases_joined(select(*_COLUMNS, is_urgent().label("is_urgent")))
    query = query.join(Keeper, Keeper.id == me.id)
    query = query.outerjoin(_Mine, (_Mine.network_id == Network.id) & (_Mine.member_id == me.id))
    return query.outerjoin(ActAppeal, ActAppeal.id == ModerationCase.appeal_id)


def without_part(me: Me, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Without what is theirs to know alone: threads in which they write under a pseudonym, and what is sealed.

    Whoever writes there so neither decides nor acts there: it would stand beside their name. Nor does anybody read who
    appeals against what they themselves may have aimed at a pseudonym.
    """
    rows = _without_aimed(me, _without_held(me, rows))
    mine = set(me.places.values())
    return [row for row in rows if row.thread_id not in me.places and row.appellant_place not in mine]


def _without_aimed(me: Me, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Without appeals that would tell them whom they met; see ``aimed_alike``."""
    ids = [row.appeal_id for row in rows if row.appeal_id is not None]
    alike = aimed_alike(me.id, ids) if ids else ()
    return [row for row in rows if row.appeal_id not in alike]


def _without_held(me: Me, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Without held posts that are their own, or of which they are not to know."""
    ids = [row.held_id for row in rows if row.held_id is not None]
    if not ids:
        return rows
    held = holding.by_ids(ids).values()
    hidden = {one.id for one in held if holding.is_hidden_from(one, me.id, me.organisation_code)}
    return [row for row in rows if row.held_id not in hidden]
