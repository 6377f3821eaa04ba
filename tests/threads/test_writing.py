"""Writing threads and replies by their forms."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_TITLE_CHARS
from knowledge_exchange.threads.models import Thread
from tests.support.community import Community


def test_a_problem_is_posted_and_read_by_a_peer(here: Community) -> None:
    thread_id = here.post_thread(here.author, "How do you staff an escalation bay?", body="**Two** nurses short.")
    page = here.peer.get(f"/t/{thread_id}", follow_redirects=True)
    assert page.status_code == 200
    assert "How do you staff an escalation bay?" in page.text
    assert "<strong>Two</strong> nurses short." in page.text


def test_the_address_carries_the_title_and_a_wrong_one_is_mended(here: Community) -> None:
    thread_id = here.post_thread(here.author, "Änderung: rota & cover, again?")
    right = f"/t/{thread_id}/anderung-rota-cover-again"
    assert here.peer.get(f"/t/{thread_id}").location == right
    assert here.peer.get(f"/t/{thread_id}/old-title?view=flat").location == f"{right}?view=flat"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "Short", "Say in a few words"),
        ("title", "x" * (MAX_TITLE_CHARS + 1), f"at most {MAX_TITLE_CHARS}"),
        ("body", "  \n ", "Write something first"),
        ("body", "y" * (MAX_BODY_CHARS + 7), "7 characters too long"),
        ("kind", "gossip", "Choose what this is"),
        ("kind", "announcement", "announcements come from its moderators"),
    ],
)
def test_bad_input_is_explained_by_the_field_and_nothing_typed_is_lost(
    here: Community, field: str, value: str, said: str
) -> None:
    typed = {"kind": "problem", "title": "A title that is good", "body": "A body <with> & signs", field: value}
    answer = here.author.post("/n/north-west/new", **typed)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    if field != "title":
        assert 'value="A title that is good"' in answer.text
    if field != "body":
        assert "A body &lt;with&gt; &amp; signs</textarea>" in answer.text


def test_text_that_a_database_cannot_hold_is_cleaned_not_refused(here: Community) -> None:
    thread_id = here.post_thread(here.author, body="before\x07after\u202e end")
    assert here.posts(thread_id)[0].body == "beforeafter end"


def test_only_moderators_and_officers_announce(here: Community) -> None:
    here.post_thread(here.moderator, "The network meets on Thursday", kind="announcement")


def test_a_form_sent_twice_posts_once(here: Community) -> None:
    first = here.post_thread(here.author, key="k1")
    assert here.post_thread(here.author, key="k1") == first
    one = here.reply(here.peer, first, key="k2")
    assert here.reply(here.peer, first, key="k2") == one
    assert here.row(Thread, first).reply_count == 1
    # Somebody else's form with the same key is another form.
    assert here.reply(here.watcher, first, key="k2") != one


def test_forms_without_a_key_are_accepted(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    assert here.reply(here.peer, thread_id) != here.reply(here.peer, thread_id)


def test_an_empty_reply_is_explained_and_a_bad_parent_does_not_exist(here: Community) -> None:
    thread_id, other = here.post_thread(here.author), here.post_thread(here.author)
    empty = here.peer.post(f"/t/{thread_id}/replies", body=" ")
    assert (empty.status_code, "Write something first" in empty.text) == (422, True)
    astray = here.peer.post(f"/t/{thread_id}/replies", body="Hello", parent=str(here.opening(other)))
    assert astray.status_code == 404
    assert here.row(Thread, thread_id).reply_count == 0


def test_replying_in_an_open_network_needs_joining_it(here: Community) -> None:
    refused = here.outsider.post("/n/national/new", kind="problem", title="A title that is good", body="Text")
    assert refused.status_code == 422
    assert "Join the network first" in refused.text
    here.author.post("/n/national/join")
    thread_id = here.post_thread(here.author, slug="national")
    page = here.outsider.get(f"/t/{thread_id}", follow_redirects=True)
    assert page.status_code == 200
    assert "Join National to reply" in page.text
    answer = here.outsider.post(f"/t/{thread_id}/replies", body="My words")
    assert answer.status_code == 422
    here.outsider.post("/n/national/join")
    here.reply(here.outsider, thread_id)


def test_a_locked_thread_takes_no_reply_and_gives_the_text_back(here: Community) -> None:
    from sqlalchemy import update

    from knowledge_exchange.core.clock import now
    from knowledge_exchange.core.db import unit_of_work

    thread_id = here.post_thread(here.author)
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(Thread).where(Thread.id == thread_id).values(locked_at=now()))
    answer = here.peer.post(f"/t/{thread_id}/replies", body="My long text")
    assert answer.status_code == 422
    assert "My long text" in answer.text


def paths_of(thread_id: int, post_id: int) -> list[tuple[str, str]]:
    """Everything that can be asked of a thread and a post."""
    return [
        ("GET", f"/t/{thread_id}"),
        ("GET", f"/t/{thread_id}/any-slug"),
        ("GET", f"/p/{post_id}"),
        ("GET", f"/p/{post_id}/history"),
        ("GET", f"/p/{post_id}/more"),
        ("GET", f"/p/{post_id}/edit"),
        ("GET", f"/p/{post_id}/delete"),
        ("POST", f"/p/{post_id}/edit"),
        ("POST", f"/p/{post_id}/delete"),
        ("POST", f"/p/{post_id}/accept"),
        ("POST", f"/p/{post_id}/unaccept"),
        ("POST", f"/t/{thread_id}/replies"),
        ("POST", f"/t/{thread_id}/read"),
        ("POST", f"/t/{thread_id}/level"),
    ]


def test_to_a_member_of_another_network_a_thread_is_like_one_that_never_was(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    for (method, path), (_method, never) in zip(paths_of(thread_id, post_id), paths_of(1, 2), strict=True):
        fields: dict[str, Any] = {"body": "Hello there", "post": str(post_id), "level": "watching"}
        if method == "GET":
            seen, unseen = here.outsider.get(path), here.outsider.get(never)
        else:
            seen, unseen = here.outsider.post(path, **fields), here.outsider.post(never, **fields)
        assert (seen.status_code, path) == (404, path)
        assert without_tokens(seen.text) == without_tokens(unseen.text)


def without_tokens(text: str) -> str:
    """A page without what differs at every request."""
    return re.sub(r'(csrf_token" value|live-cursor" content)="[^"]*"', "", text)


def test_what_was_typed_is_shown_as_text_wherever_it_is_shown(here: Community) -> None:
    nasty = "<script>alert(1)</script> \"quoted\" & 'more'"
    thread_id = here.post_thread(here.author, nasty, body=nasty)
    here.reply(here.peer, thread_id, nasty)
    for path in ("/", "/n/north-west", f"/t/{thread_id}", "/notifications", f"/m/{here.handle(here.peer)}"):
        page = here.author.get(path, follow_redirects=True)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
