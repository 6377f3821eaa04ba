"""Numbers that the health service and the state give to one person: NHS, CHI, H&C and National Insurance numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Protocol, cast

from knowledge_exchange.guard.findings import Span
from knowledge_exchange.guard.surroundings import in_address

#: What may stand between the parts of a number: spaces and lines, hyphens, cells of a table, Markdown's emphasis.
FILLERS = r"[\s\-.|*_~`>\\\"']"
#: So many of them, no more: a padded cell on each side of its border.
MOST_FILLERS = 24
DIGITS = 10
#: How people write the ten digits, as lengths of parts; others count where something near says what they are.
_GROUPINGS = frozenset({(10,), (3, 3, 4), (1,) * DIGITS})
#: Such as they may break at the end of a line.
_BROKEN = frozenset({(3, 7), (6, 4), (5, 5), (4, 6), (7, 3), (9, 1), (8, 2), (2, 8), (1, 9)})
#: No number begins so, and a table of noughts has a right check digit.
_NOBODYS = "000"
_NEAR_CHARS = 48
_SAYS_SO = re.compile(
    r"\b(?:nhs|chi|h\s?&\s?c|hcn|health (?:and|&) care|patients?|pt|service user|resident|hospital|unit)"
    r"(?:'?s)?[\s_-]*(?:n(?:umbe|r|o|um)?r?s?\b|id\b|#)|\bnhs\b|\bmrn\b|\bpatient\b|\bpt\b|\bchi\b",
    re.IGNORECASE,
)
_RUN = re.compile(r"[0-9]+")
_GAP = re.compile(rf"{FILLERS}{{1,{MOST_FILLERS}}}")
# Before a number: a plus sign or two noughts and a country, perhaps "(0)": then it is a telephone's.
_CALLING = re.compile(r"(?:(?:\+|\b00)\s?[0-9]{1,3}[\s\-.]{0,2}(?:\(0\)[\s\-.]{0,2})?|\(0[0-9]{0,4}\)[\s\-.]{0,2})$")
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
    runs = [(run.start(), run.end()) for run in _RUN.finditer(text)]
    at = 0
    while at < len(runs):
        parts = _parts(text, runs, at)
        if parts and _is_meant(text, runs[at : at + parts]):
            start, end = runs[at][0], runs[at + parts - 1][1]
            digits = "".join(text[first:last] for first, last in runs[at : at + parts])
            yield Span(_kind(digits), start, end)
            at += parts
        else:
            at += 1


def _parts(text: str, runs: list[tuple[int, int]], at: int) -> int:
    """How many runs of digits from this one on make ten digits with a right check digit; 0: none do."""
    count, digits = 0, ""
    while len(digits) < DIGITS and at + count < len(runs):
        start, end = runs[at + count]
        if count and not _GAP.fullmatch(text, runs[at + count - 1][1], start):
            return 0
        digits += text[start:end] if end - start <= DIGITS else "x" * (DIGITS + 1)
        count += 1
    is_number = len(digits) == DIGITS and not digits.startswith(_NOBODYS) and _nhs().is_valid(digits)
    return count if is_number else 0


def _is_meant(text: str, parts: list[tuple[int, int]]) -> bool:
    """Whether ten such digits are meant as a number, and not as the end of a longer one, a date, an amount."""
    start, end = parts[0][0], parts[-1][1]
    near = text[max(0, start - _NEAR_CHARS) : end + _NEAR_CHARS // 2]
    if _SAYS_SO.search(near):
        return not _is_joined(text, start, end)
    if _is_joined(text, start, end, strictly=True) or in_address(text, start):
        return False
    if _CALLING.search(text[max(0, start - _CALLING_CHARS) : start]):
        return False
    lengths = tuple(last - first for first, last in parts)
    broken = lengths in _BROKEN and "\n" in text[parts[0][1] : parts[1][0]]
    if lengths == (1,) * DIGITS and _in_longer_row(text, start, end):
        return False
    return lengths in _GROUPINGS or broken


def _in_longer_row(text: str, start: int, end: int) -> bool:
    """Whether ten single figures are some of a longer row of them."""
    before, after = text[max(0, start - MOST_FILLERS) : start], text[end : end + MOST_FILLERS]
    return bool(re.search(rf"[0-9]{FILLERS}*\Z", before) or re.match(rf"{FILLERS}*[0-9]", after))


def _is_joined(text: str, start: int, end: int, *, strictly: bool = False) -> bool:
    """Whether it is a part of a longer word or number: ``RX9434765919``, ``3.9434765919``, ``£9434765919``."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if after[:1].isalnum() or (after[:1] in ("/", ":") and after[1:].isdigit()):
        return True
    if not strictly:
        return bool(re.search(r"[0-9][.,/:]$", before))
    is_amount = before[-1:] in ("£", "$", "€", "#", "=", "/", "@") or bool(re.search(r"[0-9][.,/:+]$", before))
    return before[-1:].isalpha() or is_amount or bool(re.match(r"[.,][0-9]|%", after))


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
        if first in _NOT_FIRST or second in _NOT_SECOND or first + second in _NOT_PREFIXES:
            continue
        if first + second in _WORDS and found["first"].islower() and found["before"] and not found["one"]:
            continue  # "by 120000 a year"
        if _SAYS_NINO.search(text, max(0, found.start() - _NEAR_CHARS), found.end()) or _is_shaped(found):
            yield Span("nino", found.start(), found.end())


def _is_shaped(found: re.Match[str]) -> bool:
    """Whether it looks like one without anything that says so: "by 120000 a year" does not."""
    prefix, suffix = found["first"] + found["second"], found["last"]
    if suffix is None:
        return False
    if prefix.isupper() and suffix.isupper():
        return True
    return bool(not (found["before"] or found["after"]) or (found["one"] and found["two"]))
