"""Summaries, duplicates, tags: who may, what happens, what is said, and that each is undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import tag_lists
from knowledge_exchange.networks.tag_lists import MOST_TAGS
from knowledge_exchange.threads.curation.summaries import MOST_CHARS
from knowledge_exchange.threads.models import Thread
from tests.moderation.acting import text_of
from tests.moderation.conftest import plain
from tests.moderation.lasting import Shelf, shelf_in
from tests.support.persons import Person, Statements

Send = Callable[[Shelf, Person], Any]
#: What curators do, by the page on which they do it ({} stands for the thread), and what changes by it.
CURATING: dict[str, tuple[str, Send]] = {
    "summary": ("/t/{}/summary", lambda shelf, who: shelf.summarise(who)),
    "duplicate": ("/t/{}/duplicate", lambda shelf, who: shelf.duplicate(who)),
    "tags": ("/t/{}/tags", lambda shelf, who: shelf.tag(who, "rotas")),
    "collections": ("/t/{}/collections", lambda shelf, who: who.post(f"/t/{shelf.thread}/collections", collection="x")),
    "list": ("/n/north-west/tags", lambda _shelf, who: who.post("/n/north-west/tags", name="Leave")),
    "age": ("/n/north-west/care/answers", lambda _shelf, who: who.post("/n/north-west/care/answers", months="6")),
}
STATE = ("summary_id", "duplicate_of", "tags", "acts", "version")


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    """An answered thread, another of the same, and tags."""
    return shelf_in(app)


def state(shelf: Shelf) -> list[object]:
    """What curating changes."""
    thread = shelf.facts()
    with shelf.app.app_context():
        names = [tag.name for tag in tag_lists.tags_of(thread.network_id)]
    return [*(getattr(thread, name) for name in STATE), names, shelf.acts()]


def test_curating_is_for_the_networks_moderators_and_officers_and_to_all_others_there_is_no_such_page(
    shelf: Shelf,
) -> None:
    before = state(shelf)
    for what, (path, send) in CURATING.items():
        for who in shelf.outside if what == "tags" else [*shelf.outside, shelf.bench.here.author]:
            assert who.get(path.format(shelf.thread)).status_code in (302, 403, 404), (what, who.name)
            assert send(shelf, who).status_code in (302, 403, 404), (what, who.name)
    assert state(shelf) == before
    for what, (path, send) in CURATING.items():
        for who in shelf.curators:
            assert who.get(path.format(shelf.thread)).status_code == 200, (what, who.name)
            assert send(shelf, who).status_code in (303, 422), (what, who.name)


def test_a_summary_stands_with_its_writers_name_how_far_it_goes_and_how_many_replied_since(shelf: Shelf) -> None:
    assert shelf.summarise(shelf.bench.here.moderator, "**Ask** the ward clerk.").status_code == 303
    shelf.bench.here.reply(shelf.bench.here.peer, shelf.thread, "Ours says so, too.")
    page = shelf.page(shelf.bench.here.watcher)
    assert "<strong>Ask</strong> the ward clerk." in page
    assert "Mo Moderator" in page
    assert "post 2" in page
    assert "1 reply since" in page
    assert page.index('id="sum"') < page.index('id="acc"') < page.index('id="talk"')


def test_earlier_versions_of_a_summary_stay_in_its_history_and_the_newest_can_be_undone(shelf: Shelf) -> None:
    here = shelf.bench.here
    shelf.summarise(here.moderator, "The first.")
    shelf.summarise(shelf.bench.second, "The second.")
    history = text_of(here.watcher.get(f"/t/{shelf.thread}/summary/history"))
    assert history.index("The second.") < history.index("The first.")
    assert shelf.bench.undo(here.moderator).status_code == 303
    assert "The first." in shelf.page(here.watcher)
    assert "The second." not in here.watcher.get(f"/t/{shelf.thread}/summary/history").text


def test_a_summary_is_taken_down_and_put_back(shelf: Shelf) -> None:
    here = shelf.bench.here
    shelf.summarise(here.moderator)
    assert here.moderator.post(f"/t/{shelf.thread}/summary/off").status_code == 303
    assert 'id="sum"' not in shelf.page(here.watcher)
    assert shelf.bench.undo(here.moderator).status_code == 303
    assert 'id="sum"' in shelf.page(here.watcher)


def test_who_wrote_over_a_newer_summary_is_shown_it_and_keeps_what_they_typed(shelf: Shelf) -> None:
    shelf.summarise(shelf.bench.here.moderator, "The first.")
    late = shelf.summarise(shelf.bench.second, "Typed for an hour.", seen="0")
    assert late.status_code == 409
    assert "The first." in late.text
    assert "Typed for an hour." in late.text
    assert shelf.acts() == ["summary"]


def test_a_summary_that_says_nothing_too_much_or_what_may_be_a_patients_comes_back(shelf: Shelf) -> None:
    for body in ("", "   ", "x" * (MOST_CHARS + 1), "Call 0161 496 0000, NHS number 943 476 5919."):
        assert shelf.summarise(shelf.bench.here.moderator, body, guard="1").status_code == 422
    assert shelf.facts().summary_id is None


def test_those_who_were_asked_may_write_the_summary_and_the_page_does_not_say_who_has_a_handle(shelf: Shelf) -> None:
    here = shelf.bench.here
    handles = " ".join(here.handle(who) for who in (here.watcher, here.outsider))
    pages = [
        here.moderator.post_and_follow(f"/t/{shelf.thread}/summary/ask", who=who).text.count("is asked")
        for who in (handles, "nobody-at-all")
    ]
    assert pages == [1, 1]
    assert shelf.asked(here.watcher) == [f"/t/{shelf.thread}/summary"]
    assert shelf.asked(here.outsider) == []
    assert shelf.summarise(here.outsider).status_code == 404
    assert shelf.summarise(here.watcher, "As I read it.").status_code == 303
    assert shelf.asked(here.watcher) == []
    assert "Wim Watcher" in shelf.page(here.peer)
    assert shelf.summarise(here.watcher, "Once more.").status_code == 404


def test_those_who_wrote_there_are_offered_and_may_decline(shelf: Shelf) -> None:
    here = shelf.bench.here
    assert here.handle(here.peer) in here.moderator.get(f"/t/{shelf.thread}/summary").text
    here.moderator.post(f"/t/{shelf.thread}/summary/ask", writer=here.handle(here.peer))
    assert "I would rather not" in here.peer.get(f"/t/{shelf.thread}/summary").text
    assert here.peer.post(f"/t/{shelf.thread}/summary/decline").status_code == 303
    assert here.peer.get(f"/t/{shelf.thread}/summary").status_code == 404
    assert shelf.asked(here.peer) == []


def test_whoever_speaks_there_under_a_pseudonym_signs_no_summary_moderator_or_asked(shelf: Shelf) -> None:
    here = shelf.bench.here
    here.moderator.post(f"/t/{shelf.thread}/summary/ask", who=here.handle(here.watcher))
    for who in (here.watcher, shelf.bench.second):
        here.reply(who, shelf.thread, "Between us.", voice="pseudonym", looked_at="")
        answer = shelf.summarise(who)
        assert answer.status_code == 403
        assert "under a pseudonym" in answer.text
        assert who.get(f"/t/{shelf.thread}/summary").status_code == 403
    assert shelf.facts().summary_id is None


def test_a_duplicate_and_what_it_is_a_duplicate_of_show_each_others_answers(shelf: Shelf) -> None:
    here = shelf.bench.here
    assert shelf.duplicate(here.moderator).status_code == 303
    mine, other = shelf.page(here.watcher), shelf.page(here.watcher, shelf.other)
    assert "Who fills holes in a rota" in mine
    assert "if you ask on Monday" in mine
    assert "Also asked as" in other
    assert f"/p/{shelf.bench.reply}" in other
    assert shelf.bench.undo(here.moderator).status_code == 303
    assert "Duplicate of" not in shelf.page(here.watcher)
    assert "Also asked as" not in shelf.page(here.watcher, shelf.other)
    assert [told.url for told in shelf.bench.told(here.author)][:1] == [f"/acts/{shelf.last_act().id}"]


def test_a_duplicate_of_a_duplicate_points_to_the_first_and_never_in_a_circle(shelf: Shelf) -> None:
    here = shelf.bench.here
    third = here.post_thread(here.watcher, "Holes again in our rota")
    assert shelf.duplicate(here.moderator).status_code == 303
    back = here.moderator.post(f"/t/{shelf.other}/duplicate", target=str(shelf.thread), seen="0")
    assert back.status_code == 422
    assert shelf.duplicate(here.moderator, shelf.thread).status_code == 422
    assert here.moderator.post(f"/t/{third}/duplicate", target=str(shelf.thread), seen="0").status_code == 303
    assert shelf.facts(third).duplicate_of == shelf.other
    # What was its own becomes the new one's, and comes back when that is undone.
    root = here.post_thread(here.author, "The first of all questions of holes")
    assert here.moderator.post(f"/t/{shelf.other}/duplicate", target=f"/t/{root}", seen="0").status_code == 303
    assert {shelf.facts(one).duplicate_of for one in (shelf.thread, shelf.other, third)} == {root}
    assert shelf.bench.undo(here.moderator).status_code == 303
    assert {shelf.facts(one).duplicate_of for one in (shelf.thread, third)} == {shelf.other}
    assert shelf.facts(shelf.other).duplicate_of is None


def test_what_one_may_not_read_and_what_is_not_there_cannot_be_named(shelf: Shelf) -> None:
    here = shelf.bench.here
    secret = here.post_thread(here.author, "Among representatives", slug="reps")
    answers = [shelf.duplicate(here.moderator, target) for target in (secret, secret ^ 1, "elsewhere", shelf.thread)]
    assert [answer.status_code for answer in answers] == [422] * 4
    pages = [text_of(answer).replace(str(secret), "ID").replace(str(secret ^ 1), "ID") for answer in answers[:2]]
    assert pages[0] == pages[1]
    assert shelf.facts().duplicate_of is None


def test_a_thread_is_no_duplicate_of_one_that_some_of_its_readers_may_not_read(shelf: Shelf) -> None:
    here, officer = shelf.bench.here, shelf.bench.officer
    with shelf.app.app_context(), unit_of_work():
        networks.add_member(officer.id, here.reps)
    secret = here.post_thread(here.author, "Among representatives", slug="reps")
    refused = shelf.duplicate(officer, secret)
    assert refused.status_code == 422
    assert "may not read that one" in refused.text
    assert (shelf.facts().duplicate_of, shelf.acts()) == (None, [])
    back = officer.post(f"/t/{secret}/duplicate", target=str(shelf.thread), seen="0")
    assert back.status_code == 422
    hidden = here.post_thread(here.author, "Hidden from somebody", hide_from=here.handle(here.watcher))
    assert shelf.duplicate(here.moderator, hidden).status_code == 422
    assert here.moderator.post(f"/t/{hidden}/duplicate", target=str(shelf.thread), seen="0").status_code == 303
    assert "Hidden from somebody" in shelf.page(here.peer)
    assert "Hidden from somebody" not in shelf.page(here.watcher)


def test_nothing_is_shown_of_a_duplicate_that_one_may_not_read(shelf: Shelf) -> None:
    here = shelf.bench.here
    secret = here.post_thread(here.author, "Among representatives", slug="reps")
    shelf.page(here.watcher)  # the first page says which draft is done
    before = [shelf.page(here.watcher), shelf.page(here.watcher, shelf.other)]
    with shelf.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == shelf.thread).values(duplicate_of=secret))
        db.session.execute(update(Thread).where(Thread.id == secret).values(duplicate_of=shelf.other))
    after = [shelf.page(here.watcher), shelf.page(here.watcher, shelf.other)]
    assert [same(one) for one in after] == [same(one) for one in before]
    assert "Among representatives" in shelf.page(here.author)


def same(html: str) -> str:
    """A page without what is made afresh each time."""
    return re.sub(r'name="key"[^>]*value="[^"]*"', "", plain(html))


def test_two_moderators_at_once_the_second_is_told(shelf: Shelf) -> None:
    shelf.duplicate(shelf.bench.here.moderator)
    late = shelf.duplicate(shelf.bench.second, seen="0")
    assert late.status_code == 409
    assert "meanwhile" in late.text
    assert shelf.acts() == ["duplicate"]


def test_an_author_and_moderators_tag_a_thread_and_only_the_moderators_act_is_on_the_log(shelf: Shelf) -> None:
    here = shelf.bench.here
    unknown = shelf.tag(here.author, "rotas", "no-such-tag")
    assert (unknown.status_code, "not on the list" in unknown.text, shelf.facts().tags) == (422, True, "")
    assert shelf.tag(here.author, "rotas").status_code == 303
    assert (shelf.facts().tags, shelf.acts()) == ("rotas", [])
    assert shelf.tag(here.moderator, "beds", "meetings").status_code == 303
    assert (shelf.facts().tags, shelf.acts()) == ("beds meetings", ["tags"])
    assert shelf.bench.undo(shelf.bench.second).status_code == 303
    assert shelf.facts().tags == "rotas"
    assert 'href="/n/north-west?tag=rotas">Rotas</a>' in shelf.page(here.watcher)


def test_a_thread_bears_at_most_three_tags(shelf: Shelf) -> None:
    refused = shelf.tag(shelf.bench.here.moderator, "rotas", "beds", "meetings", "job-bands")
    assert refused.status_code == 422
    assert "at most 3" in refused.text
    assert shelf.facts().tags == ""


def test_a_list_by_tag_holds_those_threads_alone_in_pages_and_no_hidden_one(shelf: Shelf) -> None:
    here = shelf.bench.here
    shelf.tag(here.author, "rotas")
    found = here.watcher.get("/n/north-west?tag=rotas").text
    assert f'data-thread="{shelf.thread}"' in found
    assert f'data-thread="{shelf.other}"' not in found
    assert "data-thread=" not in here.watcher.get("/n/north-west?tag=beds").text
    assert here.watcher.get("/n/north-west?tag=' OR 1").status_code == 200
    with shelf.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == shelf.thread).values(is_shielded=True))
    # Of a shield that nobody's keys open nothing is shown to anybody.
    hidden = here.watcher.get("/n/north-west?tag=rotas").text
    assert f'data-thread="{shelf.thread}"' not in hidden


def test_renaming_a_tag_keeps_it_on_threads_and_deleting_takes_it_off_until_that_is_undone(shelf: Shelf) -> None:
    here, change = shelf.bench.here, "/n/north-west/tags/change"
    shelf.tag(here.author, "rotas", "beds")
    here.watcher.get("/n/north-west")
    assert here.moderator.post(change, tag="rotas", name="Rosters", do="rename").status_code == 303
    assert "Rosters" in here.watcher.get("/n/north-west").text
    assert here.moderator.post(change, tag="rotas", do="delete").status_code == 303
    assert shelf.facts().tags == "beds"
    assert "Rosters" not in here.watcher.get("/n/north-west").text
    assert shelf.bench.undo(here.moderator).status_code == 303
    assert shelf.facts().tags == "beds rosters"
    assert "Rosters" in here.watcher.get("/n/north-west").text


def test_a_tag_that_is_none_or_there_already_is_refused_in_a_sentence(shelf: Shelf) -> None:
    for name in ("", "a", "x" * 31, "---", "rotas", " ROTAS "):
        answer = shelf.bench.here.moderator.post("/n/north-west/tags", name=name)
        assert answer.status_code == 422, name
        assert 'id="name-error"' in answer.text


def test_a_network_has_at_most_twenty_tags(shelf: Shelf) -> None:
    moderator = shelf.bench.here.moderator
    codes = [moderator.post("/n/north-west/tags", name=f"Tag {n}").status_code for n in range(MOST_TAGS)]
    assert codes.count(303) == MOST_TAGS - 4
    assert "at most 20" in moderator.post("/n/north-west/tags", name="One more").text


def test_what_lasts_costs_pages_a_fixed_number_of_statements_and_none_where_there_is_nothing(shelf: Shelf) -> None:
    here = shelf.bench.here
    nothing = here.post_thread(here.author, "Nothing of it here")

    def cost(path: str) -> int:
        here.watcher.get(path, follow_redirects=True)
        path = here.watcher.get(path).headers.get("Location", path)
        with Statements(shelf.app) as said:
            assert here.watcher.get(path).status_code == 200
        return len(said.sent)

    bare, net = cost(f"/t/{nothing}"), cost("/n/north-west?show=advice")
    shelf.tag(here.author, "rotas")
    shelf.summarise(here.moderator)
    shelf.duplicate(here.moderator)
    here.author.post(f"/t/{shelf.thread}/outcome", body="It worked.")
    full = cost(f"/t/{shelf.thread}")
    assert cost(f"/t/{nothing}") == bare
    # Tags; the other thread; the summary and its place; the outcome. And of a thread on which somebody acted, one more.
    assert full - bare == 5 + 1
    by_tag = cost("/n/north-west?tag=rotas")
    # Over the list of a tag stands whether one follows it.
    assert by_tag - 1 == net == cost("/n/north-west?show=unanswered&order=age")
