"""Whoever is hidden from a thread by now is out of its room within seconds, in every process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.networks.shielded import HERE, settle
from tests.realtime.support.listening import Listener
from tests.support.servers import Server


@pytest.mark.server
def test_a_move_reaches_the_sockets_of_another_process(
    make_app: Callable[..., Flask], serve: Callable[..., Server], redis_url: str
) -> None:
    trusts = settle(make_app(KE_DEMO=True))
    thread_id = trusts.thread()
    one, other = serve(KE_REDIS_URL=redis_url), serve(KE_REDIS_URL=redis_url)
    sockets = [Listener(server.url, trusts.stranger) for server in (one, other)]
    try:
        for socket in sockets:
            assert socket.ask("watch", thread=str(thread_id)) == {"ok": True}
        trusts.moves(trusts.stranger, HERE)  # no process is told: each reads it in the database
        for socket in sockets:
            [told] = socket.wait_for("thread_changed")
            assert told == {"thread": str(thread_id), "gone": True}
            assert socket.ask("watch", thread=str(thread_id)) == {"ok": False, "error": "not_found"}
    finally:
        for socket in sockets:
            socket.close()
