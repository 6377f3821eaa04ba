"""What somebody has decided lately, and the way back: in their session, or signed in the hands of the page's script.

Answers to several decisions at once would each bring a cookie of their own, and the last would forget the others. It
names nothing of what it was about.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app, session
from itsdangerous import BadSignature, URLSafeTimedSerializer

from knowledge_exchange.auth.me import Me
from knowledge_exchange.moderation.queue.queue_kinds import Done

#: So many of one's last decisions can be undone from the page.
MOST = 10
_KEY = "decided"
_MOST_LABEL = 60
#: A signed way back is good for so long.
_GOOD_FOR_S = 24 * 3600


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


def signed_way(me: Me, item: str, done: Done) -> str:
    """The way back for a script to keep; empty where there is none."""
    return str(_signer().dumps([me.id, item, done.undo])) if done.undo else ""


def way_in(me: Me, item: str, signed: str) -> str:
    """What :func:`signed_way` gave, if it is this member's for this item; else empty."""
    try:
        whose, of, word = _signer().loads(signed, max_age=_GOOD_FOR_S)
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(word) if (whose, of) == (me.id, item) else ""


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="queue-undo")
