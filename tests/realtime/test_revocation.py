"""Who leaves a network, or loses standing, is out of the sockets of every process within seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.realtime import push, revocation
from knowledge_exchange.realtime.connections import Connection, Room, connections
from knowledge_exchange.realtime.models import LiveEvent
from tests.realtime.support.listening import Listener, cookie_of
from tests.support.community import Community
from tests.support.servers import Server, run_command

#: CONTRACT: whoever lost standing or sight is out within this.
OUT_S = 5.0


@pytest.mark.server
def test_leaving_and_suspension_reach_the_sockets_of_another_process(
    here: Community, serve: Callable[..., Server], listen: Callable[..., Listener], redis_url: str
) -> None:
    import requests

    thread_id = here.post_thread(here.author)
    one, other = serve(KE_REDIS_URL=redis_url), serve(KE_REDIS_URL=redis_url)
    leaver, stayer, elsewhere = listen(one, here.watcher), listen(one, here.peer), listen(other, here.peer)
    for socket in (leaver, stayer, elsewhere):
        assert socket.ask("watch", thread=str(thread_id)) == {"ok": True}

    def write(path: str, **fields: str) -> None:
        who = here.watcher if path.endswith("leave") else here.author
        data = {"csrf_token": who.csrf_token, **fields}
        headers = {"Cookie": cookie_of(who)}
        answer = requests.post(other.url + path, data=data, headers=headers, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, answer.text

    write("/n/north-west/leave")
    time.sleep(OUT_S)
    write(f"/t/{thread_id}/replies", body="Not for those who left")
    stayer.wait_for("post")
    assert leaver.ask("watch", thread=str(thread_id)) == {"ok": False, "error": "not_found"}
    assert leaver.of("post") == []
    assert leaver.connected

    done = run_command(
        "member", "suspend", here.peer.email, "--reason", "A test.", settings=one.settings, folder=one.folder
    )
    assert done.returncode == 0, done.stderr
    # No process tells another: each reads in the database who is out.
    end = time.monotonic() + OUT_S
    for socket in (stayer, elsewhere):
        socket.wait_until_closed(max(0.1, end - time.monotonic()))
        assert socket.of("goodbye")


def test_who_comes_in_again_keeps_hearing_the_network(here: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[tuple[int, int]] = []
    monkeypatch.setattr(push, "leave_network_rooms", lambda member, network: left.append((member, network)))
    with here.app.app_context():
        one = Connection("a", here.watcher.id, 0, {1: Room("thread:1:1", here.north_west)})
        connections().add(one)
        revocation.look()
        with unit_of_work():
            networks.leave(here.watcher.id, here.north_west)
            networks.leave(here.peer.id, here.north_west)
            networks.add_member(here.watcher.id, here.north_west)
        left.clear()
        revocation.look()
    assert left == [(here.peer.id, here.north_west)]


def test_who_was_removed_over_a_pseudonymous_post_is_out_of_the_sockets_of_every_process(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[tuple[int, int]] = []
    monkeypatch.setattr(push, "leave_network_rooms", lambda member, network: left.append((member, network)))
    with here.app.app_context():
        connections().add(Connection("a", here.watcher.id, 0, {1: Room("thread:1:1", here.north_west)}))
        with unit_of_work() as work:
            before = work.query(LiveEvent).count()  # who moderates was told of their queue
            networks.keep_out(here.watcher.id, here.north_west, "people")
            networks.keep_out(here.watcher.id, here.national, "people")
            assert work.query(LiveEvent).count() == before
        assert left == [(here.watcher.id, here.north_west)], "in this process after the commit"
        left.clear()
        revocation.look()
        assert left == [(here.watcher.id, here.north_west)], "elsewhere by a look; an open network stays"
        with unit_of_work():
            networks.add_member(here.watcher.id, here.north_west, origin="invited")
        left.clear()
        revocation.look()
    assert left == []
