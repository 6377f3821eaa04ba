"""The shield itself: whom it hides a thread from, now and later, and what becomes of it with the keys."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from knowledge_exchange.cli.checking import all_problems
from knowledge_exchange.core import crypto, key_file
from knowledge_exchange.core.clock import held, now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import MAX_ID
from knowledge_exchange.networks import mergers, shield
from knowledge_exchange.networks.models import Shield, ShieldTag
from knowledge_exchange.networks.shield import TAGS_AT_A_TIME, Hidden
from knowledge_exchange.notifications import queries
from knowledge_exchange.notifications.models import NetworkLevel, Notification
from knowledge_exchange.threads import listing
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.queries import threads_visible_to
from tests.networks.shielded import HERE, OFFICES, THERE, TITLE, Trusts, settle
from tests.support.persons import Statements

COLLEAGUES = {*OFFICES, "moderator"}
EVERYBODY = {"author", "stranger", *COLLEAGUES}


@pytest.fixture
def trusts(app: Flask) -> Trusts:
    return settle(app)


def test_colleagues_of_whatever_office_do_not_see_it_and_the_author_and_others_do(trusts: Trusts) -> None:
    assert trusts.readers(trusts.thread()) == {"author", "stranger"}


def test_what_is_hidden_from_nobody_is_for_all(trusts: Trusts) -> None:
    assert trusts.readers(trusts.thread(organisations=frozenset())) == EVERYBODY


def test_people_who_are_named_do_not_see_it_wherever_they_work(trusts: Trusts) -> None:
    named = frozenset({trusts.stranger.id, trusts.colleagues["head"].id, trusts.author.id})
    assert trusts.readers(trusts.thread(organisations=frozenset(), members=named)) == EVERYBODY - {"stranger", "head"}


def test_for_a_colleague_its_pages_are_those_of_a_thread_that_never_was(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    opening = _opening(trusts, thread_id)
    for who in trusts.colleagues.values():
        for path in (f"/t/{thread_id}", f"/t/{thread_id}/a-rota", f"/p/{opening}", f"/p/{opening}/history"):
            assert who.get(path).status_code == 404, path
        for path in ("/", "/n/north-west", "/n/north-west?show=unanswered", "/notifications"):
            assert TITLE not in who.get(path).text, path
    assert TITLE in trusts.stranger.get("/n/north-west").text
    assert trusts.author.get(f"/t/{thread_id}").status_code == 302


def _opening(trusts: Trusts, thread_id: int) -> int:
    with trusts.app.app_context():
        return int(db.session.get_one(Thread, thread_id).opening_post_id)


def test_who_moves_there_loses_sight_and_who_moves_away_gains_it(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    trusts.moves(trusts.stranger, HERE)
    trusts.moves(trusts.colleagues["colleague"], THERE)
    trusts.moves(trusts.colleagues["head"], None)
    assert trusts.readers(thread_id) == {"author", "colleague", "head"}


def test_the_author_sees_it_wherever_they_go(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    trusts.moves(trusts.author, THERE)
    assert "author" in trusts.readers(thread_id)


def test_two_threads_have_no_tag_in_common(trusts: Trusts) -> None:
    trusts.thread()
    trusts.thread(title="Another rota with holes")
    with trusts.app.app_context():
        tags = [bytes(tag) for tag in db.session.scalars(select(ShieldTag.tag))]
    assert len(tags) == len(set(tags)) == 2 * TAGS_AT_A_TIME


def test_how_many_it_is_hidden_from_cannot_be_counted(trusts: Trusts) -> None:
    few = trusts.thread()
    some = trusts.thread(title="Another rota", members=frozenset(who.id for who in trusts.people().values()))
    with trusts.app.app_context():
        tags = dict(db.session.execute(select(ShieldTag.thread_id, func.count()).group_by(ShieldTag.thread_id)).all())
        sizes = set(db.session.scalars(select(func.length(Shield.content))))
    assert tags == {few: TAGS_AT_A_TIME, some: 2 * TAGS_AT_A_TIME}
    assert len(sizes) == 1


def test_it_can_be_extended_and_says_from_whom_it_hides(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        with unit_of_work():
            shield.extend(thread_id, [THERE], [trusts.colleagues["head"].id])
        members = frozenset({trusts.colleagues["head"].id})
        assert shield.hidden_from(thread_id) == Hidden(trusts.author.id, frozenset({HERE, THERE}), members)
    assert trusts.readers(thread_id) == {"author"}


def test_a_merger_hides_it_from_the_successors_people_too(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context(), unit_of_work():
        mergers.merge(HERE, THERE, actor=None)
    assert trusts.readers(thread_id) == {"author"}
    with trusts.app.app_context(), unit_of_work():
        mergers.merge(THERE, "BBB", actor=None)
    assert trusts.readers(thread_id) == {"author"}


def test_a_merger_sends_the_events_of_what_is_hidden_elsewhere_and_of_nothing_else(trusts: Trusts) -> None:
    hidden, shown = trusts.thread(), trusts.open_thread()
    with trusts.app.app_context():
        before = _epochs()
        with unit_of_work():
            mergers.merge(HERE, THERE, actor=None)
        assert _epochs() == {hidden: before[hidden] + 1, shown: before[shown]}


def _epochs() -> dict[int, int]:
    db.session.rollback()
    return {row.id: row.epoch for row in db.session.execute(select(Thread.id, Thread.epoch))}


TIMEOUT_S = 60


def _until_somebody_waits() -> None:
    """Until a writer waits for a row that another has."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    end = time.monotonic() + TIMEOUT_S
    with db.engine.connect() as link:
        while not link.scalar(waiting):
            link.rollback()
            assert time.monotonic() < end, "nobody waited"
            time.sleep(0.02)


def _merged(trusts: Trusts, old: str = HERE, new: str = THERE) -> None:
    with trusts.app.app_context(), unit_of_work():
        mergers.merge(old, new, actor=None)


@pytest.mark.databases("postgres")
def test_a_merger_that_begins_while_a_thread_is_being_hidden_waits_for_it_and_follows(trusts: Trusts) -> None:
    thread_id = trusts.open_thread("pseudonym")
    with ThreadPoolExecutor() as pool, trusts.app.app_context():
        with unit_of_work() as work:
            shield.raise_shield(thread_id, Hidden(trusts.author.id, frozenset({HERE}), frozenset()))
            work.execute(update(Thread).where(Thread.id == thread_id).values(is_shielded=True))
            merging = pool.submit(_merged, trusts)
            _until_somebody_waits()
        merging.result(TIMEOUT_S)
    assert trusts.readers(thread_id) == {"author"}


@pytest.mark.databases("postgres")
def test_a_thread_that_is_hidden_while_a_merger_is_going_on_waits_for_it_and_follows(trusts: Trusts) -> None:
    with ThreadPoolExecutor() as pool, trusts.app.app_context():
        with unit_of_work():
            mergers.merge(HERE, THERE, actor=None)
            hiding = pool.submit(trusts.thread)
            _until_somebody_waits()
        thread_id = hiding.result(TIMEOUT_S)
    assert trusts.readers(thread_id) == {"author"}


@pytest.mark.databases("postgres")
def test_a_merger_and_an_author_who_hides_more_do_not_wait_for_each_other(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    trusts.moves(trusts.author, THERE)
    with ThreadPoolExecutor() as pool, trusts.app.app_context():
        with unit_of_work():
            mergers._check(HERE, THERE, now().date())  # how a merger begins
            hiding = pool.submit(trusts.author.post, f"/t/{thread_id}/hide-from", shield="1")
            _until_somebody_waits()
            mergers.merge(HERE, THERE, actor=None)
        assert hiding.result(TIMEOUT_S).status_code == 303
        found = shield.hidden_from(thread_id)
    assert found == Hidden(trusts.author.id, frozenset({HERE, THERE}), frozenset())


@pytest.mark.databases("postgres")
def test_two_who_extend_a_shield_at_once_both_count(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    head = trusts.colleagues["head"]
    trusts.moves(head, "DDD")

    def extended() -> None:
        with trusts.app.app_context(), unit_of_work():
            shield.extend(thread_id, members=[head.id])

    with ThreadPoolExecutor() as pool, trusts.app.app_context():
        with unit_of_work():
            shield.extend(thread_id, [THERE])
            other = pool.submit(extended)
            _until_somebody_waits()
        other.result(TIMEOUT_S)
        found = shield.hidden_from(thread_id)
    assert found == Hidden(trusts.author.id, frozenset({HERE, THERE}), frozenset({head.id}))
    assert trusts.readers(thread_id) == {"author"}


def test_a_merger_of_others_changes_no_shield(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        before = db.session.scalar(select(Shield.content))
        with unit_of_work():
            mergers.merge("DDD", THERE, actor=None)
        assert db.session.scalar(select(Shield.content)) == before
    assert trusts.readers(thread_id) == {"author", "stranger"}


def test_a_shield_that_was_meant_for_a_merged_organisation_hides_from_its_successor(trusts: Trusts) -> None:
    with trusts.app.app_context(), unit_of_work():
        mergers.merge(HERE, THERE, actor=None)
    assert trusts.readers(trusts.thread()) == {"author"}


def test_a_shield_whose_content_cannot_be_read_follows_a_merger_by_its_tags(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        with unit_of_work() as work:
            work.execute(update(Shield).values(content=b"nothing that can be read"))
        with unit_of_work():
            mergers.merge(HERE, THERE, actor=None)
    assert trusts.readers(thread_id) == {"author"}


def test_what_another_key_file_sealed_does_not_keep_organisations_from_merging(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    _with_other_keys(trusts)
    with trusts.app.app_context(), unit_of_work():
        mergers.merge(HERE, THERE, actor=None)
    assert trusts.readers(thread_id) == set()


def _with_other_keys(trusts: Trusts) -> None:
    path = trusts.app.config["KE_KEY_FILE"]
    path.unlink()
    with trusts.app.app_context():
        crypto.init_app(trusts.app)


def test_with_another_key_file_it_is_closed_to_all_and_check_says_so(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        assert shield.misfits() == 0
    _with_other_keys(trusts)
    assert trusts.readers(thread_id) == set()
    with trusts.app.app_context():
        assert shield.misfits() == 1
        assert any("can be read by nobody" in problem for problem in all_problems())


def test_after_a_rotation_it_holds_by_the_old_tags_and_then_by_new_ones(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        before = _tags(thread_id)
        key_file.rotate(trusts.app.config["KE_KEY_FILE"])
        crypto.follow_now()
        with held(now() + 2 * key_file.SETTLED_AFTER):
            assert (trusts.readers(thread_id), crypto.generation()) == ({"author", "stranger"}, 2)
            shield.tag_afresh()
            db.session.rollback()
            assert db.session.scalar(select(Shield.generation)) == 2
            assert not before & _tags(thread_id)
            assert (trusts.readers(thread_id), shield.misfits()) == ({"author", "stranger"}, 0)


def test_a_shield_that_cannot_be_read_keeps_no_other_from_being_tagged_afresh(trusts: Trusts) -> None:
    broken, whole = trusts.thread(), trusts.thread(title="Another rota with holes")
    with trusts.app.app_context():
        with unit_of_work() as work:
            work.execute(update(Shield).where(Shield.thread_id == broken).values(content=b"nothing that can be read"))
        key_file.rotate(trusts.app.config["KE_KEY_FILE"])
        crypto.follow_now()
        with held(now() + 2 * key_file.SETTLED_AFTER):
            shield.tag_afresh()
            db.session.rollback()
            generations = dict(db.session.execute(select(Shield.thread_id, Shield.generation)).all())
    assert generations == {broken: 1, whole: 2}


def _tags(thread_id: int) -> set[bytes]:
    db.session.rollback()
    return {bytes(tag) for tag in db.session.scalars(select(ShieldTag.tag).where(ShieldTag.thread_id == thread_id))}


def test_check_finds_threads_that_are_hidden_without_saying_so(trusts: Trusts) -> None:
    trusts.thread()
    with trusts.app.app_context():
        with unit_of_work() as work:
            work.execute(update(Thread).values(is_shielded=False))
        assert any("hidden from somebody without saying so" in problem for problem in all_problems())


@pytest.mark.databases("postgres")
def test_connections_keep_their_keys_over_a_rollback_and_new_ones_get_them(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context(), db.engine.connect() as other:
        db.session.execute(text("SELECT 1"))
        db.session.rollback()
        own = db.session.scalar(text("SELECT pg_backend_pid()"))
        assert thread_id in set(db.session.scalars(threads_visible_to(trusts.stranger.id)))
        db.session.rollback()
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        assert thread_id in set(db.session.scalars(threads_visible_to(trusts.stranger.id)))
        assert thread_id not in set(db.session.scalars(threads_visible_to(trusts.colleagues["head"].id)))
        assert db.session.scalar(text("SELECT pg_backend_pid()")) != own


@pytest.mark.parametrize("voice", ["pseudonym", "own"])
def test_whoever_watches_has_a_row_of_it_and_nobody_it_is_hidden_from_sees_that(trusts: Trusts, voice: str) -> None:
    """Rows that one organisation alone lacked would name it."""
    with trusts.app.app_context(), unit_of_work() as work:
        for who in trusts.people().values():
            work.add(NetworkLevel(member_id=who.id, network_id=trusts.north_west, level="watching"))
    thread_id = trusts.thread(voice)
    everybody = set(trusts.people())
    assert _told(trusts, thread_id) == (everybody if voice == "pseudonym" else everybody - {"author"})
    assert _see(trusts) == {"stranger"}
    answer = trusts.stranger.post(f"/t/{thread_id}/replies", body="Ask early.")
    assert answer.status_code == 303
    assert _told(trusts, thread_id) == everybody
    assert _see(trusts) == {"stranger", "author"}


def _told(trusts: Trusts, thread_id: int) -> set[str]:
    with trusts.app.app_context():
        told = set(db.session.scalars(select(Notification.member_id).where(Notification.thread_id == thread_id)))
    return {name for name, who in trusts.people().items() if who.id in told}


def _see(trusts: Trusts) -> set[str]:
    """Who finds something in their list of notifications, and on their badge."""
    people = trusts.people()
    listed = {name for name, who in people.items() if TITLE in who.get("/notifications").text}
    with trusts.app.app_context():
        counted = {name for name, who in people.items() if trusts.me(who).unread}
    assert counted == listed
    return listed


def test_rows_that_are_hidden_from_somebody_take_no_room_in_what_they_missed(trusts: Trusts) -> None:
    head, stranger = trusts.colleagues["head"], trusts.stranger
    with trusts.app.app_context(), unit_of_work() as work:
        for who in (head, stranger):
            work.add(NetworkLevel(member_id=who.id, network_id=trusts.north_west, level="watching"))
    trusts.thread()
    trusts.thread(title="Another rota with holes")
    shown = trusts.open_thread()
    with trusts.app.app_context():
        [first] = queries.notices_between(0, MAX_ID, [head.id], 1)
        assert db.session.get_one(Notification, first[0]).thread_id == shown
        assert len(queries.notices_between(0, MAX_ID, [stranger.id], 9)) == 3
        with unit_of_work() as work:
            work.execute(update(Notification).values(read_at=now()))
        assert queries.notices_between(0, MAX_ID, [head.id], 9) == [first]


def test_a_mention_of_somebody_it_is_hidden_from_is_nothing_that_they_see(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    head = trusts.colleagues["head"]
    with trusts.app.app_context():
        handle = trusts.me(head).handle
    assert trusts.stranger.post(f"/t/{thread_id}/replies", body=f"Ask @{handle}.").status_code == 303
    assert _see(trusts) == {"author"}
    assert str(thread_id) not in head.get("/me/data.json").text


def test_whoever_loses_sight_has_nothing_unread_of_it_and_no_entry(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        handle = trusts.me(trusts.stranger).handle
    other = trusts.colleagues["head"]
    trusts.moves(other, THERE)
    assert other.post(f"/t/{thread_id}/replies", body=f"Ask @{handle}.").status_code == 303
    assert TITLE in trusts.stranger.get("/notifications").text
    trusts.moves(trusts.stranger, HERE)
    page = trusts.stranger.get("/notifications").text
    assert TITLE not in page
    with trusts.app.app_context():
        assert trusts.me(trusts.stranger).unread == 0


@pytest.mark.databases("sqlite")
def test_threads_that_are_hidden_from_nobody_cost_no_look_into_the_shields(trusts: Trusts) -> None:
    for number in range(5):
        trusts.thread(title=f"Rota number {number}", organisations=frozenset())
    with trusts.app.app_context(), unit_of_work() as work:
        for model in (ShieldTag, Shield):
            work.execute(delete(model))
        work.execute(update(Thread).values(is_shielded=False))
    plain = _steps(trusts)
    shielded = trusts.thread()
    with trusts.app.app_context(), unit_of_work() as work:
        work.execute(update(Thread).where(Thread.id == shielded).values(deleted_at=now()))
    assert _steps(trusts) == plain


def _steps(trusts: Trusts) -> int:
    """Instructions that SQLite runs to find a network's threads."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    found = {"me": trusts.stranger.id, "network": trusts.north_west}
    with trusts.app.app_context():
        driver = db.session.connection().connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(count, 1)
        listing._network_page("all", False).all(**found)
        driver.set_progress_handler(None, 1)
    return counted[0]


def test_a_page_asks_no_more_statements_with_a_shield_on_it(trusts: Trusts) -> None:
    trusts.thread(organisations=frozenset())
    trusts.stranger.get("/n/north-west")
    with Statements(trusts.app) as before:
        trusts.stranger.get("/n/north-west")
    trusts.thread(title="Another rota with holes")
    trusts.stranger.get("/n/north-west")
    with Statements(trusts.app) as after:
        assert "Another rota" in trusts.stranger.get("/n/north-west").text
    assert len(after.sent) == len(before.sent)
