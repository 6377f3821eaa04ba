"""The words that were looked for are marked where they stand, and nothing of a text ever becomes markup."""

from __future__ import annotations

import html
import re

import pytest

from knowledge_exchange.search.language import parse
from knowledge_exchange.search.pages import marks_of
from knowledge_exchange.search.snippets import LEAD_CHARS, SNIPPET_CHARS, marked, snippet

LONG = "<p>" + "word " * 300 + "the on-call rota gives time off in lieu back, " + "word " * 300 + "rota</p>"


def marked_by(typed: str, text: str) -> list[str]:
    return re.findall(r"<mark>(.*?)</mark>", marked(text, marks_of(parse(typed))))


@pytest.mark.parametrize(
    ("typed", "text", "expected"),
    [
        ("rotas", "A rota for rotaing staff", ["rota", "rotaing"]),
        ("cafe", "The Café on the corner", ["Café"]),
        ("café", "The cafe\u0301 and the cafe", ["café", "cafe"]),
        ("l'hopital", "Using l’Hôpital’s rule", ["l’Hôpital’s"]),
        ("followup", "A follow-up call", ["follow-up"]),
        ("call", "An on-call rota", ["call"]),
        ("on-call rota", "An on-call rota", ["on-call rota"]),
        ('"time off in lieu"', "Give time off in lieu, not time in", ["time off in lieu", "time"]),
        ("consult*", "Consultation with consultants", ["Consultation", "consultants"]),
        ("rota -nights", "A rota of nights", ["rota"]),
        ("rota or roster", "No roster, no rota", ["roster", "rota"]),
        ("the", "The end of the road", ["The", "the"]),
        ("is:answered", "Is it answered?", []),
    ],
)
def test_each_form_of_what_was_typed_is_marked(typed: str, text: str, expected: list[str]) -> None:
    assert [html.unescape(one) for one in marked_by(typed, text)] == expected


def test_a_snippet_is_the_part_with_most_of_the_words() -> None:
    said = str(snippet(LONG, marks_of(parse("rota lieu time"))))
    text = html.unescape(re.sub(r"</?mark>", "", said))
    assert "<mark>rota</mark> gives <mark>time</mark> off in <mark>lieu</mark>" in said
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) <= SNIPPET_CHARS + LEAD_CHARS


def test_without_any_of_the_words_the_beginning_stands_there() -> None:
    said = str(snippet("<p>A first line.</p><p>And a second.</p>", marks_of(parse("nothing"))))
    assert said == "A first line. And a second."


@pytest.mark.parametrize(
    "text", ["<b>rota</b> & <script>alert(1)</script>", '"rota" onload=x', "rota</mark><img src=x>"]
)
def test_what_a_text_says_never_becomes_markup(text: str) -> None:
    shown = str(snippet(f"<p>{html.escape(text)}</p>", marks_of(parse("rota"))))
    assert re.findall(r"<[^>]*>", shown) == ["<mark>", "</mark>"]
    assert html.unescape(re.sub(r"</?mark>", "", shown)) == text
    assert re.findall(r"<[^>]*>", str(marked(text, marks_of(parse("rota"))))) == ["<mark>", "</mark>"]
