"""What a member writes and what the others see."""

from __future__ import annotations

import re

import pytest

from knowledge_exchange.core import markup
from knowledge_exchange.core.markup import find_mentions, mentions_in, render
from tests.core.markup_checks import elements

REL = 'rel="nofollow ugc noopener"'


def link(address: str, text: str) -> str:
    return f'<a href="{address}" {REL}>{text}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("one  \ntwo", "<p>one<br>\ntwo</p>"),
        ("*a* **b** ***c***", "<p><em>a</em> <strong>b</strong> <strong><em>c</em></strong></p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("- a\n- b", "<ul><li>a</li>\n<li>b</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li>\n<li>b</li></ol>'),
        ("- a\n\n1. b", "<ul><li>a</li></ul>\n<ol><li>b</li></ol>"),
        ("> a\n> b", "<blockquote><p>a<br>\nb</p></blockquote>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("AT&T &copy; &lt;", "<p>AT&amp;T &copy; &lt;</p>"),
        ("\\*a\\* 2 \\_b", "<p>*a* 2 _b</p>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("#1 on the list\n#hashtag", "<p>#1 on the list<br>\n#hashtag</p>"),
        ("*a*\n*b*", "<p><em>a</em><br>\n<em>b</em></p>"),
        ("- a\n    - b\n- c", "<ul><li>a<ul><li>b</li></ul></li>\n<li>c</li></ul>"),
    ],
)
def test_ordinary_markdown_reads_as_expected(text: str, html: str) -> None:
    assert render(text) == html


def test_nothing_gives_nothing() -> None:
    assert render("") == render(" \n\t\n") == ""


@pytest.mark.parametrize("value", [None, 12, b"caf\xc3\xa9 \xff", ["a"], object(), 1.5, type("S", (str,), {})("x")])
def test_what_is_no_text_is_shown_as_text_and_never_raises(value: object) -> None:
    assert isinstance(render(value), str)  # type: ignore[arg-type]


def test_a_value_that_cannot_be_shown_gives_nothing() -> None:
    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError

    assert render(Unspeakable()) == ""  # type: ignore[arg-type]


def test_halves_of_characters_and_control_signs_become_the_replacement_sign() -> None:
    assert render("a\ud800b\x00c\x1bd") == "<p>a\ufffdb\ufffdc\ufffdd</p>"


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f", ["h3", "h4", "h5", "h6", "h6", "h6"]),
        ("## a", ["h3"]),  # never a step of more than one below the page's h2
        ("# a\n\n### b\n\n# c\n\n## d", ["h3", "h4", "h3", "h4"]),
        ("a\n===\n\nb\n---", ["h3", "h4"]),
    ],
)
def test_headings_stand_below_the_pages_and_skip_no_level(text: str, levels: list[str]) -> None:
    assert [tag for tag, _ in elements(render(text)) if tag != "p"] == levels


def test_the_marks_that_close_a_heading_are_not_shown_but_a_name_keeps_its_own() -> None:
    assert render("# a ##\n\n## C#") == "<h3>a</h3>\n<h4>C#</h4>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a](https://b.example/c)", link("https://b.example/c", "a")),
        ("[a](/threads/1#p2)", link("/threads/1#p2", "a")),
        ("[a](#p2)", link("#p2", "a")),
        ("[a](www.b.example)", link("https://www.b.example", "a")),
        ("[a](/my file)", link("/my%20file", "a")),
        ("[a](https://b.example/?c=1&copy=2)", link("https://b.example/?c=1&amp;copy=2", "a")),
        ('[a](/b "c")', f'<a href="/b" title="c" {REL}>a</a>'),
        ("<https://b.example>", link("https://b.example", "https://b.example")),
        ("<x@b.example>", link("mailto:x@b.example", "x@b.example")),
        ("https://b.example/c_d_e", link("https://b.example/c_d_e", "https://b.example/c_d_e")),
        ("(https://b.example/c_(d)).", f"({link('https://b.example/c_(d)', 'https://b.example/c_(d)')})."),
        ("**https://b.example**, x", f"<strong>{link('https://b.example', 'https://b.example')}</strong>, x"),
        ("https://b.example/c\\_d", link("https://b.example/c_d", "https://b.example/c_d")),
        ("see www.b.example/c, x", f"see {link('https://www.b.example/c', 'www.b.example/c')}, x"),
        ("mail a.b+c@d.example.", f"mail {link('mailto:a.b+c@d.example', 'a.b+c@d.example')}."),
        ("[](https://b.example)", link("https://b.example", "https://b.example")),
        ("[https://a.example](https://b.example)", link("https://b.example", "https://a.example")),
        ("[a][r]\n\n[r]: https://b.example", link("https://b.example", "a")),
        ("[a](page.html)", "[a](page.html)"),
        ("[sic](in the original)", "[sic](in the original)"),
        ("[a](javascript:123)", "[a](javascript:123)"),
        ("![a](//b.example/c.png)", "![a](//b.example/c.png)"),
        ("<javascript://a>", "&lt;javascript://a&gt;"),
        ("[Update]: solved", "[Update]: solved"),
        ("https:// www. x@ @y.z", "https:// www. x@ @y.z"),
    ],
)
def test_links_and_bare_addresses_lead_where_they_say(text: str, html: str) -> None:
    assert render(text) == f"<p>{html}</p>"


def test_pictures_come_from_the_exchange_only_and_others_become_links() -> None:
    assert render('![a](/b.png "c")') == '<p><img src="/b.png" alt="a" title="c" loading="lazy"></p>'
    assert render("![a](https://b.example/c.png)") == f"<p>{link('https://b.example/c.png', 'a')}</p>"
    assert (
        render("![](https://b.example/c.png)") == f"<p>{link('https://b.example/c.png', 'https://b.example/c.png')}</p>"
    )
    assert render("[![a](https://b.example/c)](https://d.example)") == f"<p>{link('https://d.example', 'a')}</p>"


def test_a_table_scrolls_by_keyboard_and_its_columns_have_headings() -> None:
    html = render("| Post | | Now |\n|---|---|--:|\n| Ops | x | 12 |")
    assert html.startswith('<div class="scroll" tabindex="0" role="group" aria-label="Table"><table class="table">')
    assert '<th scope="col">Post</th>' in html
    assert "<td></td>" in html  # an empty heading heads nothing
    assert '<th scope="col" class="n">Now</th>' in html
    assert '<td class="n">12</td>' in html


@pytest.mark.parametrize(
    "text",
    ["```\nx @abc\n```", "```py\nx @abc\n```", "~~~\nx @abc\n~~~", "    x @abc", "```\nx @abc"],
)
def test_a_block_of_code_scrolls_by_keyboard(text: str) -> None:
    code = '<pre class="scroll" tabindex="0" role="group" aria-label="Code"><code>x @abc</code></pre>'
    assert render(text) == code


def test_code_in_lists_and_quotes_stays_there() -> None:
    html = render("- a\n\n  ```\n  if x:\n      y\n  ```\n- b\n\n> c\n> ```\n> d\n> ```\n> e")
    names = [tag for tag, _ in elements(html)]
    assert names == ["ul", "li", "p", "pre", "code", "li", "p", "blockquote", "p", "pre", "code", "p"]
    assert "<code>if x:\n    y</code>" in html


NESTED = "<ul><li>a<ul><li>b<ul><li>c</li></ul></li>\n<li>d</li></ul></li>\n<li>e</li></ul>"


@pytest.mark.parametrize("step", ["  ", "   ", "    ", "\t"])
def test_lists_in_lists_may_be_indented_by_two_three_or_four_spaces_or_a_tab(step: str) -> None:
    assert render(f"- a\n{step}- b\n{step}{step}- c\n{step}- d\n- e") == NESTED


def test_what_is_indented_under_an_item_belongs_to_it() -> None:
    html = render("1. a\n\n   b\n\n       c - d\n\n2. e\n   - f\n\ng\n\n    - h")
    assert html.startswith("<ol><li><p>a</p>\n<p>b</p>\n<pre ")
    assert "<code>c - d</code></pre></li>" in html
    assert "<li><p>e</p>\n<ul><li>f</li></ul></li></ol>\n<p>g</p>" in html
    assert html.endswith("<code>- h</code></pre>")


def test_a_fence_in_a_fence_is_shown() -> None:
    assert "<code>```\na\n```</code>" in render("````\n```\na\n```\n````")


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@marian", ["marian"]),
        ("Thanks, @Marian-O!", ["marian-o"]),
        ("(@a_b-1) *@abc* **@abd**: _@abe_", ["a_b-1", "abc", "abd", "abe"]),
        ("@abc, @ABC and @def.", ["abc", "def"]),
        ("@abc/@def", ["abc", "def"]),
        ("- @abc\n\n> @def\n\n# @ghi\n\n|@jkl|b|\n|-|-|\n|c|@mno|", ["abc", "def", "ghi", "jkl", "mno"]),
        ("@ab @1abc @-abc @" + "a" * 31, []),
        ("@" + "a" * 30, ["a" * 30]),
        ("a@abc x.@abc é@abc @@abc @abcé @abc@def", []),
        ("a@abc.example @abc.example https://medium.example/@abc", []),
        ("`@abc`\n\n```\n@def\n```\n\n    @ghi", []),
        ("[@abc](https://a.example) [x](/@def) ![@ghi](/a.png)", []),
        ("\\@abc", []),
        ("<span class='at'>@abc</span>", ["abc"]),  # shown as it stands, and a mention in it is one
    ],
)
def test_mentions_are_found_where_they_are_shown(text: str, handles: list[str]) -> None:
    assert find_mentions(text) == handles
    assert mentions_in(render(text)) == handles


def test_a_mention_is_marked_and_links_nowhere() -> None:
    assert render("Hello @Marian-O.") == '<p>Hello <span class="at">@Marian-O</span>.</p>'


def test_a_text_beyond_the_limit_is_shown_whole_without_markup() -> None:
    text = "*a* <b>\n\nc\n" * (markup.MAX_CHARS // 10)
    html = render(text)
    assert html.startswith("<p>*a* &lt;b&gt;</p>\n<p>c<br>\n*a*")
    assert html.count("*a*") == text.count("*a*")
    assert re.search("<(?!/?p>|br>)", html) is None


def test_a_text_of_definitions_only_is_shown_as_it_stands() -> None:
    assert render("[a]: https://b.example") == "<p>[a]: https://b.example</p>"


def test_one_post_never_leaks_into_the_next() -> None:
    render("[r]: https://first.example\n\n```\nsecret\n```\n\n**open _and [odd")
    assert render("[a][r] ``` *b*") == "<p>[a][r] ``` <em>b</em></p>"
    assert render("\x02fence:0\x03 x") == "<p>\ufffdfence:0\ufffd x</p>"
