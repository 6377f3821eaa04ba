"""Whatever a post holds, the page holds only what is allowed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_exchange.core.markup import plain_text, render
from knowledge_exchange.core.markup.addresses import canonical, drop_unsafe_addresses, may_link, may_show
from tests.core.markup_checks import elements, is_on_the_exchange, leads_to_a_safe_place, violations
from tests.core.markup_vectors import ADDRESSES, FORMS, RAW, STRUCTURE

HOSTILE = [form.format(address) for form in FORMS for address in ADDRESSES] + RAW + STRUCTURE


def test_there_are_enough_hostile_inputs() -> None:
    assert len(ADDRESSES) + len(RAW) + len(STRUCTURE) >= 150
    assert len(HOSTILE) > 700


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_link_or_picture_leads_anywhere_forbidden(form: str) -> None:
    for address in ADDRESSES:
        text = form.format(address)
        assert violations(render(text)) == [], text


@pytest.mark.parametrize("text", RAW)
def test_raw_html_is_shown_and_never_obeyed(text: str) -> None:
    html = render(text)
    assert violations(html) == []
    assert {tag for tag, _ in elements(html)} <= {"p", "br", "em", "code", "a", "span"}
    assert "alert" not in text or "alert" in plain_text(html)


@pytest.mark.parametrize("text", STRUCTURE)
def test_markdown_that_means_mischief_gives_nothing_but_allowed_html(text: str) -> None:
    assert violations(render(text)) == []


def test_two_hostile_inputs_side_by_side_make_nothing_new() -> None:
    chance = random.Random(2)
    for _ in range(400):
        glue = chance.choice(["", " ", "\n", "\n\n", "\n> ", "\n- ", "|", "*", "`", "]("])
        text = glue.join(chance.sample(HOSTILE, 3))
        assert violations(render(text)) == [], text


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a and not a.startswith("https://x.example/")])
def test_a_forbidden_address_is_refused_by_the_check_itself(address: str) -> None:
    allowed = canonical(address.replace("\x00", "\ufffd"))
    assert not may_link(allowed)
    assert not may_show(allowed)


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example",
        "HTTP://A.example:8080/x?y=1&z=2#q",
        "/threads/1?page=2#p3",
        "/",
        "#p12",
        "mailto:a.b+c@d.example",
        "mailto:a@b.example?subject=x%20y",
        "www.a.example/b",
        "https://münchen.example/ä",
    ],
)
def test_an_ordinary_address_is_kept(address: str) -> None:
    assert may_link(canonical(address))


def test_the_check_after_bleach_drops_what_bleach_lets_pass() -> None:
    html = '<p><a href="javascript:123" rel="x">a</a> <a href="/ok">b</a> <img src="https://c.example/d" alt="e"></p>'
    assert drop_unsafe_addresses(html) == '<p><a rel="x">a</a> <a href="/ok">b</a> <img alt="e"></p>'


def test_the_check_after_bleach_reads_entities_as_a_browser_does() -> None:
    assert "href" not in drop_unsafe_addresses('<a href="java&#9;script:1">a</a><a href="/&#47;evil.example">b</a>')


PIECES = st.sampled_from(
    [
        *list("[]()!*_`~#>-+.|\\&;:\"'<@/ \n\t=1a"),
        "](",
        "![",
        "](/x)",
        "javascript:",
        "https://",
        "//",
        "&#",
        "&Tab;",
        "```\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        "<script>",
        "onclick=",
        "|-|-|\n",
        "@abc",
        "a@b.example",
        "[x]: ",
        "\x02",
        "\x03",
        "�",
        "\x00",
        "é",
        "\u202e",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_mixture_of_markup_gives_forbidden_html(text: str) -> None:
    assert violations(render(text)) == []


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_no_text_at_all_gives_forbidden_html_or_raises(text: str) -> None:
    assert violations(render(text)) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*ADDRESSES, *"/\\:@#?.%&;x \t"]), max_size=4).map("".join))
def test_whatever_address_is_allowed_is_safe_in_a_browser(address: str) -> None:
    read = canonical(address)
    assert not may_link(read) or leads_to_a_safe_place(read)
    assert not may_show(read) or is_on_the_exchange(read)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("abc <>&\"'"), max_size=200))
def test_words_and_signs_without_meaning_are_all_still_there(text: str) -> None:
    assert "".join(plain_text(render(f"x {text}")).split()) == "".join(f"x{text}".split())
