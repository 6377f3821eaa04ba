"""Deciding what is in the queue, and taking it back: by the item's own kind. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _

from knowledge_exchange.auth.me import Me
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.cases import claims
from knowledge_exchange.moderation.limits import MOST_REASON
from knowledge_exchange.moderation.openness import rules
from knowledge_exchange.moderation.queue import queue, queue_words
from knowledge_exchange.moderation.queue.queue import Item
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Decision, Done, kinds


class Refused(Exception):
    """Nothing was done; its text is a sentence for the card.

    ``field``: which field of the card it is about (``reason``), or empty. ``is_gone``: the item is not there any more.
    """

    def __init__(self, sentence: str, *, field: str = "", is_gone: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.field, self.is_gone = sentence, field, is_gone


def decide(me: Me, key: str, word: str, reason: Reason) -> tuple[Done, str]:
    """Decide an item as its card offers; what was done, and the button's words. In a unit of work.

    Raises :class:`Refused`, and has then changed nothing: leave the unit of work with it.
    """
    item = queue.item_for(me, key)
    if item is None:
        raise _why_gone(me, key)
    if claims.held_by_others(me, [key]):
        raise Refused(queue_words.is_taken())
    decision = _decision(me, item, word)
    _check_reason(item, decision, reason)
    try:
        done = kinds()[item.row.kind].decide(me, item.row, word, reason)
    except CannotDecide as error:
        raise Refused(str(error)) from error
    claims.drop(key)
    return done, f"{queue_words.kinds_in_words()[item.row.kind]}: {decision.label}"


def _why_gone(me: Me, key: str) -> Refused:
    decided_at = queue.decided_at(me, key)
    if decided_at is None:
        said = queue_words.not_there()
    elif queue.decided_for(me, key) is not None:
        said = queue_words.is_decided()
    else:
        said = queue_words.was_first(decided_at)
    return Refused(said, is_gone=True)


def _decision(me: Me, item: Item, word: str) -> Decision:
    card = queue.card_of(me, item)
    found = [decision for decision in card.decisions if decision.word == word] if card is not None else []
    if not found:
        raise Refused(_("What can be decided here has changed. Look at it again."))
    return found[0]


def _check_reason(item: Item, decision: Decision, reason: Reason) -> None:
    if len(reason.text) > MOST_REASON:
        raise Refused(_("Say it in at most 2,000 characters."), field="reason")
    if reason.rule and (reason.rule, reason.rule) not in rules.choices(item.row.network_id):
        raise Refused(_("The rules have changed: choose again."), field="rule")
    if decision.wants_reason and not (reason.rule or reason.text):
        raise Refused(queue_words.wants_reason(), field="reason")


def undo(me: Me, key: str, word: str) -> bool:
    """Take back what one has decided; ``word``: what its ``Done`` gave for it. False: it is too late.

    In a unit of work, to be left without committing where it is False.
    """
    item = queue.decided_for(me, key)
    return item is not None and kinds()[item.row.kind].undo(me, item.row, word)
