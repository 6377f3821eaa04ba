"""Cases: with whom they are, by facts; their clock; that one decides; what is about nothing any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.moderation.cases.case_clock import escalate_due
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import NetworkMembership
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Post, Thread
from tests.support.persons import Person, person
from tests.support.worlds import ELSEWHERE, HERE, World

DAY = timedelta(hours=24)


def _case(world: World, post_id: int, kind: str = "report") -> int:
    with world.app.test_request_context(), unit_of_work():
        thread_id = db.session.scalar(select(Post.thread_id).where(Post.id == post_id))
        return cases.open_case(kind, network_id=world.north_west, thread_id=thread_id, post_id=post_id)


def _seen_by(world: World, who: Person) -> list[int]:
    with world.app.app_context():
        me = me_of(who.id)
        assert me is not None
        return [row.id for row in cases.cases_for(me)]


def _seers(world: World, case_id: int) -> set[str]:
    return {name for name, who in world.people.items() if who.id and case_id in _seen_by(world, who)}


def _told(world: World) -> set[int | None]:
    return {row.member_id for row in world.rows(select(Notification.member_id).where(Notification.kind == "case"))}


def _held_by(world: World, case_id: int) -> str:
    return str(world.row(ModerationCase, case_id).held_by)


def _let_moderate(world: World, who: Person, network_id: int | None = None, *, lead: bool = False) -> None:
    with world.app.app_context(), unit_of_work():
        there = network_id or world.north_west
        networks.set_role(who.id, there, "moderator")
        mine = (NetworkMembership.member_id == who.id, NetworkMembership.network_id == there)
        db.session.execute(update(NetworkMembership).where(*mine).values(is_lead=lead))


def _escalate(world: World, after: timedelta = DAY + timedelta(minutes=6)) -> None:
    with world.app.test_request_context(), clock.held(clock.now() + after):
        escalate_due()


def test_a_case_is_with_the_networks_moderators_and_nobody_else(world: World) -> None:
    thread = world.open_thread(world.peer)
    case_id = _case(world, world.opening(thread))
    _let_moderate(world, world.control, world.national)
    assert _seers(world, case_id) == {"moderator"}
    assert _told(world) == {world.moderator.id}


def test_whoever_wrote_it_under_their_own_name_has_a_part_in_it(world: World) -> None:
    _let_moderate(world, world.peer)
    case_id = _case(world, world.opening(world.open_thread(world.peer)))
    assert _seers(world, case_id) == {"moderator"}
    assert _told(world) == {world.moderator.id}


def test_whoever_reports_does_not_decide_and_where_they_alone_moderate_it_goes_up_at_once(world: World) -> None:
    post = world.opening(world.open_thread(world.peer))
    assert world.moderator.post(f"/p/{post}/report", category="spam").status_code == 303
    (case,) = world.rows(select(ModerationCase.id, ModerationCase.held_by))
    assert case.held_by == "officers"
    assert world.moderator.id not in _told(world)
    assert _seers(world, case.id) == {"officer", "administrator"}


def test_where_all_moderators_have_a_part_it_is_with_leads_of_other_networks_who_work_elsewhere(world: World) -> None:
    post = world.opening(world.open_thread(world.moderator))
    for who in (world.peer, world.colleague):
        _let_moderate(world, who, world.national, lead=True)
    _let_moderate(world, world.control, world.national)
    case_id = _case(world, post)
    assert _held_by(world, case_id) == "leads"
    assert _seers(world, case_id) == {"peer"}
    assert _told(world) == {world.peer.id}


def test_leads_who_may_not_read_a_network_do_not_decide_there_and_officers_do(world: World) -> None:
    outside = person(world.app, "Lee Outside", organisation_code=ELSEWHERE)
    with world.app.app_context(), unit_of_work():
        networks.add_member(outside.id, world.national)
    _let_moderate(world, outside, world.national, lead=True)
    case_id = _case(world, world.opening(world.open_thread(world.moderator)))
    assert _held_by(world, case_id) == "officers"
    assert outside.id not in _told(world)


def test_from_whom_a_thread_is_hidden_neither_decides_nor_is_told_whatever_their_office(world: World) -> None:
    hidden = world.hide(world.author)
    case_id = _case(world, hidden.opening)
    assert _seers(world, case_id) == set()
    assert _told(world) == set()
    officer = person(world.app, "Olu Elsewhere", role="officer", organisation_code=ELSEWHERE)
    colleague = person(world.app, "Olu Here", role="officer", organisation_code=HERE)
    assert case_id in _seen_by(world, officer)
    assert case_id not in _seen_by(world, colleague)


def test_whoever_moves_to_where_a_thread_is_hidden_loses_the_notice_of_its_case(world: World) -> None:
    _let_moderate(world, world.peer)
    case_id = _case(world, world.hide(world.author).opening)
    assert _told(world) == {world.peer.id}
    world.move(world.peer, HERE)
    _escalate(world, timedelta(0))
    assert _told(world) == set()
    assert case_id not in _seen_by(world, world.peer)


def test_a_notice_of_a_case_is_read_mailed_and_gone_once_it_is_decided(world: World) -> None:
    case_id = _case(world, world.opening(world.open_thread(world.peer)))
    (notice,) = world.rows(select(Notification.id, Notification.thread_id).where(Notification.kind == "case"))
    opened = world.moderator.post(f"/notifications/{notice.id}/open")
    assert opened.location.endswith(f"/moderation#case-{case_id}")
    assert world.rows(select(Notification.read_at).where(Notification.kind == "case"))[0].read_at is not None
    with world.app.test_request_context(), unit_of_work():
        assert cases.close_case(me_of(world.moderator.id), case_id, "keep")
    assert _told(world) == set()


def test_a_pseudonymous_author_who_moderates_is_told_as_all_and_sees_nothing_of_it(world: World) -> None:
    _let_moderate(world, world.author)
    hidden = world.hide(world.author, shield="")
    case_id = _case(world, hidden.opening)
    assert _told(world) == {world.moderator.id, world.author.id}, "their absence would name them"
    assert _seers(world, case_id) == {"moderator"}
    assert "A report to decide" not in world.author.get("/notifications").text


def test_what_nobody_decides_goes_up_to_officers_once_with_a_clock_of_theirs_and_on_record(world: World) -> None:
    case_id = _case(world, world.opening(world.open_thread(world.peer)))
    _escalate(world, DAY - timedelta(minutes=10))
    assert _held_by(world, case_id) == "moderators"
    before = world.row(ModerationCase, case_id).due_at
    for _turn in range(2):
        _escalate(world)
    case = world.row(ModerationCase, case_id)
    assert case.held_by == "officers"
    assert case.due_at > before
    assert _seers(world, case_id) == {"officer", "administrator"}
    assert _told(world) == {world.officer.id, world.administrator.id}, "the moderators' unread notices are gone"
    notes = [row.note for row in world.rows(select(AuditEntry.note).where(AuditEntry.action == "moderation.case_up"))]
    assert notes == [str(case_id)]


def test_a_case_follows_its_thread_into_another_network(world: World) -> None:
    thread = world.open_thread(world.peer)
    case_id = _case(world, world.opening(thread))
    _let_moderate(world, world.control, world.national)
    with world.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == thread).values(network_id=world.national))
    assert _seers(world, case_id) == {"control"}


def test_what_its_author_takes_away_is_not_to_be_decided_and_whoever_reported_hears_that(world: World) -> None:
    thread = world.open_thread(world.peer)
    reply = world.reply(world.control, thread, "Soon gone.")
    world.reply(world.watcher, thread, "Under it.", parent=str(reply))
    assert world.watcher.post(f"/p/{reply}/report", category="place").status_code == 303
    world.control.post(f"/p/{reply}/delete")
    _escalate(world, timedelta(0))
    (case,) = world.rows(select(ModerationCase.id, ModerationCase.decision, ModerationCase.decided_by))
    assert (case.decision, case.decided_by) == ("gone", None)
    (told,) = world.rows(select(Notification.text).where(Notification.kind == "report_outcome"))
    assert told.text.endswith("It was taken away before anybody decided.")


def test_of_two_who_close_a_case_one_does(world: World) -> None:
    case_id = _case(world, world.opening(world.open_thread(world.peer)))
    with world.app.test_request_context():
        me = me_of(world.moderator.id)
        with unit_of_work():
            assert cases.close_case(me, case_id, "keep")
        with unit_of_work():
            assert not cases.close_case(me, case_id, "keep")
            assert cases.reopen(case_id)
            assert not cases.reopen(case_id)


def test_a_decided_case_is_not_opened_again_beside_a_new_one_of_the_same_post(world: World) -> None:
    post = world.opening(world.open_thread(world.peer))
    case_id = _case(world, post)
    with world.app.test_request_context(), unit_of_work():
        assert cases.close_case(me_of(world.moderator.id), case_id, "keep")
    assert _case(world, post) != case_id
    with world.app.test_request_context(), unit_of_work():
        assert not cases.reopen(case_id)


@pytest.mark.parametrize("kind", ["stale", "report"])
def test_each_thing_is_one_case_of_a_kind_at_a_time(world: World, kind: str) -> None:
    post = world.opening(world.open_thread(world.peer))
    assert _case(world, post, kind) == _case(world, post, kind)
    assert len(world.rows(select(Notification.id).where(Notification.kind == "case"))) == 1
