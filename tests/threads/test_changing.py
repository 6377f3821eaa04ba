"""Editing, taking away, accepting."""

from __future__ import annotations

import pytest

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.threads import policy
from knowledge_exchange.threads.locking import locked_post
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.veils.speaking import speaking
from tests.support.community import Community
from tests.threads.test_reading import me_of


def test_an_edit_keeps_what_was_said_before(here: Community) -> None:
    thread_id = here.post_thread(here.author, "The old title of it", body="Old words")
    opening = here.opening(thread_id)
    answer = here.author.post(f"/p/{opening}/edit", title="The new title of it", body="New words")
    assert answer.status_code == 303
    page = here.peer.get(f"/t/{thread_id}", follow_redirects=True).text
    assert "New words" in page
    assert "The new title of it" in page
    assert "Old words" not in page
    history = here.peer.get(f"/p/{opening}/history").text
    assert "Old words" in history
    assert "The old title of it" in history


def test_a_bad_edit_gives_the_text_back(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    answer = here.author.post(f"/p/{here.opening(thread_id)}/edit", title="No", body="Typed words")
    assert answer.status_code == 422
    assert "Typed words" in answer.text
    assert "Say in a few words" in answer.text


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_nobody_changes_the_post_of_another_not_even_a_moderator(here: Community, act: str) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id, "Mine")
    for other in (here.author, here.moderator, here.outsider):
        assert other.get(f"/p/{post_id}/{act}").status_code == 404
        assert other.post(f"/p/{post_id}/{act}", body="Yours", title="Another title").status_code == 404
    assert here.row(Post, post_id).body == "Mine"


def test_a_reply_taken_away_leaves_a_stub_and_its_text_nowhere(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id, "Words that I regret")
    here.peer.post(f"/p/{post_id}/edit", body="Words that I regret less")
    here.reply(here.author, thread_id, "An answer to it", parent=str(post_id))
    assert here.peer.get(f"/p/{post_id}/delete").status_code == 200
    assert here.peer.post(f"/p/{post_id}/delete").status_code == 303
    page = here.author.get(f"/t/{thread_id}", follow_redirects=True).text
    assert "regret" not in page
    assert "Taken away by its author." in page
    assert "An answer to it" in page
    assert here.author.get(f"/p/{post_id}/history").status_code == 404
    assert here.row(Thread, thread_id).reply_count == 1
    assert here.peer.post(f"/p/{post_id}/edit", body="Back again").status_code == 404


def test_an_opening_post_without_replies_takes_the_thread_with_it(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/p/{here.opening(thread_id)}/delete")
    assert here.author.get(f"/t/{thread_id}").status_code == 404
    assert f'data-thread="{thread_id}"' not in here.peer.get("/n/north-west").text


def test_an_opening_post_with_replies_leaves_them_standing(here: Community) -> None:
    thread_id = here.post_thread(here.author, body="My secret worry")
    here.reply(here.peer, thread_id, "A kind word")
    here.author.post(f"/p/{here.opening(thread_id)}/delete")
    page = here.peer.get(f"/t/{thread_id}", follow_redirects=True).text
    assert "My secret worry" not in page
    assert "A kind word" in page


def test_who_asked_accepts_an_answer_and_takes_it_back(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    first, second = here.reply(here.peer, thread_id), here.reply(here.watcher, thread_id)
    assert here.author.post(f"/p/{first}/accept").status_code == 303
    assert here.row(Thread, thread_id).answer_id == first
    assert "Problem, answered" in here.peer.get(f"/t/{thread_id}", follow_redirects=True).text
    here.author.post(f"/p/{second}/accept")
    assert here.row(Thread, thread_id).answer_id == second
    here.author.post(f"/p/{first}/unaccept")
    assert here.row(Thread, thread_id).answer_id == second
    here.author.post(f"/p/{second}/unaccept")
    assert here.row(Thread, thread_id).answer_id is None


def test_a_moderator_may_accept_and_others_may_not(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    assert here.watcher.post(f"/p/{post_id}/accept").status_code == 404
    assert here.peer.post(f"/p/{post_id}/accept").status_code == 404
    assert here.moderator.post(f"/p/{post_id}/accept").status_code == 303


def test_a_moderator_who_writes_there_under_a_pseudonym_accepts_nothing_for_it_would_show_their_office(
    here: Community,
) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.reply(here.moderator, thread_id, voice="pseudonym")
    assert "data-may-accept" not in here.moderator.get(f"/t/{thread_id}", follow_redirects=True).text
    assert f"/p/{post_id}/accept" not in here.moderator.get(f"/p/{post_id}/more").text
    for act in ("accept", "unaccept"):
        assert here.moderator.post(f"/p/{post_id}/{act}").status_code == 404
    assert here.row(Thread, thread_id).answer_id is None
    # Of a question that is their own pseudonym's everybody knows that its author may.
    own = here.post_thread(here.moderator, voice="pseudonym")
    answer = here.reply(here.peer, own)
    assert here.moderator.post(f"/p/{answer}/accept").status_code == 303
    assert here.row(Thread, own).answer_id == answer


def test_what_is_accepted_or_edited_is_asked_of_the_place_that_another_window_has_just_made(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    before = me_of(here, here.moderator)
    own = here.reply(here.moderator, thread_id, voice="pseudonym")
    with here.app.test_request_context(), unit_of_work():
        found, _row = locked_post(before, post_id)
        assert not policy.may_accept(found)
        found, row = locked_post(before, own)
        assert policy.may_edit(found, row.participant_id, row)
        assert speaking(before, found).name == row.name != here.moderator.name


def test_neither_the_question_nor_a_stub_nor_a_discussion_has_an_answer(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    assert here.author.post(f"/p/{here.opening(thread_id)}/accept").status_code == 404
    post_id = here.reply(here.peer, thread_id)
    here.peer.post(f"/p/{post_id}/delete")
    assert here.author.post(f"/p/{post_id}/accept").status_code == 404
    talk = here.post_thread(here.author, kind="discussion")
    assert here.author.post(f"/p/{here.reply(here.peer, talk)}/accept").status_code == 404


def test_an_accepted_answer_that_is_taken_away_is_no_answer_any_more(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.author.post(f"/p/{post_id}/accept")
    here.peer.post(f"/p/{post_id}/delete")
    assert here.row(Thread, thread_id).answer_id is None


def test_the_menu_of_a_post_offers_what_one_may_do_and_nothing_else(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    own = here.peer.get(f"/p/{post_id}/more").text
    asker = here.author.get(f"/p/{post_id}/more").text
    other = here.watcher.get(f"/p/{post_id}/more").text
    assert "/edit" in own
    assert "/delete" in own
    assert "/accept" not in own
    assert "/edit" not in asker
    assert f"/p/{post_id}/accept" in asker
    assert "/edit" not in other
    assert "/accept" not in other
