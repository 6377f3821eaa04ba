"""Every step in somebody's standing, by every way that leads there: what it leaves behind, and what is open then."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, current_app
from sqlalchemy import select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member, SignIn, StandingChange
from knowledge_exchange.auth.standing import STEPS
from knowledge_exchange.cli.member import group
from knowledge_exchange.core import clock, hooks
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.networks.actions import join_automatically
from knowledge_exchange.realtime.sockets import NAMESPACE, socketio
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.rolls.leaving import follow_rolls
from tests.support.persons import Person, person
from tests.verification.claiming import entry, networks_of

pytestmark = pytest.mark.usefixtures("networks")

REASON = "A test of all steps."
CHANGED, CLOSED = "Something about your account has changed", "Your account is closed"

#: (from, to): the officer's act, and the command; None where there is no such way.
WAYS: dict[tuple[str, str], tuple[str | None, str | None]] = {
    ("pending", "active"): (None, None),  # by settling a claim: tests/verification/test_settling.py
    ("pending", "suspended"): ("suspend", "suspend"),
    ("pending", "left"): ("close", "leave"),
    ("active", "lapsed"): ("lapse", "lapse"),
    ("active", "suspended"): ("suspend", "suspend"),
    ("active", "left"): ("close", "leave"),
    ("lapsed", "active"): ("let-in", "reinstate"),
    ("lapsed", "pending"): ("restore", "restore"),
    ("lapsed", "suspended"): ("suspend", "suspend"),
    ("lapsed", "left"): ("close", "leave"),
    ("suspended", "active"): ("reinstate", "reinstate"),
    ("suspended", "pending"): ("reinstate", "reinstate"),
    ("suspended", "lapsed"): ("reinstate", "reinstate"),
    ("suspended", "left"): ("close", "leave"),
    ("left", "pending"): ("restore", "restore"),
}
BY_PAGE = [(*step, act) for step, (act, _command) in WAYS.items() if act]
BY_COMMAND = [(*step, command) for step, (_act, command) in WAYS.items() if command]
#: What a member does alone, and what the job does that follows the rolls.
BY_THEMSELVES = [(before, "left") for before in ("pending", "active", "lapsed", "suspended")]
BY_ROLL = [("active", "lapsed"), ("lapsed", "active")]


def test_the_ways_tried_here_are_all_steps_that_there_are() -> None:
    assert set(WAYS) == set(STEPS)


@dataclass
class Case:
    """Somebody before a step: signed in, with a socket if they may have one, and with two messages that wait."""

    app: Flask
    ann: Person
    before: str
    lost: list[tuple[int, str]]
    socket: Any


def connect(app: Flask, who: Person) -> Any:
    """A socket with somebody's cookie, asked for from outside the test's own app context (see support/persons.py)."""
    return Context().run(lambda: socketio.test_client(app, namespace=NAMESPACE, flask_test_client=who.client))


@pytest.fixture
def lost(app: Flask) -> list[tuple[int, str]]:
    """What the hook ``access_lost`` is called with; it goes on as always."""
    calls: list[tuple[int, str]] = []
    real = app.extensions["ke_hooks"]["access_lost"]

    def noting(member_id: int, reason: str) -> None:
        calls.append((member_id, reason))
        real(member_id, reason)

    hooks.provide(app, "access_lost", noting)
    return calls


@pytest.fixture
def begin(app: Flask, lost: list[tuple[int, str]]) -> Callable[[str, str], Case]:
    """``begin(before, after)``: somebody of that standing, about to take that step."""

    def make(before: str, after: str) -> Case:
        ann = person(app, "Ann Example", standing=before, cause="Before.", region="north-west")
        with unit_of_work():
            join_automatically(ann.id)
            message = {"recipient": "waiting@example.org", "subject": "s", "text": "t", "member_id": ann.id}
            db.session.add_all([MailMessage(**message), MailMessage(**message, essential=True)])
            if before == "suspended" and after in ("pending", "lapsed"):  # what was before the suspension
                changed = update(StandingChange).where(StandingChange.member_id == ann.id)
                db.session.execute(changed.where(StandingChange.after == "suspended").values(before=after))
        socket = connect(app, ann)
        assert socket.is_connected(NAMESPACE) is (before == "active")
        return Case(app, ann, before, lost, socket)

    return make


def settled(case: Case, after: str, actor: int | None, cause: str) -> None:
    """All that is to be seen after a step, whoever did it and how."""
    member = db.session.execute(select(Member).where(Member.id == case.ann.id)).scalar_one()
    assert (member.standing, member.standing_cause) == (after, cause)
    assert member.standing_since >= clock.now() - timedelta(minutes=1)
    in_order = select(StandingChange).where(StandingChange.member_id == member.id).order_by(StandingChange.id.desc())
    step = db.session.scalars(in_order).first()
    assert step is not None
    assert (step.before, step.after, step.cause, step.actor_id) == (case.before, after, cause, actor)
    entry_of = select(AuditEntry).where(AuditEntry.action == "standing.changed", AuditEntry.subject_id == member.id)
    [on_record] = db.session.scalars(entry_of)
    assert (on_record.actor_id, on_record.note) == (actor, f"{case.before} > {after}: {cause}")
    _access_ended(case, after)
    _letters(case, after)
    _doors(case, after)


def _access_ended(case: Case, after: str) -> None:
    """Sign-ins, socket and mail end with access, and only then."""
    ends = case.before == "active" or after == "left"
    assert case.lost == ([(case.ann.id, after)] if ends else [])
    signed_in = db.session.scalars(select(SignIn.id).where(SignIn.member_id == case.ann.id)).all()
    assert bool(signed_in) is not ends
    if case.before == "active":
        assert not case.socket.is_connected(NAMESPACE)
    waiting = select(MailMessage.essential).where(MailMessage.recipient == "waiting@example.org")
    assert sorted(db.session.scalars(waiting)) == ([True] if ends else [False, True])
    if after == "left":
        assert networks_of(case.ann.id) == set()
    if after == "active":
        assert networks_of(case.ann.id) == {"north-west", "national", "ask-an-officer"}


def _letters(case: Case, after: str) -> None:
    """They are written to, in words that tell nobody else anything."""
    letters = db.session.scalars(select(MailMessage).where(MailMessage.recipient == case.ann.email)).all()
    assert [(letter.subject, letter.essential) for letter in letters] == [
        (CLOSED if after == "left" else CHANGED, True)
    ]
    text = letters[0].text.lower()
    for telling in ("union", "member", "suspend", "lapse", REASON.lower(), "knowledge exchange"):
        assert telling not in text
    assert ("/me" in text) is (after != "left")


def _doors(case: Case, after: str) -> None:
    """What opens to a sign-in that is begun now, as by one that had never ended."""
    token = new_token()
    with unit_of_work():
        db.session.add(SignIn(member_id=case.ann.id, token_hash=token_hash(token)))
    with case.ann.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    home, mine = case.ann.get("/networks"), case.ann.get("/me")
    asked = case.ann.get("/live/since?after=0")
    assert connect(case.app, case.ann).is_connected(NAMESPACE) is (after == "active")
    if after == "active":
        assert (home.status_code, mine.status_code, asked.status_code) == (200, 200, 200)
    elif after == "left":
        assert [answer.headers["Location"][:14] for answer in (home, mine)] == ["/sign-in?next="] * 2
        assert asked.status_code == 401
    else:
        assert (home.status_code, home.headers["Location"]) == (302, "/me")
        assert (asked.status_code, asked.json) == (403, {"error": "standing"})
        assert mine.status_code == 200
        assert case.ann.get("/me/data.json").status_code == 200


@pytest.mark.parametrize(("before", "after", "act"), BY_PAGE)
def test_each_step_by_an_officers_page(
    app: Flask, begin: Callable[[str, str], Case], before: str, after: str, act: str
) -> None:
    case = begin(before, after)
    officer = person(app, "Olu Officer", role="membership_officer")
    path = f"/admin/members/{case.ann.id}"
    assert f"{path}/do/{act}" in officer.get(path).text
    assert "What will happen" in officer.get(f"{path}/do/{act}").text
    answer = officer.post(f"{path}/do/{act}", chosen="other", words=REASON)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    settled(case, after, officer.id, REASON)


@pytest.mark.parametrize(("before", "after", "command"), BY_COMMAND)
def test_each_step_by_command(begin: Callable[[str, str], Case], before: str, after: str, command: str) -> None:
    case = begin(before, after)
    words = [command, case.ann.email, "--reason", REASON]
    done = CliRunner().invoke(group, words)
    assert (done.exit_code, done.output.count("\n"), case.ann.email in done.output) == (0, 1, True), done.output
    settled(case, after, None, REASON)
    again = CliRunner().invoke(group, words)
    if command == "reinstate" and after != "active":
        return  # who is lapsed now can be let in by the same command; who is pending can't
    assert (again.exit_code, "already; nothing was changed" in again.output) == (0, True), again.output


@pytest.mark.parametrize(("before", "after"), BY_THEMSELVES)
def test_everybody_leaves_by_themselves(begin: Callable[[str, str], Case], before: str, after: str) -> None:
    case = begin(before, after)
    assert "/me/leave" in case.ann.get("/me").text
    assert "What you wrote stays where it is" in case.ann.get("/me/leave").text
    answer = case.ann.post("/me/leave")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    settled(case, after, case.ann.id, "You left the exchange.")


@pytest.mark.parametrize(("before", "after"), BY_ROLL)
def test_the_job_that_follows_the_rolls_takes_the_two_steps_that_are_its_own(
    begin: Callable[[str, str], Case], before: str, after: str
) -> None:
    case = begin(before, after)
    gone = clock.now() - timedelta(days=current_app.config["KE_LAPSE_GRACE_DAYS"], hours=1)
    # Warned before, and as the roll has them: gone long ago, or there again.
    facts = {"member_id": case.ann.id, "warnings": 2, "gone_at": gone if after == "lapsed" else None}
    with unit_of_work():
        db.session.execute(update(RollEntry).where(RollEntry.id == entry()).values(**facts))
    follow_rolls()
    cause = db.session.execute(select(Member.standing_cause).where(Member.id == case.ann.id)).scalar_one()
    assert "The union’s record" in cause
    settled(case, after, None, cause)
    follow_rolls()
    assert db.session.execute(select(Member.standing).where(Member.id == case.ann.id)).scalar_one() == after
