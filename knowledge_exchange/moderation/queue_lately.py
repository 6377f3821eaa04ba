"""What somebody has decided lately, in their own session: the way back. It names nothing of what it was about."""

from __future__ import annotations

from typing import NamedTuple

from flask import session

from knowledge_exchange.moderation.queue_kinds import Done

#: So many of one's last decisions can be undone from the page.
MOST = 10
_KEY = "decided"
_MOST_LABEL = 60


class Lately(NamedTuple):
    """One decision: the item, how it is taken back, and what its button said."""

    item: str
    undo: str
    label: str


def decided_lately() -> list[Lately]:
    """The newest first."""
    return [Lately(*one) for one in session.get(_KEY, ())]


def note(item: str, done: Done, label: str) -> None:
    """Remember a decision that can be taken back."""
    others = [list(one) for one in decided_lately() if one.item != item]
    if done.undo:
        others.insert(0, [item, done.undo, label[:_MOST_LABEL]])
    session[_KEY] = others[:MOST]


def way_back(item: str) -> str:
    """How this item is taken back; empty where it is none of the last."""
    return next((one.undo for one in decided_lately() if one.item == item), "")


def forget(item: str) -> None:
    """It was taken back, or can't be."""
    session[_KEY] = [list(one) for one in decided_lately() if one.item != item]
