"""Names of organisations: of those that the exchange knows, as people call them, and of others by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from knowledge_exchange.guard.calling import (
    SMALL,
    TELLS_NOTHING,
    called,
    called_in_capitals,
    initials,
    plain,
    words_of_name,
)
from knowledge_exchange.guard.findings import Span
from knowledge_exchange.guard.tokens import Token, tokens_of
from knowledge_exchange.guard.vocabulary import COMMON, word_set

MOST_WORDS = 14
_FEWEST_CODE_CHARS, _MOST_CODE_CHARS = 3, 9

_CODE_CONTEXT = re.compile(r"\b(?:ods|code|trust|org(?:anisation)?)\b", re.IGNORECASE)
_CONTEXT_CHARS = 24

#: What ends the name of a place of work that stands in no list of ours.
_ENDS = word_set(
    """
    hospital hospitals infirmary hospice trust surgery ward unit council university icb ccg school college clinic lodge
    """
)
_DOUBLE_ENDS = frozenset(
    {
        ("health", "board"),
        ("health", "centre"),
        ("medical", "centre"),
        ("care", "home"),
        ("nursing", "home"),
        ("care", "board"),
    }
    | {("medical", "practice"), ("health", "trust"), ("mental", "health")}
)
_MOST_BEFORE = 6
_MOST_AFTER = 3
_BETWEEN = re.compile(r"[ \t*_]{1,4}|\.[ \t]{1,2}|'s[ \t]|'[ \t]")


class Organisations:
    """An index of organisations by everything they are called. Built once, asked often."""

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        """``known``: code and name of each."""
        self._by_words: dict[str, frozenset[str]] = {}
        self._lengths: dict[str, int] = {}
        #: Of these names, such as are one only where all their words have capitals.
        self._in_capitals: set[str] = set()
        self._by_sign: dict[str, frozenset[str]] = {}
        self._codes: set[str] = set()
        for code, name in known:
            self._add(code, name)

    def _add(self, code: str, name: str) -> None:
        name = name.replace("’", "'")
        only = frozenset({code})
        # Some leave the apostrophe out: "Guys and St Thomas".
        for spelled in {name, name.replace("'", "")}:
            words = words_of_name(spelled)
            self._put(called(words), only)
            self._put(called_in_capitals(words, spelled[:4].lower() == "the "), only, in_capitals=True)
        for sign in initials(words_of_name(name)):
            self._by_sign[sign] = self._by_sign.get(sign, frozenset()) | only
        if _FEWEST_CODE_CHARS <= len(code) <= _MOST_CODE_CHARS:
            self._codes.add(code.upper())

    def _put(self, names: Iterable[tuple[str, ...]], only: frozenset[str], *, in_capitals: bool = False) -> None:
        for one in names:
            key = " ".join(one)
            # What one is called in whatever spelling stays so, whoever else is called so.
            if not in_capitals:
                self._in_capitals.discard(key)
            elif key not in self._by_words:
                self._in_capitals.add(key)
            self._by_words[key] = self._by_words.get(key, frozenset()) | only
            self._lengths[one[0]] = self._lengths.get(one[0], 0) | 1 << min(len(one), MOST_WORDS)

    def at(self, text: str, tokens: Sequence[Token], at: int) -> tuple[int, frozenset[str]]:
        """How many words from here on name one, and the codes of those that are called so; (0, nothing)."""
        word = tokens[at]
        lengths = self._lengths.get(plain(word), 0)
        if lengths:
            keys = [plain(token) for token in tokens[at : at + MOST_WORDS]]
            for count in range(min(len(keys), MOST_WORDS), 1, -1):
                codes = self._by_words.get(key := " ".join(keys[:count])) if lengths >> count & 1 else None
                if codes and _is_written_as_name(tokens[at : at + count], key in self._in_capitals):
                    return count, codes
        return self._sign(text, word)

    def _sign(self, text: str, word: Token) -> tuple[int, frozenset[str]]:
        if word.word in self._by_sign:
            return 1, self._by_sign[word.word]
        if word.word in self._codes:
            before = text[max(0, word.start - _CONTEXT_CHARS) : word.start]
            if any(sign.isdigit() for sign in word.word) or _CODE_CONTEXT.search(before):
                return 1, frozenset({word.word})
        return 0, frozenset()

    def codes_in(self, text: str) -> frozenset[str]:
        """The codes of all that a folded text names, by name, initials or code."""
        tokens = tokens_of(text)
        found: set[str] = set()
        for place in range(len(tokens)):
            found |= self.at(text, tokens, place)[1]
        return frozenset(found)


#: For whoever knows none.
NONE = Organisations()


def organisation_names(text: str, known: Organisations, tokens: Sequence[Token]) -> Iterator[Span]:
    """Places that name an organisation, a hospital, a ward."""
    at, reached = 0, 0
    while at < len(tokens):
        count = 0 if tokens[at].is_address else known.at(text, tokens, at)[0]
        if count:
            yield Span("organisation", tokens[at].start, tokens[at + count - 1].end)
            at += count
            reached = at
        elif (first := _shaped(text, tokens, at, reached)) is not None:
            at = _last_end(text, tokens, at)
            yield Span("organisation", tokens[first].start, tokens[at].end)
            at += 1
            reached = at
        else:
            at += 1


def _shaped(text: str, tokens: Sequence[Token], at: int, reached: int) -> int | None:
    """The first word of a name that ends here with "Hospital", "Ward" or the like; None: there is none."""
    last = tokens[at]
    double = at > 0 and _is_double_end(tokens[at - 1], last)
    single = last.key in _ENDS and (last.has_capital or last.word in ("ICB", "CCG"))
    if not (single or double):
        return None
    first = at - (1 if double else 0)
    telling: int | None = None
    while first > reached and at - first < _MOST_BEFORE:
        word = tokens[first - 1]
        if not _BETWEEN.fullmatch(text[word.end : tokens[first].start]):
            break
        if not (word.has_capital or word.word == "NHS" or word.key in SMALL) or word.is_address:
            break
        first -= 1
        tells = word.key not in TELLS_NOTHING and word.key not in SMALL and len(word.word) > 1
        if tells or (telling == first + 1 and word.has_capital and word.key not in COMMON):
            telling = first
    return telling


def _is_double_end(before: Token, last: Token) -> bool:
    """Whether two words end a name together: "Health Board", "NHS FT"."""
    if (before.word, last.word) == ("NHS", "FT"):
        return True
    if not (before.has_capital and last.has_capital):
        return False
    return (before.key, last.key) in _DOUBLE_ENDS


def _last_end(text: str, tokens: Sequence[Token], at: int) -> int:
    """Where a name goes on after such a word, the last of them: "Cwm Taf University | Health Board"."""
    last = place = at
    while place + 1 < len(tokens) and place - last < _MOST_AFTER:
        following = tokens[place + 1]
        if not following.has_capital or not _BETWEEN.fullmatch(text[tokens[place].end : following.start]):
            break
        place += 1
        if following.key in _ENDS or (tokens[place - 1].key, following.key) in _DOUBLE_ENDS:
            last = place
    return last


def _is_written_as_name(tokens: Sequence[Token], in_capitals: bool) -> bool:
    """With a capital somewhere, or with a word that only such names end with: "manchester foundation trust"."""
    if any(token.is_address for token in tokens):
        return False
    if in_capitals:
        return all(token.word[0].isupper() or token.key in SMALL or token.word == "&" for token in tokens)
    return any(token.word[0].isupper() for token in tokens) or tokens[-1].key in ("trust", "nhs")
