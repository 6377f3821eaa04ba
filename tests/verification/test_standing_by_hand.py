"""Standing changed by hand: what is refused, and how it goes together with what the rolls say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask, current_app
from sqlalchemy import select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.cli.member import group
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.rolls.leaving import follow_rolls
from tests.support.persons import known, person
from tests.verification.claiming import entry

pytestmark = pytest.mark.usefixtures("networks")

REASON = "A test of steps by hand."


def test_whom_a_roll_has_can_not_be_lapsed_by_hand(app: Flask) -> None:
    ann, officer = person(app, "Ann Example"), person(app, "Olu Officer", role="membership_officer")
    with unit_of_work():
        db.session.execute(update(RollEntry).where(RollEntry.id == entry()).values(member_id=ann.id))
    path = f"/admin/members/{ann.id}"
    assert f"{path}/do/lapse" not in officer.get(path).text
    answer = officer.post_and_follow(f"{path}/do/lapse", chosen="ended", words=REASON)
    assert "A roll has them as a member" in answer.text
    done = CliRunner().invoke(group, ["lapse", ann.email, "--reason", REASON])
    assert (done.exit_code, "A roll has" in done.output) == (1, True)
    assert known(app, ann.email).get("/networks").status_code == 200


def test_who_is_let_in_against_the_roll_has_the_whole_grace_before_access_ends_again(app: Flask) -> None:
    ann = person(app, "Ann Example", standing="lapsed")
    gone = {"member_id": ann.id, "gone_at": clock.now() - timedelta(days=100), "warnings": 2}
    with unit_of_work():
        db.session.execute(update(RollEntry).where(RollEntry.id == entry()).values(**gone))
    assert CliRunner().invoke(group, ["reinstate", ann.email, "--reason", REASON]).exit_code == 0
    follow_rolls()
    assert "Your access ends" in ann.get("/me").text
    with clock.held(clock.now() + timedelta(days=current_app.config["KE_LAPSE_GRACE_DAYS"], hours=1)):
        follow_rolls()
    assert db.session.execute(select(Member.standing).where(Member.id == ann.id)).scalar_one() == "lapsed"


def test_who_has_lapsed_is_reminded_once_two_weeks_later(app: Flask) -> None:
    ann = person(app, "Ann Example", standing="lapsed")
    gone = {"member_id": ann.id, "gone_at": clock.now() - timedelta(days=20), "warnings": 2}
    with unit_of_work():
        db.session.execute(update(RollEntry).where(RollEntry.id == entry()).values(**gone))
    follow_rolls()
    letters = select(MailMessage.subject, MailMessage.essential).where(MailMessage.recipient == ann.email)
    assert db.session.execute(letters).all() == []
    with clock.held(clock.now() + timedelta(days=15)):
        follow_rolls()
        follow_rolls()
    assert [tuple(row) for row in db.session.execute(letters)] == [("Your account is still closed", True)]


def test_who_is_restored_can_claim_the_entry_that_was_theirs_and_nobody_could_before(app: Flask) -> None:
    ann = person(app, "Ann Example")
    held = entry()
    with unit_of_work():
        db.session.execute(update(RollEntry).where(RollEntry.id == held).values(member_id=ann.id))
    whose = select(RollEntry.member_id).where(RollEntry.id == held)
    ann.post("/me/leave")
    assert db.session.scalar(whose) == ann.id
    assert CliRunner().invoke(group, ["restore", ann.email, "--reason", REASON]).exit_code == 0
    assert db.session.scalar(whose) is None


@pytest.mark.parametrize(
    ("before", "command", "told"),
    [
        ("left", "suspend", "can't be suspended"),
        ("left", "reinstate", "only who is suspended or lapsed"),
        ("left", "lapse", "only an active membership"),
        ("pending", "lapse", "only an active membership"),
        ("pending", "reinstate", "show first that they are a member"),
        ("active", "restore", "only a closed or lapsed account"),
    ],
)
def test_a_step_that_there_is_not_ends_the_command_with_a_sentence(
    app: Flask, before: str, command: str, told: str
) -> None:
    ann = person(app, "Ann Example", standing=before)
    done = CliRunner().invoke(group, [command, ann.email, "--reason", REASON])
    assert (done.exit_code, told in done.output, "Nothing was changed" in done.output) == (1, True, True), done.output
    assert db.session.execute(select(Member.standing).where(Member.id == ann.id)).scalar_one() == before
    assert db.session.scalars(select(AuditEntry.id).where(AuditEntry.action == "standing.changed")).all() == []


@pytest.mark.parametrize("command", ["suspend", "reinstate", "lapse", "restore", "leave"])
def test_no_command_changes_a_standing_without_saying_why_or_whose(app: Flask, command: str) -> None:
    ann = person(app, "Ann Example")
    for words, code in (
        ([ann.email], 2),
        ([ann.email, "--reason", "  "], 2),
        (["who@example.org", "--reason", "x"], 1),
    ):
        assert CliRunner().invoke(group, [command, *words]).exit_code == code
    assert db.session.scalars(select(AuditEntry.id).where(AuditEntry.action == "standing.changed")).all() == []
