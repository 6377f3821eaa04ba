"""Pulling a roll by command and by the job: what is applied, what waits, what is remembered, who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import create_member
from knowledge_exchange.cli.roll_source import group
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.verification import pull_jobs, pull_state, pulling, registry_https, rolls, staging
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow, RollSource
from tests.verification import registries
from tests.verification.registries import CSV, PEOPLE, TOKEN, Machine, says, sends, sends_json

pytestmark = pytest.mark.usefixtures("in_app")

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMPTY = CSV.splitlines()[0] + "\n"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The union's membership system."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with registries.running() as running:
        yield running


@pytest.fixture
def set_up(in_app: None, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """``unison`` is pulled from it, without pauses between the tries."""
    monkeypatch.setattr(registry_https, "PATIENCE", registry_https.Patience(pause_s=0.01))
    done = source("set", "unison", "--url", machine.url, "--token-file", "-", "--name", "UNISON", typed=TOKEN)
    assert done.exit_code == 0, done.output
    return machine


def source(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(group, ["source", *words], input=typed)


def pull(*words: str) -> Result:
    db.session.rollback()
    return CliRunner().invoke(group, ["pull", "unison", *words])


def row() -> RollSource:
    db.session.rollback()
    return db.session.scalars(select(RollSource).where(RollSource.source == "unison")).one()


def officer(role: str = "membership_officer") -> int:
    with unit_of_work():
        email = f"{role}@home.example"
        return create_member(
            email=email, name="Olu Office", password_hash="x", role=role, standing="active", confirmed=True
        ).id


def entries() -> int:
    return db.session.scalar(select(func.count()).select_from(RollEntry).where(RollEntry.gone_at.is_(None))) or 0


def letters() -> list[MailMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def make_everybody_members() -> None:
    """Every entry has an active account: a roll without them would put them all out."""
    with unit_of_work():
        for number, entry_id in enumerate(db.session.scalars(select(RollEntry.id)).all()):
            email = f"m{number}@home.example"
            member = create_member(email=email, name="Mem Ber", password_hash="x", standing="active", confirmed=True)
            db.session.execute(update(RollEntry).where(RollEntry.id == entry_id).values(member_id=member.id))


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
        rolls.apply(waiting, actor=officer(), allowed=100)
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


def test_without_its_token_s_key_it_says_so(set_up: Machine) -> None:
    with unit_of_work():
        db.session.execute(update(RollSource).values(pull_token=b"sealed by nobody that we know, long enough"))
    assert "set it again" in pull().stderr


def test_what_a_killed_pull_left_behind_is_cleared_away(set_up: Machine, data_dir: Path) -> None:
    import os

    old, fresh = data_dir / "pull-old", data_dir / "pull-fresh"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "roll.csv").write_text("secret")
    os.utime(old, (0, 0))
    set_up.does(sends(CSV))
    pull()
    assert (old.exists(), fresh.exists()) == (False, True)


@pytest.mark.server
def test_the_job_pulls_in_a_process_of_its_own(set_up: Machine) -> None:
    set_up.does(sends(CSV, ETag='"v1"'))
    pull_jobs.pull_rolls()
    assert row().pull_outcome.startswith("Applied: 2 added")
    assert entries() == 2
    assert pull_state.due_sources() == []


def test_a_pull_that_dies_is_a_failure(set_up: Machine, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    pull_jobs.pull_rolls()
    assert (row().pull_failures, row().pull_outcome) == (1, "Pulling was interrupted; nothing was changed.")


@pytest.mark.parametrize(
    "words",
    [
        ("No Name", "--name", "x"),
        ("unison", "--url", "http://registry.example/"),
        ("unison", "--url", "https://a:b@registry.example/"),
        ("unison", "--kind", "carrier-pigeon", "--url", "https://registry.example/"),
        ("unison", "--kind", "https"),
        ("unison", "--every", "0"),
        ("unison", "--renew-url", "javascript:alert(1)"),
        ("unison", "--name", " "),
        ("unison", "--no-pull", "--url", "https://registry.example/"),
    ],
)
def test_settings_that_can_t_be_are_bad_usage(words: tuple[str, ...]) -> None:
    done = source("set", *words)
    assert done.exit_code == 2, done.output
    assert db.session.scalar(select(func.count()).select_from(RollSource)) == 0


def test_a_token_with_a_line_break_in_it_is_refused() -> None:
    done = source("set", "unison", "--url", "https://registry.example/", "--token-file", "-", typed="two\nlines\n")
    assert done.exit_code == 2
    assert "two" not in done.output


def test_only_what_is_given_is_changed(set_up: Machine) -> None:
    token = row().pull_token
    assert "every 6 h set" in source("set", "unison", "--every", "6").output
    assert (row().name, row().pull_url, row().pull_token) == ("UNISON", set_up.url, token)
    assert "nothing was changed" in source("set", "unison", "--every", "6").output


def test_a_token_does_not_go_along_to_another_server(set_up: Machine) -> None:
    assert "token removed" in source("set", "unison", "--url", "https://elsewhere.example/roll").output
    assert row().pull_token is None


def test_a_token_stays_for_another_path_of_the_same_server(set_up: Machine) -> None:
    source("set", "unison", "--url", set_up.url + "&more")
    assert row().pull_token is not None


def test_the_list_shows_what_came_of_the_last_try(set_up: Machine) -> None:
    set_up.does(says(404))
    pull()
    said = source("list").output
    assert "unison: UNISON" in said
    assert "pulled every 24 h (https)" in said
    assert "There is no roll at this address (404)." in said


def test_a_command_of_an_unknown_source_fails_in_one_sentence() -> None:
    with pytest.raises(pulling.NotPulled):
        pulling.pull("fda")
    done = CliRunner().invoke(group, ["pull", "fda"])
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
