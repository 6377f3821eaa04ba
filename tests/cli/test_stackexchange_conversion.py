"""HTML of a dump, turned to Markdown and rendered by our own renderer, reads as it did where it came from."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from knowledge_exchange.cli.stackexchange.conversion import to_markdown
from knowledge_exchange.cli.stackexchange.reading import Kind, Row, read_posts
from knowledge_exchange.core.markup import render
from tests.cli.stackexchange_dump import REAL_DUMP, addresses, structure, visible_text

SITE = "https://matheducators.stackexchange.com"

#: Of real posts, how many may read differently: none that we could mend does.
MOST_UNLIKE = 0.01
#: CPU seconds for one hostile text; most take a tenth of it.
HOSTILE_S = 5.0

# What dumps hold, and what would go wrong if text were taken for markup or markup for text.
ALIKE = {
    "paragraphs whose lines are wrapped": "<p>one\ntwo\n    three</p>\n\n<p>four</p>",
    "line breaks": "<p>a<br>b<br/><br/># c<br>1. d<br>- e<br>&gt; f<br>====<br>~~~<br>: g<br>+ h<br>----</p>",
    "a heading that is none": "<p># not a heading</p><p>#hash</p>",
    "lists that are none": "<p>1. no</p><p>2014. A year</p><p>- no</p><p>+ no</p><p>* no</p>",
    "a number and its full stop apart": "<p><span>1</span>. no</p>",
    "rules and fences that are none": "<p>---</p><p>===</p><p>***</p><p>~~~</p><p>```x```</p><p>&gt; no</p>",
    "a table that is none": "<p>|a|b|<br>|-|-|<br>|c|d|</p>",
    "marks within text": "<p>__init__ _a_ a_b_c *x* **y** `z` 5 * 3 * 2 ***</p>",
    "backslashes": r"<p>\* \alpha \\ \{x\} C:\new\_dir \\server\share \</p>",
    "formulas": r"<p>$a_{1}*b_{2}*c$ $$\sum_{i}^{n} x_i$$ $\left[\frac{a}{b}\right](x)$ $|x|&lt;1$</p>",
    "tags written out": "<p>&lt;b&gt;bold&lt;/b&gt; &lt;!-- c --&gt; &lt;script&gt;alert(1)&lt;/script&gt; i&lt;j</p>",
    "references written out": "<p>&amp;lt; &amp;amp; &amp;#65; &amp;nbsp; AT&amp;T &copy; &hellip;</p>",
    "addresses in pointed brackets": "<p>&lt;http://x.com&gt; &lt;me@x.org&gt;</p>",
    "links that are none": "<p>[a](b) [a][b] [a]: http://x ![a](b) [^1] [TOC]</p><p>[x]: http://y.com</p>",
    "a link after an exclamation mark": '<p>wow!<a href="http://x.com/">l</a></p>',
    "brackets in a link's text": '<p>[<a href="http://x.com/">t [x] ]</a>](y)</p>',
    "names that are nobody's here": "<p>@someone said, _@other too; mail a@b.com</p>",
    "bare addresses": "<p>see http://x.com/a_b_c_ and www.example.com/_x_.</p>",
    "emphasis that meets": "<p><em>a</em><strong>b</strong> x<em>y</em>z <strong>a</strong>b</p>",
    "emphasis in emphasis": "<p><em>a <strong>b</strong> c</em> <strong>a <em>b</em> c</strong> "
    "<strong><em>c</em></strong> <em>a<strong>b</strong></em></p>",
    "emphasis over line breaks": "<p><b>Hello<br><br>World</b> <i> spaced </i>x <em></em> <b> </b></p>",
    "emphasis beside quotes": '<p>a<strong> b </strong>c <strong>d:</strong>e <strong>"f"</strong>g</p>',
    "nested lists": "<ul><li>a<ul><li>b<ol><li>c</li><li>d</li></ol></li></ul></li><li>e</li></ul>",
    "loose lists": "<ul>\n<li><p>a</p>\n\n<ul>\n<li>b</li>\n</ul></li>\n<li><p>c</p></li>\n</ul>",
    "lists with blocks": '<ol start="3"><li><p>a</p><p>b</p><pre><code>x\n  y\n\nz</code></pre></li>'
    "<li>c<br>d</li></ol>",
    "two lists one after the other": "<ol><li>a</li></ol><ol><li>b</li></ol>",
    "code, quote and heading first in an item": "<ul><li><pre><code>*first*</code></pre></li>"
    "<li><blockquote><p>q</p></blockquote></li><li><h3>h</h3></li></ul>",
    "marks first in an item": "<ul><li># a</li><li>1. b</li><li><p>- c</p></li></ul>",
    "items with nothing in them": "<ol><li></li><li>x</li></ol><blockquote></blockquote><p></p>",
    "quotes": "<blockquote><p>a</p><pre><code>x *y*\n z</code></pre><ul><li>l</li></ul>"
    "<blockquote><p>nested</p></blockquote></blockquote>",
    "two quotes one after the other": "<blockquote><p>a</p></blockquote>\n<blockquote><p>b</p></blockquote>",
    "a block of code": '<pre class="lang-py"><code>```\na &lt; b  &amp;lt; *x* @joe\n\n    in\n```\n</code></pre>',
    "code in a line": "<p>a <code>a`b</code> <code>`</code> <code>a|b</code> <code>\\</code> "
    "<code>&lt;p&gt; &amp;amp;</code> x\\<code>y_z_</code> <code> </code></p>",
    "a table": "<table><thead><tr><th>A|B</th><th>C</th></tr></thead><tbody><tr><td><code>x|y</code></td>"
    '<td>a|b *c* <a href="http://x.com">l|m</a></td></tr><tr><td></td><td>2<br>3</td></tr></tbody></table>',
    "headings": "<h1>C# is #1 #</h1><p>x</p><h2>## x ##</h2>",
    "a rule": "<p>a</p><hr><p>b</p>",
    "raised and lowered": "<p>x<sup>2</sup> H<sub>2</sub>O 10<sup>-3</sup> note<sup><a href='http://x.com'>[1]</a></sup></p>",
    "images": '<p><a href="http://x.com/big.png"><img src="http://x.com/s.png" alt="small [one]"></a> '
    '<img src="http://x.com/s.png" alt="alt *x*"> <img src="http://x.com/t.png" alt="enter image description here">'
    "</p>",
    "text without any paragraph": "plain # x<p>p</p>1. tail",
    "unclosed and crossed tags": "<p>a <b>bold <i>both</b> tail</i></p><p>unclosed <em>x",
    "boxes": "<div>d1<div>d2</div>d3</div><center>c</center>",
    "letters of all kinds": "<p>nbsp&nbsp;&nbsp;here — “q” é 漢字 🎉 a&#8203;b</p>",
    "comments and scripts": "<p>a<!-- language: lang-py -->b</p><script>alert(1)</script><style>p{}</style>",
    "a comment that never ends": "<p>a</p>&lt;!-- b",
}


def _drawn(html: str) -> str:
    return render(to_markdown(html, SITE))


def _without_scripts(html: str) -> str:
    return html.replace("<script>alert(1)</script><style>p{}</style>", "")


@pytest.mark.parametrize("html", ALIKE.values(), ids=ALIKE.keys())
def test_a_text_reads_as_it_did_where_it_came_from(html: str) -> None:
    drawn, html = _drawn(html), _without_scripts(html)
    assert visible_text(drawn) == visible_text(html)
    assert structure(drawn) == structure(html)


def test_the_lines_of_a_paragraph_are_joined_for_here_each_line_end_shows() -> None:
    assert to_markdown("<p>one\ntwo   three<br>\n four</p>") == "one two three\nfour"


def test_code_is_fenced_with_its_language_by_more_backticks_than_it_holds() -> None:
    html = '<pre class="lang-py prettyprint-override"><code>a = "```"\n</code></pre>'
    assert to_markdown(html) == '````py\na = "```"\n````'


def test_formulas_stay_readable_in_the_source() -> None:
    formula = r"$\sum_{i=1}^n x_i \ge \alpha$ and a < b & c > d"
    assert to_markdown(f"<p>{formula.replace('&', '&amp;').replace('<', '&lt;')}</p>") == formula


def test_links_lead_where_they_led_and_images_become_links() -> None:
    html = (
        '<p><a href="/questions/12">own</a> <a href="//x.com/a">same scheme</a> '
        '<a href="http://x.com/a b\'&quot;()_*">odd</a> <a href="mailto:a@b.com">mail</a> '
        '<img src="https://i.stack.imgur.com/x.png" alt="chart"></p>'
    )
    assert addresses(_drawn(html)) == [
        f"{SITE}/questions/12",
        "https://x.com/a",
        "http://x.com/a%20b%27%22%28%29_%2A",
        "mailto:a@b.com",
        "https://i.stack.imgur.com/x.png",
    ]
    assert "<img" not in _drawn(html)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "#top", "http://[bad", "", "x.html"])
def test_a_link_that_leads_nowhere_good_is_text(href: str) -> None:
    assert to_markdown(f'<p><a href="{href}">text</a></p>') == "text"


def test_raised_text_that_has_no_signs_of_its_own_is_marked_as_raised() -> None:
    assert to_markdown("<p>x<sup>abc</sup> a<sub>k</sub></p>") == "x^(abc) a_k"


# The last one of each kind never closes, or closes far away: what makes parsers and walkers slow.
HOSTILE = {
    "deep boxes": "<div>" * 6_000,
    "deep lists": "<ol><li>" * 5_000,
    "deep quotes": "<blockquote>" * 300 + "x",
    "a wide list": "<ol>" + "<li>x</li>" * 8_000 + "</ol>",
    "a wide table": "<table>" + "<tr><td colspan=1000>x" * 3_000,
    "marks": "*_`[]()!<>\\" * 8_000,
    "open tags": "<a " * 20_000,
    "open attributes": '<a href="' * 10_000,
    "open comments": "<!--" * 20_000,
    "line breaks in emphasis": "<em>" + "a<br>" * 8_000 + "</em>",
    "spaces": "<p>" + " " * 90_000 + "x",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_takes_a_moment_and_no_more(html: str) -> None:
    begun = time.process_time()
    to_markdown(html, SITE)
    assert time.process_time() - begun < HOSTILE_S


def test_what_is_nested_beyond_walking_still_gives_its_text() -> None:
    drawn = visible_text(_drawn("<div>" * 3_000 + "<p>here # *I* am</p>" + "</div>" * 3_000))
    assert drawn == "here#Iam" or drawn == "here#*I*am"


def _real_bodies(dump: Path) -> list[str]:
    rows = (row for row in read_posts(dump) if isinstance(row, Row))
    return [row.body for row in rows if row.kind is not Kind.OTHER]


SAMPLES = {"made": list(ALIKE.values())} | ({"real": _real_bodies(REAL_DUMP)} if REAL_DUMP else {})


@pytest.mark.slow
@pytest.mark.parametrize("bodies", SAMPLES.values(), ids=SAMPLES.keys())
def test_nearly_all_posts_of_a_dump_read_as_they_did(bodies: list[str]) -> None:
    pairs = [(_without_scripts(body), _drawn(body)) for body in bodies]
    unlike = [old for old, new in pairs if visible_text(old) != visible_text(new)]
    misshapen = [old for old, new in pairs if structure(old) != structure(new)]
    astray = [old for old, new in pairs if len(addresses(new)) < len(addresses(old))]
    assert len(unlike) <= MOST_UNLIKE * len(bodies), unlike
    assert len(misshapen) <= MOST_UNLIKE * len(bodies), misshapen
    assert len(astray) <= MOST_UNLIKE * len(bodies), astray
