"""Messages that say nothing of whom they go to: the address comes with the letter, and nothing of the row stays."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.mail.actions import queue_sealed
from knowledge_exchange.mail.letter import Letter
from tests.mail.conftest import Smtp
from tests.mail.postbox import Desk, row, rows, send, smtp_server

ADDRESS = "quiet.heron@people.example"


@pytest.fixture
def desk(smtp: Smtp) -> Desk:
    """Who writes to that address."""
    found = Desk(smtp.app)
    found.says = lambda _message_id: Letter("News", "What is new.", recipient=ADDRESS)
    return found


def queued(smtp: Smtp) -> int:
    with smtp.app.app_context(), unit_of_work():
        return queue_sealed([clock.now()])[0]


def test_a_sealed_message_names_nobody_while_it_waits(smtp: Smtp, desk: Desk) -> None:
    queued(smtp)
    waiting = row(smtp.app)
    assert (waiting.recipient, waiting.member_id, waiting.thread_id) == ("", None, None)
    assert desk.asked == []


def test_the_number_of_a_sealed_message_is_by_chance(smtp: Smtp) -> None:
    ids = [queued(smtp) for _n in range(8)]
    assert ids != sorted(ids)
    assert max(abs(time_of(id_) - clock.now()) for id_ in ids) > timedelta(days=365)


def test_a_sealed_message_goes_to_the_address_of_its_letter_and_leaves_no_row(
    smtp: Smtp, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    message_id = queued(smtp)
    with smtp_server(smtp.postbox, smtp.port), caplog.at_level(logging.DEBUG, logger="knowledge_exchange"):
        send(smtp.app)
    [message] = smtp.postbox.messages()
    assert message["To"] == ADDRESS
    assert desk.told == [(message_id, "sent")]
    assert rows(smtp.app) == []
    assert ADDRESS not in caplog.text


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [("RCPT", "550 5.1.1 No such user", "refused"), ("DATA", "554 5.6.0 Not this", "failed")],
)
def test_a_sealed_message_that_is_given_up_leaves_no_row_either(
    command: str, answer: str, outcome: str, smtp: Smtp, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    message_id = queued(smtp)
    smtp.postbox.answers[command] = answer
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert desk.told == [(message_id, outcome)]
    assert rows(smtp.app) == []
    assert ADDRESS not in caplog.text


def test_a_sealed_message_that_must_wait_says_as_little_as_before(smtp: Smtp, desk: Desk) -> None:
    queued(smtp)
    smtp.postbox.answers["RCPT"] = "450 4.2.0 Greylisted"
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    waiting = row(smtp.app)
    assert (waiting.recipient, waiting.member_id, waiting.last_error, waiting.text) == ("", None, "SMTP 450", "")
    assert desk.told == []
