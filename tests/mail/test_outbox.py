"""Mail: a row first, sent once, by whoever holds the lease."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail import jobs
from knowledge_exchange.mail.actions import drop_unsent, post_mail
from knowledge_exchange.mail.models import MailMessage
from tests.support.persons import person

TO = "somebody@example.org"


def queue(app: Flask, subject: str = "A link for you", **options: Any) -> None:
    """Put one message into the outbox."""
    facts = {"link": "http://127.0.0.1/confirm/secret", "days": 1}
    with app.test_request_context(), unit_of_work():
        post_mail(TO, subject, "confirm", **{"essential": True, **facts, **options})


def send(app: Flask, later: timedelta = timedelta()) -> None:
    """One turn of the worker, so much later."""
    with app.app_context(), clock.held(clock.now() + later):
        jobs.send_waiting()
        db.session.remove()


def row(app: Flask) -> MailMessage:
    """The one message."""
    with app.app_context():
        return db.session.scalars(select(MailMessage)).one()


def files(app: Flask) -> list[str]:
    """What has arrived as files."""
    folder = app.config["KE_DATA_DIR"] / "mail"
    return [path.read_text() for path in sorted(folder.glob("*.eml"))] if folder.exists() else []


def test_without_a_mail_server_messages_are_files(app: Flask) -> None:
    queue(app)
    assert files(app) == []
    send(app)
    send(app)
    [text] = files(app)
    message = email.message_from_string(text, policy=email.policy.default)
    assert (message["To"], message["Subject"]) == (TO, "A link for you")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "http://127.0.0.1/confirm/secret" in message.get_content()


def test_what_was_sent_holds_no_key_any_more(app: Flask) -> None:
    queue(app)
    send(app)
    sent = row(app)
    assert (sent.text, sent.subject) == ("", "")
    assert sent.sent_at is not None


def test_a_subject_cannot_add_headers(app: Flask) -> None:
    queue(app, subject="Hello\r\nBcc: everybody@example.org")
    send(app)
    message = email.message_from_string(files(app)[0], policy=email.policy.default)
    assert message["Bcc"] is None


def test_unsent_mail_to_somebody_without_standing_is_dropped_but_what_they_need(app: Flask) -> None:
    somebody = person(app, "Ann Active")
    queue(app, essential=False, member_id=somebody.id)
    queue(app, essential=True, member_id=somebody.id)
    with app.app_context(), unit_of_work():
        drop_unsent(somebody.id)
    assert row(app).essential


def test_two_workers_send_a_message_once(app: Flask) -> None:
    queue(app)
    with app.app_context():
        first = jobs._claim(10)
        assert len(first) == 1
        assert jobs._claim(10) == []
        db.session.remove()


def test_a_worker_that_died_is_followed_by_another_when_its_lease_ends(app: Flask) -> None:
    queue(app)
    with app.app_context():
        jobs._claim(10)
        db.session.remove()
    send(app)
    assert files(app) == []
    send(app, later=jobs.LEASE + timedelta(seconds=1))
    assert len(files(app)) == 1


class Postbox:
    """An SMTP server's handler: takes messages, or answers what it is told to."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.received: list[Any] = []
        self.asked = 0

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take a message."""
        self.asked += 1
        if self.answer.startswith("250"):
            self.received.append(envelope)
        return self.answer


@contextmanager
def smtp_server(postbox: Postbox, port: int) -> Iterator[None]:
    """A real SMTP server on the loopback."""
    from aiosmtpd.controller import Controller

    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@pytest.fixture
def smtp(make_app: Callable[..., Flask]) -> tuple[Flask, int]:
    """An app that sends by SMTP, and the port where the server ought to be."""
    from tests.support.shared import free_port

    port = free_port()
    return make_app(KE_SMTP_URL=f"smtp://127.0.0.1:{port}"), port


def test_mail_goes_by_smtp_once(smtp: tuple[Flask, int]) -> None:
    app, port = smtp
    postbox = Postbox()
    queue(app)
    with smtp_server(postbox, port):
        send(app)
        send(app)
    [envelope] = postbox.received
    assert envelope.rcpt_tos == [TO]
    assert b"/confirm/secret" in envelope.content


def test_a_server_that_is_down_is_tried_again_and_nothing_is_lost(smtp: tuple[Flask, int]) -> None:
    app, port = smtp
    postbox = Postbox()
    queue(app)
    for hours in range(0, 24, 6):
        send(app, later=timedelta(hours=hours))
    waiting = row(app)
    assert waiting.tries >= 4
    assert waiting.last_error
    assert waiting.sent_at is None
    with smtp_server(postbox, port):
        send(app, later=timedelta(hours=30))
    assert len(postbox.received) == 1


def test_a_passing_no_is_tried_again_and_a_final_one_is_not(smtp: tuple[Flask, int]) -> None:
    app, port = smtp
    postbox = Postbox()
    queue(app)
    with smtp_server(postbox, port):
        postbox.answer = "451 Try again later"
        send(app)
        assert row(app).failed_at is None
        postbox.answer = "554 No such thing"
        send(app, later=timedelta(hours=5))
        send(app, later=timedelta(hours=20))
    failed = row(app)
    assert failed.failed_at is not None
    assert (failed.text, postbox.asked) == ("", 2)


def test_queueing_never_waits_for_the_mail_server(smtp: tuple[Flask, int]) -> None:
    app, _port = smtp
    began = time.monotonic()
    queue(app)
    assert time.monotonic() - began < 5
    assert row(app).tries == 0
