"""What a log holds when something goes wrong: enough to find the fault, nothing of anybody."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import text

from knowledge_exchange.auth.gate import public
from knowledge_exchange.core import clock, logs
from knowledge_exchange.core.db import db
from tests.auth.door import make_member, try_sign_in
from tests.support.community import Community

ADDRESS = "a.member@trust.example"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is written when logging is set up as a server does."""
    root, gunicorn = logging.getLogger(), logging.getLogger("gunicorn.error")
    before, level = root.handlers, root.level
    monkeypatch.setattr(logs, "_slow", logs._SlowOnes())
    for name in ("handlers", "filters", "propagate"):
        monkeypatch.setattr(gunicorn, name, getattr(gunicorn, name))
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure("INFO")
    yield written
    root.handlers = before
    root.setLevel(level)


def test_a_failed_statement_is_logged_without_its_values(app: Flask, lines: StringIO) -> None:
    with app.app_context():
        try:
            db.session.execute(text("SELECT nothing FROM nowhere WHERE email = :email"), {"email": ADDRESS})
        except Exception:
            logging.getLogger("knowledge_exchange").exception("a promise was not kept")
    entry = json.loads(lines.getvalue())
    assert ADDRESS not in json.dumps(entry)
    assert "sqlalchemy.exc." in entry["exc_info"]
    assert "test_logs.py" in entry["exc_info"]


def test_an_error_that_quotes_what_it_was_given_is_logged_by_its_kind(lines: StringIO) -> None:
    try:
        try:
            raise ValueError(f"no such person: {ADDRESS}")
        except ValueError as error:
            raise FileNotFoundError(2, "No such file", f"var/mail/{ADDRESS}.eml") from error
    except OSError:
        logging.getLogger("knowledge_exchange").exception("mail not sent")
    written = lines.getvalue()
    assert ADDRESS not in written
    assert json.loads(written)["exc_info"].endswith("FileNotFoundError")
    assert "ValueError" in written


def test_a_request_that_fails_is_logged_without_its_path(
    app: Flask, lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_values: str) -> str:
        raise TypeError("a fault of the code")

    monkeypatch.setitem(app.view_functions, "auth.choose_password", public(fail))
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = app.test_client().get("/reset/a-secret-of-a-mailed-link")
    written = lines.getvalue()
    assert answer.status_code == 500
    assert "a-secret-of-a-mailed-link" not in written
    failed = next(entry for entry in map(json.loads, written.splitlines()) if "exc_info" in entry)
    assert failed["endpoint"] == "auth.choose_password"
    assert failed["exc_info"].endswith("TypeError: a fault of the code")


def test_a_request_that_went_well_has_no_line_of_its_own_however_slow(
    app: Flask, lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(app)
    monkeypatch.setattr(logs, "SLOW_REQUEST_MS", -1)
    five = clock.rounded(clock.now()) + timedelta(hours=1)
    with clock.held(five):
        app.test_client().get("/healthz")
    lines.truncate(lines.seek(0))
    with clock.held(five + timedelta(minutes=3, seconds=11)):
        assert try_sign_in(app.test_client()).status_code == 303
        assert lines.getvalue() == ""
    with clock.held(five + clock.ROUNDED_TO):
        app.test_client().get("/healthz")
    [line] = map(json.loads, lines.getvalue().splitlines())
    assert line["message"] == "slow requests"
    assert line["since"] == five.isoformat()
    assert {name: told["requests"] for name, told in line["slow"].items()} == {
        "admin.healthz": 1,
        "auth.sign_in": 1,
        "auth.try_sign_in": 1,
    }


def test_not_even_while_looking_for_a_fault_does_a_line_say_who_asked_or_for_what(
    here: Community, lines: StringIO
) -> None:
    logging.getLogger().setLevel("DEBUG")
    thread = here.post_thread(here.author, "Wards without a rota")
    here.reply(here.peer, thread)
    here.author.get(f"/t/{thread}/wards-without-a-rota")
    here.author.post("/sign-out")
    try_sign_in(here.app.test_client(), email=here.author.email, password="not the password")
    written = lines.getvalue()
    asked = {line.get("endpoint") for line in map(json.loads, written.splitlines())}
    assert {"threads.post_thread", "threads.post_reply", "threads.thread", "auth.try_sign_in"} <= asked
    people = [told for one in (here.author, here.peer) for told in (str(one.id), one.email, one.name)]
    for telling in (*people, str(thread), "rota", "north-west", "127.0.0.1"):
        assert telling not in written


def test_gunicorn_writes_neither_a_path_nor_an_address_nor_what_an_error_says(lines: StringIO) -> None:
    gunicorn = logging.getLogger("gunicorn.error")
    try:
        raise ValueError(f"no such person: {ADDRESS}")
    except ValueError:
        gunicorn.exception("Error handling request %s %s", "GET", "/t/1234/wards-without-a-rota")
    gunicorn.warning("Invalid request from ip=192.0.2.7: Invalid HTTP Header: 'Cookie: secret'")
    gunicorn.warning("Worker graceful timeout (pid:%s)", 17)
    said = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["message"] for line in said] == [
        "a request was not answered",
        "a request was not answered",
        "Worker graceful timeout (pid:17)",
    ]
    assert said[0]["exc_info"].endswith("ValueError")
    for telling in (ADDRESS, "1234", "rota", "192.0.2.7", "secret"):
        assert telling not in lines.getvalue()
