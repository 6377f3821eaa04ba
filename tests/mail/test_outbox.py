"""Mail: a row first, then a file where there is no server, and forgotten in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from knowledge_exchange.core import clock, keeping
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.mail import jobs
from knowledge_exchange.mail.actions import drop_unsent, refused_at
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.mail.refusals import REFUSAL_KEPT, note_refusal
from tests.mail.postbox import NOON, TO, parsed, queue, row, rows, send
from tests.support.persons import person

DAY = timedelta(days=1)
#: As the setting is by default.
MAIL_KEPT_DAYS = 30


def files(app: Flask) -> list[bytes]:
    """What has arrived as files."""
    folder = app.config["KE_DATA_DIR"] / "mail"
    return [path.read_bytes() for path in sorted(folder.glob("*.eml"))] if folder.exists() else []


def test_without_a_mail_server_messages_are_files(app: Flask) -> None:
    queue(app)
    assert files(app) == []
    send(app)
    send(app)
    [content] = files(app)
    message = parsed(content)
    assert (message["To"], message["Subject"]) == (TO, "A link for you")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "http://127.0.0.1/confirm/secret" in message.get_content()


def test_two_messages_to_one_person_at_one_moment_are_two_files(app: Flask) -> None:
    queue(app, "One")
    queue(app, "Two")
    send(app)
    assert {parsed(content)["Subject"] for content in files(app)} == {"One", "Two"}


def test_what_was_sent_holds_no_key_any_more(app: Flask) -> None:
    queue(app)
    send(app)
    sent = row(app)
    assert (sent.text, sent.subject) == ("", "")
    assert sent.sent_at is not None


def test_a_subject_cannot_add_headers(app: Flask) -> None:
    queue(app, subject="Hello\r\nBcc: everybody@example.org")
    send(app)
    assert parsed(files(app)[0])["Bcc"] is None


def test_unsent_mail_to_somebody_without_standing_is_dropped_but_what_they_need(app: Flask) -> None:
    somebody = person(app, "Ann Active")
    queue(app, essential=False, member_id=somebody.id)
    queue(app, essential=True, member_id=somebody.id)
    with app.app_context(), unit_of_work():
        drop_unsent(somebody.id)
    assert row(app).essential


def test_a_disk_that_takes_no_file_is_tried_again(app: Flask) -> None:
    queue(app)
    in_the_way = app.config["KE_DATA_DIR"] / "mail"
    in_the_way.write_text("not a folder")
    send(app)
    waiting = row(app)
    assert (waiting.sent_at, waiting.failed_at, waiting.last_error) == (None, None, "FileExistsError")
    in_the_way.unlink()
    send(app, later=timedelta(minutes=2))
    assert row(app).sent_at is not None


@pytest.fixture
def noon() -> Iterator[None]:
    """A day that stands still."""
    with clock.held(NOON):
        yield


def forget(app: Flask, days: int) -> None:
    """The job that forgets, so many days after noon."""
    with app.app_context(), clock.held(NOON + days * DAY):
        keeping.forget_what_is_due()
        jobs.forget_refusals()


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("end", ["sent_at", "failed_at"])
def test_what_was_sent_or_given_up_is_forgotten_after_a_month(end: str, app: Flask) -> None:
    with app.app_context(), unit_of_work() as work:
        facts = {"recipient": TO, "subject": "", "text": "", end: NOON}
        work.add_all([MailMessage(id=new_id(NOON - DAY), **facts), MailMessage(id=new_id(NOON - 2 * DAY), **facts)])
    forget(app, days=MAIL_KEPT_DAYS)
    assert len(rows(app)) == 2
    forget(app, days=MAIL_KEPT_DAYS + 1)
    assert rows(app) == []


@pytest.mark.usefixtures("noon")
def test_what_still_waits_is_never_forgotten(app: Flask) -> None:
    queue(app)
    forget(app, days=400)
    assert row(app).text


@pytest.mark.usefixtures("noon")
def test_more_than_one_transaction_takes_is_forgotten_in_several(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "BATCH", 3)
    with app.app_context(), unit_of_work() as work:
        work.add_all([MailMessage(recipient=TO, subject="", text="", sent_at=NOON) for _number in range(8)])
    forget(app, days=MAIL_KEPT_DAYS + 1)
    assert rows(app) == []


@pytest.mark.usefixtures("noon")
def test_a_refusal_is_believed_for_half_a_year(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        note_refusal(TO.upper(), "SMTP 550")
    with app.app_context():
        assert refused_at(TO) == NOON
    forget(app, days=REFUSAL_KEPT.days - 1)
    with app.app_context(), clock.held(NOON + REFUSAL_KEPT - DAY):
        assert refused_at(TO) == NOON
    with app.app_context(), clock.held(NOON + REFUSAL_KEPT):
        assert refused_at(TO) is None
