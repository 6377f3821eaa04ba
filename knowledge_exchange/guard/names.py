"""Names of people, told by their shape alone: whether somebody is a member makes no difference to what is found.

A title and a name, an initial and a name, two words with capitals that are no words of health care, a first name that
is common here; and, in any spelling, the names of those who write under them in the thread at hand: everybody who
reads it sees those beside the posts.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from knowledge_exchange.guard.findings import Span
from knowledge_exchange.guard.first_names import ALSO_WORDS, FIRST_NAMES
from knowledge_exchange.guard.name_words import ALSO_SURNAMES, DOING, INTRODUCING, SHORT_TITLES, SURNAMES, TITLES
from knowledge_exchange.guard.tokens import Token, begins, tokens_of
from knowledge_exchange.guard.vocabulary import KNOWN, NOT_NAMES, is_known_word

#: Of one name; longer rows of capitals are titles.
MOST_WORDS = 4
_BETWEEN = re.compile(r"\.?[ \t*_`~]{1,6}|\.|\.?[ \t]{0,3}\n[ \t]{0,3}")
_AFTER_TITLE = re.compile(r"\.?[ \t*_]{1,4}")
_COMMA = re.compile(r",[ \t]{1,3}")
_AFTER_GREETING = frozenset({" ", ", ", ",\n"})
_LETTER = 1
_FEWEST_LETTERS = 3
#: A line of which so many words, and nearly all, begin with a capital is a heading.
_HEADING_WORDS, _HEADING_SHARE = 4, 0.7


def names(text: str, people: Iterable[str] = (), tokens: Sequence[Token] | None = None) -> Iterator[Span]:
    """Places that look like somebody's name."""
    words = tokens_of(text) if tokens is None else tokens
    reader = _Reader(text, words, _Known(people))
    at = 0
    while at < len(words):
        count = reader.name_at(at)
        if count:
            yield Span("name", words[at].start, words[at + count - 1].end)
        at += count or 1


class _Known:
    """The names of those in the thread: whole in any spelling, single parts with a capital."""

    def __init__(self, people: Iterable[str]) -> None:
        self.wholes: dict[str, set[tuple[str, ...]]] = {}
        self.parts: set[str] = set()
        for person in people:
            keys = tuple(token.key for token in tokens_of(person))
            if keys:
                self.wholes.setdefault(keys[0], set()).add(keys)
                self.parts.update(key for key in keys if len(key) >= _FEWEST_LETTERS and key not in NOT_NAMES)

    def whole_at(self, words: Sequence[Token], at: int) -> int:
        """How many words from here on are the whole name of one of them."""
        found = 0
        for keys in self.wholes.get(words[at].key, ()):
            here = tuple(word.key for word in words[at : at + len(keys)])
            if here == keys and (len(keys) > 1 or words[at].has_capital):
                found = max(found, len(keys))
        return found


class _Reader:
    """Goes through the words of a text from left to right."""

    def __init__(self, text: str, words: Sequence[Token], known: _Known) -> None:
        self.text = text
        self.words = words
        self.known = known
        self.headings = deque(_headings(text))

    def name_at(self, at: int) -> int:
        """How many words from this one on are a name; 0: none."""
        word = self.words[at]
        if word.is_address:
            return 0
        if sure := self.known.whole_at(self.words, at) or self._titled(at):
            return sure
        if not _may_be(word) and not _is_first_name(word):
            return self._shouted(at)
        row = self._row(at)
        if row > 1 and self._is_pair(at, row):
            return self._reach(at, row)
        if turned := self._turned(at):
            return turned
        if word.key in self.known.parts or self._stands_alone(at):
            return self._reach(at, row)  # never half a name
        return 0

    def _reach(self, at: int, row: int) -> int:
        """How much of a row of capitals is one name: in a heading, or a row that is too long, two words mostly."""
        if row <= MOST_WORDS and not self._in_heading(self.words[at]):
            return row
        count = min(row, 2)
        while count < row and (len(key := self.words[at + count - 1].key) == _LETTER or key in FIRST_NAMES):
            count += 1
        return count

    def _gap(self, at: int) -> str:
        """What stands between a word and the next; a line's end, where there is none."""
        if at < 0 or at + 1 >= len(self.words):
            return "\n\n"
        return self.text[self.words[at].end : self.words[at + 1].start]

    def _row(self, at: int) -> int:
        """How many words from here on stand in one row of capitals."""
        count = 1
        while count <= MOST_WORDS and _BETWEEN.fullmatch(gap := self._gap(at + count - 1)):
            before, word = self.words[at + count - 1], self.words[at + count]
            goes_on = word.has_capital and ("." not in gap or len(before.word) == _LETTER)
            goes_on = goes_on and ("\n" not in gap or before.key in FIRST_NAMES)
            if not goes_on or not (_may_be(word) or word.key in FIRST_NAMES or self._is_surname(at, count)):
                break
            count += 1
        return count

    def _is_surname(self, at: int, count: int) -> bool:
        """Whether a word of another meaning is here a surname: "Sarah Ward", but not "Sarah Ward Manager"."""
        first, before, word = self.words[at], self.words[at + count - 1], self.words[at + count]
        if not _is_first_name(first) or (count > 1 and before.key not in FIRST_NAMES and len(before.word) > _LETTER):
            return False
        if word.key in SURNAMES and first.key in FIRST_NAMES and first.key not in KNOWN:
            return True
        if word.key not in ALSO_SURNAMES:
            return False
        if first.key in KNOWN or (first.key in ALSO_WORDS and begins(self.text, first.start)):
            return False  # May Day; "Will Young people come?"
        after = self.words[at + count + 1] if at + count + 1 < len(self.words) else None
        return after is None or not after.has_capital or not _BETWEEN.fullmatch(self._gap(at + count))

    def _is_pair(self, at: int, count: int) -> bool:
        """Whether two or more words with capitals are somebody's names."""
        row = self.words[at : at + count]
        first, last = row[0], row[-1]
        if count > MOST_WORDS:
            return first.key in FIRST_NAMES
        if len(last.word) == _LETTER or last.is_address:
            return first.key in FIRST_NAMES
        if first.key in FIRST_NAMES or first.key in ALSO_WORDS:
            return True
        if len(first.word) == _LETTER and self._gap(at).startswith("."):
            return True
        if self._in_heading(first):
            return False
        return len(first.word) > _LETTER or (first.word not in "AI" and not begins(self.text, first.start))

    def _in_heading(self, word: Token) -> bool:
        while self.headings and self.headings[0][1] < word.start:
            self.headings.popleft()
        return bool(self.headings) and self.headings[0][0] <= word.start

    def _titled(self, at: int) -> int:
        """A title and up to three names; of "Dr" and the like, also one in small letters."""
        title = self.words[at]
        if title.key not in TITLES or not _AFTER_TITLE.fullmatch(self._gap(at)):
            return 0
        follower, short = self.words[at + 1], title.key in SHORT_TITLES
        if title.word == "ms" and "." in self._gap(at):
            return 0  # milliseconds, and the next sentence
        if _may_be(follower) or (_is_first_name(follower) and short):
            sure = title.has_capital or short or follower.key in FIRST_NAMES
            return 1 + min(self._row(at + 1), MOST_WORDS - 1) if sure else 0
        if short and follower.has_capital and (follower.key in SURNAMES or follower.key in ALSO_SURNAMES):
            return 2
        small = short and title.word.islower() and follower.word.isalpha() and follower.word.islower()
        return 2 if small and len(follower.word) >= _FEWEST_LETTERS and follower.key not in NOT_NAMES else 0

    def _shouted(self, at: int) -> int:
        """``PRIYA SHAH``: a common first name in capitals, and another word in capitals."""
        first = self.words[at]
        if first.key not in FIRST_NAMES or not first.word.isupper() or not _BETWEEN.fullmatch(self._gap(at)):
            return 0
        last = self.words[at + 1]
        return 2 if last.word.isupper() and last.key not in NOT_NAMES and len(last.word) > _LETTER else 0

    def _turned(self, at: int) -> int:
        """``Shah, Priya``."""
        if (
            self.words[at].key in FIRST_NAMES
            or begins(self.text, self.words[at].start)
            or not _COMMA.fullmatch(self._gap(at))
        ):
            return 0
        first = self.words[at + 1]
        return 2 if first.has_capital and first.key in FIRST_NAMES else 0

    def _stands_alone(self, at: int) -> bool:
        """Whether one word with a capital is a name: common as a first name, introduced, or doing something."""
        word = self.words[at]
        before = self.words[at - 1] if at else None
        if len(word.word) < _FEWEST_LETTERS or word.key in TITLES or (before and before.key == "st"):
            return False  # after "St": a saint, and mostly a hospital
        if word.key in FIRST_NAMES or word.key in ALSO_WORDS:
            return word.key in FIRST_NAMES
        if before and before.key in INTRODUCING and self._gap(at - 1) in _AFTER_GREETING:
            return True
        return self._gap(at) == " " and self.words[at + 1].key in DOING


def _headings(text: str) -> list[tuple[int, int]]:
    """Lines in which capitals tell nothing, for nearly every word has one: their beginnings and ends, in order."""
    found, start = [], 0
    for line in text.split("\n"):
        letters = [word for word in line.split() if word[0].isalpha()]
        capitals = sum(word[0].isupper() for word in letters)
        if (
            len(letters) >= _HEADING_WORDS
            and not line.rstrip().endswith((".", ":", "?", "!"))
            and capitals >= _HEADING_SHARE * len(letters)
        ):
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _may_be(word: Token) -> bool:
    """Whether it is written like a name, and no word that has its capital for another reason."""
    return word.has_capital and not word.is_address and not is_known_word(word.key)


def _is_first_name(word: Token) -> bool:
    return word.has_capital and not word.is_address and (word.key in FIRST_NAMES or word.key in ALSO_WORDS)
