"""Mail of notices by way of a real SMTP server: each once, however long it was away, whatever it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from tests.notifications.mailbox import Mailbox
from tests.support.community import Community, settle
from tests.support.shared import free_port


class Postbox:
    """An SMTP server's handler: takes messages, or answers what it is told to."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.received: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take a message."""
        if self.answer.startswith("250"):
            self.received.append(bytes(envelope.content).decode())  # type: ignore[attr-defined]
        return self.answer


@pytest.fixture
def server() -> Iterator[Callable[[], tuple[Postbox, Controller]]]:
    """`server()` starts a real SMTP server on the loopback, always at the same port; it is stopped at the end."""
    port, running = free_port(), []

    def start() -> tuple[Postbox, Controller]:
        postbox = Postbox()
        controller = Controller(postbox, hostname="127.0.0.1", port=port)
        controller.start()
        running.append(controller)
        return postbox, controller

    start.port = port  # type: ignore[attr-defined]
    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def by_smtp(server: Callable[[], tuple[Postbox, Controller]], make_app: Callable[..., Flask]) -> Community:
    """The community of an exchange that sends by SMTP."""
    port = server.port  # type: ignore[attr-defined]
    return settle(make_app(KE_SMTP_URL=f"smtp://127.0.0.1:{port}"))


def test_notices_go_by_smtp_each_once_after_a_day_without_a_server(
    by_smtp: Community, server: Callable[[], tuple[Postbox, Controller]]
) -> None:
    here = by_smtp
    with ExitStack() as time:
        office = Mailbox(here, time)
        office.later(timedelta(seconds=1))
        thread_id = here.post_thread(here.author)
        here.reply(here.peer, thread_id)
        other = here.post_thread(here.author)
        read = here.reply(here.peer, other)
        office.decide()
        for _hour in range(24):
            office.later(timedelta(hours=1))
            office.send()
        assert office.states(here.author) == ["waiting", "waiting"]
        here.author.post(f"/t/{other}/read", post=str(read))
        here.reply(here.watcher, thread_id, f"@{here.handle(here.author)}")
        postbox, _controller = server()
        office.decide()
        for _turn in range(3):
            office.later(timedelta(hours=5))
            office.send()
    [content] = postbox.received
    assert "Subject: 2 new messages" in content
    assert sorted(str(state) for state in office.states(here.author)) == ["read", "sent", "sent"]


def test_a_recipient_that_is_refused_for_good_ends_its_notices(
    by_smtp: Community, server: Callable[[], tuple[Postbox, Controller]]
) -> None:
    here = by_smtp
    postbox, controller = server()

    async def no_such_box(*_arguments: object) -> str:
        return "550 5.1.1 No such mailbox"

    controller.handler.handle_RCPT = no_such_box
    with ExitStack() as time:
        office = Mailbox(here, time)
        office.later(timedelta(seconds=1))
        here.reply(here.peer, here.post_thread(here.author))
        office.decide()
        office.later()
        office.send()
        assert (postbox.received, office.states(here.author)) == ([], ["refused"])
        here.reply(here.peer, here.post_thread(here.author))
        office.decide()
    assert office.states(here.author) == ["refused", "refused"]
    assert "E-mail to you comes back." in here.author.get("/notifications").text
