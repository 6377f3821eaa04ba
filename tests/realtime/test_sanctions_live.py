"""Whoever is removed, muted or suspended feels it on the sockets that they have open, within seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from sqlalchemy import select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads.models import Post, Voice
from tests.realtime.support.listening import Listener, cookie_of
from tests.support.community import Community
from tests.support.persons import Person, person
from tests.support.servers import Server

OUT_S = 5.0
WHY = "You mocked a colleague, and went on after being asked."


@pytest.mark.server
def test_sanctions_hold_on_open_sockets_at_once(
    here: Community, serve: Callable[..., Server], listen: Callable[..., Listener]
) -> None:
    thread_id, server = here.post_thread(here.author), serve()
    officer = person(here.app, "Olu Officer", role="officer")
    with here.app.app_context(), unit_of_work():
        networks.add_member(officer.id, here.north_west, origin="approved")

    def send(who: Person, path: str, **fields: str) -> int:
        data, headers = {"csrf_token": who.csrf_token, **fields}, {"Cookie": cookie_of(who)}
        return requests.post(
            server.url + path, data=data, headers=headers, allow_redirects=False, timeout=30
        ).status_code

    def impose(whom: Person, kind: str) -> None:
        with here.app.app_context():
            mine = select(Post.id).join(Voice, Voice.id == Post.voice_id).where(Post.thread_id == thread_id)
            post = db.session.scalars(mine.where(Voice.name == whom.name)).one()
        assert send(officer, f"/p/{post}/sanction", kind=kind, days="7", reason=WHY) == 303

    for who in (here.peer, here.watcher):
        assert send(who, f"/t/{thread_id}/replies", body=f"By {who.name}") == 303
    removed, suspended = listen(server, here.peer), listen(server, here.watcher)
    for socket in (removed, suspended):
        assert socket.ask("watch", thread=str(thread_id)) == {"ok": True}
    impose(here.watcher, "mute")
    assert send(here.watcher, f"/t/{thread_id}/replies", body="Muted") == 422
    suspended.wait_for("notification")
    impose(here.peer, "removal")
    assert removed.ask("watch", thread=str(thread_id)) == {"ok": False, "error": "not_found"}
    impose(here.watcher, "suspension")
    suspended.wait_until_closed(OUT_S)
    assert suspended.of("goodbye")
    told = len(removed.of("post"))
    assert send(here.author, f"/t/{thread_id}/replies", body="Not for those who are out") == 303
    assert removed.ask("watch", thread=str(thread_id)) == {"ok": False, "error": "not_found"}
    assert len(removed.of("post")) == told
    assert removed.connected
