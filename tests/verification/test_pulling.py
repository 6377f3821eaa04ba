"""Pulling a roll: what is applied, what is known afterwards, and what is left behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.cli.roll_source import group
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import RollImport, RollRow, RollSource
from knowledge_exchange.verification.pulling import state as pull_state
from tests.verification import registries
from tests.verification.pulls import NOON, entries, pull, row, source
from tests.verification.registries import CSV, PEOPLE, TOKEN, Machine, says, sends, sends_json

pytestmark = pytest.mark.usefixtures("in_app")


def test_what_may_be_applied_is_applied_at_once(set_up: Machine) -> None:
    set_up.does(sends(CSV, ETag='"v1"'))
    done = pull()
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1].startswith("unison: 2 added, 0 changed")
    assert entries() == 2
    [imported] = db.session.scalars(select(RollImport)).all()
    assert (imported.origin, imported.state, imported.actor_id) == ("pull", "applied", None)
    assert db.session.scalar(select(func.count()).select_from(RollRow)) == 0
    remembered = row()
    assert (remembered.pull_etag, remembered.pull_import_id, remembered.pull_failures) == ('"v1"', imported.id, 0)
    assert remembered.pulled_at == remembered.pull_tried_at is not None
    assert remembered.pull_outcome.startswith("Applied: 2 added")
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"roll.imported", "roll.pull_applied", "roll.source_changed"} <= actions


def test_json_is_as_good(set_up: Machine) -> None:
    set_up.does(sends_json({"members": PEOPLE}))
    assert "2 added" in pull().stdout
    set_up.does(sends(CSV))
    assert "2 unchanged" in pull().stdout


def test_neither_token_nor_numbers_are_left_anywhere(set_up: Machine, data_dir: Path) -> None:
    set_up.does(sends(CSV), sends(CSV.replace("0012345678", "x")), says(500))
    for _time in range(3):
        pull()
    said = [*db.session.scalars(select(AuditEntry.note)), row().pull_outcome]
    assert not [text for text in said if TOKEN in text or "12345678" in text or "40217788" in text]
    assert TOKEN.encode() not in (row().pull_token or b"")
    assert list(data_dir.glob("pull-*")) == []
    assert TOKEN not in source("list").output


@pytest.mark.parametrize(
    "roll",
    [
        "0012345678,Smith,Ann\n40217788,Okonedo,Bola\n",
        "Smith,Ann,0012345678\n",
        "number,family\n0012345678,Smith\n",
        "membership_number;membership_number;surname\n0012345678;1;Smith\n",
    ],
)
def test_a_file_without_usable_columns_is_refused_without_quoting_anybody(set_up: Machine, roll: str) -> None:
    set_up.does(sends(roll))
    done = pull()
    assert done.exit_code == 1
    said = " ".join([done.output, row().pull_outcome, *db.session.scalars(select(AuditEntry.note))])
    assert "12345678" not in said
    assert "Smith" not in said


def test_a_version_that_is_known_is_not_fetched_again(set_up: Machine) -> None:
    set_up.does(sends(CSV, ETag='"v1"'), says(304))
    pull()
    done = pull()
    assert (done.exit_code, done.stdout) == (
        0,
        "unison: The registry’s roll has not changed. Nothing was changed.\n",
    )
    assert set_up.asked[1]["if-none-match"] == '"v1"'
    assert db.session.scalar(select(func.count()).select_from(RollImport)) == 1


def test_old_content_under_a_new_name_changes_nothing(set_up: Machine) -> None:
    set_up.does(sends(CSV, ETag='"v1"'), sends(CSV, ETag='"v2"'), says(304))
    pull()
    assert "the same roll again" in pull().stdout
    assert row().pull_etag == '"v2"'
    pull()
    assert set_up.asked[2]["if-none-match"] == '"v2"'
    assert db.session.scalar(select(func.count()).select_from(RollImport)) == 1


def test_after_a_file_by_hand_the_roll_is_fetched_whole(set_up: Machine, roll_file: Callable[..., Path]) -> None:
    set_up.does(sends(CSV, ETag='"v1"'))
    pull()
    CliRunner().invoke(group, ["import", str(roll_file("123,Other,,,,,,,")), "--source", "unison"])
    assert "2 added" not in pull("--allow-lapse", "100").stdout
    assert entries() == 2
    assert "if-none-match" not in set_up.asked[-1]


def test_a_roll_that_has_not_changed_is_weighed_again_after_a_week(set_up: Machine) -> None:
    set_up.does(sends(CSV, ETag='"v1"'))
    with clock.held(NOON):
        pull()
    with clock.held(NOON + pull_state.KNOWN_FOR + timedelta(hours=1)):
        assert "2 unchanged" in pull().stdout
    assert "if-none-match" not in set_up.asked[-1]


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(set_up: Machine) -> None:
    set_up.does(sends(CSV + "7,,,\n"))
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    done = pull("--dry-run")
    assert done.exit_code == 0
    assert "line 4: the surname is missing" in done.stdout
    assert "unison, dry run: 2 would be added" in done.stdout
    assert db.session.scalar(select(func.count()).select_from(RollImport)) == 0
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert (row().pull_tried_at, row().pull_outcome) == (None, "")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says(403), "token was refused"),
        (sends("a,b\n1,2\n"), "member"),
        (sends_json([{"id": 1, "family": "Smith"}]), "member"),
        (sends("<html>", "text/html"), "web page"),
        (registries.promises_more, ""),
    ],
)
def test_a_failure_changes_nobody_and_is_said(set_up: Machine, answer: registries.Answer, said: str) -> None:
    set_up.does(sends(CSV))
    pull()
    with unit_of_work():
        db.session.execute(update(RollSource).values(pull_every_hours=24))
    set_up.does(answer)
    done = pull()
    assert done.exit_code == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert entries() == 2
    assert row().pull_failures == 1
    assert row().pull_etag == ""
    assert row().pull_outcome in done.stderr
    assert db.session.scalar(select(func.count()).where(RollImport.state != "applied")) == 0


def test_what_a_killed_pull_left_behind_is_cleared_away(set_up: Machine, data_dir: Path) -> None:

    old, fresh = data_dir / "pull-old", data_dir / "pull-fresh"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "roll.csv").write_text("secret")
    os.utime(old, (0, 0))
    set_up.does(sends(CSV))
    pull()
    assert (old.exists(), fresh.exists()) == (False, True)
