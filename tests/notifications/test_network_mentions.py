"""Mentions of whole networks."""

from __future__ import annotations

import pytest

from knowledge_exchange.threads import network_mentions
from tests.support.community import Community


def test_a_mention_of_a_small_network_tells_its_members_once(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id, f"@north-west and @{here.handle(here.moderator)}")
    assert here.notices(here.watcher) == [("network_mention", post_id)]
    assert here.notices(here.moderator) == [("mention", post_id)]
    assert here.notices(here.author) == [("direct_reply", post_id)]
    assert (here.notices(here.peer), here.notices(here.outsider)) == ([], [])


def test_a_mention_of_a_network_over_the_size_notifies_nobody_and_says_so(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_mentions, "MOST_MENTIONED", 3)
    thread_id = here.post_thread(here.author, body="Dear @north-west")
    assert [here.notices(who) for who in (here.peer, here.watcher, here.moderator)] == [[], [], []]
    page = here.author.get(f"/t/{thread_id}", follow_redirects=True).text
    assert "nobody was told by naming it" in page


def test_a_network_that_one_is_not_in_is_mentioned_like_nothing(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id, "@reps")
    assert here.notices(here.author)[0][0] == "direct_reply"
    here.reply(here.watcher, thread_id, "@reps", parent=str(here.reply(here.peer, thread_id)))
    assert "network_mention" not in [kind for kind, _post in here.notices(here.author)]


def test_a_muted_thread_is_silent_when_its_network_is_mentioned(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="muted")
    here.reply(here.peer, thread_id, "@north-west")
    assert here.notices(here.watcher) == []
