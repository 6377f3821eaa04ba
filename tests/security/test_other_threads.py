"""What a page takes from its address must belong to the thread that the reader has been let into."""

from __future__ import annotations

import pytest

from tests.support.community import Community

SECRET = "The chief executive is leaving on Friday"


@pytest.mark.parametrize("view", ["tree", "flat"])
@pytest.mark.parametrize("word", ["quote", "reply", "after"])
def test_a_post_of_a_network_that_one_may_not_read_is_not_quoted_into_a_thread_that_one_may(
    here: Community, word: str, view: str
) -> None:
    open_to_all = here.moderator
    here_and_there = here.post_thread(here.author, title="Only for the private network", slug="reps", body=SECRET)
    hidden = [here.opening(here_and_there), here.reply(here.author, here_and_there, SECRET)]
    assert open_to_all.post("/n/national/join").status_code == 303
    thread_id = here.post_thread(open_to_all, title="Something that everybody reads", slug="national")

    for post_id in hidden:
        page = here.outsider.client.get(f"/t/{thread_id}?{word}={post_id}&view={view}", follow_redirects=True)
        assert page.status_code == 200
        assert SECRET not in page.text
        assert here.author.name not in page.text


def test_a_post_of_the_thread_itself_is_quoted_the_opening_one_too(here: Community) -> None:
    thread_id = here.post_thread(here.author, body="Opening words")
    reply_id = here.reply(here.peer, thread_id, "Words of a reply")

    for post_id, words in ((here.opening(thread_id), "Opening words"), (reply_id, "Words of a reply")):
        page = here.peer.client.get(f"/t/{thread_id}?quote={post_id}", follow_redirects=True)
        assert f"&gt; {words}" in page.text
