"""Keys that sort: a new one always fits between two others.

The replies of a thread are stored in the order in which a tree is read (pre-order). A reply goes
behind the last one of its parent's branch, before whatever comes next, and nothing else has to
move. Keys are compared byte by byte (SQLite's BINARY, PostgreSQL's "C").
"""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FIRST = "a0"
_BASE = len(DIGITS)
_VALUE = {digit: value for value, digit in enumerate(DIGITS)}


def key_between(low: str, high: str | None) -> str:
    """A key above ``low`` and below ``high`` (None: no bound), as close to ``low`` as is short.

    Staying close to ``low`` leaves room: replies mostly join the end of a branch, so the next key
    is wanted between this one and the same ``high``..
    """
    for length in range(2, len(low) + 1):
        raised = _raised(low[:length])
        if raised is not None and raised > low and (high is None or raised < high):
            return raised
    return _below(low, high)


def _raised(prefix: str) -> str | None:
    value = _VALUE[prefix[-1]]
    return None if value + 1 == _BASE else prefix[:-1] + DIGITS[value + 1]


def _below(low: str, high: str | None) -> str:
    """Lengthen ``low``; where ``high`` begins with all of ``low``, stay under its next digits."""
    candidate = low + DIGITS[1]
    while high is not None and candidate >= high:
        # high is low, then zeros, then a digit: go one digit deeper than its zeros.
        candidate = candidate[:-1] + DIGITS[0] + DIGITS[1]
    return candidate


def keys_of(number: int) -> list[str]:
    """So many keys in order, as short as leaves room between any two: for a tree that is ordered anew."""
    width = 2
    while _BASE**width < number:
        width += 1
    return [FIRST, *(FIRST[0] + _digits(value, width) for value in range(1, number))][:number]


def _digits(value: int, width: int) -> str:
    """A number with so many digits. The first key is the beginning of that of zero, so that it sorts before all."""
    found = ""
    for _place in range(width):
        value, digit = divmod(value, _BASE)
        found = DIGITS[digit] + found
    return found
