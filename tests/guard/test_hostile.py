"""Texts that were written to break the guard: it answers, and its work grows with their length alone.

Work is counted, not timed: the lines that run in the guard's modules. What a pattern does within one of them is
bounded by the pattern: each repeats at most so often, and no sign can be taken by two parts of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_exchange.guard import contacts
from knowledge_exchange.guard.finding import find
from knowledge_exchange.guard.findings import Finding
from knowledge_exchange.guard.folding import MAX_CHARS, fold
from knowledge_exchange.guard.masking import mask
from knowledge_exchange.guard.organisations import Organisations

Find = Callable[..., list[Finding]]
#: Of a whole text that is answered, and of the shorter of two whose work is compared.
LENGTH, SHORT = 5_000, 400
#: Twice the text may cost so much more than twice the work.
MOST_GROWTH = 2.4

PATHOLOGICAL = [
    "9",
    "9 ",
    "9\n",
    "943 476 591 ",
    "943 476 5919 ",
    "0",
    "0 ",
    "00 ",
    "0161 276 1234 ",
    "+44",
    "+",
    "a@",
    "@",
    "a.",
    "a@b.",
    "a at ",
    "a dot ",
    " at a dot a dot a ",
    "(at)",
    "dob ",
    "dob         ",
    "dob" + " " * 40,
    "born on the ",
    "date of birth:",
    "| dob |\n",
    "dob,dob,dob\n",
    "1/1/1",
    "12/03/58 ",
    "aged 67 ",
    "A B ",
    "AB 12 34 56 ",
    "M13 9",
    "M1 ",
    "Priya ",
    "Dr ",
    "Dr. ",
    "St. ",
    "North West ",
    "Xiu Wei, ",
    "X",
    "Xa",
    "X-",
    "X'",
    "Manchester University NHS Foundation ",
    "University Hospital ",
    "the of and ",
    "&",
    "&#",
    "&#57;",
    "&amp;",
    "\u200b",
    "*",
    "_",
    "`",
    "|",
    " ",
    "\n",
    "\t",
    "https://a.b/",
    "://9434765919",
    "[1](a)2",
    "](a",
    "](a](b)",
    "][a",
    "<b>1",
    "<b ",
    "<!--",
    "1. 9\n",
    "> 1. ",
    "\n1. ",
    "|part one|943 476|\n",
    "|part ",
    "\npart one ",
    "NHS9434765919",
    "the Christie ",
    "ﷺ",
    "９",
    "\ud800",
    "😀",
    "\x00",
]


class _Steps:
    """Counts the lines that run in the guard's modules."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, frame: FrameType, event: str, arg: Any) -> _Steps | None:
        if "knowledge_exchange/guard" not in frame.f_code.co_filename.replace("\\", "/"):
            return None
        self.count += 1
        return self


def _work(text: str, index: Organisations) -> int:
    steps = _Steps()
    before = sys.gettrace()
    sys.settrace(steps)
    try:
        find(text, ("Priya Shah",), index)
    finally:
        sys.settrace(before)
    return steps.count


@pytest.mark.parametrize("part", PATHOLOGICAL, ids=lambda part: repr(part)[:24])
def test_twice_the_text_is_about_twice_the_work(words_app: Any, index: Organisations, part: str) -> None:
    once, twice = part * (SHORT // len(part)), part * (2 * SHORT // len(part))
    with words_app.test_request_context():
        find(once, (), index)
        small, large = _work(once, index), _work(twice, index)
    assert large <= MOST_GROWTH * small + 500


@pytest.mark.parametrize("part", PATHOLOGICAL, ids=lambda part: repr(part)[:24])
def test_a_long_text_of_anything_is_answered(findings: Find, part: str) -> None:
    text = part * (LENGTH // len(part))
    found = findings(text, ("Priya Shah",))
    assert all(text[one.start : one.end] == one.text for one in found)
    assert isinstance(mask(text, found), str)


def test_the_library_is_asked_about_so_many_telephone_numbers_and_no_more(
    findings: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    import phonenumbers

    asked = []
    parse = phonenumbers.parse

    def counted(number: str, region: str) -> Any:
        asked.append(number)
        return parse(number, region)

    monkeypatch.setattr(phonenumbers, "parse", counted)
    found = findings("+33 1 42 68 53 0 " * 1000)
    assert len(asked) <= contacts.MOST_ASKED
    assert found


def test_what_is_longer_than_any_form_takes_is_searched_at_its_beginning(findings: Find) -> None:
    text = "x " * (MAX_CHARS // 2) + "943 476 5919"
    assert findings(text) == []


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_folding_keeps_every_place(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)


_PIECES = st.sampled_from(
    [
        "943",
        " 476",
        "5919",
        "dob ",
        "12/03/58",
        "|",
        "\n",
        "**",
        "Dr",
        " Patel",
        "&nbsp;",
        "\u200b",
        "@",
        "a.b",
        " at ",
        "M13",
        " 9WL",
        "AB",
        "123456",
        "C",
        "born",
        "+44",
        "0161",
        "-",
        ",",
        "R0A\n    ",
        " Hospital",
        "'s",
        "É",
        "ß",
        "İ",
        "ﬁ",
        "½",
        "<b>",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_findings_never_overlap_and_stand_where_they_say(words_app: Any, text: str) -> None:
    with words_app.test_request_context():
        found = find(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(one.start < one.end for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
