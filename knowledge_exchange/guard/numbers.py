"""Numbers that the health service and the state give to one person: NHS, CHI, H&C and National Insurance numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from typing import Protocol, cast

from knowledge_exchange.guard.findings import Span
from knowledge_exchange.guard.surroundings import in_address

#: What may stand between the parts of a number: spaces and lines, hyphens, cells of a table, Markdown's emphasis.
FILLERS = r"[\s\-.|*_~`>\\\"']"
#: So many of them, no more: a padded cell on each side of its border.
MOST_FILLERS = 24
#: Signs that part other numbers as well: between these only 3, 3 and 4 digits by themselves are a patient's.
_WIDE_FILLERS = FILLERS[:-1] + r"/,;:()\[\]]"
DIGITS = 10
#: How people write the ten digits wherever they stand, as lengths of parts.
_BY_THREES = (3, 3, 4)
_GROUPINGS = frozenset({(10,), _BY_THREES, (1,) * DIGITS})
#: Such as they may break at the end of a line.
_BROKEN = frozenset({(3, 7), (6, 4), (5, 5), (4, 6), (7, 3), (9, 1), (8, 2), (2, 8), (1, 9)})
#: No number begins so, and a table of noughts has a right check digit.
_NOBODYS = "000"
#: Between parts that are a number by themselves, whatever their lengths.
_CLOSE = 3
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_NEAR_CHARS = 48
_SAYS_SO = re.compile(
    r"\b(?:nhs|chi|h\s?&\s?c|hcn|health (?:and|&) care|patients?|pt|service user|resident|hospital|unit)"
    r"(?:'?s)?[\s_-]*(?:n(?:umbe|r|o|um)?r?s?\b|id\b|#)|\bnhs\b|\bmrn\b|\bpatient\b|\bpt\b|\bchi\b",
    re.IGNORECASE,
)
_RUN = re.compile(r"[0-9]+")
_GAP = re.compile(rf"{FILLERS}{{1,{MOST_FILLERS}}}")
_WIDE_GAP = re.compile(rf"{_WIDE_FILLERS}{{1,{MOST_FILLERS}}}")
#: A label that nobody put a space behind: ``NHS9434765919``, ``NHSno9434765919``, ``pt9434765919``.
_GLUED_LABEL = re.compile(
    r"(?<![A-Za-z])(?:(?:nhs|chi|hcn?|mrn|patient|pt)[_.\-]?(?:no|nr|num|number|id)?|(?:no|nr|num|number|id))$",
    re.IGNORECASE,
)
_LABEL_CHARS = 16
#: Letters that somebody's finger left behind a number; more, or figures after them, make it a code.
_LEFT_BEHIND = re.compile(r"[A-Za-z]{1,2}(?![A-Za-z0-9])")
# Before a number: a plus sign or two noughts and a country, perhaps "(0)": then it is a telephone's.
_CALLING = re.compile(r"(?:(?:\+|\b00)\s?[0-9]{1,3}[\s\-.]{0,2}(?:\(0\)[\s\-.]{0,2})?\(?|\(0[0-9]{0,4}\)[\s\-.]{0,2})$")
_CALLING_CHARS = 16
_CHI_CENTURIES = (1900, 2000)
_HC_FIRST, _HC_LAST = "320", "399"

_NEXT = rf"{FILLERS}{{0,3}}"
_SPACE = rf"{FILLERS}{{0,{MOST_FILLERS}}}"
_NINO = re.compile(
    rf"(?<![A-Za-z0-9])(?P<first>[A-Za-z]){_NEXT}(?P<second>[A-Za-z])(?P<before>{_SPACE})"
    rf"[0-9]{_NEXT}[0-9](?P<one>{_SPACE})[0-9]{_NEXT}[0-9](?P<two>{_SPACE})[0-9]{_NEXT}[0-9]"
    rf"(?:(?P<after>{_SPACE})(?P<last>[A-Da-d]))?(?![A-Za-z0-9])"
)
_NOT_FIRST, _NOT_SECOND = frozenset("DFIQUV"), frozenset("DFIQUVO")
_SPECIMEN = "QQ"  # of forms and letters; whoever copies one may have filled in the rest
#: Never given out.
_NOT_PREFIXES = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
#: Prefixes that are English words as well.
_WORDS = frozenset({"AM", "AN", "AS", "AT", "BE", "BY", "HE", "ME", "MY", "PA", "RE", "WE"})
_SAYS_NINO = re.compile(r"national insurance|\bn\.?i\.?(?:no\b|nr\b|\b)|\bnino\b", re.IGNORECASE)


class _Checks(Protocol):
    def is_valid(self, number: str) -> bool: ...


@cache
def _nhs() -> _Checks:
    # Imported when it is first needed: an idle process does without.
    from stdnum.gb import nhs

    return cast(_Checks, nhs)


def health_numbers(text: str) -> Iterator[Span]:
    """NHS, CHI and H&C numbers: ten digits, the last of which checks the others, however they are written."""
    runs = _Runs(text)
    at = 0
    while at < len(runs.places):
        count = runs.ten_from(at)
        if count and runs.is_meant(at, count):
            start, end = runs.places[at][0], runs.places[at + count - 1][1]
            yield Span(_kind(runs.digits(at, count)), start, end)
            at += count
        else:
            at += 1


class _Runs:
    """The runs of digits of a text, and which of them belong to one another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = [match.span() for match in _RUN.finditer(text)]
        #: Whether only such signs stand before each as people put between the parts of a number.
        self.joined = [False] * (len(self.places) + 1)
        #: The same, with such signs as also stand between numbers of their own.
        self.near = [False] * (len(self.places) + 1)
        for number in range(1, len(self.places)):
            gap = self.places[number - 1][1], self.places[number][0]
            self.joined[number] = bool(_GAP.fullmatch(text, *gap))
            self.near[number] = self.joined[number] or bool(_WIDE_GAP.fullmatch(text, *gap))

    def digits(self, at: int, count: int) -> str:
        """What so many runs say together."""
        return "".join(self.text[start:end] for start, end in self.places[at : at + count])

    def ten_from(self, at: int) -> int:
        """How many runs from this one on make ten digits; 0: none do."""
        digits = count = 0
        while digits < DIGITS and at + count < len(self.places) and (not count or self.near[at + count]):
            start, end = self.places[at + count]
            digits += end - start
            count += 1
        return count if digits == DIGITS else 0

    def is_meant(self, at: int, count: int) -> bool:
        """Whether ten digits are meant as a number, and not as the end of a longer one, a date, an amount."""
        start, end = self.places[at][0], self.places[at + count - 1][1]
        # What costs least is asked first: a text may be full of figures.
        is_usual, is_close = self._is_usual(at, count), all(self.joined[at + 1 : at + count])
        if not is_usual and not (is_close and self._is_named):
            return False
        if (digits := self.digits(at, count)).startswith(_NOBODYS) or not _nhs().is_valid(digits):
            return False
        if _GLUED_LABEL.search(self.text[max(0, start - _LABEL_CHARS) : start]):
            return not _goes_on(self.text, end)
        if self._is_named and _SAYS_SO.search(self.text, max(0, start - _NEAR_CHARS), end + _NEAR_CHARS // 2):
            return not _is_joined(self.text, start, end)
        if not is_usual or _is_joined(self.text, start, end, strictly=True) or in_address(self.text, start):
            return False
        return not _CALLING.search(self.text[max(0, start - _CALLING_CHARS) : start])

    @cached_property
    def _is_named(self) -> bool:
        """Whether anything in the text says that its numbers are patients'."""
        return bool(_SAYS_SO.search(self.text))

    def _is_usual(self, at: int, count: int) -> bool:
        """Whether they are grouped as such numbers are."""
        lengths = tuple(end - start for start, end in self.places[at : at + count])
        if not all(self.joined[at + 1 : at + count]):
            return lengths == _BY_THREES and not self.near[at] and not self.near[at + count]
        if lengths == (1,) * DIGITS:
            # Not some ten of a longer row of single figures.
            return not self.joined[at] and not self.joined[at + count]
        if lengths in _GROUPINGS:
            return True
        between = [self.text[self.places[n][1] : self.places[n + 1][0]] for n in range(at, at + count - 1)]
        if lengths in _BROKEN and "\n" in between[0]:
            return True
        # In other groups only by itself, in one line, and where no part is a year: "2013-14 2014".
        alone = not self.joined[at] and not self.joined[at + count]
        close = all(len(gap) <= _CLOSE and not gap.strip(" -") for gap in between)
        return alone and close and not any(_YEAR.fullmatch(self.digits(n, 1)) for n in range(at, at + count))


def _is_joined(text: str, start: int, end: int, *, strictly: bool = False) -> bool:
    """Whether it is a part of a longer word or number: ``RX9434765919``, ``3.9434765919``, ``£9434765919``."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if _goes_on(text, end):
        return True
    if not strictly:
        return bool(re.search(r"[0-9][.,/:]$", before)) or (before[-1:].isalpha() and after[:1].isalpha())
    is_amount = before[-1:] in ("£", "$", "€", "#", "=", "/", "@") or bool(re.search(r"[0-9][.,/:+]$", before))
    return before[-1:].isalpha() or is_amount or bool(re.match(r"[.,][0-9]|%", after))


def _goes_on(text: str, end: int) -> bool:
    """Whether more of a word or a number follows than a letter or two too many: ``9434765919x``."""
    after = text[end : end + 3]
    if after[:1].isalnum():
        return not _LEFT_BEHIND.match(after)
    return after[:1] in ("/", ":") and after[1:2].isdigit()


def _kind(digits: str) -> str:
    if _HC_FIRST <= digits[:3] <= _HC_LAST:
        return "hc"
    return "chi" if digits[0] in "0123" and _is_day(digits[:6]) else "nhs"


def _is_day(digits: str) -> bool:
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    for century in _CHI_CENTURIES:
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False


def insurance_numbers(text: str) -> Iterator[Span]:
    """National Insurance numbers: two letters of those in use, six digits, and A to D."""
    for found in _NINO.finditer(text):
        first, second = found["first"].upper(), found["second"].upper()
        is_given = first not in _NOT_FIRST and second not in _NOT_SECOND and first + second not in _NOT_PREFIXES
        if not is_given and first + second != _SPECIMEN:
            continue
        if first + second in _WORDS and found["first"].islower() and found["before"] and not found["one"]:
            continue  # "by 120000 a year"
        near = max(0, found.start() - _NEAR_CHARS), found.end() + _NEAR_CHARS
        if _is_shaped(found) or _SAYS_NINO.search(text, *near):
            yield Span("nino", found.start(), found.end())


def _is_shaped(found: re.Match[str]) -> bool:
    """Whether it looks like one without anything that says so: "by 120000 a year" does not."""
    prefix, suffix = found["first"] + found["second"], found["last"]
    if suffix is None:
        return False
    if prefix.isupper() and suffix.isupper():
        return True
    return bool(not (found["before"] or found["after"]) or (found["one"] and found["two"]))
