"""Whether a text is small and plain enough to be rendered at once, in the caller's own thread.

Everything else goes to a helper process. The estimate errs on the side of the helper: it is an upper
bound, found by measuring each construct alone and thousands of random mixtures of them.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Limits(NamedTuple):
    """How much a text may hold to be rendered at once."""

    chars: int
    cost: float  # expected CPU-microseconds, as measured on a machine with two slow cores


# Under gevent everybody waits for whoever computes. Elsewhere (the import, other commands, threads)
# nobody does, and asking a helper costs more than rendering.
SHARED = Limits(chars=3_000, cost=2_300)
ALONE = Limits(chars=12_000, cost=15_000)

_BASE = 200
_PER_CHAR = 0.5
_PER_LINE = 60  # as if each line began a list item
_PER_SIGN = (
    ("@", 60),  # a mention or an address
    ("://", 60),
    ("www.", 60),
    ("]:", 60),  # a definition of an address
    ("](", 40),
    ("*", 30),
    ("_", 30),
    ("`", 15),
    ("\\", 12),
    ("&", 10),
    ("<", 5),
)
_PER_BRACKET = 20
_PER_PAIR_OF_BRACKETS = 0.7  # each "[" may be compared with every other
_PER_CELL = 25

# Lists in lists in quotes cost more than their length tells, and end in RecursionError.
_DEEP = re.compile(r"^[ \t]*(?:(?:>|[*+-][ \t]|[0-9]{1,9}\.[ \t])[ \t]*){3}|^(?: {13}|\t{4})", re.MULTILINE)
# Long rows of one sign are what slow patterns are made of.
_ROW = re.compile(r"[*_]{7}|`{9}|[-=#~]{70}|[\[\]!()<\\&]{9}|[ ]{70}|\t{5}")


def is_small_and_simple(text: str, limits: Limits = SHARED) -> bool:
    """Whether rendering ``text`` is certain to take no more than about ``limits.cost``."""
    if len(text) > limits.chars:
        return False
    return _estimate(text) <= limits.cost and not _DEEP.search(text) and not _ROW.search(text)


def _estimate(text: str) -> float:
    """An upper bound, in CPU-microseconds, for a text without deep nesting or long rows of signs."""
    lines = text.count("\n") + text.count("\r") + 1
    cost = _BASE + _PER_CHAR * len(text) + _PER_LINE * lines
    cost += sum(weight * text.count(sign) for sign, weight in _PER_SIGN)
    brackets = text.count("[")
    cost += brackets * (_PER_BRACKET + _PER_PAIR_OF_BRACKETS * brackets)
    if "|" in text:
        # Each row of a table is filled up to the width of the first one.
        cost += _PER_CELL * lines * max(line.count("|") for line in text.split("\n"))
    return cost
