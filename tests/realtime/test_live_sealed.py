"""Who writes under a pseudonym hears as much as anybody, over the same line, and nothing of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.notifications import actions
from knowledge_exchange.realtime.models import LiveEvent
from tests.notifications.pseudonyms import ask
from tests.realtime.support.listening import Listener
from tests.realtime.test_live_stream import write
from tests.support.community import Community
from tests.support.servers import Server

pytestmark = pytest.mark.server


def test_replies_reach_a_pseudonyms_author_and_reading_clears_the_badge_on_every_device(
    here: Community, serve_process: Server, listen: Callable[..., Listener]
) -> None:
    for who in (here.author, here.watcher):
        with here.app.app_context(), unit_of_work():
            actions.choose_network_level(who.id, here.north_west, "watching")
    thread = ask(here, here.author)
    author, other = listen(serve_process, here.author), listen(serve_process, here.author)
    watcher = listen(serve_process, here.watcher)
    write(serve_process, here.author, f"/t/{thread}/replies", body="One thing more.")
    watcher.wait_for("notification")
    write(serve_process, here.peer, f"/t/{thread}/replies", body="Ask early.")
    [notice] = author.wait_for("notification")
    assert (notice["kind"], notice["unread"], notice["text"].startswith(here.peer.name)) == ("direct_reply", 1, True)
    other.wait_for("notification")
    assert author.ask("seen", thread=str(thread), post=notice["post"]) == {"ok": True}
    [told] = other.wait_for("unread")
    assert (told["unread"], told["thread"], told["post"]) == (0, str(thread), notice["post"])
    with here.app.app_context():
        named = select(LiveEvent.kind).where(LiveEvent.member_id == here.author.id)
        assert db.session.scalars(named).all() == []
