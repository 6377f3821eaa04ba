"""Addresses at which mail is refused for good: noted, left alone but for what is essential, and cleared again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.mail import verdicts
from knowledge_exchange.mail.actions import forget_refusal
from knowledge_exchange.mail.refusals import note_refusal
from knowledge_exchange.mail.verdicts import Verdict
from tests.mail.conftest import Smtp
from tests.mail.postbox import TO, Desk, is_refused, queue, row, rows, send, smtp_server

DAY = timedelta(days=1)
NO_SUCH_USER = "550 5.1.1 No such user"


def refuse(app: Flask, address: str = TO, reason: str = "SMTP 550") -> None:
    with app.app_context(), unit_of_work():
        note_refusal(address, reason)


def test_a_recipient_who_is_refused_for_good_is_noted_and_left_alone(smtp: Smtp) -> None:
    queue(smtp.app)
    smtp.postbox.answers["RCPT"] = NO_SUCH_USER
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        refused = row(smtp.app)
        assert (refused.last_error, refused.text, refused.tries) == ("SMTP 550", "", 1)
        assert refused.failed_at is not None
        assert is_refused(smtp.app)
        smtp.postbox.answers.clear()
        queue(smtp.app, "Not essential", essential=False)
        assert len(rows(smtp.app)) == 1
        send(smtp.app, later=DAY)
    assert smtp.postbox.received == []


def test_what_was_queued_before_the_refusal_is_not_sent_after_it(smtp: Smtp) -> None:
    desk = Desk(smtp.app)
    message_id = desk.queue("Ann Active")
    queue(smtp.app, "Not essential", to="ann.active@people.example", essential=False)
    refuse(smtp.app, "Ann.Active@People.example")
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert smtp.postbox.asked == []
    assert all(message.failed_at for message in rows(smtp.app))
    assert desk.told == [(message_id, "refused")]


def test_essential_mail_goes_nevertheless_and_when_it_arrives_all_may_go_again(smtp: Smtp) -> None:
    refuse(smtp.app)
    queue(smtp.app, "Essential")
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        assert not is_refused(smtp.app)
        queue(smtp.app, "Not essential", essential=False)
        send(smtp.app)
    assert smtp.postbox.subjects() == ["Essential", "Not essential"]


def test_a_server_that_passes_mail_on_does_not_clear_what_came_back_later(smtp: Smtp) -> None:
    refuse(smtp.app, reason="bounce 5.1.1")
    queue(smtp.app, "Essential")
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert smtp.postbox.subjects() == ["Essential"]
    assert is_refused(smtp.app)


def test_whoever_shows_that_mail_arrives_gets_it_again(app: Flask) -> None:
    refuse(app, reason="bounce 5.1.1")
    with app.app_context(), unit_of_work():
        assert forget_refusal(TO.title())
        assert not forget_refusal(TO)
    assert not is_refused(app)


@pytest.mark.parametrize(
    ("command", "answer", "final", "noted"),
    [
        ("RCPT", "550 5.7.1 Relay access denied", False, False),
        ("RCPT", "554 5.7.1 Blocked by a list of senders", False, False),
        ("RCPT", "530 Authentication required", False, False),
        ("RCPT", "552 Mailbox full", True, False),
        ("RCPT", "550 5.2.2 Over quota", True, False),
        ("RCPT", "550 No such user", True, True),
        ("RCPT", "553 5.1.3 Bad syntax", True, True),
        ("DATA", "550 5.1.1 No such user after all", True, True),
        ("DATA", "554 5.7.1 Looks like spam", True, False),
        ("DATA", "550 Refused", True, False),
        ("DATA", "552 Too large", True, False),
    ],
)
def test_what_is_not_about_the_recipient_is_not_held_against_them(
    command: str, answer: str, final: bool, noted: bool, smtp: Smtp
) -> None:
    queue(smtp.app)
    smtp.postbox.answers[command] = answer
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert (row(smtp.app).failed_at is not None, is_refused(smtp.app)) == (final, noted)


@pytest.mark.parametrize(
    ("code", "text", "final", "of_recipient"),
    [
        (450, "4.1.1 Not yet", False, False),
        (451, b"5.1.1 A code of four is passing, whatever is said", False, False),
        (550, "5.0.0 Says nothing more", True, True),
        (550, "5.1.1", True, True),
        (550, "5.1.10 Null MX", True, True),
        (550, "5.1.7 Bad sender's address", True, False),
        (550, "5.1.8 Bad sender's system", True, False),
        (550, "5.2.1 Mailbox disabled", True, True),
        (550, "5.2.2 Mailbox full", True, False),
        (550, "5.4.1 Access denied", True, True),
        (550, "5.7.606 Banned sending address", False, False),
        (551, "User has moved", True, True),
        (552, "5.1.1 Full, whatever is said", True, False),
        (553, "Name not allowed", True, True),
        (554, "Says nothing more", True, True),
        (556, "5.1.10 Domain takes no mail", True, True),
        (503, "Bad sequence", False, False),
        (550, "5.1.1234 is no status", True, True),
    ],
)
def test_what_an_answer_to_the_recipient_means(code: int, text: str | bytes, final: bool, of_recipient: bool) -> None:
    assert verdicts.on_recipient(code, text) == Verdict(final, of_recipient)


def test_a_refused_address_is_in_no_log(smtp: Smtp, caplog: pytest.LogCaptureFixture) -> None:
    queue(smtp.app)
    smtp.postbox.answers["RCPT"] = f"550 5.1.1 <{TO}>: no such user"
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    ours = [record for record in caplog.records if record.name.startswith("knowledge_exchange")]
    assert [record.__dict__["reason"] for record in ours] == ["SMTP 550"]
    assert TO not in str([record.__dict__ for record in ours])
