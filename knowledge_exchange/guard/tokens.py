"""The words of a folded text, with what matters for telling names: capitals, and what stands before."""

from __future__ import annotations

import re
from typing import NamedTuple

from knowledge_exchange.guard.surroundings import in_address

#: Letters with an apostrophe, a hyphen or a dot inside: O'Neill, Smith-Jones, St. (its dot is not part of it).
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*|&")
_DIGIT = re.compile(r"[0-9]")
_POSSESSIVE = re.compile(r"'(?:s|d|ll|ve|re|m)$", re.IGNORECASE)
#: Before the first word of a sentence, a line, an item, a cell, a quotation.
_BEGINS = frozenset('.!?:;\n|"([')
_PASSED_OVER = frozenset(" \t*_~`#>'")
_MOST_PASSED_OVER = 24
#: Between the words of a web address.
_JOINTS = "/.:=-%_#&?~+"
_BULLET = re.compile(r"(?:^|\n)[ \t>]*(?:[-+*]|[0-9]{1,3}[.)])[ \t]+$")
_BULLET_CHARS = 12


class Token(NamedTuple):
    """A word at its place: ``word`` as written, without a final 's; ``key`` in small letters, without apostrophes."""

    word: str
    key: str
    start: int
    end: int
    #: Written with a capital and small letters after it, or as an initial.
    has_capital: bool
    #: Part of a web address, an e-mail address or a mention: no word of the text.
    is_address: bool


def tokens_of(text: str) -> list[Token]:
    """All words in their order."""
    found = []
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        if "'" in word:
            word = _POSSESSIVE.sub("", word)
        is_address = _is_address(text, start, match.end())
        found.append(Token(word, key_of(word), start, start + len(word), _has_capital(word), is_address))
    return found


def _is_address(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    if before == " ":
        return text[end : end + 1] == "@"
    if before == "@" or text[end : end + 1] == "@":
        return True
    return before in _JOINTS and in_address(text, start)


def key_of(word: str) -> str:
    """A word as it is compared."""
    return word.casefold().replace("'", "")


def _has_capital(word: str) -> bool:
    return word[0].isupper() and (len(word) == 1 or not word.isupper()) and not _DIGIT.search(word)


def begins(text: str, start: int) -> bool:
    """Whether the word there is the first of a sentence, a line, an item of a list or a cell."""
    at = start - 1
    lowest = max(0, start - _MOST_PASSED_OVER)
    while at >= lowest and text[at] in _PASSED_OVER:
        at -= 1
    if at < 0 or text[at] in _BEGINS:
        return True
    return bool(_BULLET.search(text, max(0, start - _BULLET_CHARS), start))
