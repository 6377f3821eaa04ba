"""``knowledge-exchange member``: plain words, right exit codes, everything on the record."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db
from tests.auth.door import EMAIL, is_in, make_member, send, try_sign_in

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """`run("show", "ann@example.org")`."""
    from knowledge_exchange.cli.member import group

    hooks.provide(app, "access_lost", lambda _member_id, _reason: None)

    def started(*words: str) -> Result:
        with app.app_context():
            result = CliRunner().invoke(group, words)
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return started


def member(app: Flask, email: str = EMAIL) -> Member:
    with app.app_context():
        return db.session.execute(select(Member).where(Member.email == email)).scalar_one()


def record(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_member_made_by_the_operator_chooses_their_password_by_the_link(
    app: Flask, client: FlaskClient, run: Run
) -> None:
    done = run("create", "--email", "New@Example.org", "--name", " New  Person", "--role", "membership")
    assert done.exit_code == 0
    found = member(app, "new@example.org")
    assert (found.standing, found.role, found.name) == ("active", "membership_officer", "New Person")
    link = re.search(r"http://127\.0\.0\.1:5000(/reset/\S+)", done.output)
    assert link
    assert send(client, link[1], new_password="kettle-harbour-one").status_code == 303
    assert try_sign_in(client, "new@example.org", "kettle-harbour-one").location == "/"
    assert client.get(link[1]).status_code == 404


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (["create", "--email", EMAIL, "--name", "Ann"], 1, "already"),
        (["create", "--email", "nonsense", "--name", "Ann"], 2, "e-mail address"),
        (["create", "--email", "b@example.org", "--name", "  "], 2, "give a name"),
        (["create", "--email", "b@example.org", "--name", "B", "--role", "king"], 2, "none of"),
        (["create", "--email", "b@example.org", "--name", "B", "--network", "atlantis"], 2, "no network"),
        (["create", "--email", "b@example.org", "--name", "Bert", "--handle", "bert1"], 2, "Part of your name"),
        (["create", "--email", "b@example.org", "--name", "Bert", "--handle", "grey-heron"], 1, "given to somebody"),
        (["create", "--name", "B"], 2, "--email"),
        (["show", "who@example.org"], 1, "no account"),
        (["show", "nonsense"], 2, "e-mail address"),
        (["promote", EMAIL], 2, "--role"),
        (["promote", "who@example.org", "--role", "officer"], 1, "no account"),
        (["suspend", EMAIL], 2, "--reason"),
        (["reset-password", "who@example.org"], 1, "no account"),
    ],
)
def test_bad_input_ends_in_a_sentence_and_changes_nothing(
    app: Flask, run: Run, words: list[str], exit_code: int, told: str
) -> None:
    make_member(app, handle="grey-heron")
    before = record(app)
    done = run(*words)
    assert (done.exit_code, told in done.output) == (exit_code, True), done.output
    assert record(app) == before


def test_showing_somebody_is_put_on_the_record(app: Flask, run: Run) -> None:
    make_member(app, handle="grey-heron")
    done = run("show", EMAIL)
    assert done.exit_code == 0
    for fact in ("Ann Example", EMAIL, "grey-heron", "active since", "pending > active"):
        assert fact in done.output
    assert "argon2" not in done.output
    assert record(app)[-1] == "member.shown"


def test_promoting_gives_an_office_once(app: Flask, run: Run) -> None:
    make_member(app)
    assert "is now administrator" in run("promote", EMAIL, "--role", "admin").output
    assert "already" in run("promote", EMAIL, "--role", "administrator").output
    assert member(app).role == "administrator"
    assert record(app).count("role.changed") == 1


def test_suspending_takes_effect_at_once_with_its_reason(app: Flask, inside: FlaskClient, run: Run) -> None:
    assert run("suspend", EMAIL, "--reason", "The rules were broken.").exit_code == 0
    assert not is_in(inside)
    assert (member(app).standing, member(app).standing_cause) == ("suspended", "The rules were broken.")
    assert "nothing was changed" in run("suspend", EMAIL, "--reason", "Again.").output


def test_resetting_a_password_ends_the_old_one_and_prints_a_link(app: Flask, inside: FlaskClient, run: Run) -> None:
    done = run("reset-password", EMAIL)
    assert done.exit_code == 0
    assert "/reset/" in done.output
    assert not is_in(inside)
    assert try_sign_in(inside).status_code == 401
