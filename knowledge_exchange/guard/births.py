"""Dates of birth: a day, where something beside it or above it says that somebody was born on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_exchange.core.clock import now
from knowledge_exchange.guard.findings import Span

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_YEAR = r"(?:(?:18|19|20)[0-9]{2}|'?[0-9]{2})"
_TH = r"(?:\s?(?:st|nd|rd|th))?"
_CUT = r"\s?[/.\-\\|_]\s?"
#: A date as people write it: 12/03/58, 12 3 1958, 1958-03-12, 12th of March 1958, March 12, 1958, 12031958.
_DATE = (
    rf"(?:{_DAY}{_TH}[\s\-./]{{1,3}}(?:of\s)?{_MONTH}[\s\-./,]{{1,3}}{_YEAR}|{_MONTH}\s{_DAY}{_TH}[\s,]{{1,3}}{_YEAR}"
    rf"|(?:18|19|20)[0-9]{{2}}{_CUT}[01]?[0-9]{_CUT}[0-3]?[0-9]|{_DAY}(?:{_CUT}|\s)[01]?[0-9](?:{_CUT}|\s){_YEAR}"
    r"|[0-3][0-9][01][0-9](?:18|19|20)[0-9]{2}|(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]|[0-3][0-9][01][0-9][0-9]{2})"
)
# Without a year, "born on 12 March", or without a day.
_SHORT = rf"(?:{_DAY}{_TH}[\s\-](?:of\s)?{_MONTH}|{_MONTH}[\s,]{{1,2}}(?:18|19|20)[0-9]{{2}}|{_MONTH}\s{_DAY}{_TH})"
_YEAR_ALONE = r"(?:18|19|20)[0-9]{2}"
_BIRTH = r"(?:d\s?\.\s?o\s?\.\s?b\s?\.?|d\s?/\s?o\s?/\s?b|dob|date\s?-?of\s?-?birth|birth[\s-]?date|year of birth|yob)"
_BORN = r"(?:born|birthday)"
#: Between the word and the date: signs, cells, a few small words.
_SIGNS = r"[\s:|=*_`~(\[\-.,#>\"']"
_SMALL = r"(?:is|was|on|in|at|the|his|her|their|given|as|of|recorded|listed|a)"
_LEADS = rf"{_SIGNS}{{1,24}}(?:{_SMALL}{_SIGNS}{{1,12}}){{0,5}}"
_PLACE = r"(?:\s(?:in|at)\s[A-Z][a-z]{1,20}(?:\s[A-Z][a-z]{1,20})?,?)?"
_AGED = r"(?:aged?\s(?P<age>[0-9]{1,3})|(?<![0-9])(?P<years>[0-9]{1,3})\s?(?:yo|y/o|yrs?|years?[\s-]old))"

_AFTER_BIRTH = re.compile(
    rf"\b{_BIRTH}(?:'?s)?{_LEADS}(?P<date>{_DATE}|{_SHORT}|{_YEAR_ALONE})(?![0-9])", re.IGNORECASE
)
_AFTER_BORN = re.compile(rf"\b{_BORN}{_PLACE}{_LEADS}(?P<date>{_DATE}|{_SHORT})(?![0-9])", re.IGNORECASE)
_AFTER_AGED = re.compile(
    rf"\b{_AGED}[\s,;:|(\[\-]{{1,4}}(?:(?:born(?:\son)?|b)[\s.:]{{1,3}})?(?P<date>{_DATE})(?![0-9])", re.IGNORECASE
)
_BEFORE = re.compile(
    rf"(?<![0-9])(?P<date>{_DATE})[\s,;:|(\[\-*_]{{1,6}}(?:is\s(?:his|her|their)\s)?{_BIRTH}\b", re.IGNORECASE
)
_B_DOT = re.compile(
    rf"(?:\(b\.?|[,;]\s{{0,2}}b\.|\(née [\w'-]{{1,30}},? b\.?)\s?(?P<date>{_DATE})(?![0-9])", re.IGNORECASE
)
#: "Patient 12.03.1956": of a date that long ago nothing else is told of somebody.
_OF_PATIENT = re.compile(
    rf"\b(?:patient|pt|px|service user|resident)[\s,:;|(\[\-*_]{{1,6}}(?P<date>{_DATE})(?![0-9])", re.IGNORECASE
)
_LONG_AGO = 16
_BIRTH_HINTS = ("birth", "dob", "d.o", "d. o", "d .", "d/o", "d /", "yob")
_COLUMN_HINTS = (*_BIRTH_HINTS, "born")
_HINTS = (
    (_AFTER_BIRTH, _BIRTH_HINTS),
    (_AFTER_AGED, ("age", "yo", "y/o", "yr", "year")),
    (_BEFORE, _BIRTH_HINTS),
    (_B_DOT, ("(b", "(n", "b.")),
    (_OF_PATIENT, ("patient", "pt", "px", "service user", "resident")),
    (_AFTER_BORN, ("born", "birthday")),
)
# The health service was born on 5 July 1948, and so were ideas, projects, trusts.
_NOBODY = re.compile(
    r"\b(?:nhs|service|idea|project|trust|programme|policy|movement|network|union|team|plan|scheme|system|it)"
    r" (?:was|were) $"
    r"|\b(?:not|air|new|still|un|first|re)[ -]?$",
    re.IGNORECASE,
)
_NOBODY_CHARS = 24

_HEADER = re.compile(
    rf"\s*[*_`\"']*(?:patient'?s?\s)?(?:{_BIRTH}|born)[*_`\"']*\s*(?:\([^)|]{{0,20}}\))?\s*", re.IGNORECASE
)
_YEAR_DIGITS = 4
#: What is told may have happened so many years ago.
_MOST_OFF_BY = 12
_CELL_DATE = re.compile(rf"(?<![0-9])(?:{_DATE}|{_YEAR_ALONE})(?![0-9])", re.IGNORECASE)
_RULE = re.compile(r"[\s|:+\-]+")
_DIVIDERS = "|\t;,"
#: A column is followed over so many columns, no more.
MOST_CELLS = 60


def birth_dates(text: str) -> Iterator[Span]:
    """Dates that somebody was born on."""
    small = text.lower()
    # Looking for words is quicker than for patterns: most texts speak of nobody's birth.
    patterns = [pattern for pattern, hints in _HINTS if any(hint in small for hint in hints)]
    for pattern in patterns:
        for found in pattern.finditer(text):
            if _is_somebodys(text, pattern, found):
                yield Span("birth", found.start("date"), found.end("date"))
    if any(hint in small for hint in _COLUMN_HINTS):
        yield from _in_columns(text)


def _is_somebodys(text: str, pattern: re.Pattern[str], found: re.Match[str]) -> bool:
    if pattern is _AFTER_BORN:
        return not _NOBODY.search(text[max(0, found.start() - _NOBODY_CHARS) : found.start()])
    if pattern is _OF_PATIENT:
        return all(year <= now().year - _LONG_AGO for year in _years(found))
    return pattern is not _AFTER_AGED or _fits_age(found)


def _years(found: re.Match[str]) -> set[int]:
    """The years that a date may be of, none of them to come: of "56" one, of "12" two."""
    numbers = re.findall(r"[0-9]+", found.group("date"))
    years = {int(number) for number in numbers if len(number) == _YEAR_DIGITS}
    short = int(numbers[-1][-2:])
    return years or {year for year in (1900 + short, 2000 + short) if year <= now().year}


def _fits_age(found: re.Match[str]) -> bool:
    """Whether somebody of that age was about born then: "aged 82, 12 March 2024" is the day of the fall."""
    age = int(found.group("age") or found.group("years"))
    numbers = re.findall(r"[0-9]+", found.group("date"))
    years = {int(number) for number in numbers if len(number) == _YEAR_DIGITS}
    if not years:
        short = int(numbers[-1][-2:])
        years = {1900 + short, 2000 + short}
    off_by = min(abs(now().year - age - year) for year in years)
    return off_by <= min(_MOST_OFF_BY, max(1, age // 2))


def _in_columns(text: str) -> Iterator[Span]:
    """Dates under a heading "DOB": of a Markdown table, or of lines divided by tabs, commas or semicolons."""
    start, divider, columns = 0, "", list[int]()
    for line in text.splitlines(keepends=True):
        if columns and divider in line:
            if not _RULE.fullmatch(line):
                yield from _cells(line, start, divider, columns)
        else:
            divider, columns = _heading(line)
        start += len(line)


def _heading(line: str) -> tuple[str, list[int]]:
    """What divides the columns, and which of them hold dates of birth."""
    for divider in _DIVIDERS:
        if divider in line:
            cells = line.split(divider, MOST_CELLS)
            columns = [place for place, cell in enumerate(cells) if len(cell) < MOST_CELLS and _HEADER.fullmatch(cell)]
            if columns:
                return divider, columns
    return "", []


def _cells(line: str, start: int, divider: str, columns: list[int]) -> Iterator[Span]:
    place = start
    for number, cell in enumerate(line.split(divider, MOST_CELLS)):
        if number in columns and (found := _CELL_DATE.search(cell)):
            yield Span("birth", place + found.start(), place + found.end())
        place += len(cell) + len(divider)
