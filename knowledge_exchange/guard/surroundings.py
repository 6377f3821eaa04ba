"""What stands around a place in a text."""

from __future__ import annotations

import re

#: So far back a web address is looked for.
_ADDRESS_CHARS = 200
_SPACE = re.compile(r"\s")


def in_address(text: str, start: int) -> bool:
    """Whether the word that it stands in is a web address: those are full of long numbers and codes."""
    word = _SPACE.split(text[max(0, start - _ADDRESS_CHARS) : start])[-1]
    return "://" in word or "www." in word
