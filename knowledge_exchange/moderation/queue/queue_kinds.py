"""What the queue holds: each kind of item says how it is shown, what may be decided, and how that is taken back.

The rooms of the items register their kind here; the page of the queue knows nothing else about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from knowledge_exchange.auth.me import Me
from knowledge_exchange.moderation.acts.acts import Reason

#: How a button looks: the usual way out, an ordinary one, one that takes something away.
TONES = ("main", "", "stop")


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that may be decided: a button, and one keystroke.

    ``word``: what the form sends (``keep``). ``label``: what the button says ("Keep it"). ``key``: a letter or number
    of its own on the card; ``j k n u`` and ``?`` are the page's. ``wants_reason``: a rule or a sentence is asked first.
    """

    word: str
    label: str
    key: str
    wants_reason: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """How one item is shown.

    ``title``: plain text, what it is about ("A name in a reply"). ``badge``: its state in a few words ("Held"), may be
    empty. ``html``: what is to be judged, safe HTML (a post as its page shows it), may be empty. ``facts``: label and
    value; a value that is ``Markup`` may hold links. ``decisions``: the usual one first.
    """

    title: str
    badge: str
    html: str
    facts: Sequence[tuple[str, str]]
    decisions: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class Done:
    """What was decided, in a sentence ("You kept “Bank shifts”."); ``undo``: what :attr:`Kind.undo` gets, or empty."""

    said: str
    undo: str = ""


class CannotDecide(Exception):
    """This cannot be decided (so); its text is a sentence for the card. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of item.

    ``row`` is a row of :func:`moderation.cases.cases_for` (for requests to join an adapted one, with ``kind``, ``id``,
    ``network_id``, ``due_at``, ``opened_at``). All run inside the caller's reads or unit of work and never commit.

    ``card(me, row)``. ``decide(me, row, word, reason)`` does it and closes the case; raises :class:`CannotDecide`.
    ``undo(me, row, word)`` takes it back and opens the case again, ``word`` being ``Done.undo``; False: too late.
    ``cards(me, rows)``: all cards of a page at once, by row id, where one by one would cost statements for each.
    """

    name: str
    card: Callable[[Me, Any], Card]
    decide: Callable[[Me, Any, str, Reason], Done]
    undo: Callable[[Me, Any, str], bool]
    cards: Callable[[Me, Sequence[Any]], Mapping[int, Card]] | None = None


def register(app: Flask, kind: Kind) -> None:
    """Bring a kind into the queue. Raises ``KeyError`` where its name is taken."""
    found: dict[str, Kind] = app.extensions.setdefault("ke_queue_kinds", {})
    if kind.name in found:
        raise KeyError(kind.name)
    found[kind.name] = kind


def kinds() -> Mapping[str, Kind]:
    """All kinds by their names."""
    found: dict[str, Kind] = current_app.extensions.get("ke_queue_kinds", {})
    return found
