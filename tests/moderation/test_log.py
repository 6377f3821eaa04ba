"""The log as members read it: what was done and by which rule, and neither by whom nor whose it was."""

from __future__ import annotations

import re

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct, Sanction
from knowledge_exchange.moderation.openness.log import ACTS_A_PAGE
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads.models import Thread
from tests.moderation.deeds import NOVEMBER, OCTOBER, RULE, Deeds, items
from tests.support.persons import Person, Statements, person, visitor
from tests.support.worlds import ELSEWHERE, HERE, World


@pytest.fixture
def deeds(world: World) -> Deeds:
    """The world, in which nothing was done yet."""
    return Deeds(world)


def test_an_act_stands_there_with_day_role_rule_and_thread_and_names_nobody(deeds: Deeds) -> None:
    world = deeds.world
    thread = world.open_thread(world.peer, "A rota that fails")
    with clock.held(NOVEMBER):
        deeds.note("lock", thread)
    for path in ("/log", "/n/north-west/log"):
        page = world.watcher.get(path).text
        (item,) = items(page)
        assert "Thread locked" in item
        assert "A moderator" in item
        assert "3 November 2026" in item
        assert RULE in item
        assert f'<a href="/t/{thread}">A rota that fails</a>' in item
        assert "09:00" not in item
        for word in ("For the author alone.", world.peer.name, world.handle(world.peer), world.moderator.name):
            assert word not in page.replace(world.watcher.name, "")


def test_only_those_who_may_read_a_network_read_its_log(deeds: Deeds) -> None:
    world = deeds.world
    thread = world.open_thread(world.peer, "Inside North West")
    deeds.note("lock", thread)
    deeds.note("suspend", network=None, as_="officer")
    elsewhere = person(world.app, "Eli Elsewhere")
    with world.app.app_context(), unit_of_work():
        networks.set_role(elsewhere.id, world.national, "moderator")
    officer = person(world.app, "Olu Officer", role="officer")
    for who in (world.outsider, elsewhere, officer):
        assert who.get("/n/north-west/log").status_code == 404
        assert ["Member suspended" in item for item in items(who.get("/log").text)] == [True], who.name
    for who in (visitor(world.app), person(world.app, "Penny Pending", standing="pending")):
        assert [who.get(path).status_code for path in ("/log", "/n/north-west/log", "/log/totals")] == [302] * 3
    for who in (world.peer, world.moderator, world.officer, world.administrator):
        assert len(items(who.get("/n/north-west/log").text)) == 1
        assert len(items(who.get("/log").text)) == 2


def test_of_what_has_gone_elsewhere_neither_title_nor_place_is_told(deeds: Deeds) -> None:
    world = deeds.world
    with world.app.app_context(), unit_of_work():
        reps = networks.create_network("reps", "Reps alone", kind="interest", visibility="private").id
        networks.add_member(world.peer.id, reps)
    moved, gone = (world.open_thread(world.peer, title) for title in ("Canary moved", "Canary gone"))
    deeds.note("move", moved)
    deeds.note("hide_thread", gone)
    deeds.change(Thread, moved, network_id=reps)
    deeds.change(Thread, gone, deleted_at=clock.now(), gone="hidden")
    page = world.watcher.get("/log").text
    assert "Canary" not in page
    assert "Reps alone" not in page
    assert [re.search(r"in a thread that [^<]*", item).group() for item in items(page)] == [  # type: ignore[union-attr]
        "in a thread that is not there any more",
        "in a thread that was moved to another network",
    ]
    assert not re.search(r'href="/t/', "".join(items(page)))
    follows = world.peer.get("/log").text
    assert "Canary moved" in follows
    assert "Canary gone" not in follows


def test_acts_on_people_show_no_thread_and_undone_ones_are_marked(deeds: Deeds) -> None:
    world = deeds.world
    thread = world.open_thread(world.peer, "Sharp words")
    sanction = Sanction(id=1, member_id=world.peer.id, kind="mute", cause="people", since=clock.now().date())
    deeds.add(sanction)
    deeds.note("mute", thread, post=world.opening(thread), sanction=1)
    deeds.note("warn_aimed", None)
    undone = deeds.note("lock", thread)
    deeds.change(ModerationAct, undone, undone_at=clock.now())
    found = items(world.watcher.get("/log").text)
    assert ["Sharp words" in item for item in found] == [True, False, False]
    assert ["undone" in item for item in found] == [True, False, False]
    assert "Member muted" in found[2]
    assert "in a thread" not in found[2]
    deeds.note("rename", thread, as_="author")
    assert len(items(world.watcher.get("/log").text)) == 3, "what authors do with their own is no moderation"


def test_the_log_is_paged_by_key_filtered_by_act_and_costs_the_same_however_long(deeds: Deeds) -> None:
    world = deeds.world
    thread = world.open_thread(world.peer, "Busy and done with")

    def cost() -> int:
        with Statements(world.app) as sent:
            assert world.peer.get("/n/north-west/log").status_code == 200
        return len(sent.sent)

    deeds.note("pin", thread)
    cost()
    before = cost()
    for _turn in range(ACTS_A_PAGE):
        deeds.note("lock", thread)
    assert cost() == before
    first = world.peer.get("/n/north-west/log").text
    assert len(items(first)) == ACTS_A_PAGE
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    (last,) = items(world.peer.get(older.replace("&amp;", "&")).text)
    assert "Thread pinned" in last
    only = items(world.peer.get("/log?act=pin").text)
    assert len(only) == 1
    assert len(items(world.peer.get("/log?act=nonsense&before=x").text)) == ACTS_A_PAGE


def test_acts_in_a_hidden_thread_do_not_exist_for_whom_it_is_hidden_from(deeds: Deeds) -> None:
    world = deeds.world
    with clock.held(OCTOBER):
        deeds.note("lock", world.open_thread(world.peer, "Seen by all"))
    readers = [world.people[name] for name in ("colleague", "moderator", "officer", "administrator")]
    paths = ("/log", "/n/north-west/log", "/log/totals", "/log/totals.csv", "/log/totals?month=2026-10")

    def seen(who: Person) -> list[str]:
        return [re.sub(r'name="csrf_token" value="[^"]*"|content="[^"]*"', "", who.get(path).text) for path in paths]

    before = {who.id: seen(who) for who in readers}
    hidden = world.hide(world.author)
    with clock.held(OCTOBER):
        deeds.note("lock", hidden.thread)
    assert {who.id: seen(who) for who in readers} == before
    assert len(items(world.peer.get("/log").text)) == 2
    assert world.peer.get("/log/totals.csv").text == readers[0].get("/log/totals.csv").text, "the totals leave it out"
    world.move(world.peer, HERE)
    assert len(items(world.peer.get("/log").text)) == 1
    world.move(world.peer, ELSEWHERE)
