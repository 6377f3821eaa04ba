"""Held posts in the queue: what is written, why it is held, and whether it appears. Never whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.moderation.acts.undoing import CannotUndo, take_back
from knowledge_exchange.moderation.cases import case_ways, cases
from knowledge_exchange.moderation.held import held_files
from knowledge_exchange.moderation.held.held_cases import part_from
from knowledge_exchange.moderation.held.held_telling import tell_refused, untell
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Card, Decision, Done, Kind
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.holding.holding import Held
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.queries import post_by_id
from knowledge_exchange.threads.veils.speaking import PSEUDONYM
from knowledge_exchange.threads.words import held_because, kinds

APPROVE, REFUSE, PASS = "approve", "refuse", "pass"


def cards(_me: Me, rows: Sequence[AnyRow]) -> Mapping[int, Card]:
    """All of a page: one statement."""
    held = holding.by_ids([row.held_id for row in rows])
    return {row.id: _card(row, held[row.held_id]) for row in rows if row.held_id in held}


def card(me: Me, row: AnyRow) -> Card:
    """One card."""
    return cards(me, [row])[row.id]


def _card(row: AnyRow, held: Held) -> Card:
    draft = held.draft
    return Card(
        title=draft.title or _("A reply in “%(title)s”", title=row.title),
        badge=_("Held"),
        html=Markup('<div class="prose">{}</div>').format(Markup(held_files.shown(held))),  # noqa: S704 -- made safe when it was written
        facts=[
            (_("Held because"), held_because()[held.why]),
            (_("Written"), _("under a pseudonym") if draft.voice == PSEUDONYM else _("under a name of their own")),
            (_("Where"), _where(row, held)),
        ],
        decisions=_decisions(row.held_by),
    )


def _where(row: AnyRow, held: Held) -> str:
    if held.draft.slug:
        kind = kinds()[held.draft.kind][0]
        return str(_("A new thread in %(network)s (%(kind)s)", network=row.network_name, kind=kind))
    return Markup('<a href="/p/{}">{}</a>, {}').format(held.draft.parent_id, row.title, row.network_name)


def _decisions(held_by: str) -> list[Decision]:
    found = [
        Decision(APPROVE, _("Publish it"), "1", tone="main"),
        Decision(REFUSE, _("Send it back"), "2", wants_reason=True, tone="stop"),
    ]
    if held_by != "officers":
        found.append(Decision(PASS, _("Pass to officers"), "p"))
    return found


def decide(me: Me, row: AnyRow, word: str, reason: Reason) -> Done:
    """Decide it; its author is told. Raises ``CannotDecide`` where somebody was first, or there is no such word."""
    if word == PASS:
        if not case_ways.pass_up(row.id, me=me):
            raise CannotDecide(_("It is with the officers already, or decided."))
        return Done(_("Passed to the officers."), PASS)
    if word not in (APPROVE, REFUSE):
        raise CannotDecide(_("That can’t be decided here."))
    if not cases.close_case(me, row.id, word):
        raise CannotDecide(_("Somebody else has just decided this, or its author took it back."))
    return _approve(me, row) if word == APPROVE else _refuse(me, row, reason)


def _approve(me: Me, row: AnyRow) -> Done:
    part_from(row.id)
    post_id = holding.publish(row.held_id)
    if not isinstance(post_id, int):
        return Done(_("It could not be published any more; its author reads why."))
    written = post_by_id(post_id)
    of = Of(row.network_id, written.thread_id if written else None, post_id)
    act_id = note_act(me, case_ways.acting_on(me, row), APPROVE, of, Reason())
    cases.note_act_of(row.id, act_id)
    tell_author(act_id)
    return Done(_("Published."))


def _refuse(me: Me, row: AnyRow, reason: Reason) -> Done:
    said = " ".join(filter(None, (reason.rule, reason.text)))
    if not said:
        raise CannotDecide(_("Say why: choose a rule, or write a sentence."))
    if not holding.refuse(row.held_id, said):
        raise CannotDecide(_("Its author took it back."))
    act_id = 0
    if _is_open(row):
        of, kept = Of(row.network_id), {"held": row.held_id}
        act_id = note_act(me, case_ways.acting_on(me, row), REFUSE, of, reason, kept=kept)
        cases.note_act_of(row.id, act_id)
    else:
        record(f"moderation.{REFUSE}", actor=me.id, note=str(row.id))
    tell_refused(row.held_id)
    return Done(_("Sent back to its author, with the reason."), f"{REFUSE}:{act_id}")


def _is_open(row: AnyRow) -> bool:
    """Whether the log may tell that something was sent back: not where it would be hidden from some who read that."""
    held = holding.by_id(row.held_id)
    if held is None or held.draft.hidden is not None:
        return False
    shielded = select(Thread.is_shielded).where(Thread.id == row.thread_id)
    return row.thread_id is None or db.session.scalar(shielded) is False


def undo(me: Me, row: AnyRow, word: str) -> bool:
    """Take a decision back; what was published stays: it can be hidden."""
    if word == PASS:
        return case_ways.hand_back(row.id)
    held_id = row.held_id
    if held_id is None or not cases.reopen(row.id):
        return False
    try:
        if act_id := int(word.partition(":")[2]):
            take_back(me, act_id, case_ways.acting_on(me, row))
        else:
            undo_refusal(me, row, {"held": held_id})
    except CannotUndo:
        return False
    return True


def undo_refusal(_me: Me, _act: AnyRow, kept: dict[str, Any]) -> None:
    """It waits again (of ``undoing.undoable``). Raises ``CannotUndo`` where its author has taken it back."""
    if not holding.hold_again(kept["held"]):
        raise CannotUndo(_("Its author has taken it back meanwhile."))
    untell(kept["held"])


KIND = Kind("held", card, decide, undo, cards)
