"""How loud: the rules of watch levels, pure."""

from __future__ import annotations

from knowledge_exchange.notifications.models import LEVELS

_RANK = {level: rank for rank, level in enumerate(LEVELS)}

#: Why somebody is told of a post, the strongest first.
REASONS = ("direct_reply", "mention", "reply")


def raised(level: str, to: str, *, chosen: bool) -> str:
    """The level after an automatic change: it only goes up, and never over a choice."""
    if chosen or _RANK[to] <= _RANK[level]:
        return level
    return to


def reason_for(level: str, *, answered: bool, mentioned: bool) -> str | None:
    """Why a participant at ``level`` hears of a new post, or None: at most one reason, the strongest.

    ``answered``: the post answers one of theirs. A muted thread beats everything.
    """
    if level == "muted":
        return None
    if answered:
        return "direct_reply"
    if mentioned:
        return "mention"
    return "reply" if level == "watching" else None
