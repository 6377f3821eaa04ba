"""What went, or was closed, while somebody was typing: the text comes back, and nothing is told beside it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks import actions as networks
from tests.support.community import Community

TEXT = "First line\n\n  second <b>line</b> & more"
NEVER = 17


def given_back(answer: TestResponse) -> str:
    """The text in the page that answers a form; nobody can change or send it there."""
    found = re.search(r"<textarea[^>]* readonly>\n?([^<]*)</textarea>", answer.text)
    assert found is not None, answer.text
    assert "<form" not in answer.text.partition("<main")[2].partition("</main>")[0]
    return html.unescape(found[1])


def plain(answer: TestResponse) -> tuple[int, str]:
    """What an answer says, without what chance made."""
    return answer.status_code, re.sub(
        r'(name="(?:csrf_token|live-cursor)" (?:value|content)=")[^"]+', r"\1", answer.text
    )


def deleted(here: Community) -> str:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/p/{here.opening(thread_id)}/delete")
    return f"/t/{thread_id}/replies"


def closed(here: Community) -> str:
    thread_id = here.post_thread(here.author)
    here.peer.post("/n/north-west/leave")
    return f"/t/{thread_id}/replies"


def edit_of_what_one_deleted(here: Community) -> str:
    post_id = here.reply(here.peer, here.post_thread(here.author))
    here.peer.post(f"/p/{post_id}/delete")
    return f"/p/{post_id}/edit"


def edit_in_a_network_that_one_left(here: Community) -> str:
    post_id = here.reply(here.peer, here.post_thread(here.author))
    here.peer.post("/n/north-west/leave")
    return f"/p/{post_id}/edit"


def network_that_one_left(here: Community) -> str:
    with here.app.app_context(), unit_of_work():
        networks.leave(here.peer.id, here.north_west)
    return "/n/north-west/new"


def private_network(here: Community) -> str:
    return "/n/reps/new"


GONE = [
    deleted,
    closed,
    edit_of_what_one_deleted,
    edit_in_a_network_that_one_left,
    network_that_one_left,
    private_network,
]


@pytest.mark.parametrize("gone", GONE)
def test_text_for_what_is_gone_comes_back_and_looks_like_text_for_what_never_was(
    here: Community, gone: Callable[[Community], str]
) -> None:
    path = gone(here)
    here.peer.get("/networks")  # where it is said once that one has left
    never = re.sub(r"\d+", str(NEVER), path).replace("north-west", "never-was").replace("reps", "never-was")
    form = {"title": "A rota with holes", "body": TEXT, "kind": "problem", "key": "abc"}
    answer = here.peer.post(path, **form)
    assert answer.status_code == 404
    assert given_back(answer) == TEXT
    assert 'value="A rota with holes" readonly' in answer.text
    assert "nothing is lost" in answer.text
    assert plain(answer) == plain(here.peer.post(never, **form))


def test_a_reply_to_a_post_that_is_no_more_comes_back(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    answer = here.peer.post(f"/t/{thread_id}/replies", body=TEXT, parent=str(NEVER))
    assert answer.status_code == 404
    assert given_back(answer) == TEXT


def test_a_button_for_what_is_gone_gets_the_plain_page(here: Community) -> None:
    answer = here.peer.post(deleted(here).replace("replies", "read"), post="1")
    assert answer.status_code == 404
    assert "<textarea" not in answer.text


def test_those_who_read_json_get_no_page(here: Community) -> None:
    data = {"csrf_token": here.peer.csrf_token, "body": TEXT}
    answer = here.peer.client.post(deleted(here), data=data, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json == {"error": "There is nothing here"}


def test_a_visitor_gets_no_text_back_and_learns_nothing(here: Community) -> None:
    path = deleted(here)
    stranger = here.app.test_client()
    answers = [stranger.post(where, data={"body": TEXT}) for where in (path, f"/t/{NEVER}/replies")]
    assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/sign-in?next=/")] * 2
