"""Addresses of threads without the words of their titles, for members who have chosen that, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from knowledge_exchange.auth import desk_addresses
from tests.support.community import Community, settle
from tests.support.desks import choose
from tests.support.persons import Person

TITLE, WORDS = "Zebra crossing halfpenny", "zebra-crossing-halfpenny"
BASE = "http://exchange.example:8443"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An exchange that knows its own address."""
    return make_app(KE_BASE_URL=BASE)


@pytest.fixture
def here(app: Flask) -> Community:
    """The author wants no words of titles in addresses; the others don't mind."""
    community = settle(app)
    choose(community.author, plain_addresses="y")
    return community


def ask(here: Community, who: Person, body: str = "What do you do?") -> str:
    """Post a thread; its address without words."""
    answer = who.post("/n/north-west/new", kind="problem", title=TITLE, body=body)
    assert answer.status_code == 303, answer.text
    found = re.match(r"/t/\d+", answer.location)
    assert found is not None, answer.location
    return found[0]


def links(answer: TestResponse) -> list[str]:
    return re.findall(r'\shref="([^"]*/t/[^"]*)"', answer.text)


def test_a_thread_opens_by_its_number_and_its_words_lead_there(here: Community) -> None:
    thread = ask(here, here.peer)
    assert here.author.get(thread).status_code == 200
    for words in (WORDS, "other-words", "read", "replies"):
        answer = here.author.get(f"{thread}/{words}?view=flat&after=12")
        assert (answer.status_code, answer.location) == (302, f"{thread}?view=flat&after=12"), words
    answer = here.peer.get(thread)
    assert (answer.status_code, answer.location) == (302, f"{thread}/{WORDS}")


def test_every_act_in_a_thread_leads_to_its_number(here: Community) -> None:
    answer = here.author.post("/n/north-west/new", kind="problem", title=TITLE, body="What do you do?")
    assert re.fullmatch(r"/t/\d+", answer.location)
    thread = answer.location
    thread_id = int(thread.rpartition("/")[2])
    post = here.reply(here.peer, thread_id)
    assert here.author.get(f"/p/{post}").location == f"{thread}#p{post}"
    assert here.author.post(f"{thread}/view", view="flat").location == f"{thread}#talk"
    assert here.author.post(f"{thread}/level", level="watching").location == f"{thread}#watch"
    assert here.author.post(f"{thread}/read", post=str(post)).location == thread
    assert here.author.get(f"{thread}?unread").location == thread


def test_the_level_is_chosen_without_leaving_a_later_page(here: Community) -> None:
    thread = ask(here, here.peer)
    page = f"{thread}?after=12&view=flat"
    answer = here.author.client.post(
        f"{thread}/level",
        data={"csrf_token": here.author.csrf_token, "level": "watching"},
        headers={"Referer": f"http://localhost{page}", "Origin": BASE},
    )
    assert answer.location == f"{page}#watch"


def test_lists_and_posts_are_shared_but_each_reader_gets_their_own_addresses(here: Community) -> None:
    thread = ask(here, here.peer)
    other = ask(here, here.peer, body=f"As in {BASE}{thread}/{WORDS} and [there]({thread}/{WORDS}#p1).")
    for path in ("/n/north-west", "/", other):
        # In both orders: what is kept for the one must never be what the other gets.
        before, mine, after = here.peer.get(path), here.author.get(path), here.peer.get(path)
        before, after = (page if page.status_code == 200 else here.peer.get(page.location) for page in (before, after))
        assert WORDS not in re.sub(r">[^<]*<", "><", mine.text), path
        assert links(mine), path
        assert [link for link in links(before) if WORDS in link], path
        assert links(before) == links(after), path
        assert links(mine) == [link.replace(f"/{WORDS}", "") for link in links(before)], path


def test_links_to_other_places_and_forms_stay_as_they_are(here: Community) -> None:
    elsewhere = "https://elsewhere.example/t/12/some-words"
    thread = ask(here, here.author, body=f"See <{elsewhere}> and [this](/n/north-west).")
    page = here.author.get(thread).text
    assert f'href="{elsewhere}"' in page
    assert f'action="{thread}/replies"' in page
    assert f'formaction="{thread}/view"' in page


def test_a_page_of_a_thread_with_a_name_of_its_own_keeps_it(here: Community) -> None:
    pages = desk_addresses._Stripper(BASE, frozenset({"preview"}))
    html = b'<a href="/t/1/preview">a</a><a href="/t/1/preview-of-words">b</a><p data-goal="/t/1/words?a=1#p2">'
    assert pages.page(html) == b'<a href="/t/1/preview">a</a><a href="/t/1">b</a><p data-goal="/t/1?a=1#p2">'
    assert pages.address("/t/1/preview") == "/t/1/preview"
    assert pages.address(f"{BASE}/t/1/words#p2") == f"{BASE}/t/1#p2"
    assert pages.address("/sign-in?next=/n/x") == "/sign-in?next=/n/x"


def test_every_page_below_a_thread_keeps_its_name_and_every_other_word_is_taken_for_a_title(app: Flask) -> None:
    kept = desk_addresses._pages_of_threads(app)
    pages = desk_addresses._Stripper(BASE, kept)
    looked_at = [rule for rule in app.url_map.iter_rules("threads.thread") if "slug" in rule.arguments]
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/t/<int") and "GET" in (rule.methods or ()) and rule not in looked_at:
            path = "".join("1" if is_part else text for is_part, text in rule._trace if text != "|")
            assert pages.address(path) == path
    # What only takes forms is no page: a thread may be called so.
    assert not kept & {"replies", "read", "level", "view", "stayed"}


def test_what_goes_out_compressed_has_lost_its_words_before(here: Community) -> None:
    import gzip

    thread = ask(here, here.peer)
    packed = here.author.get("/n/north-west", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = gzip.decompress(packed.data).decode()
    assert f'href="{thread}' in plain
    assert WORDS not in plain
    assert int(packed.headers["Content-Length"]) == len(packed.data)
