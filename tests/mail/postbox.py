"""A real SMTP server on the loopback that does as it is told, and the outbox that sends to it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.hooks import provide
from knowledge_exchange.mail import jobs
from knowledge_exchange.mail.actions import post_mail, queue_written
from knowledge_exchange.mail.letter import Letter
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.mail.refusals import refused_at
from tests.support.persons import person

TO = "somebody@example.org"
#: Generous: other tests run at the same time.
PATIENCE_S = 60.0
#: Tests with simulated time begin here.
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OK = "250 OK"


class Postbox:
    """An SMTP server's handler: takes messages, or answers what it is told to.

    ``answers`` maps a command (MAIL, RCPT, DATA) to its answer; ``delays_s`` each to seconds before it. ``before`` is
    called with the command, its address and the number of messages taken so far, in a thread of its own.
    """

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.delays_s: dict[str, float] = {}
        self.before: Callable[[str, str, int], None] | None = None
        self.received: list[Any] = []
        self.asked: list[str] = []
        self.connections: set[object] = set()
        #: What those who sent called themselves.
        self.names: set[str] = set()
        self.is_tls: list[bool] = []
        #: The connection is cut at the next of these commands, each time taking one away.
        self.cuts: list[str] = []
        #: Cut after the message was taken, before that is said.
        self.takes_before_it_cuts = False

    async def _answer(self, command: str, server: Any, address: str) -> str:
        self.asked.append(command)
        if self.before is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.before, command, address, len(self.received))
        await asyncio.sleep(self.delays_s.get(command, 0))
        return "421 Cut" if self._cut(command, server) else self.answers.get(command, OK)

    def _cut(self, command: str, server: Any) -> bool:
        if not self.cuts or self.cuts[0] != command:
            return False
        self.cuts.pop(0)
        server.transport.abort()
        return True

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet."""
        session.host_name = hostname
        self.names.add(hostname)
        self.connections.add(session.peer)
        self._cut("EHLO", server)
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        """Hear from whom."""
        self.is_tls.append(session.ssl is not None)
        answer = await self._answer("MAIL", server, address)
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        """Hear to whom."""
        answer = await self._answer(f"RCPT {address}" if f"RCPT {address}" in self.answers else "RCPT", server, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message."""
        if self.takes_before_it_cuts:
            self.received.append(envelope)
        answer = await self._answer("DATA", server, envelope.rcpt_tos[0])
        if answer.startswith("250") and not (self.takes_before_it_cuts and envelope in self.received):
            self.received.append(envelope)
        return answer

    def messages(self) -> list[EmailMessage]:
        """What was taken, in order."""
        return [parsed(envelope.content) for envelope in self.received]

    def subjects(self) -> list[str]:
        """Their subjects, in order."""
        return [str(message["Subject"]) for message in self.messages()]


def parsed(content: bytes) -> EmailMessage:
    """A message, taken apart."""
    return email.message_from_bytes(content, policy=email.policy.default)


@contextmanager
def broken_server(port: int, talk: Callable[[socket.socket], None] | None = None) -> Iterator[list[float]]:
    """Something that takes connections and is no mail server; yields the simulated hours at which it was asked.

    It hangs up, or does what ``talk`` does with the connection before.
    """
    asked: list[float] = []
    listener = socket.create_server(("127.0.0.1", port))

    def take() -> None:
        # Closing the listener ends it.
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                asked.append((clock.now() - NOON) / timedelta(hours=1))
                with connection, suppress(OSError):
                    if talk is not None:
                        talk(connection)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(PATIENCE_S)


@contextmanager
def smtp_server(postbox: Postbox, port: int, **options: Any) -> Iterator[None]:
    """A real SMTP server on the loopback, in a thread of its own."""
    from aiosmtpd.controller import Controller

    # What the receiver writes down is not ours, whatever level an earlier test has left to all loggers.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    options = {"ready_timeout": PATIENCE_S, "server_hostname": "mail.example.org", **options}
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def queue(app: Flask, subject: str = "A link for you", *, to: str = TO, **options: Any) -> None:
    """Put one message into the outbox."""
    facts = {"link": "http://127.0.0.1/confirm/secret", "days": 1}
    with app.test_request_context(), unit_of_work():
        post_mail(to, subject, "confirm", **{"essential": True, **facts, **options})


def queue_many(app: Flask, count: int) -> list[str]:
    """Put so many messages into the outbox, each to somebody else; their subjects in order."""
    subjects = [f"Message {number:03}" for number in range(count)]
    for number, subject in enumerate(subjects):
        queue(app, subject, to=f"reader{number:03}@example.org")
    return subjects


def send(app: Flask, later: timedelta = timedelta()) -> None:
    """One turn of the worker, so much later."""
    with app.app_context(), clock.held(clock.now() + later):
        jobs.send_waiting()


def rows(app: Flask) -> list[MailMessage]:
    """All messages, in order."""
    with app.app_context():
        return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def row(app: Flask) -> MailMessage:
    """The one message."""
    [only] = rows(app)
    return only


def is_refused(app: Flask, address: str = TO) -> bool:
    """Whether mail to an address is known to be refused."""
    with app.app_context():
        return refused_at(address) is not None


class Desk:
    """Writes messages when they are sent, and hears what became of them: what rooms above do by hooks."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.says: Callable[[int], Letter | None] = lambda _message_id: Letter("News", "What is new.")
        self.asked: list[int] = []
        self.told: list[tuple[int, str]] = []
        provide(app, "write_mail", self.write)
        provide(app, "mail_settled", self.settled)

    def write(self, message_id: int) -> Letter | None:
        """The hook ``write_mail``."""
        self.asked.append(message_id)
        return self.says(message_id)

    def settled(self, message_id: int, outcome: str, at: datetime) -> None:
        """The hook ``mail_settled``."""
        assert db.session.get(MailMessage, message_id) is not None, "it is told while the message is still there"
        self.told.append((message_id, outcome))

    def queue(self, name: str = "Ann Active", *, not_before: datetime | None = None) -> int:
        """Queue one message for a new member."""
        somebody = person(self.app, name)
        with self.app.app_context(), unit_of_work():
            return queue_written(
                somebody.id, somebody.email, "notices", thread_id=7, not_before=not_before or clock.now()
            )
