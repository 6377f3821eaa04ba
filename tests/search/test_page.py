"""The page of the search, over what a small community has written: the right thread, the right reader, no error."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask

from tests.search.corpus import QUERIES, settle_and_write
from tests.support.community import Community, settle
from tests.support.persons import Person, Statements

AMONG = 3
_ROW = re.compile(r'<h2 class="row__title"><a href="([^"]*)">(.*?)</a></h2>', re.DOTALL)


@pytest.fixture
def talk(app: Flask) -> Community:
    return settle_and_write(app)


def look(who: Person, typed: str, **further: str) -> str:
    answer = who.get(f"/search?{urlencode({'q': typed, **further})}")
    assert answer.status_code == 200
    return answer.text


def titles(page: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]*>", "", title)) for _url, title in _ROW.findall(page)]


def test_each_of_thirty_queries_finds_the_right_thread_among_the_first_three(talk: Community) -> None:
    missed = []
    for typed, beginning in QUERIES:
        found = titles(look(talk.author, typed))
        if not any(title.startswith(beginning) for title in found[:AMONG]):
            missed.append((typed, beginning, found[:AMONG]))
    assert missed == []


def test_nobody_finds_what_they_may_not_read_nor_hears_of_its_words(talk: Community) -> None:
    assert titles(look(talk.author, "reps room storage"))[0].startswith("Reps' room")
    hidden, nowhere = look(talk.peer, "storage"), look(talk.peer, "storabe")
    assert titles(hidden) == titles(nowhere) == []
    assert "storage" not in nowhere, "a guess from what they may not see"
    assert titles(look(talk.outsider, "on-call weekend")) == []
    assert titles(look(talk.outsider, "printers"))[0].startswith("EPR go-live")


def test_a_thread_stands_once_with_its_best_post_and_the_words_marked(talk: Community) -> None:
    page = look(talk.author, "printers log-ins")
    assert len([title for title in titles(page) if title.startswith("EPR go-live")]) == 1
    assert "<mark>" in page
    reply = look(talk.author, "hour for hour")
    url, title = _ROW.findall(reply)[0]
    assert re.fullmatch(r"/p/\d+", url), "a reply that was found is where the title leads"
    assert "Reply by Piet Peer" in reply
    assert "Problem" in reply
    assert talk.author.get(url, follow_redirects=True).status_code == 200
    assert title


def test_newest_first_is_an_order_of_its_own_and_its_pages_follow_each_other(talk: Community) -> None:
    for number in range(25):
        talk.post_thread(talk.author, f"Bleep number {number} is broken", slug="national")
    first = look(talk.author, "bleep", order="newest")
    assert titles(first)[0] == "Bleep number 24 is broken"
    older = re.search(r'rel="next" href="([^"]*)"', first)
    assert older is not None
    second = talk.author.get(html.unescape(older[1]))
    both = titles(first) + titles(second.text)
    assert both == [f"Bleep number {number} is broken" for number in reversed(range(25))]


ODD = (
    '"', '""', "(((", "-", "- - -", "or", "or or or", "*", '"a" -"b', "a:b:c", "\x00", "rota\x00", "x" * 10_000,
    "word " * 2_000, "unknown:filter rota", "is:nonsense", "before:never", "kind:", "by:", 'tag:"', "\ud7ff\u0301",
    "%_'\\", "<script>alert(1)</script>", "NEAR(a b)", "a AND", "^a", "{a}", "n:1", "🦊",
)  # fmt: skip


def test_whatever_is_typed_there_is_a_result_or_a_plain_hint(app: Flask) -> None:
    here = _few(app)
    for typed in ODD:
        for order in ("best", "newest"):
            page = look(here.author, typed, order=order, key="not a key")
            assert "<script>alert" not in page, typed
            assert "<h1>Search</h1>" in page, typed


def _few(app: Flask) -> Community:
    here = settle(app)
    here.post_thread(here.author, "A rota with holes")
    return here


def test_an_unknown_filter_is_hinted_at_and_looked_for_as_words(app: Flask) -> None:
    page = look(_few(app).author, "colour:rota")
    assert "There is no filter “colour:”" in html.unescape(page)


def test_a_beginning_of_one_letter_is_said_to_be_too_short(app: Flask) -> None:
    here = _few(app)
    assert "a beginning has at least two letters" in look(here.author, "r*")
    assert "a beginning has" not in look(here.author, "ro*")


def test_no_match_says_what_was_tried_and_carries_the_words_over_to_a_problem(app: Flask) -> None:
    here = _few(app)
    page = look(here.author, "helicopter landing is:answered")
    assert "Nothing was found in the networks that you can see" in page
    assert "What was tried:" in page
    asking = re.search(r'href="(/ask\?[^"]*)"', page)
    assert asking is not None
    form = re.search(r'href="(/n/north-west/new\?[^"]*)"', here.author.get(html.unescape(asking[1])).text)
    assert form is not None
    assert 'value="helicopter landing"' in here.author.get(html.unescape(form[1])).text


def test_the_fields_beside_the_box_become_words_of_the_address(app: Flask) -> None:
    here = _few(app)
    fields = {"narrow": "1", "q": "rota", "network": "north-west", "kind": "problem", "by": "Asha Author", "is": "mine"}
    sent = {**fields, "after": "2020-01-01", "before": "", "tag": ""}
    answer = here.author.get(f"/search?{urlencode(sent)}")
    assert answer.status_code == 302
    typed = parse_qs(urlsplit(answer.location).query)["q"][0]
    assert typed == 'rota network:north-west kind:problem by:"Asha Author" after:2020-01-01 is:mine'
    page = here.author.get(answer.location).text
    assert titles(page) == ["A rota with holes"]
    assert page.count("No longer only:") == 5
    assert titles(look(here.peer, typed)) == []


def test_what_is_unread_and_whose_it_is_are_the_readers_own_questions(app: Flask) -> None:
    here = _few(app)
    assert titles(look(here.peer, "rota is:unread")) == ["A rota with holes"]
    assert titles(look(here.author, "rota is:unread")) == []
    assert titles(look(here.author, "rota by:me")) == ["A rota with holes"]
    assert titles(look(here.peer, f"rota by:@{here.handle(here.author)}")) == ["A rota with holes"]


def test_a_pseudonym_is_found_by_its_own_name_alone(app: Flask) -> None:
    here = _few(app)
    here.post_thread(here.author, "Bullied by my own director", voice="pseudonym")
    page = look(here.peer, "bullied director")
    assert titles(page) == ["Bullied by my own director"]
    assert "(pseudonym)" in page
    assert "Asha" not in page
    for by in ("Asha Author", here.handle(here.author)):
        assert titles(look(here.peer, f'bullied by:"{by}"')) == []
    assert titles(look(here.author, "bullied by:me")) == ["Bullied by my own director"]
    assert titles(look(here.author, "bullied is:mine")) == ["Bullied by my own director"]


def test_the_page_costs_the_same_statements_however_much_it_finds(app: Flask) -> None:
    here = _few(app)
    look(here.peer, "rota")
    with Statements(app) as few:
        look(here.peer, "rota")
    for number in range(12):
        here.post_thread(here.author, f"Another rota, number {number}")
    look(here.peer, "rota")
    with Statements(app) as many:
        look(here.peer, "rota")
    assert len(titles(look(here.peer, "rota"))) > AMONG
    assert len(many.sent) <= len(few.sent)


def test_while_a_title_is_typed_answered_threads_like_it_come_first_and_nothing_else_is_told(talk: Community) -> None:
    typed = "How do I say no to staffing escalation beds?"
    shown = talk.author.post("/similar", title=typed)
    assert shown.status_code == 200
    assert "Answered before?" in shown.text
    assert shown.text.index("Escalation beds open again") < (shown.text + "Whistleblowing").index("Whistleblowing")
    assert "<html" not in shown.text, "a part of the page, not a page"
    assert talk.outsider.post("/similar", title=typed).text.count("Escalation beds") == 0
    for nothing in ("", "help", "quantum chromodynamics lattices", "x" * 5_000, '"' * 200):
        assert (talk.author.post("/similar", title=nothing).status_code, nothing) == (204, nothing)


def test_without_a_script_what_is_similar_is_shown_once_before_a_problem_is_posted(talk: Community) -> None:
    form = talk.author.get("/n/north-west/new").text
    assert '<noscript><input type="hidden" name="similar" value="ask"></noscript>' in form
    fields = {"kind": "problem", "title": "Escalation beds open again tonight", "body": "And *now*?", "similar": "ask"}
    back = talk.author.post("/n/north-west/new", **fields)
    assert back.status_code == 422
    assert "Nothing is posted yet." in back.text
    assert "Escalation beds open again</a>" in back.text
    assert ">And *now*?</textarea>" in back.text
    assert 'name="similar"' not in back.text, "it asks once"
    del fields["similar"]
    assert talk.author.post("/n/north-west/new", **fields).status_code == 303


@pytest.mark.parametrize(
    ("kind", "title"), [("discussion", "Escalation beds open again"), ("problem", "Nobody wrote this")]
)
def test_what_asks_nothing_or_is_like_nothing_is_posted_at_once(app: Flask, kind: str, title: str) -> None:
    here = _few(app)
    answer = here.author.post("/n/north-west/new", kind=kind, title=title, body="And now?", similar="ask")
    assert answer.status_code == 303
