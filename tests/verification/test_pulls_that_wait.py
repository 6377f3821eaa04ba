"""Pulls that wait for an officer, for the next try, or for their turn; and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.pulling import jobs as pull_jobs
from knowledge_exchange.verification.pulling import state as pull_state
from knowledge_exchange.verification.rolls import applying, staging
from tests.verification.pulls import EMPTY, NOON, entries, letters, make_everybody_members, officer, pull, row, source
from tests.verification.registries import CSV, Machine, says, sends

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.mark.parametrize("roll", [EMPTY, CSV.replace("12345678", "99999999"), CSV[:-30]])
def test_what_an_officer_must_see_waits_for_one(set_up: Machine, roll: str) -> None:
    set_up.does(sends(CSV, ETag='"v1"'))
    pull()
    make_everybody_members()
    officer()
    set_up.does(sends(roll, ETag='"v2"'))
    done = pull()
    assert done.exit_code == 1
    assert "an officer must look at it first" in done.stderr
    assert entries() == 2
    waiting = pull_state.waiting_import("unison")
    [letter] = letters()
    assert letter.recipient == "membership_officer@home.example"
    assert f"/admin/rolls/{waiting}" in letter.text
    assert "unison" not in (letter.subject + letter.text).lower()
    # It is neither fetched again nor written about again before somebody has decided.
    set_up.does(sends(CSV))
    again = pull()
    assert "still waits" in again.stderr
    assert set_up.asked == []
    assert len(letters()) == 1
    assert row().pull_failures == 0


def test_what_an_officer_has_confirmed_is_known(set_up: Machine) -> None:
    set_up.does(sends(CSV, ETag='"v1"'))
    pull()
    make_everybody_members()
    set_up.does(sends(CSV.replace("12345678", "99999999"), ETag='"v2"'))
    pull()
    waiting = pull_state.waiting_import("unison")
    assert waiting is not None
    with unit_of_work():
        applying.apply(waiting, actor=officer(), allowed=100)
    set_up.does(says(304))
    assert pull().exit_code == 0
    assert set_up.asked[0]["if-none-match"] == '"v2"'


def test_what_an_officer_has_dropped_is_not_brought_back_the_same_day(set_up: Machine) -> None:
    set_up.does(sends(EMPTY, ETag='"v1"'))
    with clock.held(NOON):
        pull()
        waiting = pull_state.waiting_import("unison")
        assert waiting is not None
        staging.drop(waiting)
        set_up.does(says(304))
        assert pull().exit_code == 0
        assert set_up.asked[0]["if-none-match"] == '"v1"'
    with clock.held(NOON + staging.STAGED_FOR + timedelta(minutes=1)):
        set_up.does(sends(EMPTY, ETag='"v1"'))
        assert pull().exit_code == 1
        assert "if-none-match" not in set_up.asked[0]


def test_the_operator_s_word_takes_a_fresh_roll_at_once(set_up: Machine) -> None:
    set_up.does(sends(CSV))
    pull()
    make_everybody_members()
    set_up.does(sends(CSV.replace("12345678", "99999999")))
    pull()
    done = pull("--allow-lapse", "60")
    assert done.exit_code == 0, done.output
    assert pull_state.waiting_import("unison") is None
    notes = db.session.scalars(select(AuditEntry.note).where(AuditEntry.action == "roll.imported")).all()
    assert "confirmed: up to 60 %" in notes[-1]


def test_failures_are_tried_again_soon_then_as_always_and_told_once(set_up: Machine) -> None:
    officer("administrator")
    set_up.does(says(401))
    pauses = []
    with clock.held(NOON):
        for _time in range(5):
            pull()
            pauses.append((row().pull_due_at or NOON) - NOON)
    assert pauses == [timedelta(minutes=15), timedelta(hours=1)] + [timedelta(hours=24)] * 3
    [letter] = letters()
    assert letter.recipient == "administrator@home.example"
    set_up.does(sends(CSV))
    pull()
    assert row().pull_failures == 0


def test_only_one_of_two_workers_takes_a_due_source_on(set_up: Machine) -> None:
    assert pull_state.due_sources() == ["unison"]
    with clock.held(NOON):
        assert pull_state.claim("unison") == NOON + pull_state.LEASE
        assert pull_state.claim("unison") is None
        assert pull_state.due_sources() == []
    with clock.held(NOON + pull_state.LEASE):
        assert pull_state.claim("unison") is not None


@pytest.mark.parametrize("outcome", [pull_state.FAILED, pull_state.WAITING, pull_state.UNCHANGED])
@pytest.mark.parametrize("hours", ["1", "24"])
def test_no_pause_looks_as_if_somebody_were_at_it(set_up: Machine, outcome: str, hours: str) -> None:
    source("set", "unison", "--every", hours)
    for _time in range(4):
        assert pull_state.claim("unison") is not None
        assert pull_state.is_at_it(row())
        with unit_of_work():
            pull_state.note("unison", outcome, "so")
        assert not pull_state.is_at_it(row())
        with unit_of_work():
            pull_state.make_due("unison", actor=None)


def test_pulling_now_makes_it_due_but_not_twice(set_up: Machine) -> None:
    set_up.does(sends(CSV))
    pull()
    assert pull_state.due_sources() == []
    with unit_of_work():
        assert pull_state.make_due("unison", actor=None)
    assert pull_state.due_sources() == ["unison"]
    assert pull_state.claim("unison") is not None
    with unit_of_work():
        assert pull_state.make_due("unison", actor=None)
        assert not pull_state.make_due("fda", actor=None)
    assert pull_state.due_sources() == []


def test_what_is_not_pulled_is_never_due(set_up: Machine) -> None:
    assert source("set", "unison", "--no-pull").exit_code == 0
    assert pull_state.due_sources() == []
    assert pull().exit_code == 1
    set_up.does(sends(CSV))
    pull_jobs.pull_rolls()
    assert set_up.asked == []


@pytest.mark.server
def test_the_job_pulls_in_a_process_of_its_own(set_up: Machine) -> None:
    set_up.does(sends(CSV, ETag='"v1"'))
    pull_jobs.pull_rolls()
    assert row().pull_outcome.startswith("Applied: 2 added")
    assert entries() == 2
    assert pull_state.due_sources() == []


def test_a_pull_that_dies_is_a_failure(set_up: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    pull_jobs.pull_rolls()
    assert (row().pull_failures, row().pull_outcome) == (1, "Pulling was interrupted; nothing was changed.")
