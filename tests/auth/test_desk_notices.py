"""What calls a member says nothing by itself that others at their desk, or who read their mail, should not know."""

from __future__ import annotations

import re

from flask import Flask

from knowledge_exchange.core import paths
from tests.support.community import settle
from tests.support.desks import choose

_TELLING = re.compile(
    r"union|unison|\bfda\b|exchange|member|network|thread|\bposts?\b|colleague|employer|\brolls?\b", re.IGNORECASE
)
_CALL = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SAID = re.compile(r'"((?:[^"\\]|\\.)*)"')


def test_no_message_says_by_itself_what_it_is_about_or_whose_it_is() -> None:
    texts = {
        (path.name, said)
        for path in (paths.templates() / "mail").iterdir()
        for call in _CALL.findall(path.read_text(encoding="utf-8"))
        for said in _SAID.findall(call)
    }
    assert len(texts) > 60
    # The one sentence is for members who have asked for names and titles in their mail.
    named = {text for text in texts if _TELLING.search(text[1]) or "%(title)s" in text[1] or "%(name)s" in text[1]}
    assert {name for name, _text in named} == {"notices.html", "notices.txt"}
    assert len({text for _name, text in named}) == 1


def test_what_the_live_stream_brings_leads_to_places_without_titles(app: Flask) -> None:
    here = settle(app)
    thread_id = here.post_thread(here.author, "Zebra crossing halfpenny")
    choose(here.author, plain_addresses="y")
    page = here.author.get("/networks").text
    cursor = re.search(r'name="live-cursor" content="([^"]+)"', page)
    assert cursor is not None
    post_id = here.reply(here.peer, thread_id)
    answer = here.author.get(f"/live/since?after={cursor[1]}")
    assert answer.json is not None
    notices = [event for event in answer.json["events"] if event["name"] == "notification"]
    assert [(notice["url"], "Zebra crossing" in notice["text"]) for notice in notices] == [(f"/p/{post_id}", True)]
    assert "zebra-crossing" not in answer.text
