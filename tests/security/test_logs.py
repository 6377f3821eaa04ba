"""What a log holds when something goes wrong: enough to find the fault, nothing of anybody."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import text

from knowledge_exchange.auth.gate import public
from knowledge_exchange.core import logs
from knowledge_exchange.core.db import db

ADDRESS = "a.member@trust.example"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is written when logging is set up as a server does."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
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
