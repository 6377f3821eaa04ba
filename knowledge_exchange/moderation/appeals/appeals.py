"""Appeals against acts and sanctions: to a moderator who had no part, then to an officer. Nothing here commits.

The first goes to the network's moderators, without whoever acted; at once to officers where an officer acted, or where
it was aimed through a pseudonym and nobody may know more of it than the member says. What moderators let stand can be
appealed once more; what they don't decide in time goes up by itself. An officer's answer is the last.

The author of an act on a pseudonymous post appeals as the sealed place, and is named in no row.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import new_rounded_id
from knowledge_exchange.moderation.acts.act_models import ActAppeal, ModerationAct, Sanction
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undo
from knowledge_exchange.moderation.appeals.appeal_queries import appeal_by_id, appeals_about
from knowledge_exchange.moderation.appeals.telling_appeals import tell_answer
from knowledge_exchange.moderation.cases.cases import close_case, open_case
from knowledge_exchange.moderation.sanctions.sanctions import ELSEWHERE, LIFTED, OVERTURNED, overturn

#: How long moderators have; then it goes up by itself.
DECIDED_IN = timedelta(days=5)
MODERATORS_STEP, LAST_STEP = 1, 2
UPHELD, OVERTURNED_OUTCOME, MOOT = "upheld", "overturned", "moot"
#: A sanction that ended so is about nothing any more.
OVER = (LIFTED, OVERTURNED, ELSEWHERE)
_OFFICES = ("officer", "administrator")


class NothingToAppeal(Exception):
    """It is open, was answered for good, or holds no more."""


class TooLate(Exception):
    """Somebody else has decided it, or it is about nothing any more."""


class Target(NamedTuple):
    """What is appealed against, and by whom: a member, or a sealed place alone."""

    act_id: int | None
    sanction_id: int | None
    network_id: int | None
    thread_id: int | None
    #: Whether officers alone decide.
    is_high: bool
    member_id: int | None
    place_id: int | None

    @property
    def key(self) -> ColumnElement[bool]:
        """Condition on appeals: about the same."""
        if self.sanction_id is not None:
            return ActAppeal.sanction_id == self.sanction_id
        return ActAppeal.act_id == self.act_id


def of_sanction(row: AnyRow) -> Target:
    """A sanction (``sanction_queries.sanction_by_id``) as its member appeals against it."""
    is_high = row.act_id is None or row.acted_as in _OFFICES
    return Target(None, row.id, row.network_id, row.thread_id, is_high, row.member_id, None)


def of_act(me: Me, act: AnyRow, owner_id: int | None) -> Target | None:
    """An act (all its columns) as whoever wrote the post may appeal against it; None: not theirs.

    ``owner_id``: whose plain place ``act.participant_id`` is.
    """
    if act.participant_id is None or act.actor_id == me.id:
        return None
    is_high = act.acted_as in _OFFICES
    if act.participant_id in me.places.values():
        return Target(act.id, None, act.network_id, act.thread_id, is_high, None, act.participant_id)
    if owner_id != me.id:
        return None
    return Target(act.id, None, act.network_id, act.thread_id, is_high, me.id, None)


def is_over(row: AnyRow) -> bool:
    """Whether a sanction was ended for good: of one whose time is over it can still be said that it was wrong."""
    return row.ended_cause in OVER


def next_step(target: Target) -> int | None:
    """Which appeal can be made now: the first, the one to an officer, or none."""
    return step_after(next(iter(appeals_about(target.key)), None), target)


def step_after(latest: AnyRow | None, target: Target) -> int | None:
    """The same where the latest appeal about it is known."""
    if latest is None:
        return LAST_STEP if target.is_high else MODERATORS_STEP
    return LAST_STEP if latest.outcome == UPHELD and latest.step == MODERATORS_STEP else None


def make(target: Target, text: str) -> int:
    """Appeal; returns the appeal's id. Raises :class:`NothingToAppeal`."""
    _take_turn(target)
    step = next_step(target)
    if step is None:
        raise NothingToAppeal
    appeal_id = new_rounded_id()
    about = {"act_id": target.act_id, "sanction_id": target.sanction_id}
    who = {"member_id": target.member_id, "participant_id": target.place_id}
    db.session.add(ActAppeal(id=appeal_id, step=step, text=text, **about, **who))
    # A sealed place names nobody, nor does the record.
    record("moderation.appeal", actor=target.member_id, note=str(appeal_id))
    db.session.flush()
    held_by = "officers" if step == LAST_STEP else "moderators"
    where = {"network_id": target.network_id, "thread_id": target.thread_id}
    open_case("appeal", appeal_id=appeal_id, held_by=held_by, due_in=DECIDED_IN, **where)
    return appeal_id


def _take_turn(target: Target) -> None:
    """One appeal at a time about the same: sent twice, the second finds the first."""
    if target.sanction_id is not None:
        db.session.execute(select(Sanction.id).where(Sanction.id == target.sanction_id).with_for_update())
    else:
        db.session.execute(select(ModerationAct.id).where(ModerationAct.id == target.act_id).with_for_update())


def decide(me: Me, case: AnyRow, outcome: str, reason: Reason) -> str:
    """Let it stand (``upheld``) or overturn it; returns why it could not be undone, or nothing.

    ``case``: a row of ``cases.case_for``. Raises :class:`TooLate`.
    """
    if not close_case(me, case.id, outcome):
        raise TooLate
    appeal = appeal_by_id(case.appeal_id)
    if appeal is None or appeal.outcome:
        raise TooLate
    failed = _put_right(me, appeal) if outcome == OVERTURNED_OUTCOME else ""
    answer = "\n\n".join(filter(None, (reason.rule, reason.text, failed)))
    step = LAST_STEP if case.held_by == "officers" else appeal.step
    _settle(appeal.id, outcome, answer, step=step, decided_by=me.id)
    record(f"moderation.appeal_{outcome}", actor=me.id, note=str(appeal.id))
    tell_answer(appeal.id)
    return failed


def _put_right(me: Me, appeal: AnyRow) -> str:
    """Undo what was appealed against; what can't be undone any more is said in the answer."""
    if appeal.sanction_id is not None:
        overturn(me, appeal.sanction_id)
        return ""
    try:
        # What an undoing did before it stopped is taken back, and the decision stands.
        with db.session.begin_nested():
            undo(me, appeal.act_id)
    except CannotUndo as cannot:
        return cannot.sentence
    return ""


def _settle(appeal_id: int, outcome: str, answer: str, *, step: int, decided_by: int | None) -> None:
    decided = {"decided_at": rounded_now(), "decided_by": decided_by, "outcome": outcome, "answer": answer}
    db.session.execute(update(ActAppeal).where(ActAppeal.id == appeal_id).values(step=step, **decided))


def close_moot(appeal_id: int, case_id: int) -> None:
    """What it is about was undone meanwhile (for the job): its member is told of that already."""
    if close_case(None, case_id, MOOT):
        _settle(appeal_id, MOOT, "", step=MODERATORS_STEP, decided_by=None)


def note_passed(appeal_id: int) -> None:
    """Its clock has run out, or nobody at hand could decide it: an officer's answer is the last (for the job)."""
    db.session.execute(update(ActAppeal).where(ActAppeal.id == appeal_id).values(step=LAST_STEP))
    record("moderation.appeal_passed", actor=None, note=str(appeal_id))
