"""Mentions of whole networks."""

from __future__ import annotations

import pytest

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads.composing import network_mentions
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


def both_in_reps(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.watcher.id, here.reps, origin="invited")


@pytest.mark.parametrize(("voice", "told"), [("own", True), ("pseudonym", False)])
def test_under_a_pseudonym_no_other_network_is_told_for_that_would_say_where_its_author_belongs(
    here: Community, voice: str, told: bool
) -> None:
    both_in_reps(here)
    thread_id = here.post_thread(here.author, body="Dear @reps", voice=voice)
    post_id = here.reply(here.author, thread_id, "Nobody, @reps?")
    page = here.author.get(f"/t/{thread_id}", follow_redirects=True).text
    assert ("Nobody in Reps was told" in page) is not told
    edited = here.reply(here.author, thread_id, "Well.")
    assert here.author.post(f"/p/{edited}/edit", body="Well, @reps.").status_code == 303
    mentions = [("network_mention", one) for one in (here.opening(thread_id), post_id, edited)]
    assert here.notices(here.watcher) == (mentions if told else [])
    # Nor is anybody else: it reads like the name of a network in which its author is not.
    assert here.notices(here.moderator) == []
    page = here.watcher.get(f"/notifications/why?post={post_id}").text
    assert ("It calls Reps as a whole" in page) is told


def test_under_a_pseudonym_the_network_of_the_thread_is_told_as_ever(here: Community) -> None:
    thread_id = here.post_thread(here.peer)
    post_id = here.reply(here.author, thread_id, "Dear @north-west", voice="pseudonym")
    assert here.notices(here.watcher) == [("network_mention", post_id)]
    assert "was told" not in here.author.get(f"/t/{thread_id}", follow_redirects=True).text
    page = here.watcher.get(f"/notifications/why?post={post_id}").text
    assert "It calls North-West as a whole" in page
