"""From HTML back to words, for mails, notifications and the search."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_exchange.core.markup import excerpt, plain_text, render
from knowledge_exchange.core.markup.plain import as_text, paragraphs


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("one *two*\nthree\n\nfour", "one two\nthree\nfour"),
        ("- a\n- b\n    - c", "a\nb\nc"),
        ("|a|b|\n|-|-|\n|c|d|", "a b\nc d"),
        ("AT&T &lt;b&gt; `<i>`", "AT&T <b> <i>"),
        ("@marian-o wrote [here](https://a.example)", "@marian-o wrote here"),
        ("![a chart](/b.png) ![](/c.png)", "a chart"),
        ("# Title\n\n```\nx  = 1\n```\n\n> quoted", "Title\nx = 1\nquoted"),
        ("", ""),
    ],
)
def test_what_a_post_says_is_read_without_its_markup(text: str, plain: str) -> None:
    assert plain_text(render(text)) == plain


@pytest.mark.parametrize(
    ("text", "chars", "expected"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("one two three four", 14, "one two three…"),
        ("one two three four", 13, "one two…"),
        ("one two, three", 9, "one two…"),
        ("one two. three", 9, "one two…"),
        ("first\n\nsecond", 40, "first second"),
        ("a" * 50, 10, "a" * 9 + "…"),
        ("a " + "b" * 50, 12, "a bbbbbbbbb…"),
        ("words", 1, "…"),
        ("words", 0, ""),
        ("words", -3, ""),
    ],
)
def test_an_excerpt_ends_between_words_where_it_can(text: str, chars: int, expected: str) -> None:
    assert excerpt(render(text), chars) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=200), st.integers(-1, 80))
def test_an_excerpt_is_one_line_and_never_longer_than_asked(text: str, chars: int) -> None:
    found = excerpt(render(text), chars)
    assert len(found) <= max(chars, 0)
    assert "\n" not in found


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('a\nb\n\n\n c <d> & "e"', "<p>a<br>\nb</p>\n<p> c &lt;d&gt; &amp; &quot;e&quot;</p>"),
        ("\n\n a \n\n", "<p>a</p>"),
        (" \n ", ""),
    ],
)
def test_plain_paragraphs_keep_every_line_and_interpret_nothing(text: str, html: str) -> None:
    assert paragraphs(text) == html


def test_all_line_ends_are_one() -> None:
    assert as_text("a\r\nb\rc\nd") == "a\nb\nc\nd"
