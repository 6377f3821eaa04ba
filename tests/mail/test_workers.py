"""Several workers at once: each message is held by one of them, and sent once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.mail import jobs
from knowledge_exchange.mail.actions import drop_unsent
from knowledge_exchange.mail.claims import LEASE, claim, release, renew
from tests.mail.conftest import Smtp
from tests.mail.postbox import NOON, PATIENCE_S, Postbox, queue, queue_many, row, rows, send, smtp_server
from tests.support.persons import person
from tests.support.servers import environment
from tests.support.shared import free_port

SECOND = timedelta(seconds=1)


def test_what_one_worker_holds_no_other_gets(app: Flask) -> None:
    queue(app)
    with app.app_context():
        assert len(claim(10)) == 1
        assert claim(10) == []


def test_a_worker_that_died_is_followed_by_another_when_its_lease_ends(app: Flask) -> None:
    with clock.held(NOON):
        queue(app)
        with app.app_context():
            claim(10)
    with clock.held(NOON + LEASE):
        send(app)
        assert row(app).sent_at is None
        send(app, later=SECOND)
    assert row(app).sent_at is not None


def test_what_is_held_anew_is_held_for_a_whole_lease_and_by_nobody_else(app: Flask) -> None:
    with clock.held(NOON):
        queue(app)
    with app.app_context():
        with clock.held(NOON):
            [first] = claim(1)
        with clock.held(NOON + LEASE - SECOND), unit_of_work():
            held = renew(first)
        assert held is not None
        with clock.held(NOON + LEASE + SECOND):
            assert claim(1) == []
        with clock.held(NOON + 2 * LEASE):
            [other] = claim(1)
            with unit_of_work():
                assert renew(held) is None
                assert renew(other) is not None


def test_what_was_given_back_is_free_at_once_and_has_had_no_try(app: Flask) -> None:
    queue(app)
    with app.app_context():
        release(claim(1))
        [again] = claim(1)
    assert again.tries == 1


def test_messages_are_taken_in_the_order_in_which_they_are_due(app: Flask) -> None:
    for minutes in (5, 1, 3):
        queue(app, f"Due at {minutes}", not_before=NOON + timedelta(minutes=minutes))
    with app.app_context(), clock.held(NOON + timedelta(minutes=4)):
        assert [message.subject for message in claim(10)] == ["Due at 1", "Due at 3"]


@pytest.mark.parametrize("lost", ["before its turn", "while the one before it is sent"])
def test_mail_to_somebody_who_has_just_lost_standing_is_not_sent(lost: str, smtp: Smtp) -> None:
    somebody = person(smtp.app, "Ann Active")
    queue(smtp.app, "To another", to="another@example.org")
    queue(smtp.app, "Not essential", to=somebody.email, essential=False, member_id=somebody.id)
    queue(smtp.app, "Essential", to=somebody.email, essential=True, member_id=somebody.id)

    def lose(command: str, _address: str, taken: int) -> None:
        if (command, taken) == ("DATA", 0):
            with smtp.app.app_context(), unit_of_work():
                drop_unsent(somebody.id)

    if lost == "before its turn":
        lose("DATA", "", 0)
    else:
        smtp.postbox.before = lose
    with smtp_server(smtp.postbox, smtp.port):
        send(smtp.app)
    assert smtp.postbox.subjects() == ["To another", "Essential"]


def test_a_server_that_takes_half_a_minute_each_time_gets_nothing_twice_when_leases_end(
    smtp: Smtp, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_held", NOON)
    subjects = queue_many(smtp.app, jobs.BATCH)
    other = make_app(KE_SMTP_URL=smtp.app.config["KE_SMTP_URL"])
    with_the_other: list[int] = []

    def slowly(command: str, _address: str, taken: int) -> None:
        if command != "DATA":
            return
        monkeypatch.setattr(clock, "_held", clock.now() + 30 * SECOND)
        # Six minutes after all were claimed: the leases of those whose turn is yet to come have ended.
        if taken == 12 and not with_the_other:
            with_the_other.append(taken)
            with other.app_context():
                jobs.send_waiting()

    smtp.postbox.before = slowly
    with smtp_server(smtp.postbox, smtp.port), smtp.app.app_context():
        jobs.send_waiting()
    assert len(smtp.postbox.connections) == 2
    # The thirteenth was on its way, and came last; the other worker has sent those behind it, and nobody else has.
    assert smtp.postbox.subjects() == [*subjects[:12], *subjects[13:], subjects[12]]


def test_four_workers_at_once_send_each_message_once(settings: dict[str, Any], make_app: Callable[..., Flask]) -> None:
    port, postbox = free_port(), Postbox()
    apps = [make_app(KE_SMTP_URL=f"smtp://127.0.0.1:{port}") for _worker in range(4)]
    subjects = queue_many(apps[0], 3 * jobs.BATCH)
    postbox.delays_s["DATA"] = 0.01
    together = threading.Barrier(len(apps))

    def work(app: Flask) -> None:
        together.wait(PATIENCE_S)
        with app.app_context():
            jobs.send_waiting()

    with smtp_server(postbox, port):
        workers = [threading.Thread(target=work, args=(app,)) for app in apps]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE_S)
    assert sorted(postbox.subjects()) == subjects
    assert all(message.sent_at and message.tries == 1 for message in rows(apps[0]))


@pytest.mark.server
def test_two_processes_that_are_started_together_send_each_message_once(
    settings: dict[str, Any], make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    port, postbox = free_port(), Postbox()
    subjects = queue_many(make_app(), 2 * jobs.BATCH)
    given = environment({**settings, "KE_SMTP_URL": f"smtp://127.0.0.1:{port}"})
    command = [sys.executable, "-m", "knowledge_exchange", "worker", "--once"]
    first_asks = threading.Barrier(2)

    def wait_for_the_other(command: str, _address: str, taken: int) -> None:
        # Whoever is first waits in the middle of its first message until the other sends, too.
        if command == "MAIL" and taken == 0 and not first_asks.broken:
            with suppress(threading.BrokenBarrierError):
                first_asks.wait(PATIENCE_S)

    postbox.before = wait_for_the_other
    with smtp_server(postbox, port):
        processes = [subprocess.Popen(command, cwd=tmp_path, env=given, stdout=subprocess.DEVNULL) for _ in range(2)]
        assert [process.wait(2 * PATIENCE_S) for process in processes] == [0, 0]
    assert len(postbox.connections) == 2
    assert sorted(postbox.subjects()) == subjects
