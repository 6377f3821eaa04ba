"""`knowledge-exchange mail`: what a mail server sends back is read, and stops mail that can't arrive."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import db
from knowledge_exchange.mail.bounces import MOST_BYTES, NotABounce, read_report
from knowledge_exchange.mail.composing import compose
from knowledge_exchange.mail.letter import Letter
from tests.mail.postbox import TO, is_refused, queue, row, send
from tests.support.persons import person

FORWARDED = "another@elsewhere.example"


def run(app: Flask, *words: str, given: bytes = b"") -> Result:
    """The command, with that on its standard input."""
    with app.app_context():
        return CliRunner().invoke(cli, ["mail", *words], input=given)


def report(head: bytes | None, *, whole: bool = False, **fields: str) -> bytes:
    """A delivery status notification as mail servers write it; ``fields`` change those of the recipient."""
    facts = {"Final-Recipient": f"rfc822; {FORWARDED}", "Action": "failed", "Status": "5.1.1"}
    facts |= {name.replace("_", "-").title(): value for name, value in fields.items()}
    group = "".join(f"{name}: {value}\r\n" for name, value in facts.items() if value).encode()
    parts = [
        b"Content-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n",
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.org\r\n\r\n" + group,
    ]
    if head is not None:
        kind = b"message/rfc822" if whole else b"text/rfc822-headers"
        parts.append(b"Content-Type: " + kind + b"\r\n\r\n" + head)
    body = b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts) + b"--XX--\r\n"
    kind = b'Content-Type: multipart/report; report-type=delivery-status; boundary="XX"\r\n'
    return b"From: MAILER-DAEMON@mail.example.org\r\nMIME-Version: 1.0\r\n" + kind + b"\r\n" + body


@pytest.fixture
def sent(app: Flask) -> bytes:
    """The head of a message that was sent to TO."""
    queue(app)
    send(app)
    with app.app_context():
        return compose(row(app).id, TO, Letter("A link for you", "Text")).split(b"\r\n\r\n")[0] + b"\r\n"


@pytest.mark.parametrize("whole", [False, True])
def test_a_bounce_stops_mail_to_whom_it_was_sent(whole: bool, app: Flask, sent: bytes) -> None:
    done = run(app, "bounced", given=report(sent + b"\r\nText\r\n" if whole else sent, whole=whole))
    assert (done.exit_code, done.output) == (0, "Noted: mail to that address is refused (5.1.1).\n")
    assert is_refused(app)
    # Where it was passed on to is not whom we write to.
    assert not is_refused(app, FORWARDED)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "delayed", "status": "4.4.1"}, "no failure for good"),
        ({"action": "delivered", "status": "2.1.5"}, "no failure for good"),
        ({"status": "4.4.7"}, "no failure for good"),
        ({"status": "none"}, "no failure for good"),
        ({"final_recipient": ""}, "no failure for good"),
        ({"status": "5.2.2"}, "not the recipient"),
        ({"status": "5.7.1"}, "not the recipient"),
        ({"status": "5.0.0", "diagnostic_code": "smtp; 552 too much"}, "not the recipient"),
    ],
)
def test_what_says_no_such_thing_is_named_and_changes_nothing(
    fields: dict[str, str], said: str, app: Flask, sent: bytes
) -> None:
    done = run(app, "bounced", given=report(sent, whole=False, **fields))
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
    assert not is_refused(app)


def test_a_status_that_says_nothing_is_read_from_the_server_s_answer(app: Flask, sent: bytes) -> None:
    done = run(app, "bounced", given=report(sent, status="5.0.0", diagnostic_code="smtp; 550 no mailbox here"))
    assert done.exit_code == 0
    assert is_refused(app)


def test_a_report_about_a_message_that_is_none_of_ours_stops_nobodys_mail(app: Flask, sent: bytes) -> None:
    for head in (
        b"Message-ID: <17@127.0.0.1>\r\n",
        b"Message-ID: <abc@elsewhere.example>\r\n",
        b"Subject: x\r\n",
        None,
    ):
        done = run(app, "bounced", given=report(head, final_recipient=f"rfc822; {TO}"))
        assert done.exit_code == 1
        assert "Traceback" not in done.output
    assert not is_refused(app)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\0\xff\xfe",
        b"Subject: I am away\r\n\r\nUntil Monday.\r\n",
        b"Content-Type: multipart/report\r\n\r\n",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" * 3000,
    ],
    ids=["nothing", "binary", "an answer", "empty", "cut short", "deep"],
)
def test_anything_else_is_said_to_be_no_report(given: bytes, app: Flask) -> None:
    done = run(app, "bounced", given=given)
    assert done.exit_code == 1
    assert "Nothing was noted." in done.output
    assert "Traceback" not in done.output


def test_a_report_that_is_far_too_long_is_read_as_far_as_is_needed(app: Flask, sent: bytes) -> None:
    done = run(app, "bounced", given=report(sent + b"\r\n" + b"x" * 2 * MOST_BYTES, whole=True))
    assert done.exit_code == 0
    assert is_refused(app)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_damage_to_a_report_ends_in_anything_but_a_sentence(data: st.DataObject) -> None:
    whole = bytearray(report(b"Message-ID: <17@127.0.0.1>\r\n", whole=True))
    for _damage in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(whole)))
        whole[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    try:
        status = read_report(bytes(whole)).status
    except NotABounce:
        return
    assert status.startswith("5.")


def test_the_operator_stops_mail_and_lets_it_go_again_on_the_record(app: Flask) -> None:
    ann = person(app, "Ann Active")
    done = run(app, "stop", ann.email.upper())
    assert (done.exit_code, is_refused(app, ann.email)) == (0, True)
    done = run(app, "again", ann.email)
    assert (done.exit_code, is_refused(app, ann.email)) == (0, False)
    assert "again" in done.output
    assert "was not refused" in run(app, "again", ann.email).output
    with app.app_context():
        entries = db.session.execute(select(AuditEntry.action, AuditEntry.subject_id).order_by(AuditEntry.id)).all()
    assert [(action, who) for action, who in entries if action.startswith("mail.")] == [
        ("mail.stopped", ann.id),
        ("mail.resumed", ann.id),
    ]


def test_what_is_no_address_is_wrong_usage(app: Flask) -> None:
    assert run(app, "stop", "nobody").exit_code == 2
