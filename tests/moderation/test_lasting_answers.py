"""Old answers, what happened in the end, collections, and what waits longest for an answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from knowledge_exchange.auth.acting import acting
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.lasting import stale
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads import actions
from knowledge_exchange.threads.curation import lasting_data
from knowledge_exchange.threads.curation.curation_models import ThreadOutcome
from knowledge_exchange.threads.forms import slug_of
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.models import Thread
from tests.moderation.conftest import plain
from tests.moderation.lasting import Shelf, shelf_in
from tests.support.persons import Person

STILL, END = "/t/{}/still", "/t/{}/outcome"


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    """An answered thread, another of the same, and tags."""
    return shelf_in(app)


def older(shelf: Shelf, **by: int) -> None:
    """Both answers were accepted so long ago."""
    with shelf.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).values(answered_at=clock.now() - timedelta(**by)))


def open_cases(shelf: Shelf) -> list[ModerationCase]:
    """Old answers that wait for moderators."""
    query = select(ModerationCase).where(ModerationCase.kind == "stale", ModerationCase.decided_at.is_(None))
    with shelf.app.app_context():
        return list(db.session.scalars(query.order_by(ModerationCase.thread_id)))


def decide(shelf: Shelf, who: Person, word: str, why: str = "The handbook changed.") -> str:
    """Decide about the author's old answer as the queue does; what is said."""
    with shelf.app.app_context(), unit_of_work():
        me = acting(db.session.get_one(Member, who.id))
        row = next(one for one in cases.cases_for(me) if one.kind == "stale" and one.thread_id == shelf.thread)
        return stale.decide(me, row, word, Reason(text=why)).said


def test_an_answer_is_asked_about_once_when_it_is_old_and_not_before(shelf: Shelf) -> None:
    author = shelf.bench.here.author
    older(shelf, days=500)
    shelf.run_jobs()
    assert shelf.asked(author) == []
    older(shelf, days=560)
    shelf.run_jobs()
    shelf.run_jobs()
    assert shelf.asked(author) == [STILL.format(shelf.thread)]


def test_the_age_is_the_networks_choice_and_never_is_one(shelf: Shelf) -> None:
    here = shelf.bench.here
    assert here.moderator.post("/n/north-west/care/answers", months="5").status_code == 422
    assert here.moderator.post("/n/north-west/care/answers", months="0").status_code == 303
    older(shelf, days=2000)
    shelf.run_jobs()
    assert shelf.asked(here.author) == []
    here.moderator.post("/n/north-west/care/answers", months="6")
    older(shelf, days=200)
    shelf.run_jobs()
    assert shelf.asked(here.author) == [STILL.format(shelf.thread)]


def test_who_asked_says_that_it_holds_and_readers_see_the_month(shelf: Shelf) -> None:
    here, path = shelf.bench.here, STILL.format(shelf.thread)
    older(shelf, days=600)
    shelf.run_jobs()
    assert "It still holds" in here.author.get(path).text
    for nobody in (here.peer, here.watcher, here.moderator, here.outsider, shelf.bench.officer):
        assert nobody.get(path).status_code == 404
        assert nobody.post(path, says="holds", answer=str(shelf.bench.reply)).status_code == 404
    assert here.author.post(path, says="perhaps").status_code == 400
    assert here.author.post(path, says="holds", answer=str(shelf.bench.reply)).status_code == 303
    assert f"Checked in {clock.now():%B %Y}" in shelf.page(here.watcher)
    assert shelf.asked(here.author) == []
    shelf.run_jobs()
    assert shelf.asked(here.author) == []


def test_who_asked_says_that_it_does_not_and_the_problem_is_open_again(shelf: Shelf) -> None:
    here = shelf.bench.here
    assert here.author.post(STILL.format(shelf.thread), says="back", answer="1").status_code == 303
    assert shelf.facts().answer_id == shelf.bench.reply
    assert here.author.post(STILL.format(shelf.thread), says="back", answer=str(shelf.bench.reply)).status_code == 303
    assert shelf.facts().answer_id is None


def test_what_the_asker_leaves_unsaid_for_two_weeks_becomes_a_case_once(shelf: Shelf) -> None:
    older(shelf, days=600)
    shelf.run_jobs()
    with shelf.later(days=13):
        shelf.run_jobs()
        assert open_cases(shelf) == []
    with shelf.later(days=15):
        shelf.run_jobs()
        shelf.run_jobs()
        found = open_cases(shelf)
        assert sorted(one.thread_id or 0 for one in found) == sorted([shelf.thread, shelf.other])
    author = shelf.bench.here.author
    assert author.post(STILL.format(shelf.thread), says="holds", answer=str(shelf.bench.reply)).status_code == 303
    assert [one.thread_id for one in open_cases(shelf)] == [shelf.other]


@pytest.mark.parametrize("word", [stale.HOLDS, stale.BACK])
def test_moderators_decide_it_in_the_queue_and_undo_that(shelf: Shelf, word: str) -> None:
    older(shelf, days=600)
    shelf.run_jobs()
    with shelf.later(days=15):
        shelf.run_jobs()
        before = shelf.facts()
        second = shelf.bench.second
        assert "A rota with holes in it" in decide(shelf, second, word)
        after = shelf.facts()
        assert (after.answer_id is None) is (word == stale.BACK)
        assert (after.answer_checked_at is not None) is (word == stale.HOLDS)
        with pytest.raises(StopIteration):
            decide(shelf, shelf.bench.here.moderator, word)
        with shelf.app.app_context(), unit_of_work():
            me = acting(db.session.get_one(Member, second.id))
            query = select(ModerationCase.id).where(ModerationCase.thread_id == shelf.thread)
            closed = cases.decided_for(me, db.session.scalars(query).one())
            assert closed is not None
            assert stale.undo(me, closed, word)
        again = shelf.facts()
        for name in ("answer_id", "answered_at", "answer_checked_at", "answer_asked_at"):
            assert getattr(again, name) == getattr(before, name)
        assert shelf.thread in [one.thread_id for one in open_cases(shelf)]


def test_a_case_about_an_answer_that_is_none_any_more_is_closed_by_itself(shelf: Shelf) -> None:
    older(shelf, days=600)
    shelf.run_jobs()
    with shelf.later(days=15):
        shelf.run_jobs()
        assert shelf.bench.here.author.post(f"/p/{shelf.bench.reply}/unaccept").status_code == 303
        with pytest.raises(CannotDecide):
            decide(shelf, shelf.bench.second, stale.HOLDS)
        shelf.run_jobs()
        assert [one.thread_id for one in open_cases(shelf)] == [shelf.other]


def test_who_asked_is_asked_once_what_happened_four_weeks_after_accepting(shelf: Shelf) -> None:
    author = shelf.bench.here.author
    with shelf.later(days=26):
        shelf.run_jobs()
        assert shelf.asked(author) == []
    with shelf.later(days=29):
        shelf.run_jobs()
    with shelf.later(days=40):
        shelf.run_jobs()
    assert shelf.asked(author) == [END.format(shelf.thread)]


def test_what_happened_stands_with_the_answer_and_its_writer_changes_it_and_takes_it_away(shelf: Shelf) -> None:
    here, path = shelf.bench.here, END.format(shelf.thread)
    for nobody in (here.peer, here.watcher, here.moderator, here.outsider, shelf.bench.officer, shelf.bench.visitor):
        assert nobody.post(path, body="Not mine to tell.").status_code in (302, 404)
        assert nobody.post(f"{path}/away").status_code in (302, 404)
    for wrong in ("", " ", "x" * 3001):
        assert here.author.post(path, body=wrong).status_code == 422
    assert here.author.post(path, body="It **worked**.").status_code == 303
    page = shelf.page(here.watcher)
    assert "It <strong>worked</strong>." in page
    assert page.index('id="acc"') < page.index("What happened in the end") < page.index('id="talk"')
    assert "Change it" not in page
    assert here.author.post(path, body="It worked twice.").status_code == 303
    told = [kind for kind, _post in here.notices(here.peer)]
    assert told.count("accepted") == 1
    assert here.author.post(f"{path}/away").status_code == 303
    assert "What happened in the end" not in shelf.page(here.watcher)
    with shelf.later(days=30):
        shelf.run_jobs()
    assert shelf.asked(here.author) == []


def test_under_a_pseudonym_it_stands_under_that_name_and_no_row_names_its_author_or_the_hour(shelf: Shelf) -> None:
    here = shelf.bench.here
    thread = here.post_thread(here.author, "A pseudonym asks", voice="pseudonym")
    reply = here.reply(here.peer, thread, "Ask early.")
    assert here.author.post(f"/p/{reply}/accept").status_code == 303
    with shelf.later(days=30):
        shelf.run_jobs()
    with shelf.app.app_context():
        asked = db.session.scalars(select(Notification).filter_by(url=END.format(thread))).one()
        assert (asked.member_id, asked.participant_id is not None) == (None, True)
    assert "A pseudonym asks" in here.author.get("/notifications").text
    assert here.author.post(END.format(thread), body="It worked.").status_code == 303
    with shelf.app.app_context():
        row = db.session.get_one(ThreadOutcome, thread)
        assert row.answered_at is not None
        assert [getattr(row.answered_at, part) for part in ("hour", "minute", "second")] == [0, 0, 0]
    page = shelf.page(here.peer, thread)
    assert "It worked." in page
    assert "Asha Author" not in page[page.index("What happened in the end") :][:600]


def test_the_oldest_unanswered_come_first_in_pages_without_gap_or_repetition(shelf: Shelf) -> None:
    here = shelf.bench.here
    ids = many_problems(shelf, here.north_west, THREADS_A_PAGE + 2)
    here.reply(here.peer, ids[0], "I don't either.")  # newest activity, oldest question
    among = here.post_thread(here.author, "Nobody knows among representatives", slug="reps")
    assert walked(here.author, "/n/north-west?show=unanswered&order=age") == ids
    assert walked(here.author, "/unanswered") == [*ids, among]
    assert walked(here.peer, "/unanswered") == ids
    assert walked(here.outsider, "/unanswered") == []
    assert 'href="/n/north-west?show=unanswered&amp;order=age"' in here.author.get("/n/north-west?show=unanswered").text


def many_problems(shelf: Shelf, network_id: int, number: int) -> list[int]:
    """So many problems of the author's, the oldest first."""
    with shelf.app.app_context():
        me, text = acting(db.session.get_one(Member, shelf.bench.here.author.id)), actions.written("Who knows?")
        with unit_of_work():
            return [
                actions.start_thread(me, network_id, "problem", f"Nobody knows {n}", text)[0] for n in range(number)
            ]


def walked(who: Person, path: str) -> list[int]:
    """The threads of a list, over all its pages."""
    found: list[int] = []
    while path:
        page = who.get(path).text
        found += [int(one) for one in re.findall(r'data-thread="(\d+)"', page)]
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further.group(1).replace("&amp;", "&") if further else ""
    return found


def collect(shelf: Shelf, thread_id: int, note: str = "", into: str = "start-here") -> int:
    path = f"/t/{thread_id}/collections"
    return shelf.bench.here.moderator.post(path, collection=into, note=note).status_code


def test_a_collection_is_made_filled_ordered_and_read(shelf: Shelf) -> None:
    here, path = shelf.bench.here, "/n/north-west/collections"
    assert here.moderator.post(path, title="Start here", about="For newcomers.").location == f"{path}/start-here"
    assert collect(shelf, shelf.thread, "Read it first.") == 303
    assert collect(shelf, shelf.other) == 303
    assert collect(shelf, shelf.other, "x" * 201) == 422
    page = here.watcher.get(f"{path}/start-here").text
    assert page.index("A rota with holes in it") < page.index("Read it first.") < page.index("Who fills holes")
    assert "Take out" not in page
    assert here.moderator.post(f"{path}/start-here/threads", thread=str(shelf.other), do="up").status_code == 303
    page = here.watcher.get(f"{path}/start-here").text
    assert page.index("Who fills holes") < page.index("A rota with holes in it")
    assert 'href="/n/north-west/collections/start-here"' in here.watcher.get("/n/north-west").text
    assert here.moderator.post(f"{path}/start-here/threads", thread=str(shelf.other), do="out").status_code == 303
    assert "Who fills holes" not in here.watcher.get(f"{path}/start-here").text


def test_collections_are_kept_by_those_who_act_there_and_read_by_those_who_may_read(shelf: Shelf) -> None:
    here, path = shelf.bench.here, "/n/north-west/collections"
    here.moderator.post(path, title="Start here")
    collect(shelf, shelf.thread)
    forms = {
        path: {"title": "Another"},
        f"{path}/start-here": {"title": "Renamed"},
        f"{path}/start-here/threads": {"thread": str(shelf.thread), "do": "out"},
        f"{path}/start-here/delete": {},
    }
    for who in (*shelf.outside, here.author):
        for form, fields in forms.items():
            assert who.post(form, **fields).status_code in (302, 403, 404), (who.name, form)
    assert here.outsider.get(f"{path}/start-here").status_code == 404
    assert "A rota with holes in it" in here.watcher.get(f"{path}/start-here").text


def test_a_collection_says_nothing_of_what_its_reader_may_not_read_not_even_how_many(shelf: Shelf) -> None:
    here, path = shelf.bench.here, "/n/north-west/collections"
    here.moderator.post(path, title="Start here")
    empty = [plain(here.watcher.get(one).text) for one in (path, f"{path}/start-here")]
    here.watcher.get(path)
    collect(shelf, shelf.thread)
    assert "1 thread" in here.watcher.get(path).text
    with shelf.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == shelf.thread).values(is_shielded=True))
    assert [plain(here.watcher.get(one).text) for one in (path, f"{path}/start-here")] == empty


def test_a_deleted_collection_comes_back_by_undoing_with_its_threads_and_notes(shelf: Shelf) -> None:
    here, path = shelf.bench.here, "/n/north-west/collections"
    here.moderator.post(path, title="Start here")
    collect(shelf, shelf.thread, "Read it first.")
    assert here.moderator.post(f"{path}/start-here/delete").status_code == 303
    assert here.watcher.get(f"{path}/start-here").status_code == 404
    assert shelf.bench.undo(here.moderator).status_code == 303
    assert "Read it first." in here.watcher.get(f"{path}/start-here").text


def test_titles_and_numbers_of_collections_have_limits(shelf: Shelf) -> None:
    here, path = shelf.bench.here, "/n/north-west/collections"
    for wrong in ({"title": ""}, {"title": "x" * 81}, {"title": "Fine", "about": "x" * 501}):
        assert here.moderator.post(path, **wrong).status_code == 422
    codes = [here.moderator.post(path, title=f"Collection {n}").status_code for n in range(21)]
    assert codes == [303] * 20 + [422]
    assert collect(shelf, shelf.thread, into="none") == 422


def test_ones_own_data_holds_summaries_what_one_was_asked_and_the_ends_that_one_told(shelf: Shelf) -> None:
    here = shelf.bench.here
    shelf.summarise(here.moderator, "As Mo reads it.")
    here.moderator.post(f"/t/{shelf.thread}/summary/ask", writer=here.handle(here.peer))
    here.author.post(END.format(shelf.thread), body="It worked in the end.")
    with shelf.app.app_context():
        assert [row["body"] for row in lasting_data.summaries_of(here.moderator.id)] == ["As Mo reads it."]
        assert [row["thread_id"] for row in lasting_data.asks_of(here.peer.id)] == [shelf.thread]
        assert [row["body"] for row in lasting_data.outcomes_of(here.author.id)] == ["It worked in the end."]
        assert lasting_data.outcomes_of(here.peer.id) == lasting_data.summaries_of(here.author.id) == []


def test_a_title_of_one_word_that_is_a_page_of_threads_has_an_address_of_its_own(shelf: Shelf) -> None:
    here = shelf.bench.here
    pages = {rule.rule.split("/")[3] for rule in shelf.app.url_map.iter_rules() if is_page_of_a_thread(rule)}
    assert {"summary", "tags", "move"} <= pages
    assert [word for word in sorted(pages) if slug_of(word) == word] == []
    thread = here.post_thread(here.author, "Collections")
    assert here.watcher.get(f"/t/{thread}", follow_redirects=True).status_code == 200


def is_page_of_a_thread(rule: Rule) -> bool:
    """``/t/<thread>/word``, to be opened, and not its own address."""
    parts = rule.rule.split("/")
    return "GET" in (rule.methods or ()) and len(parts) == 4 and parts[1] == "t" and not parts[3].startswith("<")
