"""Warnings, mutes, removals and suspensions for a time through a pseudonym: they hold, they end, and tie nobody."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.moderation.acts.act_models import ModerationAct, Sanction
from knowledge_exchange.moderation.sanctions.sanction_jobs import look_after_sanctions
from knowledge_exchange.networks.care_models import NetworkMute
from knowledge_exchange.networks.models import NetworkMembership, NetworkRemoval
from knowledge_exchange.notifications.models import Notification
from tests.moderation.conftest import Bench, plain
from tests.moderation.test_aiming import FIELDS, WHY, WORDS, aim_everything, is_in, standing
from tests.support.dumps import dump, paths
from tests.support.persons import known


def run(bench: Bench, **later: int) -> None:
    with bench.app.app_context(), clock.held(clock.now() + timedelta(**later)):
        look_after_sanctions()


def told(bench: Bench) -> list[Any]:
    return bench.rows(Notification, kind="sanctioned")


def test_whoever_is_muted_through_a_pseudonym_writes_there_under_no_name(bench: Bench) -> None:
    assert bench.world.moderator.post(bench.aim("mute"), **FIELDS).status_code == 303
    author, own = bench.author, bench.world.open_thread(bench.world.peer)
    for thread in (own, bench.thread.thread):
        answer = author.post(f"/t/{thread}/replies", body="What I still have to say.")
        assert answer.status_code == 422
        assert "What I still have to say." in answer.text
    run(bench, days=7)
    assert len(bench.rows(NetworkMute)) == 1
    run(bench, days=8)
    assert bench.rows(NetworkMute) == []
    assert author.post(f"/t/{own}/replies", body="What I still have to say.").status_code == 303


def test_a_removal_and_a_suspension_end_on_their_day(bench: Bench) -> None:
    for word in ("remove", "suspend"):
        bench.first.post(bench.aim(word), **FIELDS)
    assert (standing(bench, bench.author), is_in(bench, bench.author)) == ("suspended", False)
    run(bench, days=7)
    assert standing(bench, bench.author) == "suspended"
    run(bench, days=8)
    assert standing(bench, bench.author) == "active"
    assert bench.rows(NetworkRemoval) == []


def test_rows_of_the_member_tell_the_day_and_nobody_else(bench: Bench) -> None:
    aim_everything(bench)
    rows = bench.rows(Sanction)
    assert {row.kind for row in rows} == {"warning", "mute", "removal", "suspension"}
    today, midnight = clock.now().date(), clock.start_of_day()
    for row in rows:
        assert (row.member_id, row.actor_id, row.reason, row.rule) == (bench.author.id, None, "", "")
        assert (row.since, time_of(row.id).replace(microsecond=0)) == (today, midnight)
    (mute,) = bench.rows(NetworkMute)
    assert (mute.muted_on, mute.until) == (today, datetime.combine(today + timedelta(days=8), time(), UTC))


def test_the_log_names_the_network_and_neither_post_nor_member_and_of_a_hidden_thread_nothing(bench: Bench) -> None:
    hidden = bench.world.hide(bench.author)
    aim_everything(bench)
    acts = bench.rows(ModerationAct)
    assert {row.action for row in acts} == {"warn_aimed", "mute_aimed", "remove_member_aimed", "suspend_aimed"}
    for act in acts:
        assert (act.network_id, act.acted_as, act.reason) == (bench.world.north_west, "officer", "")
        assert {act.thread_id, act.post_id, act.participant_id, act.sanction_id, act.kept} == {None}
    bench.first.post(f"/t/{hidden.thread}/warn/{hidden.opening}", **FIELDS)
    assert len(bench.rows(ModerationAct)) == len(acts)
    assert len(bench.rows(Sanction)) == len(WORDS) + 1


def test_its_author_reads_it_at_once_and_is_sent_a_notice_when_the_day_is_over(bench: Bench) -> None:
    bench.first.post(bench.aim("warn"), **FIELDS)
    (row,) = bench.rows(Sanction)
    assert f"/me/sanctions/{row.id}" in bench.author.get("/me").text
    run(bench)
    assert told(bench) == []
    midnight = clock.start_of_day() + timedelta(days=1)
    for _turn in range(2):
        with bench.app.app_context(), clock.held(midnight + timedelta(seconds=40)):
            look_after_sanctions()
    (notice,) = told(bench)
    assert (notice.member_id, notice.participant_id, notice.thread_id) == (bench.author.id, None, None)
    assert (notice.network_id, notice.url) == (None, f"/me/sanctions/{row.id}")
    assert notice.created_at >= midnight


def test_nothing_joins_the_author_to_the_pseudonym_that_did_not_before(bench: Bench) -> None:
    def ways() -> set[str]:
        author = {str(bench.author.id), bench.author.name, bench.author.email, bench.world.handle(bench.author)}
        stop = {str(bench.world.north_west), str(bench.world.national)}
        return paths(dump(bench.app), author, {*bench.thread.ids, bench.thread.name}, stop)

    afternoon = clock.start_of_day() + timedelta(days=1, hours=15, minutes=7, seconds=23)
    before = ways()
    with clock.held(afternoon):
        officer = known(bench.app, bench.first.email)
        bench.author.get("/")
        before |= ways()
        for word in WORDS:
            with clock.held(afternoon + timedelta(minutes=WORDS.index(word))):
                assert officer.post(bench.aim(word), **FIELDS).status_code == 303
    with bench.app.app_context(), clock.held(afternoon + timedelta(days=1)):
        look_after_sanctions()
    assert len(bench.rows(Sanction)) > 0
    assert ways() - before == set()


@pytest.mark.parametrize("word", ["warn", "mute"])
def test_neither_meets_whoever_moderates_there_or_holds_an_office(bench: Bench, word: str) -> None:
    thread = bench.world.hide(bench.world.moderator, shield="")
    answers = [bench.first.post(f"/t/{thread.thread}/{word}/{thread.opening}", **FIELDS)]
    with bench.app.app_context(), unit_of_work() as work:
        work.execute(db.update(Member).where(Member.id == bench.author.id).values(role="officer"))
    answers.append(bench.first.post(bench.aim(word), **FIELDS))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert bench.rows(Sanction) == []


def test_older_removals_are_shown_with_the_way_to_the_membership_team(bench: Bench) -> None:
    old = {"member_id": bench.author.id, "network_id": bench.world.national, "removed_on": clock.now().date()}
    with bench.app.app_context(), unit_of_work():
        db.session.execute(insert(NetworkRemoval).values(**old, cause="people"))
    page = bench.author.get("/me").text
    assert "Removed from National" in page
    assert "It is from before sanctions could be appealed here" in page
    assert bench.rows(NetworkMembership, member_id=bench.author.id)


def test_no_list_holds_what_was_aimed_or_imposed_over_a_hidden_thread(bench: Bench) -> None:
    """Whoever a thread is hidden from finds no trace of what was imposed over a post in it, whatever their office."""
    world = bench.world
    before, hidden = world.moderator.get("/n/north-west/sanctions").text, world.hide(world.author)
    assert bench.first.post(bench.aim("mute"), **FIELDS).status_code == 303
    assert plain(world.moderator.get("/n/north-west/sanctions").text) == plain(before)
    post = world.reply(world.peer, hidden.thread, "Whoever asks this is a fool.")
    given = {"kind": "mute", "days": "7", "reason": WHY}
    assert bench.first.post(f"/p/{post}/sanction", **given).status_code == 303
    assert world.peer.name in bench.first.get("/n/north-west/sanctions").text
    assert plain(world.moderator.get("/n/north-west/sanctions").text) == plain(before)
    (row,) = [row for row in bench.rows(Sanction) if row.actor_id is not None]
    answers = [world.moderator.post(f"/n/north-west/sanctions/{one}/end") for one in (row.id, row.id ^ 1)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert bench.rows(Sanction, id=row.id)[0].ended_on is None
