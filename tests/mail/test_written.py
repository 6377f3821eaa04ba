"""Messages that a room above writes when they are sent: hooks ``write_mail`` and ``mail_settled``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.mail import outcomes
from knowledge_exchange.mail.actions import drop_unsent, queue_written
from knowledge_exchange.mail.letter import Later, Letter
from tests.mail.conftest import Smtp
from tests.mail.postbox import NOON, Desk, parsed, queue, row, rows, send, smtp_server
from tests.support.persons import person

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(smtp: Smtp) -> Desk:
    """Who writes and is told."""
    return Desk(smtp.app)


def test_what_is_said_is_what_is_true_when_it_is_sent(smtp: Smtp, desk: Desk) -> None:
    message_id = desk.queue()
    desk.says = lambda _message_id: Letter("Later news", "Written late.")
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    [message] = smtp.postbox.messages()
    assert (message["Subject"], message.get_content().strip()) == ("Later news", "Written late.")
    assert (desk.asked, desk.told) == ([message_id], [(message_id, "sent")])
    assert row(smtp.app).text == ""


def test_nothing_left_to_say_sends_nothing_and_leaves_no_message(smtp: Smtp, desk: Desk) -> None:
    message_id = desk.queue()
    desk.says = lambda _message_id: None
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert smtp.postbox.received == []
    assert desk.told == [(message_id, "dropped")]
    assert rows(smtp.app) == []


def test_a_reader_who_wishes_peace_gets_it_later_and_no_try_is_counted(smtp: Smtp, desk: Desk) -> None:
    with clock.held(NOON):
        message_id = desk.queue()

    def later(_message_id: int) -> Letter | None:
        raise Later(NOON + 8 * 60 * MINUTE)

    with smtp_server(smtp.postbox, smtp.port), clock.held(NOON):
        says, desk.says = desk.says, later
        send(smtp.app)
        assert (row(smtp.app).tries, row(smtp.app).lease_until) == (0, None)
        desk.says = says
        send(smtp.app, later=7 * 60 * MINUTE)
        assert (smtp.postbox.received, desk.told) == ([], [])
        send(smtp.app, later=8 * 60 * MINUTE)
    assert len(smtp.postbox.received) == 1
    assert desk.told == [(message_id, "sent")]


def test_a_message_whose_writer_is_missing_waits_and_stops_no_other(smtp: Smtp, desk: Desk) -> None:
    hooks = smtp.app.extensions["ke_hooks"]
    write = hooks.pop("write_mail")
    desk.queue()
    queue(smtp.app, "Written before")
    with smtp_server(smtp.postbox, smtp.port):
        for hours in range(0, 24 * 7, 6):
            send(smtp.app, later=timedelta(hours=hours))
        assert smtp.postbox.subjects() == ["Written before"]
        waiting = next(message for message in rows(smtp.app) if message.writer)
        assert (waiting.tries, waiting.sent_at, waiting.failed_at) == (0, None, None)
        hooks["write_mail"] = write
        send(smtp.app)
    assert smtp.postbox.subjects() == ["Written before", "News"]


def test_a_writer_that_fails_is_asked_again_and_stops_no_other(smtp: Smtp, desk: Desk) -> None:
    desk.queue()
    queue(smtp.app, "Written before")

    def fail(_message_id: int) -> Letter | None:
        raise LookupError("a fault")

    says, desk.says = desk.says, fail
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        assert smtp.postbox.subjects() == ["Written before"]
        assert desk.told == []
        desk.says = says
        send(smtp.app, later=2 * MINUTE)
    assert smtp.postbox.subjects() == ["Written before", "News"]


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [("RCPT", "550 5.1.1 No such user", "refused"), ("DATA", "554 5.6.0 Not this", "failed")],
)
def test_whoever_wrote_it_is_told_how_it_ended(command: str, answer: str, outcome: str, smtp: Smtp, desk: Desk) -> None:
    message_id = desk.queue()
    smtp.postbox.answers[command] = answer
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        send(smtp.app, later=timedelta(days=1))
    assert desk.told == [(message_id, outcome)]


def test_a_message_that_is_given_up_has_failed_once(smtp: Smtp, desk: Desk) -> None:
    message_id = desk.queue()
    smtp.postbox.answers["RCPT"] = "450 4.2.0 Greylisted"
    with smtp_server(smtp.postbox, smtp.port):
        for turn in range(outcomes.MAX_TRIES + 2):
            assert desk.told == [] or turn >= outcomes.MAX_TRIES
            send(smtp.app, later=turn * outcomes.LONGEST_PAUSE)
    assert desk.told == [(message_id, "failed")]


def test_whoever_loses_standing_has_their_messages_dropped_and_their_writer_is_told(smtp: Smtp, desk: Desk) -> None:
    somebody = person(smtp.app, "Bea Busy")
    with smtp.app.app_context(), unit_of_work():
        message_id = queue_written(somebody.id, somebody.email, "notices", thread_id=None, not_before=clock.now())
    with smtp.app.app_context(), unit_of_work():
        drop_unsent(somebody.id)
    assert desk.told == [(message_id, "dropped")]
    assert rows(smtp.app) == []


def test_a_fault_in_taking_note_does_not_send_the_message_again(smtp: Smtp, desk: Desk) -> None:
    desk.queue()

    def fail(*_facts: object) -> None:
        raise LookupError("a fault")

    smtp.app.extensions["ke_hooks"]["mail_settled"] = fail
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        send(smtp.app, later=timedelta(days=1))
    assert len(smtp.postbox.received) == 1
    assert row(smtp.app).sent_at is not None


def test_what_is_written_anew_between_two_tries_is_no_double_of_the_first(smtp: Smtp, desk: Desk) -> None:
    desk.queue()
    smtp.postbox.takes_before_it_cuts = True
    smtp.postbox.cuts = ["DATA", "DATA"]
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        send(smtp.app, later=2 * MINUTE)
        desk.says = lambda _message_id: Letter("News", "And one more thing.")
        send(smtp.app, later=timedelta(hours=1))
    first, second, third = (message["Message-ID"] for message in smtp.postbox.messages())
    assert first == second
    assert third != first


def test_a_letter_may_come_with_html_and_headers(app: Flask) -> None:
    desk = Desk(app)
    address = f"<https://exchange.example.org/unsubscribe/{'aB3_-' * 60}>"
    headers = {"List-Unsubscribe": address, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    desk.says = lambda _message_id: Letter("News", "Plain ünd simple.", "<p>Plain ünd simple.</p>", headers)
    desk.queue()
    send(app)
    [path] = (app.config["KE_DATA_DIR"] / "mail").glob("*.eml")
    message = parsed(path.read_bytes())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().strip() == "Plain ünd simple."  # type: ignore[union-attr]
    assert f"List-Unsubscribe: {address}\n".encode() in path.read_bytes()
    assert message["Auto-Submitted"] == "auto-generated"
