"""What somebody looks for, taken apart: which words must stand in a document, and which filters narrow them.

A tree of words is said to each database in its own language: FTS5's (``said_to_sqlite``) and ``tsquery``
(``said_to_postgresql``). Every word in it has been folded and stemmed, so that nothing typed is ever part of a
statement: letters and digits in quotes are all that either is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems that stand one after the other; of one alone, a word. ``is_open``: the last may go on (``wor*``)."""

    stems: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these, and none of those."""

    nodes: tuple[Node, ...]
    without: tuple[Node, ...] = ()


Node = Phrase | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class Word:
    """A plain word that was looked for: as typed and folded, and its stem; ``number`` is its place in the text."""

    folded: str
    stem: str
    number: int
    is_open: bool = False
    is_stop: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the words; empty where nothing does. Networks by slug or name, as typed."""

    network: str = ""
    kind: str = ""
    by: str = ""
    tag: str = ""
    #: Of ``answered``, ``unanswered``, ``official``, ``mine``, ``unread``.
    states: tuple[str, ...] = ()
    #: Before this day begins, and from the beginning of that one.
    before: date | None = None
    after: date | None = None

    @property
    def are_any(self) -> bool:
        """Whether anything is narrowed."""
        return self != _NONE


_NONE = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, understood as far as it can be. Nothing that is typed makes one impossible.

    ``text``: as typed, on one line and cut to length; ``plain``: without its filters, for the box beside controls.
    ``node``: what must match; None where there are filters alone, or nothing. ``words``: those to score by, to mark and
    to guess, in order, each once; not those that are excluded. ``phrases``: what stood in quotes, as stems.
    ``hints``: sentences about what was not understood.
    """

    text: str
    plain: str
    node: AllOf | None
    words: tuple[Word, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    filters: Filters = field(default_factory=Filters)
    hints: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return self.node is None and not self.filters.are_any


def said_to_sqlite(node: Node) -> str:
    """The tree in the language of FTS5."""
    if isinstance(node, Phrase):
        said = f'"{" ".join(node.stems)}"'
        return f"{said} *" if node.is_open else said
    if isinstance(node, AnyOf):
        return f"({' OR '.join([said_to_sqlite(one) for one in node.nodes])})"
    wanted = " AND ".join([said_to_sqlite(one) for one in node.nodes])
    without = "".join([f" NOT {said_to_sqlite(one)}" for one in node.without])
    return f"(({wanted}){without})" if without else f"({wanted})"


def said_to_postgresql(node: Node) -> str:
    """The tree as the text of a ``tsquery``."""
    if isinstance(node, Phrase):
        said = [f"'{stem}'" for stem in node.stems]
        if node.is_open:
            said[-1] += ":*"
        return f"({' <-> '.join(said)})" if len(said) > 1 else said[0]
    if isinstance(node, AnyOf):
        return f"({' | '.join([said_to_postgresql(one) for one in node.nodes])})"
    wanted = " & ".join([said_to_postgresql(one) for one in node.nodes])
    without = "".join([f" & !{said_to_postgresql(one)}" for one in node.without])
    return f"({wanted}{without})"


def word(token: str) -> Phrase:
    """One token of the index, as it stands there."""
    return Phrase((token,))


def all_of(nodes: Sequence[Node], without: Sequence[Node] = ()) -> AllOf:
    """All of these, and none of those; at least one is wanted."""
    return AllOf(tuple(nodes), tuple(without))
