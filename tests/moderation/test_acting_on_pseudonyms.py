"""Acts on what was written under a pseudonym, and in hidden threads: whose it is, and that it exists, stays unknown."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Thread
from tests.moderation.acting import WHY, text_of
from tests.support import worlds
from tests.support.persons import Person
from tests.support.worlds import TITLE, World


@pytest.fixture
def world(app: Flask) -> World:
    """A community in which an author hides a thread from their colleagues; ``peer`` moderates, and is none of them."""
    found = worlds.build(app)
    with app.app_context(), unit_of_work():
        networks.set_role(found.peer.id, found.north_west, "moderator")
    return found


def act(world: World, who: Person, path: str, thread: int, **fields: str) -> int:
    """Send the form of an act as it was opened just now; the answer's status."""
    seen = str(world.row(Thread, thread).acts)
    return who.post(path, **{"seen": seen, "reason": WHY, **fields}).status_code


def newest(world: World) -> ModerationAct:
    """The newest act."""
    with world.app.app_context():
        return db.session.scalars(select(ModerationAct).order_by(ModerationAct.id.desc())).first()  # type: ignore[return-value]


def test_a_pseudonyms_author_is_told_at_the_sealed_place_and_nobody_else_finds_the_page(world: World) -> None:
    hidden = world.hide(world.author)
    assert act(world, world.peer, f"/p/{hidden.opening}/moderate/hide", hidden.thread) == 303
    done = newest(world)
    assert done.participant_id == hidden.place
    with world.app.app_context():
        told = db.session.scalars(select(Notification).where(Notification.kind == "moderated")).all()
    assert [(one.member_id, one.participant_id, one.thread_id) for one in told] == [(None, hidden.place, None)]
    page = f"/acts/{done.id}"
    assert WHY in text_of(world.author.get(page))
    assert page in world.author.get("/notifications").text
    assert world.author.get(f"/t/{hidden.thread}/moderate").status_code == 404
    for name in ("control", "colleague", "watcher", "outsider"):
        assert world.people[name].get(page).status_code == 404
    assert world.author.name not in world.peer.get(page).text


def test_nobody_from_whom_a_thread_is_hidden_finds_its_forms_or_its_acts_whatever_their_office(world: World) -> None:
    hidden = world.hide(world.author)
    reply = world.reply(world.control, hidden.thread)
    assert act(world, world.peer, f"/t/{hidden.thread}/moderate/pin", hidden.thread, until=_today()) == 303
    done = newest(world).id
    for name in ("colleague", "moderator", "officer", "administrator"):
        who = world.people[name]
        for path in (f"/t/{hidden.thread}/moderate", f"/p/{reply}/moderate", f"/acts/{done}"):
            assert who.get(path).status_code == 404, (name, path)
        for path in (f"/t/{hidden.thread}/moderate/lock", f"/p/{reply}/moderate/hide", f"/acts/{done}/undo"):
            assert act(world, who, path, hidden.thread) == 404, (name, path)
        assert TITLE not in who.get("/n/north-west").text
    assert TITLE in world.control.get("/n/north-west").text


def test_pins_that_a_moderator_may_not_see_take_none_of_their_three(world: World) -> None:
    threads = [world.hide(world.author, title=f"Hidden question {turn}").thread for turn in range(3)]
    for thread in threads:
        act(world, world.peer, f"/t/{thread}/moderate/pin", thread, until=_today())
    mine = world.open_thread(world.control, "Of whom everybody knows")
    assert act(world, world.moderator, f"/t/{mine}/moderate/pin", mine, until=_today()) == 303


def test_a_moderator_who_writes_there_under_a_pseudonym_does_not_act_there(world: World) -> None:
    thread = world.open_thread(world.control, "Of whom everybody knows")
    reply = world.reply(world.control, thread)
    world.reply(world.peer, thread, voice="pseudonym")
    for path in (f"/t/{thread}/moderate", f"/p/{reply}/moderate"):
        assert world.peer.get(path).status_code == 404
    assert act(world, world.peer, f"/t/{thread}/moderate/lock", thread) == 404
    assert world.rows(select(ModerationAct.id)) == []


def test_whoever_moves_to_where_it_is_hidden_is_told_nothing_of_their_own_post_there(world: World) -> None:
    hidden = world.hide(world.author)
    reply = world.reply(world.newcomer, hidden.thread)
    world.move(world.newcomer, worlds.HERE)
    assert act(world, world.peer, f"/p/{reply}/moderate/hide", hidden.thread) == 303
    assert world.rows(select(Notification.id).where(Notification.kind == "moderated")) == []
    assert world.newcomer.get(f"/acts/{newest(world).id}").status_code == 404


def _today() -> str:
    return now().date().isoformat()


def test_ones_own_data_holds_what_was_done_about_ones_posts_and_nobody_elses_does(world: World) -> None:
    hidden = world.hide(world.author)
    act(world, world.peer, f"/p/{hidden.opening}/moderate/hide", hidden.thread)
    assert WHY in world.author.get("/me/data.json").text
    for name in ("control", "colleague", "officer", "peer"):
        assert WHY not in world.people[name].get("/me/data.json").text
