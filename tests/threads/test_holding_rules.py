"""What is held: words, whole and in whatever case and accents; links that lead elsewhere."""

from __future__ import annotations

import pytest
from flask import Flask

from knowledge_exchange.threads import actions
from knowledge_exchange.threads.holding.holding_rules import links_abroad, says_one_of, words_in


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("agency", "Which AGENCY do you use?", True),
        ("agency", "Which agencies do you use?", False),
        ("cafe\nbank shift", "At the Café.", True),
        ("bank  shift", "A bank\nshift.", True),
        ("bank shift", "Bank shifts.", False),
        ("c++ (senior)", "A C++ (senior) post.", True),
        ("", "Anything.", False),
        ("straße", "STRASSE", True),
    ],
)
def test_a_watched_word_is_found_whole_whatever_its_case_accents_and_spaces(words: str, text: str, found: bool) -> None:
    assert says_one_of(words, text) is found


def test_a_word_at_the_end_of_the_title_and_one_at_the_beginning_of_the_text_make_no_phrase() -> None:
    assert not says_one_of("bank shift", "About the bank", "shift patterns")


def test_of_a_list_each_word_counts_once_and_empty_lines_do_not() -> None:
    assert words_in("Agency\n\n agency \nBank  Shift") == ["agency", "bank shift"]


@pytest.mark.parametrize(
    ("body", "abroad"),
    [
        ("See https://example.org/rota for it.", True),
        ("[Write](mailto:somebody@example.org) to them.", True),
        ("See [above](/t/1).", False),
        ("See {own}/t/1.", False),
        ("See {own}.example.org/t/1.", True),
        ("No link at all.", False),
    ],
)
def test_a_link_counts_where_it_leads_elsewhere(app: Flask, body: str, abroad: bool) -> None:
    text = body.replace("{own}", str(app.config["KE_BASE_URL"]))
    with app.app_context():
        assert links_abroad(actions.written(text).html) is abroad
