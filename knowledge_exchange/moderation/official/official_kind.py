"""Official answers past their review, in the officers' queue: it still holds, or it is withdrawn."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import today
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undo
from knowledge_exchange.moderation.cases.cases import close_case, note_act_of, reopen
from knowledge_exchange.moderation.official import official_acts
from knowledge_exchange.moderation.official.official_care_routes import Stopped, locked_answer, state_seen
from knowledge_exchange.moderation.official.official_reviews import KIND
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Card, Decision, Done, Kind
from knowledge_exchange.threads.official import official
from knowledge_exchange.threads.official.official_forms import REVIEW_MONTHS, check_reason, months_after
from knowledge_exchange.threads.official.official_queries import official_by_post
from knowledge_exchange.threads.official.official_states import day_in_words, nations_in_words
from knowledge_exchange.threads.policy import may_answer_officially

_HOLDS, _WITHDRAW = "holds", "withdraw"
_LINK = Markup('<a href="{}">{}</a>')


def card(me: Me, row: AnyRow) -> Card:
    """What the answer says, and since when its review is due."""
    found = official_by_post(row.post_id)
    if found is None:
        return Card(_("An official answer"), "", "", (), ())
    facts = [
        (_("Holds for"), nations_in_words(found.nations)),
        (_("Given"), f"{found.name}, {day_in_words(found.dated)}"),
        (_("Review was due"), day_in_words(found.review_on)),
        (_("Thread"), _LINK.format(f"/p/{row.post_id}", row.title)),
    ]
    if may_answer_officially(me):
        facts.append((_("Otherwise"), _LINK.format(f"/p/{row.post_id}/official", _("Change it, or set another day"))))
    html = Markup('<div class="prose">{}</div>').format(Markup(found.html))  # noqa: S704 -- made safe when written
    title = _("Does this official answer still hold?")
    return Card(title, _("Under review"), html, facts, _decisions() if may_answer_officially(me) else ())


def _decisions() -> tuple[Decision, ...]:
    return (
        Decision(_HOLDS, _("It still holds: review in 12 months"), "1", tone="main"),
        Decision(_WITHDRAW, _("Withdraw it"), "2", wants_reason=True, tone="stop"),
    )


def decide(me: Me, row: AnyRow, word: str, reason: Reason) -> Done:
    """Confirm it, or withdraw it with a reason that everybody who reads it sees."""
    if not may_answer_officially(me):
        raise CannotDecide(_("National officers decide about official answers."))
    said = reason.text or reason.rule
    if word == _WITHDRAW and (errors := check_reason(said)):
        raise CannotDecide(errors["reason"])
    try:
        thread, found = locked_answer(me, row.post_id, None)
    except Stopped as stopped:
        raise CannotDecide(stopped.sentence) from stopped
    except NotFound as hidden:
        raise CannotDecide(_("You can’t read that network, or it is gone: leave it to another officer.")) from hidden
    if found.withdrawn_at is not None or not close_case(me, row.id, word):
        raise CannotDecide(_("Another officer was first: nothing of yours was done."))
    if word == _WITHDRAW:
        return _withdrawn(me, row, thread, found, said)
    return _confirmed(me, row, thread, found)


def _withdrawn(me: Me, row: AnyRow, thread: AnyRow, found: AnyRow, reason: str) -> Done:
    official.withdraw(me, thread, found, reason)
    act_id = official_acts.note(me, official_acts.WITHDRAWN, thread, found.post_id, reason)
    note_act_of(row.id, act_id)
    return Done(_("You withdrew the official answer in “%(title)s”.", title=thread.title), f"{_WITHDRAW}:{act_id}")


def _confirmed(me: Me, row: AnyRow, thread: AnyRow, found: AnyRow) -> Done:
    review_on = months_after(today(me.zone), REVIEW_MONTHS)
    official.confirm(thread, found, review_on)
    act_id = official_acts.note(me, official_acts.CONFIRMED, thread, found.post_id)
    note_act_of(row.id, act_id)
    said = _("“%(title)s”: the official answer holds until %(day)s.", title=thread.title, day=day_in_words(review_on))
    return Done(str(said), f"{_HOLDS}:{found.version + 1}")


def take_back(me: Me, row: AnyRow, word: str) -> bool:
    """Undo either; False where somebody has done something about the answer since."""
    kind, _colon, number = word.partition(":")
    if not (may_answer_officially(me) and number.isdigit()):
        return False
    try:
        thread, found = locked_answer(me, row.post_id, None)
        if kind == _WITHDRAW:
            undo(me, int(number))
        elif not _unconfirmed(thread, found, number):
            return False
    except (Stopped, CannotUndo, NotFound):
        return False
    return bool(reopen(row.id))


def _unconfirmed(thread: AnyRow, found: AnyRow, version: str) -> bool:
    if state_seen(found) != version:
        return False
    official.unconfirm(thread, found)
    return True


def kind() -> Kind:
    """This kind of case, for the queue."""
    functions: dict[str, Any] = {"card": card, "decide": decide, "undo": take_back}
    return Kind(KIND, **functions)
