"""What a result looks like, whichever room it comes from: that room says what it is, the search marks the words."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A document as a result. Cards of the same state are one and the same, so that their rows can be kept."""

    url: str
    title: str
    #: What it says, as it is shown on its own page: a snippet is taken from it.
    html: str
    #: The sign before it, the facts beneath it (kind and state, where, who, when) and the counts beside it.
    sign: Markup
    facts: Markup
    tail: Markup
    #: The thread that it belongs to, for who opens results by key; empty for what belongs to none.
    thread_id: int | None = None
