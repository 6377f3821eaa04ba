"""Cases: with whom they are, by facts; their clock; that one decides; what is about nothing any more."""

from __future__ import annotations

from sqlalchemy import select

from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation import cases
from knowledge_exchange.moderation.case_models import ModerationCase
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Post
from tests.support.persons import Person
from tests.support.worlds import World


def _case(world: World, post_id: int, kind: str = "report") -> int:
    with world.app.app_context(), unit_of_work():
        thread_id = db.session.scalar(select(Post.thread_id).where(Post.id == post_id))
        return cases.open_case(kind, network_id=world.north_west, thread_id=thread_id, post_id=post_id)


def _seen_by(world: World, who: Person) -> list[int]:
    with world.app.app_context():
        me = me_of(who.id)
        assert me is not None
        return [row.id for row in cases.cases_for(me)]


def _told(world: World) -> set[int | None]:
    return {row.member_id for row in world.rows(select(Notification.member_id).where(Notification.kind == "case"))}


def _held_by(world: World, case_id: int) -> str:
    return str(world.row(ModerationCase, case_id).held_by)


def test_a_case_is_with_the_networks_moderators_and_nobody_else(world: World) -> None:
    thread = world.open_thread(world.peer)
    case_id = _case(world, world.opening(thread))
    seers = {name for name, who in world.people.items() if who.id and case_id in _seen_by(world, who)}
    assert seers == {"moderator"}
    assert _told(world) == {world.moderator.id}
