"""“Helpful” and “I have this too”: counted once for each reader, taken back at will, and nobody learns who."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import event, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock, crypto, key_file
from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.files.attachment_models import Mark
from knowledge_exchange.threads.live import post_payloads
from knowledge_exchange.threads.models import Post, Thread
from tests.support.community import Community
from tests.support.persons import Person


@pytest.fixture
def asked(here: Community) -> tuple[int, int, int]:
    """A problem, its opening post and an answer to it."""
    thread_id = here.post_thread(here.author)
    return thread_id, here.opening(thread_id), here.reply(here.peer, thread_id)


def page(who: Person, thread_id: int) -> str:
    return who.get(f"/t/{thread_id}", follow_redirects=True).text


def button(html: str, post_id: int, kind: str) -> str:
    """The button of a kind of mark, up to the end of what is on it."""
    found = re.search(rf'<button[^>]*formaction="/p/{post_id}/{kind}[^>]*>.*?</button>', html, re.S)
    assert found is not None
    return found.group()


def counts(here: Community, post_id: int) -> tuple[int, int]:
    """How many found a post helpful, and how many have its thread's problem, too."""
    post = here.row(Post, post_id)
    return post.helpful, here.row(Thread, post.thread_id).too


def test_a_mark_counts_once_for_each_reader_and_is_taken_back(here: Community, asked: tuple[int, int, int]) -> None:
    thread_id, opening, answer = asked
    for who in (here.watcher, here.moderator, here.watcher):
        assert who.post(f"/p/{answer}/helpful").status_code == 303
        assert who.post(f"/p/{opening}/too").location == f"/p/{opening}"
    assert counts(here, answer) == (2, 2)
    assert "Helpful <b>2</b>" in page(here.author, thread_id)
    for _twice in range(2):
        here.watcher.post(f"/p/{answer}/helpful/back")
        here.watcher.post(f"/p/{opening}/too/back")
    assert counts(here, answer) == (1, 1)
    assert "I have this too <b>1</b>" in page(here.peer, thread_id)


def test_only_whoever_pressed_it_sees_it_pressed(here: Community, asked: tuple[int, int, int]) -> None:
    thread_id, opening, answer = asked
    here.watcher.post(f"/p/{answer}/helpful")
    here.watcher.post(f"/p/{opening}/too")
    for post_id, kind in ((answer, "helpful"), (opening, "too")):
        mine, others = (button(page(who, thread_id), post_id, kind) for who in (here.watcher, here.moderator))
        assert f'/{kind}/back" aria-pressed="true"' in mine
        assert "aria-pressed" not in others
        assert f'formaction="/p/{post_id}/{kind}"' in others


def test_nobody_marks_their_own_under_whichever_name(here: Community) -> None:
    thread_id = here.post_thread(here.author, voice="pseudonym")
    opening, answer = here.opening(thread_id), here.reply(here.peer, thread_id, voice="pseudonym")
    for who, post_id, kind in ((here.author, opening, "too"), (here.peer, answer, "helpful")):
        assert "hidden formaction" in button(page(who, thread_id), post_id, kind)
        assert "your own" in who.post_and_follow(f"/p/{post_id}/{kind}").text
    assert counts(here, answer) == (0, 0)


def test_what_may_not_be_read_is_gone_or_is_of_the_other_kind_cannot_be_marked(
    here: Community, asked: tuple[int, int, int]
) -> None:
    thread_id, opening, answer = asked
    advice = here.opening(here.post_thread(here.author, kind="advice"))
    for who, path in (
        (here.outsider, f"/p/{answer}/helpful"),
        (here.watcher, f"/p/{opening}/helpful"),
        (here.watcher, f"/p/{answer}/too"),
        (here.watcher, f"/p/{advice}/too"),
        (here.watcher, f"/p/{answer + 1}/helpful"),
    ):
        assert who.post(path).status_code == 404, path
    here.reply(here.watcher, thread_id, "Thank you.", parent=str(answer))
    here.peer.post(f"/p/{answer}/delete")
    assert here.watcher.post(f"/p/{answer}/helpful").status_code == 404
    assert counts(here, answer) == (0, 0)


def test_no_row_says_who_marked_what_or_when(here: Community, asked: tuple[int, int, int]) -> None:
    _thread_id, opening, answer = asked
    with here.app.app_context():
        before = {row.id for row in db.session.execute(select(Participant.id))}
    here.watcher.post(f"/p/{answer}/helpful")
    here.watcher.post(f"/p/{opening}/too")
    with here.app.app_context():
        rows = db.session.scalars(select(Mark)).all()
        assert {(row.kind, row.post_id) for row in rows} == {("helpful", answer), ("too", opening)}
        assert {column.name for column in Mark.__table__.columns} == {"by_hash", "kind", "post_id"}
        assert not [row for row in rows if str(here.watcher.id) in row.by_hash]
        # Nor does a place in the thread come of it: who writes there under a pseudonym later has left no trace.
        assert {row.id for row in db.session.execute(select(Participant.id))} == before
        assert db.session.get_one(Member, here.watcher.id).was_here_at is None


def test_a_script_is_told_how_many_there_are(here: Community, asked: tuple[int, int, int]) -> None:
    _thread_id, _opening, answer = asked
    headers, fields = {"Accept": "application/json"}, {"csrf_token": here.watcher.csrf_token}

    def said(who: Person, path: str) -> tuple[int, object]:
        found = who.client.post(path, data={**fields, "csrf_token": who.csrf_token}, headers=headers)
        return found.status_code, found.json

    assert said(here.watcher, f"/p/{answer}/helpful") == (200, {"marked": True, "count": 1})
    assert said(here.peer, f"/p/{answer}/helpful") == (409, {"marked": False, "count": 1})
    assert said(here.watcher, f"/p/{answer}/helpful/back") == (200, {"marked": False, "count": 0})


def test_open_pages_are_sent_the_post_with_its_count_and_the_question_as_a_question(
    here: Community, asked: tuple[int, int, int]
) -> None:
    _thread_id, opening, answer = asked
    here.watcher.post(f"/p/{answer}/helpful")
    here.watcher.post(f"/p/{opening}/too")
    with here.app.app_context(), here.app.test_request_context():
        sent = post_payloads([opening, answer])
    assert "Helpful <b>1</b>" in sent[answer]["html"]
    assert "I have this too <b>1</b>" in sent[opening]["html"]
    assert 'id="title"' in sent[opening]["html"]
    assert "aria-pressed" not in sent[answer]["html"] + sent[opening]["html"]


def test_marks_cost_a_page_one_statement_and_a_page_without_any_none(
    here: Community, asked: tuple[int, int, int]
) -> None:
    thread_id, opening, answer = asked
    said: list[str] = []

    def reading(who: Person) -> int:
        page(who, thread_id)  # its body is kept now
        said.clear()
        page(who, thread_id)
        return len(said)

    with here.app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    without = reading(here.moderator)
    assert not any("mark" in statement for statement in said)
    here.watcher.post(f"/p/{answer}/helpful")
    here.watcher.post(f"/p/{opening}/too")
    assert reading(here.moderator) == without + 1


def test_a_mark_made_before_the_keys_were_changed_counts_once_and_is_taken_back(
    here: Community, asked: tuple[int, int, int]
) -> None:
    _thread_id, _opening, answer = asked
    here.watcher.post(f"/p/{answer}/helpful")
    with here.app.app_context():
        key_file.rotate(here.app.config["KE_KEY_FILE"])
        crypto.follow_now()
    with clock.held(clock.now() + key_file.SETTLED_AFTER * 2):
        here.watcher.post(f"/p/{answer}/helpful")
        here.moderator.post(f"/p/{answer}/helpful")
        assert counts(here, answer) == (2, 0)
        here.watcher.post(f"/p/{answer}/helpful/back")
    assert counts(here, answer) == (1, 0)


def test_ones_own_data_says_what_one_marked_and_nobody_elses_does(here: Community, asked: tuple[int, int, int]) -> None:
    thread_id, opening, answer = asked
    for who in (here.watcher, here.moderator):
        who.post(f"/t/{thread_id}/read", post=str(answer))
    here.watcher.post(f"/p/{answer}/helpful")
    here.watcher.post(f"/p/{opening}/too")
    mine, others = (
        json.loads(who.get("/me/data.json").text)["marks_of_yours"] for who in (here.watcher, here.moderator)
    )
    assert mine == [{"kind": "too", "post_id": str(opening)}, {"kind": "helpful", "post_id": str(answer)}]
    assert others == []
