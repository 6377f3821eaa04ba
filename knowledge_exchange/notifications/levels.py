"""How loud: the rules of watch levels, pure."""

from __future__ import annotations

from knowledge_exchange.notifications.models import LEVELS

_RANK = {level: rank for rank, level in enumerate(LEVELS)}

#: Why somebody is told of a post, the strongest first.
REASONS = ("direct_reply", "mention", "network_mention", "official", "reply", "new_thread")


def raised(level: str, to: str, *, chosen: bool) -> str:
    """The level after an automatic change: it only goes up, and never over a choice."""
    if chosen or _RANK[to] <= _RANK[level]:
        return level
    return to


def effective(level: str | None, network: str | None, *, chosen: bool) -> str:
    """How loud a thread is for somebody, from their level in it (None: no place) and in its network.

    ``chosen``: they chose the thread's level themselves; nothing beats that. An automatic one that is louder
    than normal stands, too, for they take part; else the network's holds. None of the network is normal.
    """
    own, whole = level or "normal", network or "normal"
    if chosen or own == "muted":
        return own
    if whole == "muted" and own == "normal":
        return whole
    return raised(own, whole, chosen=False)


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
