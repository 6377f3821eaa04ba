"""Whom a run of invitations writes to, and that it writes to each once, whatever happens to whoever writes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, insert, select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.cli.invitations import group
from knowledge_exchange.core import clock
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.refusals import note_refusal
from knowledge_exchange.verification.inviting import invitations
from knowledge_exchange.verification.inviting import queries as invitation_queries
from knowledge_exchange.verification.inviting.invitations import LIFE, Whom
from knowledge_exchange.verification.models import RollEntry, RollInvitation
from tests.support.servers import run_python
from tests.verification.claiming import account, entry, letters
from tests.verification.inviting import UNISON, invite, recipients, run, start

pytestmark = pytest.mark.usefixtures("networks")

MANY = 250
#: Writes batch after batch, and dies when the second one has put its letters into the outbox.
_KILLED = """
import os, sys
from sqlalchemy import event
from knowledge_exchange import create_app
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.inviting import invitations

written = []

def die_in_the_second_batch(_connection, _cursor, statement, *_rest):
    if statement.startswith("INSERT INTO roll_invitation"):
        written.append(statement)
        if len(written) == 150:
            os.kill(os.getpid(), 9)

with create_app().app_context():
    event.listen(db.engine, "after_cursor_execute", die_in_the_second_batch)
    invitations.invite_waiting()
"""


def many(amount: int = MANY) -> None:
    """So many people on the roll."""
    given = {"source": "unison", "number_tail": "00", "surname": "Many", "first_name": "Ann", "warnings": 0}
    facts = {**given, "ods_code": "", "region": "london", "category": "full", "former_names": ""}
    rows = [
        {"id": number, "number_hash": f"h{number}", "email": f"p{number:04}@roll.example", **facts}
        for number in range(1, amount + 1)
    ]
    with unit_of_work() as work:
        work.execute(insert(RollEntry), rows)


def test_those_who_hold_a_place_and_have_an_address_and_no_account_are_written_to() -> None:
    account("Mel Member", standing="active")
    entry("1", email="wanted@roll.example")
    entry("2", email="")
    entry("3", email="gone@roll.example", gone_at=now())
    entry("4", email="taken@roll.example", member_id=account("Ann Taken"))
    entry("5", email="Refuses@roll.example")
    entry("6", email="MEL@account.example")
    entry("7", email="ann@account.example")
    entry("8", email="other@roll.example", source="fda")
    with unit_of_work():
        note_refusal("refuses@roll.example", "SMTP 550")
    assert (invitations.count_wanted(UNISON), invitations.count_holding(UNISON)) == (2, 6)
    invite()
    # Whoever has begun to join, and no more, may use the letter.
    assert recipients() == ["ann@account.example", "wanted@roll.example"]


def test_a_run_can_be_for_a_region_and_for_a_category_however_the_roll_calls_it() -> None:
    entry("1", email="a@roll.example", region="london", category="retired")
    entry("2", email="b@roll.example", region="london", category="Retired")
    entry("3", email="c@roll.example", region="wales", category="retired")
    entry("4", email="d@roll.example", region="london", category="full")
    invite(Whom("unison", region="london", category="retired"))
    assert recipients() == ["a@roll.example", "b@roll.example"]


def test_one_address_gets_one_letter_whoever_shares_it_on_whichever_roll() -> None:
    entry("1", email="two@roll.example")
    entry("2", email="Two@Roll.example")
    entry("3", email="two@roll.example", source="fda")
    assert invitations.count_wanted(UNISON) == 1
    invite()
    invite(Whom("fda"))
    invite()
    assert len(letters()) == 1


def test_two_entries_with_one_address_in_different_batches_get_one_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge_exchange.verification.inviting.invitations.BATCH", 1)
    entry("1", email="two@roll.example")
    entry("2", email="two@roll.example")
    invite()
    assert recipients() == ["two@roll.example"]


def test_who_has_let_an_invitation_expire_is_written_to_again_and_nobody_before() -> None:
    entry("1", email="a@roll.example")
    invite()
    invite()
    assert len(letters()) == 1
    with clock.held(now() + LIFE + timedelta(minutes=1)):
        invite()
        assert len(letters()) == 2
        [new, old] = invitation_queries.runs()[::2]
        assert (new.expired, old.expired) == (0, 1)


def test_a_letter_names_neither_the_union_nor_what_is_said_here_and_stops_working_on_a_day_it_tells() -> None:
    entry("1", email="a@roll.example")
    invite()
    [letter] = letters()
    words = f"{letter.subject}\n{letter.text}".lower()
    for word in ("union", "unison", "member", "manager", "roll", "network", "okonedo", "bola", "knowledge exchange"):
        assert word not in words
    assert str((now() + LIFE).year) in letter.text
    assert not letter.essential


def test_a_run_is_written_batch_by_batch_and_says_when_it_is_over() -> None:
    many()
    run_id = start()
    assert run().wanted == MANY
    assert invitations.write_batch(run_id)
    assert len(letters()) == invitations.BATCH
    invitations.invite_waiting()
    assert recipients() == [f"p{number:04}@roll.example" for number in range(1, MANY + 1)]
    assert run().finished_at is not None
    assert not invitations.write_batch(run_id)


def test_a_run_that_is_stopped_writes_no_further_letters() -> None:
    many()
    run_id = start()
    invitations.write_batch(run_id)
    with unit_of_work():
        assert invitations.stop(run_id, actor=None)
    invitations.invite_waiting()
    assert len(letters()) == invitations.BATCH
    with unit_of_work():
        assert not invitations.stop(run_id, actor=None)
    ours = AuditEntry.action.startswith("invitations.")
    actions = db.session.scalars(select(AuditEntry.action).where(ours).order_by(AuditEntry.id)).all()
    assert actions == ["invitations.started", "invitations.stopped"]


def test_two_workers_write_each_letter_once(app: Flask) -> None:
    many()
    start()
    db.session.remove()
    begin = Barrier(2)

    def work(_worker: int) -> None:
        with app.app_context():
            begin.wait(timeout=20)
            invitations.invite_waiting()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert recipients() == [f"p{number:04}@roll.example" for number in range(1, MANY + 1)]


@pytest.mark.server
def test_a_run_whose_writer_is_killed_goes_on_and_writes_to_nobody_twice(
    settings: Mapping[str, Any], tmp_path: Path
) -> None:
    many()
    start()
    db.session.remove()
    done = run_python("-c", _KILLED, settings=settings, folder=tmp_path)
    assert done.returncode == -9, done.stderr
    # The second batch is gone with its writer, letters and mark alike.
    assert len(letters()) == invitations.BATCH
    assert db.session.scalar(select(func.count()).select_from(RollInvitation)) == invitations.BATCH
    invitations.invite_waiting()
    assert recipients() == [f"p{number:04}@roll.example" for number in range(1, MANY + 1)]


def test_what_became_of_the_letters_is_counted() -> None:
    for number in range(1, 6):
        entry(str(number), email=f"p{number}@roll.example")
    invite()
    waits, went, failed, bounced, used = letters()
    with unit_of_work():
        for letter in (went, bounced, used):
            db.session.merge(letter).sent_at = now()
        db.session.merge(failed).failed_at = now()
        note_refusal(bounced.recipient, "bounced")
        invitation = db.session.scalars(select(RollInvitation).where(RollInvitation.mail_id == used.id)).one()
        invitation.used_at = now()
    [counted] = invitation_queries.runs()
    assert waits.sent_at is None
    assert (counted.wanted, counted.written, counted.sent, counted.refused) == (5, 5, 2, 2)
    assert (counted.used, counted.expired, counted.is_going) == (1, 0, False)


def command(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(group, words)
    return done.exit_code, done.output


def test_the_command_counts_starts_and_tells(app: Flask) -> None:
    entry("1", email="a@roll.example", region="london")
    entry("2", email="b@roll.example", region="wales")
    assert command("status") == (0, "Nobody has been invited yet.\n")
    words = ("send", "--source", "UNISON", "--region", "London", "--category", "Retired")
    said = "unison, dry run: 1 of 1 on this part of the roll would be written to.\n"
    assert command(*words, "--dry-run") == (0, said)
    assert run().id is None
    status, output = command(*words)
    assert (status, "1 of 1 on this part of the roll are written to" in output) == (0, True)
    invitations.invite_waiting()
    assert recipients() == ["a@roll.example"]
    assert "unison, london, retired: all written; 1 of 1 written, 0 sent, 0 used, 0 refused" in command("status")[1]
    status, output = command(*words)
    assert (status, "nothing was started" in output) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--source", "nobody"),
        ("--source", "unison", "--region", "Narnia"),
        ("--source", "unison", "--category", "wizard"),
    ],
)
def test_bad_usage_of_the_command_ends_with_two(words: tuple[str, ...]) -> None:
    assert command("send", *words)[0] == 2
