"""Acts aimed at a pseudonym meet whoever is behind it, and nobody learns whom, or whether anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.erasing import erase
from knowledge_exchange.auth.models import Member, SignIn, StandingChange
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.moderation.acts.act_models import ActAppeal, Sanction
from knowledge_exchange.moderation.cases.aiming import opened_note
from knowledge_exchange.moderation.sanctions.sanction_policy import RECORDED
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import NetworkMembership, NetworkRemoval
from knowledge_exchange.notifications.models import LevelChange
from knowledge_exchange.realtime.models import LiveEvent
from tests.moderation.conftest import Bench
from tests.support.persons import Person, known, person

WHY = "It named a patient, and the author went on after being asked."
FIELDS = {"cause": "private", "reason": WHY, "days": "7"}
WORDS = ("warn", "mute", "remove", "suspend")


def standing(bench: Bench, who: Person) -> str:
    return str(bench.world.row(Member, who.id).standing)


def is_in(bench: Bench, who: Person) -> bool:
    return bool(bench.rows(NetworkMembership, member_id=who.id, network_id=bench.world.north_west))


def removals(bench: Bench) -> list[NetworkRemoval]:
    return bench.rows(NetworkRemoval)


def entries(bench: Bench) -> list[AuditEntry]:
    return [row for row in bench.rows(AuditEntry) if row.action.startswith("pseudonym.")]


def test_an_officer_suspends_whoever_is_behind_a_pseudonym(bench: Bench) -> None:
    assert f'href="{bench.aim("suspend")}"' in bench.first.get(f"/p/{bench.thread.opening}/more").text
    assert bench.first.get(bench.aim("suspend")).status_code == 200
    answer = bench.first.post(bench.aim("suspend"), **FIELDS)
    assert (answer.status_code, answer.location) == (303, f"/p/{bench.thread.opening}")
    assert standing(bench, bench.author) == "suspended"
    assert bench.rows(SignIn, member_id=bench.author.id) == []


def test_the_suspended_read_why_and_how_to_appeal_and_can(bench: Bench) -> None:
    bench.first.post(bench.aim("suspend"), **FIELDS)
    author = known(bench.app, bench.author.email)
    page = author.get("/me").text
    assert "by decision of national officers, about a post" in page
    assert "what has to stay private" in page
    assert WHY not in page
    (row,) = bench.rows(Sanction)
    assert f"/me/sanctions/{row.id}" in page
    assert author.post(f"/me/sanctions/{row.id}", text="It was not like that at all.").status_code == 303
    assert len(bench.rows(ActAppeal)) == 1


def test_the_office_ends_the_suspension_and_reads_nothing_of_the_thread(bench: Bench) -> None:
    bench.first.post(bench.aim("suspend"), **FIELDS)
    record = bench.world.membership.get(f"/admin/members/{bench.author.id}").text
    assert "national officers" in record
    for word in (WHY, bench.thread.name, bench.first.name, str(bench.thread.thread)):
        assert word not in record
    path = f"/admin/members/{bench.author.id}/do/reinstate"
    assert bench.world.membership.post(path, chosen="mistake", words="Appeal upheld.").status_code == 303
    assert standing(bench, bench.author) == "active"


def test_the_step_tells_the_day_and_no_more(bench: Bench) -> None:
    bench.first.post(bench.aim("suspend"), **FIELDS)
    member = bench.world.row(Member, bench.author.id)
    step = max(bench.rows(StandingChange, member_id=bench.author.id), key=lambda row: row.id)
    midnight = clock.start_of_day()
    assert (member.standing_since, step.at, step.actor_id, step.after) == (midnight, midnight, None, "suspended")
    earlier = [row.id for row in bench.rows(StandingChange, member_id=bench.author.id) if row.id != step.id]
    day = time_of(step.id).replace(hour=0, minute=0, second=0, microsecond=0)
    assert day == midnight
    assert step.id > max(earlier)


def test_no_row_that_a_removal_writes_tells_more_than_the_day(bench: Bench) -> None:
    bench.world.open_thread(bench.world.peer, body=f"What does @{bench.world.handle(bench.author)} say?")
    told = len(bench.rows(LiveEvent, member_id=bench.author.id))
    afternoon = clock.start_of_day() + timedelta(days=1, hours=15, minutes=7)
    with bench.app.app_context(), clock.held(afternoon), unit_of_work():
        networks.keep_out(bench.author.id, bench.world.north_west, "private")
    assert not is_in(bench, bench.author)
    assert len(bench.rows(LiveEvent, member_id=bench.author.id)) == told
    (left,) = bench.rows(LevelChange, member_id=bench.author.id, network_id=bench.world.north_west)
    midnight = afternoon.replace(hour=0, minute=0)
    assert (left.level, left.chosen) == ("normal", False)
    assert time_of(left.id) == midnight
    assert [row.removed_on for row in removals(bench)] == [midnight.date()]


def test_a_removal_after_a_choice_of_that_day_comes_after_it(bench: Bench) -> None:
    bench.world.watch_network(bench.author)
    (chosen,) = bench.rows(LevelChange, member_id=bench.author.id, network_id=bench.world.north_west)
    bench.first.post(bench.aim("remove"), **FIELDS)
    steps = sorted(bench.rows(LevelChange, member_id=bench.author.id, network_id=bench.world.north_west), key=_id)
    assert [row.level for row in steps] == ["watching", "normal"]
    assert steps[1].id == chosen.id + 1


def _id(row: Any) -> int:
    return int(row.id)


def test_a_suspension_of_yesterday_by_the_office_is_not_moved(bench: Bench) -> None:
    yesterday = clock.now() - timedelta(days=1)
    with bench.app.app_context(), clock.held(yesterday), unit_of_work():
        change_standing(bench.author.id, "suspended", "By the office.", None)
    bench.first.post(bench.aim("suspend"), **FIELDS)
    member = bench.world.row(Member, bench.author.id)
    assert (member.standing_since, member.standing_cause) == (yesterday, "By the office.")


def test_on_record_stands_who_acted_and_the_rest_under_seal(bench: Bench) -> None:
    aim_everything(bench)
    found = entries(bench)
    assert {row.action for row in found} == set(RECORDED.values())
    for row in found:
        assert (row.actor_id, row.subject_id, row.at) == (bench.first.id, None, clock.rounded(row.at))
        for word in (WHY, bench.thread.name, *bench.thread.ids):
            assert word not in row.note
        with bench.app.app_context():
            said = opened_note(row.note)
        assert (said["post"], said["reason"]) == (str(bench.thread.opening), WHY)
    assert len({len(row.note) for row in found}) == 1
    about = [row for row in bench.rows(AuditEntry) if row.subject_id == bench.author.id]
    assert {row.action for row in about} == {"member.created"}


@pytest.mark.parametrize("role", ["officer", "membership_officer", "administrator"])
def test_it_does_not_meet_whoever_holds_an_office(bench: Bench, role: str) -> None:
    with bench.app.app_context(), unit_of_work() as work:
        work.execute(update(Member).where(Member.id == bench.author.id).values(role=role))
    assert_alike(bench)
    assert standing(bench, bench.author) == "active"
    assert is_in(bench, bench.author)
    assert removals(bench) == []


def test_nor_the_actor_themselves(bench: Bench) -> None:
    thread = bench.world.hide(bench.first, shield="")
    for word in WORDS:
        answer = bench.first.post(f"/t/{thread.thread}/{word}/{thread.opening}", **FIELDS)
        assert (answer.status_code, answer.location) == (303, f"/p/{thread.opening}")
    assert standing(bench, bench.first) == "active"
    assert is_in(bench, bench.first)


def gone(bench: Bench) -> None:
    with bench.app.app_context(), unit_of_work():
        erase(bench.author.id)


def moved_to(standing: str) -> Callable[[Bench], None]:
    def move(bench: Bench) -> None:
        with bench.app.app_context(), unit_of_work():
            change_standing(bench.author.id, standing, "By the office.", None)

    return move


def nothing(bench: Bench) -> None:
    """The author is an active member like any other."""


def assert_alike(bench: Bench) -> None:
    """The answers, and the page that follows, are what they always are."""
    for word in WORDS:
        answer = bench.first.post_and_follow(bench.aim(word), **FIELDS)
        assert answer.status_code == 200
        assert "Whom it met, and whether anybody, is told to nobody." in answer.text
        again = bench.first.get(bench.aim(word))
        assert again.status_code == 200
        assert "already" not in re.sub(r"(?s)<ul>.*?</ul>", "", again.text).lower()


@pytest.mark.parametrize(
    "before",
    [nothing, gone, moved_to("suspended"), moved_to("lapsed"), moved_to("left")],
    ids=["active", "gone", "suspended", "lapsed", "left"],
)
def test_the_answer_is_the_same_whatever_became_of_the_author(bench: Bench, before: Callable[[Bench], None]) -> None:
    before(bench)
    assert_alike(bench)
    assert len(entries(bench)) == len(WORDS)


def test_nobody_else_aims_anything(bench: Bench) -> None:
    outsider = person(bench.app, "Ola Outside", role="officer")
    hidden = bench.world.hide(bench.author)
    for word in WORDS:
        for who in (bench.world.peer, bench.author, bench.world.administrator, bench.world.membership, outsider):
            assert who.get(bench.aim(word)).status_code == 404
            assert who.post(bench.aim(word), **FIELDS).status_code == 404
        path = f"/t/{hidden.thread}/{word}/{hidden.opening}"
        # Hidden from them, whatever their office.
        for who in (bench.world.moderator, bench.colleague):
            assert who.get(path).status_code == 404
            assert who.post(path, **FIELDS).status_code == 404
        assert bench.world.visitor.get(path).status_code == 302
    assert bench.world.moderator.post(bench.aim("suspend"), **FIELDS).status_code == 404
    assert entries(bench) == []


def test_only_at_posts_under_a_pseudonym(bench: Bench) -> None:
    other = bench.world.open_thread(bench.world.peer)
    for word in WORDS:
        assert bench.first.get(f"/t/{other}/{word}/{bench.world.opening(other)}").status_code == 404
        assert bench.first.get(f"/t/{other}/{word}/{bench.thread.opening}").status_code == 404


@pytest.mark.parametrize("word", ["suspend", "mute"])
@pytest.mark.parametrize("wrong", [{"cause": ""}, {"cause": "spite"}, {"reason": "Short."}, {"reason": "x" * 2001}])
def test_what_is_not_complete_comes_back_with_its_text(bench: Bench, word: str, wrong: dict[str, str]) -> None:
    given = {**FIELDS, **wrong}
    answer = bench.first.post(bench.aim(word), **given)
    assert answer.status_code == 422
    assert given["reason"] in answer.text
    assert entries(bench) == []
    assert standing(bench, bench.author) == "active"


@pytest.mark.parametrize("word", ["suspend", "mute"])
def test_without_a_token_or_a_fresh_sign_in_nothing_happens(bench: Bench, word: str) -> None:
    assert bench.first.client.post(bench.aim(word), data=FIELDS).status_code == 400
    with clock.held(clock.now() + timedelta(minutes=11)):
        assert bench.first.post(bench.aim(word), **FIELDS).status_code == 403
    assert entries(bench) == []


def aim_everything(bench: Bench) -> None:
    for word in WORDS:
        assert bench.first.post(bench.aim(word), **FIELDS).status_code == 303


def test_no_row_that_it_writes_holds_both_the_author_and_the_pseudonym_or_the_actor(bench: Bench) -> None:
    before = tables(bench.app)
    aim_everything(bench)
    author = {str(bench.author.id), bench.author.email, bench.author.name}
    others = {*bench.thread.ids, bench.thread.name, str(bench.first.id)}
    for table, rows in tables(bench.app).items():
        for row in rows - before[table]:
            found = {word for word in author | others if word in row}
            # What the thread and its network share is no link.
            assert not (found & author and found & others), (table, sorted(found))


def tables(app: Flask) -> dict[str, set[str]]:
    with app.app_context():
        names = inspect(db.engine).get_table_names()
        return {name: {_said(row) for row in db.session.execute(text(f'SELECT * FROM "{name}"'))} for name in names}


def _said(row: Any) -> str:
    return repr(tuple(row))
