"""A discarded draft can be brought back for a while, whole and beside what was begun since; then it is really gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.jobs import jobs_of
from knowledge_exchange.threads.drafts import drafts
from knowledge_exchange.threads.drafts.draft_content import UNDO_FOR, empty_lockers
from knowledge_exchange.threads.drafts.drafts import Drawer, turn_of
from knowledge_exchange.threads.drafts.typed import Typed
from tests.support.community import Community
from tests.threads.test_drafts import JSON, SECRET, bodies, of, rows, save

NEW = "new:north-west"


def undo(here: Community, number: str = "draft-one") -> str:
    """Press "Undo" as a page without scripts does; returns the page that follows."""
    return follow(here, "/drafts/undo", draft=number)


def follow(here: Community, address: str, **fields: str) -> str:
    """Post it, and return the list of drafts that follows."""
    assert here.author.post(address, **fields).location == "/drafts"
    return here.author.get("/drafts").text


def everything(here: Community) -> str:
    """All that lies in the author's lockers of drafts, opened, whether it can be brought back or not."""
    with here.app.app_context():
        return b"".join(lockers.read(here.author.id, lockers.DRAFTS).values()).decode()


@pytest.fixture
def later() -> Iterator[None]:
    """It is too late to bring back what was discarded before."""
    with clock.held(clock.now() + UNDO_FOR + timedelta(seconds=30)):
        yield


def test_a_discarded_draft_is_brought_back_whole_and_its_earlier_copy_was_never_gone(here: Community) -> None:
    form = f"reply:{here.post_thread(here.peer)}"
    save(here.author, form, "An earlier copy.", "draft-old", age=600)
    save(here.author, form, SECRET, "draft-one", parent="7")
    before = of(here.author, form)["draft"]
    page = follow(here, "/drafts/discard", draft="draft-one")
    assert "It is discarded. For 10 minutes" in page
    assert bodies(here, here.author) == ["An earlier copy."]
    again = here.author.get("/drafts").text
    assert 'action="/drafts/undo"' in again, "it is offered after the page is loaded anew"
    assert "It is discarded." not in again
    assert of(here.author, form)["discarded"] == "draft-one"
    assert "Your draft is back" in undo(here)
    assert {**of(here.author, form)["draft"], "age": 0} == {**before, "age": 0}
    assert bodies(here, here.author) == [SECRET, "An earlier copy."]
    assert save(here.author, form, f"{SECRET} More.", count=2, draft_version=1)["id"] == "draft-one"


def test_what_was_begun_meanwhile_at_the_same_place_stays_and_stands_first(here: Community) -> None:
    save(here.author, NEW, SECRET, age=60)
    here.author.post("/drafts/discard", draft="draft-one", afresh=NEW)
    assert 'action="/drafts/undo"' in here.author.get("/n/north-west/new").text, "the form's own page says so"
    save(here.author, NEW, "Begun meanwhile.", "draft-two")
    undo(here)
    assert bodies(here, here.author) == ["Begun meanwhile.", SECRET]
    assert of(here.author, NEW)["draft"]["values"]["body"] == "Begun meanwhile."


def test_the_script_is_told_what_it_brought_back_and_a_second_press_changes_nothing(here: Community) -> None:
    save(here.author, NEW, SECRET)
    token = {"csrf_token": here.author.csrf_token, "draft": "draft-one"}
    assert here.author.client.post("/drafts/discard", data=token, headers=JSON).json["undo"] == "draft-one"  # type: ignore[index]
    said = here.author.client.post("/drafts/undo", data=token, headers=JSON).json or {}
    assert said["draft"]["values"]["body"] == SECRET
    assert here.author.client.post("/drafts/undo", data=token, headers=JSON).json == {"draft": None}
    assert bodies(here, here.author) == [SECRET]


def test_after_the_time_it_can_not_be_brought_back_and_the_job_takes_it_out(here: Community, later: None) -> None:
    with clock.held(clock.now() - UNDO_FOR - timedelta(seconds=30)):
        save(here.author, NEW, SECRET)
        here.author.post("/drafts/discard", draft="draft-one")
        with here.app.app_context():
            empty_lockers()
        assert SECRET in everything(here), "its time is not over"
    [before] = rows(here.app)
    with here.app.app_context():
        assert Drawer(here.author.id).discarded() == []
        assert empty_lockers in [job.run for job in jobs_of(here.app)]
        empty_lockers()
    [after] = rows(here.app)
    assert SECRET not in everything(here)
    assert (after.last_on, len(after.content)) == (before.last_on, len(before.content))
    assert "brought back any more" in undo(here)
    assert save(here.author, NEW, SECRET)["finished"], "what the locker remembers stays"
    assert bodies(here, here.author) == []


def test_what_is_put_into_its_locker_next_takes_it_out_too(here: Community, later: None) -> None:
    with clock.held(clock.now() - UNDO_FOR - timedelta(seconds=30)):
        save(here.author, NEW, SECRET)
        here.author.post("/drafts/discard", draft="draft-one")
        with here.app.app_context():
            [label] = lockers.read(here.author.id, lockers.DRAFTS)
    with here.app.app_context(), unit_of_work():
        drawer = turn_of(here.author.id)
        drawer._put({label: drawer._lockers[label]})
    assert SECRET not in everything(here)


def test_the_job_leaves_alone_what_is_kept_whoevers_and_whatever_it_is(here: Community) -> None:
    save(here.author, NEW, f'{SECRET} "discarded": {{')
    with here.app.app_context(), unit_of_work():
        lockers.put(here.peer.id, {lockers.SHELF: b'"discarded": {'})
    before = [row.content for row in rows(here.app)]
    with here.app.app_context():
        empty_lockers()
    assert [row.content for row in rows(here.app)] == before


def test_what_was_posted_can_not_be_undone_not_even_if_it_had_been_discarded(here: Community) -> None:
    thread_id = here.post_thread(here.peer)
    form = f"reply:{thread_id}"
    save(here.author, form, SECRET, "draft-one")
    here.reply(here.author, thread_id, SECRET, draft="draft-one")
    save(here.author, form, "Another.", "draft-two")
    here.author.post("/drafts/discard", draft="draft-two")
    here.reply(here.author, thread_id, "Another.", draft="draft-two")
    for number in ("draft-one", "draft-two"):
        assert "brought back any more" in undo(here, number)
    assert bodies(here, here.author) == []


def test_nobody_brings_back_what_another_discarded_and_ones_own_data_hold_it(here: Community) -> None:
    save(here.author, NEW, SECRET)
    here.author.post("/drafts/discard", draft="draft-one")
    here.peer.post("/drafts/undo", draft="draft-one")
    assert SECRET not in here.peer.get("/drafts").text
    with here.app.app_context():
        [draft] = everything_about(here.author.id)["drafts"]
        assert draft["body"] == SECRET
        assert everything_about(here.peer.id)["drafts"] == []


def test_where_all_lockers_are_full_a_discarded_draft_makes_room_before_one_that_is_kept(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        drawer = turn_of(here.author.id)
        for n in range(lockers.MOST_DRAFTS):
            drawer.save(Typed(f"reply:{n + 1}", {"body": f"Text {n}."}, f"number-{n}", by="page-one"))
        drawer.discard("number-3")
    assert save(here.author, "reply:77", "One more.", "number-77")["dropped"] == 0
    assert len(bodies(here, here.author)) == lockers.MOST_DRAFTS
    assert "brought back any more" in undo(here, "number-3")


def test_there_is_room_for_so_many_signs_the_oldest_go_and_never_what_is_being_typed(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_CHARS_IN_ALL", 1000)
    save(here.author, "reply:1", "a" * 400, "number-1", age=3600)
    save(here.author, "reply:2", "b" * 300, "number-2", age=60)
    save(here.author, "reply:3", "c" * 300, "number-3", age=30)
    # The oldest is typed on: it stays, and the next goes.
    said = save(here.author, "reply:1", "a" * 500, "number-1", count=2, draft_version=1, age=3000)
    assert said["dropped"] == 1
    assert bodies(here, here.author) == ["c" * 300, "a" * 500]
    # What was discarded goes first, and nobody has to be told.
    here.author.post("/drafts/discard", draft="number-3")
    assert save(here.author, "reply:4", "d" * 500, "number-4")["dropped"] == 0
    assert bodies(here, here.author) == ["d" * 500, "a" * 500]
    # One text alone is kept however long a form may send it; without scripts, it is said what to do.
    page = follow(here, "/drafts", draft_of="reply:5", body="e" * 1200)
    assert bodies(here, here.author) == ["e" * 1200]
    assert "Post or discard some." in page
