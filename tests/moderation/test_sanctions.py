"""Warnings, mutes, removals and suspensions under somebody's name: what holds, until when, and who may."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import Member, SignIn, StandingChange
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.care_models import NetworkMute
from knowledge_exchange.networks.models import NetworkRemoval
from knowledge_exchange.notifications.models import Notification
from tests.moderation.sanction_people import WHY, Court, court
from tests.support.persons import Person, known
from tests.support.worlds import World


@pytest.fixture
def here(app: Flask, world: World) -> Court:
    """North West and its people."""
    return court(app, world)


def standing(here: Court) -> str:
    return str(here.world.row(Member, here.author.id).standing)


def told(here: Court) -> list[str]:
    return [row.text for row in here.rows(Notification, member_id=here.author.id, kind="sanctioned")]


def test_a_warning_tells_its_member_and_changes_nothing_else(here: Court) -> None:
    row = here.impose(here.moderator, "warning", "")
    assert (row.kind, row.reason, row.ends_on, row.ended_on) == ("warning", WHY, None, None)
    assert told(here) == ["A warning"]
    assert WHY in here.author.get("/me").text
    assert WHY in here.author.get(f"/me/sanctions/{row.id}").text
    assert here.author.post(f"/t/{here.thread}/replies", body="I see.").status_code == 303


def test_it_is_one_act_on_record_that_leads_to_post_and_sanction(here: Court) -> None:
    row = here.impose(here.moderator)
    (act,) = here.acts()
    assert (act.action, act.acted_as, act.actor_id, act.sanction_id) == ("mute", "moderator", here.moderator.id, row.id)
    assert (act.post_id, act.reason, json.loads(act.details)["days"]) == (here.post, WHY, 7)
    assert [one.actor_id for one in here.rows(AuditEntry, action="moderation.mute")] == [here.moderator.id]


def test_the_muted_read_and_cannot_write_and_get_their_text_back(here: Court) -> None:
    here.impose(here.moderator, days="3")
    last = clock.now().date() + timedelta(days=3)
    page = here.author.get(f"/t/{here.thread}/bank-shifts").text
    assert "but not write there until the end of" in page
    assert str(last.day) in page
    assert here.author.get("/n/north-west").text.count("but not write there until") == 1
    typed = "What I still have to say."
    answers = [
        here.author.post(f"/t/{here.thread}/replies", body=typed),
        here.author.post("/n/north-west/new", kind="problem", title="Something new", body=typed),
        here.author.post(f"/p/{here.post}/edit", title="Bank shifts", body=typed),
    ]
    assert [answer.status_code for answer in answers] == [422, 403, 403]
    assert all(typed in answer.text and "/me#sanctions" in answer.text for answer in answers)
    elsewhere = here.author.post("/n/national/new", kind="problem", title="Something new", body=typed)
    assert elsewhere.status_code == 303
    assert here.author.post(f"/t/{here.thread}/level", level="watching").status_code == 303
    assert here.author.post(f"/p/{here.post}/delete").status_code == 303


def test_the_muted_write_no_summary_and_no_end_of_their_thread_either(here: Court) -> None:
    reply = here.world.reply(here.moderator, here.thread, "Ask the bank.")
    assert here.author.post(f"/p/{reply}/accept").status_code == 303
    here.moderator.post(f"/t/{here.thread}/summary/ask", who=here.world.handle(here.author))
    here.impose(here.moderator)
    for page in (f"/t/{here.thread}/outcome", f"/t/{here.thread}/summary"):
        assert here.author.get(page).status_code == 403
        answer = here.author.post(page, body="What I still have to say.", seen="0")
        assert (answer.status_code, "What I still have to say." in answer.text) == (403, True)


def test_a_form_sent_twice_imposes_and_tells_once(here: Court) -> None:
    for kind, days in (("warning", ""), ("mute", "7"), ("removal", "")):
        here.impose(here.moderator, kind, days)
        for who in (here.moderator, here.second):
            again = who.post(here.form, kind=kind, days=days, reason=WHY)
            assert (again.status_code, "nothing has changed" in again.text) == (409, True)
    assert len(here.sanctions()) == len(here.acts()) == len(told(here)) == 3
    here.impose(here.moderator, "mute", "30")


def test_a_mute_ends_on_its_day_and_the_longer_of_two_stays(here: Court) -> None:
    here.impose(here.moderator, days="1")
    here.impose(here.second, days="7")
    here.run_jobs(days=2)
    assert [row.ended_cause for row in here.sanctions()] == ["time", ""]
    (mute,) = here.rows(NetworkMute)
    assert mute.until.date() == clock.now().date() + timedelta(days=8)
    here.run_jobs(days=8)
    assert here.rows(NetworkMute) == []
    assert len(told(here)) == 4
    assert here.author.post(f"/t/{here.thread}/replies", body="I am back.").status_code == 303


def test_whoever_is_removed_is_out_at_once_until_the_time_is_over(here: Court) -> None:
    here.impose(here.moderator, "removal", "7")
    assert not here.is_in(here.author)
    assert here.author.get(f"/t/{here.thread}").status_code == 404
    here.run_jobs(days=7)
    assert len(here.rows(NetworkRemoval)) == 1
    here.run_jobs(days=8)
    assert here.rows(NetworkRemoval) == []


def test_one_without_end_is_over_once_somebody_lets_them_in(here: Court) -> None:
    here.impose(here.lead, "removal", "")
    here.run_jobs(days=400)
    assert here.sanctions()[0].ended_on is None
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.author.id, here.world.north_west, origin="invited")
    here.run_jobs()
    assert here.sanctions()[0].ended_cause == "elsewhere"


def test_the_suspended_are_signed_out_and_stand_as_before_when_it_is_over(here: Court) -> None:
    here.impose(here.officer, "suspension", "3")
    assert standing(here) == "suspended"
    assert here.rows(SignIn, member_id=here.author.id) == []
    page = known(here.app, here.author.email).get("/me").text
    assert WHY in page
    here.run_jobs(days=3)
    assert standing(here) == "suspended"
    here.run_jobs(days=4)
    assert standing(here) == "active"
    assert [row.ended_cause for row in here.sanctions()] == ["time"]


def test_who_had_lapsed_lapses_again_and_of_two_suspensions_the_longer_holds(here: Court) -> None:
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "lapsed", "Not on any roll.", None)
    here.impose(here.officer, "suspension", "1")
    here.impose(here.other_officer, "suspension", "7")
    here.run_jobs(days=2)
    assert standing(here) == "suspended"
    here.run_jobs(days=8)
    assert standing(here) == "lapsed"


def test_a_suspension_by_the_membership_office_is_neither_extended_nor_ended_here(here: Court) -> None:
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "suspended", "By the office.", None)
    answer = here.officer.post(here.form, kind="suspension", days="1", reason=WHY)
    assert (answer.status_code, here.sanctions()) == (409, [])
    assert WHY in answer.text
    here.run_jobs(days=9)
    assert standing(here) == "suspended"


def test_what_the_office_has_ended_and_begun_anew_is_not_ended_by_the_old_clock(here: Court) -> None:
    here.impose(here.officer, "suspension", "3")
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "active", "A mistake.", None)
    here.run_jobs()
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "suspended", "By the office.", None)
    here.run_jobs(days=9)
    assert standing(here) == "suspended"
    assert [row.ended_cause for row in here.sanctions()] == ["elsewhere"]


def test_one_is_ended_early_by_whoever_stands_no_lower_than_who_imposed_it(here: Court) -> None:
    row = here.impose(here.lead)
    page = "/n/north-west/sanctions"
    path = f"{page}/{row.id}/end"
    assert path not in here.moderator.get(page).text
    assert here.moderator.post(path).status_code == 404
    assert path in here.lead.get(page).text
    assert here.lead.post(path).status_code == 303
    assert here.rows(NetworkMute) == []
    assert here.sanctions()[0].ended_cause == "lifted"
    assert here.acts()[0].undone_by == here.lead.id
    assert here.author.post(f"/t/{here.thread}/replies", body="Thank you.").status_code == 303


#: What each sees of the form, and what it does when they impose: a removal, a suspension.
WALK = {
    "visitor": (302, 302, 302),
    "author": (404, 404, 404),
    "watcher": (404, 404, 404),
    "elsewhere": (404, 404, 404),
    "membership": (404, 404, 404),
    "outsider": (404, 404, 404),
    "moderator": (200, 303, 422),
    "lead": (200, 303, 422),
    "officer": (200, 303, 303),
    "administrator": (200, 303, 303),
}


def somebody(here: Court, name: str) -> Person:
    return getattr(here, name) if name in here.__dataclass_fields__ else here.world.people[name]


def test_only_those_who_may_impose_anything_find_the_form(here: Court) -> None:
    # Each for another time: the same twice over one post is refused.
    days = iter(("", "7", "30", "90"))
    for name, expected in WALK.items():
        given = {"reason": WHY, "days": next(days) if 303 in expected else "7"}
        who = somebody(here, name)
        found, before = who.get(here.form).status_code, len(here.sanctions())
        assert (who.get("/n/north-west/sanctions").status_code == 200) == (found == 200), name
        assert (here.form in who.get(f"/p/{here.post}/more").text) == (found == 200), name
        done = [who.post(here.form, kind=kind, **given).status_code for kind in ("removal", "suspension")]
        assert (found, *done) == expected, name
        assert len(here.sanctions()) - before == done.count(303), name


def test_nobody_acts_on_their_equals_or_superiors_and_a_moderator_of_elsewhere_is_a_member(here: Court) -> None:
    posts = {}
    for name in ("moderator", "lead", "officer", "elsewhere"):
        posts[name] = here.world.opening(here.world.open_thread(somebody(here, name), title=f"By the {name}"))
    seen = {
        (who, whom): somebody(here, who).get(f"/p/{post}/sanction").status_code
        for who in ("moderator", "second", "lead", "officer")
        for whom, post in posts.items()
    }
    may = {pair for pair, status in seen.items() if status == 200}
    assert may == {
        ("moderator", "elsewhere"),
        ("second", "elsewhere"),
        ("lead", "moderator"),
        ("lead", "elsewhere"),
        ("officer", "moderator"),
        ("officer", "lead"),
        ("officer", "elsewhere"),
    }


def test_what_is_not_complete_comes_back_with_its_text(here: Court) -> None:
    wrong = [{"kind": ""}, {"kind": "banishment"}, {"days": "2"}, {"days": ""}, {"days": "x"}, {"reason": ""}]
    for one in wrong:
        answer = here.moderator.post(here.form, **{"kind": "mute", "days": "7", "reason": WHY, **one})
        assert answer.status_code == 422, one
        assert one.get("reason", WHY) in answer.text
    assert here.sanctions() == []


def test_without_a_token_or_for_a_suspension_a_fresh_sign_in_nothing_happens(here: Court) -> None:
    given = {"kind": "suspension", "days": "7", "reason": WHY}
    assert here.officer.client.post(here.form, data=given).status_code == 400
    with clock.held(clock.now() + timedelta(minutes=11)):
        assert here.officer.post(here.form, **given).status_code == 403
    assert here.sanctions() == []


def test_of_anothers_sanction_there_is_no_page(here: Court) -> None:
    row = here.impose(here.moderator)
    for who in (here.moderator, here.officer, here.world.watcher):
        assert who.get(f"/me/sanctions/{row.id}").status_code == 404
        assert who.post(f"/me/sanctions/{row.id}", text=WHY).status_code == 404
    assert here.author.get("/me/sanctions/1").status_code == 404
    assert here.author.get("/me/sanctions/x").status_code == 404
    assert here.rows(ModerationCase) == []


def test_ones_own_data_hold_what_was_imposed(here: Court) -> None:
    here.impose(here.moderator)
    with here.app.app_context():
        data = everything_about(here.author.id)
    assert [row["reason"] for row in data["sanctions"]] == [WHY]
    assert [row["slug"] for row in data["mutes_in_networks"]] == ["north-west"]


def test_a_step_in_standing_says_who_decided(here: Court) -> None:
    here.impose(here.officer, "suspension", "")
    step = max(here.rows(StandingChange, member_id=here.author.id), key=lambda row: row.id)
    assert (step.after, step.actor_id) == ("suspended", here.officer.id)
