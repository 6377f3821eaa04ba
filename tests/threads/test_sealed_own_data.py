"""What members can fetch of what is held about them: pseudonyms of theirs are theirs."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from knowledge_exchange.auth.own_data import everything_about
from tests.notifications.pseudonyms import ask
from tests.support.community import Community, settle


@pytest.fixture
def here(app: Flask) -> Community:
    """Five people, three networks."""
    return settle(app)


def held(here: Community, member_id: int) -> dict[str, Any]:
    with here.app.app_context():
        return everything_about(member_id)


def test_ones_own_data_hold_what_one_wrote_and_was_told_under_a_pseudonym(here: Community) -> None:
    thread = ask(here, here.author, "Marmalade.")
    here.reply(here.peer, thread)
    mine = held(here, here.author.id)
    assert [(post["body"], post["thread_id"]) for post in mine["posts"]] == [("Marmalade.", str(thread))]
    assert mine["posts"][0]["name"] != here.author.name
    places = [(place["thread_id"], place["level"]) for place in mine["places_in_threads"]]
    assert places == [(str(thread), "watching")]
    assert [notice["kind"] for notice in mine["notifications"]] == ["direct_reply"]


def test_nobody_elses_data_hold_any_of_it(here: Community) -> None:
    thread = ask(here, here.author, "Marmalade.")
    here.reply(here.peer, thread)
    theirs = held(here, here.peer.id)
    assert [post["body"] for post in theirs["posts"]] == ["Ask early."]
    assert len(theirs["places_in_threads"]) == 1
    assert held(here, here.watcher.id)["notifications"] == []
