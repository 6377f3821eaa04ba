"""Against a real mail server that is down, slow, unwilling, or gone in the middle: each message is sent once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.mail import jobs, outcomes
from tests.mail.conftest import Smtp
from tests.mail.postbox import (
    NOON,
    PATIENCE_S,
    TO,
    broken_server,
    is_refused,
    queue,
    queue_many,
    row,
    rows,
    send,
    smtp_server,
)
from tests.support.community import settle

MINUTE = timedelta(minutes=1)
DAY_MINUTES = 24 * 60


def test_mail_goes_by_smtp_once(smtp: Smtp) -> None:
    queue(smtp.app)
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        send(smtp.app)
    [envelope] = smtp.postbox.received
    assert envelope.rcpt_tos == [TO]
    assert b"/confirm/secret" in envelope.content


def test_many_messages_go_over_one_connection(smtp: Smtp) -> None:
    subjects = queue_many(smtp.app, jobs.BATCH + 5)
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert smtp.postbox.subjects() == subjects
    assert len(smtp.postbox.connections) == 1


def test_a_server_that_is_down_for_a_day_costs_no_message_and_each_is_sent_once_in_order(smtp: Smtp) -> None:
    with clock.held(NOON):
        subjects = queue_many(smtp.app, jobs.BATCH + 1)
    with broken_server(smtp.port) as asked:
        for minute in range(DAY_MINUTES // 2):
            turn(smtp, NOON + minute * MINUTE)
    # Not at every turn, but ever more seldom; at last once in ten minutes.
    assert 12 * 6 <= len(asked) <= 12 * 6 + 10
    for minute in range(DAY_MINUTES // 2, DAY_MINUTES):  # nobody listens
        turn(smtp, NOON + minute * MINUTE)
    waiting = {(message.tries, message.failed_at, message.lease_until) for message in rows(smtp.app)}
    assert waiting == {(0, None, None)}
    with smtp_server(smtp.postbox, smtp.port):
        for minute in range(DAY_MINUTES, DAY_MINUTES + 30):
            turn(smtp, NOON + minute * MINUTE)
    assert smtp.postbox.subjects() == subjects
    assert all(message.sent_at for message in rows(smtp.app))


def turn(smtp: Smtp, moment: datetime) -> None:
    """One turn of the worker at that time."""
    with smtp.app.app_context(), clock.held(moment):
        jobs.send_waiting()


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_passing_no_is_tried_again_and_then_taken_once(command: str, smtp: Smtp) -> None:
    queue(smtp.app)
    smtp.postbox.answers[command] = "451 4.3.0 Try again later"
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        waiting = row(smtp.app)
        assert (waiting.tries, waiting.last_error, waiting.failed_at) == (1, "SMTP 451", None)
        smtp.postbox.answers.clear()
        send(smtp.app, later=timedelta(seconds=50))
        assert smtp.postbox.received == []
        send(smtp.app, later=2 * MINUTE)
        send(smtp.app, later=timedelta(hours=5))
    assert len(smtp.postbox.received) == 1
    assert not is_refused(smtp.app)


def test_a_message_that_is_put_off_again_and_again_is_given_up_in_the_end(smtp: Smtp) -> None:
    queue(smtp.app)
    smtp.postbox.answers["RCPT"] = "450 4.2.0 Greylisted"
    with smtp_server(smtp.postbox, smtp.port):
        for turn in range(outcomes.MAX_TRIES + 3):
            send(smtp.app, later=turn * outcomes.LONGEST_PAUSE)
    given_up = row(smtp.app)
    assert given_up.tries == outcomes.MAX_TRIES
    assert given_up.failed_at is not None
    assert given_up.text == ""
    assert not is_refused(smtp.app)


def test_a_final_no_to_the_text_ends_that_message_and_not_the_others(smtp: Smtp) -> None:
    queue(smtp.app)
    smtp.postbox.answers["DATA"] = "554 5.6.0 No such thing"
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        failed = row(smtp.app)
        assert (failed.last_error, failed.text) == ("SMTP 554", "")
        assert failed.failed_at is not None
        smtp.postbox.answers.clear()
        queue(smtp.app, "Another")
        send(smtp.app)
        send(smtp.app, later=timedelta(hours=20))
    assert smtp.postbox.subjects() == ["Another"]
    assert not is_refused(smtp.app)


def test_one_recipient_who_is_refused_costs_the_others_nothing(smtp: Smtp) -> None:
    subjects = queue_many(smtp.app, 5)
    smtp.postbox.answers["RCPT reader002@example.org"] = "550 5.1.1 No such user"
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert smtp.postbox.subjects() == [subject for subject in subjects if subject != "Message 002"]
    assert is_refused(smtp.app, "reader002@example.org")
    assert len(smtp.postbox.connections) == 1


def test_a_sender_that_is_refused_costs_no_message_a_try(smtp: Smtp) -> None:
    subjects = queue_many(smtp.app, 3)
    smtp.postbox.answers["MAIL"] = "550 5.7.1 You may not send"
    with smtp_server(smtp.postbox, smtp.port):
        for hour in range(100):
            send(smtp.app, later=timedelta(hours=hour))
        assert [message.tries for message in rows(smtp.app)] == [0, 0, 0]
        smtp.postbox.answers.clear()
        send(smtp.app, later=timedelta(hours=101))
    assert smtp.postbox.subjects() == subjects


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_is_cut_in_the_middle_is_made_again(command: str, smtp: Smtp) -> None:
    subjects = queue_many(smtp.app, 4)
    smtp.postbox.cuts = [command]
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        assert smtp.postbox.subjects() == subjects[1:]
        send(smtp.app, later=2 * MINUTE)
        send(smtp.app, later=timedelta(hours=1))
    assert smtp.postbox.subjects() == [*subjects[1:], subjects[0]]
    assert len(smtp.postbox.connections) == 3


def test_what_was_taken_but_not_answered_for_comes_again_with_the_same_message_id(smtp: Smtp) -> None:
    queue(smtp.app)
    smtp.postbox.takes_before_it_cuts = True
    smtp.postbox.cuts = ["DATA"]
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        send(smtp.app, later=2 * MINUTE)
        send(smtp.app, later=timedelta(hours=1))
    first, second = smtp.postbox.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_goes_away_within_a_batch_costs_one_message_a_try(smtp: Smtp) -> None:
    subjects = queue_many(smtp.app, 4)

    def leave(command: str, _address: str, taken: int) -> None:
        if (command, taken) == ("DATA", 1):
            smtp.postbox.cuts = ["DATA", "EHLO"]

    smtp.postbox.before = leave
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        assert [(message.tries, message.lease_until) for message in rows(smtp.app)[1:]] == [
            (1, None),
            (0, None),
            (0, None),
        ]
        smtp.postbox.before = None
        send(smtp.app, later=2 * MINUTE)
    assert smtp.postbox.subjects() == [subjects[0], *subjects[2:], subjects[1]]


def test_a_delivery_that_takes_too_long_is_cut_and_tried_again(smtp: Smtp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DELIVERY_MOST_S", 1.0)
    queue(smtp.app)
    smtp.postbox.delays_s["RCPT"] = PATIENCE_S
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        assert row(smtp.app).last_error == "SMTPServerDisconnected"
        smtp.postbox.delays_s.clear()
        monkeypatch.undo()
        send(smtp.app, later=2 * MINUTE)
    assert len(smtp.postbox.received) == 1


def test_a_slow_server_slows_no_request(smtp: Smtp) -> None:
    here = settle(smtp.app)
    thread_id = here.post_thread(here.author)
    queue(smtp.app)
    stuck, go_on = threading.Event(), threading.Event()

    def hold(command: str, _address: str, _taken: int) -> None:
        if command == "DATA":
            stuck.set()
            go_on.wait(PATIENCE_S)

    smtp.postbox.before = hold
    with smtp_server(smtp.postbox, smtp.port):
        worker = threading.Thread(target=send, args=(smtp.app,))
        worker.start()
        assert stuck.wait(PATIENCE_S)
        # The worker hangs in the middle of a message. Were anything locked meanwhile, this would never end.
        here.reply(here.peer, thread_id, "Ask early.")
        assert [kind for kind, _post in here.notices(here.author)] == ["direct_reply"]
        assert worker.is_alive()
        assert smtp.postbox.received == []
        go_on.set()
        worker.join(PATIENCE_S)
    assert len(smtp.postbox.received) == 1


def test_a_server_whose_every_command_takes_its_time_gets_everything_once(smtp: Smtp) -> None:
    subjects = queue_many(smtp.app, 3)
    smtp.postbox.delays_s = {"MAIL": 0.3, "RCPT": 0.3, "DATA": 0.5}
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
        send(smtp.app)
    assert smtp.postbox.subjects() == subjects


def test_queueing_never_waits_for_the_mail_server(smtp: Smtp) -> None:
    queue(smtp.app)
    assert row(smtp.app).tries == 0
    assert smtp.postbox.asked == []


def test_the_server_is_not_told_the_name_of_the_machine(smtp: Smtp) -> None:
    queue(smtp.app)
    smtp.app.config["KE_BASE_URL"] = "https://exchange.example.org"
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert smtp.postbox.names == {"exchange.example.org"}
