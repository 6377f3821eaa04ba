"""Moving, merging and splitting by moderators: who may, what is asked, what is undone, and what is said."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import leads
from knowledge_exchange.threads.models import Post, Thread
from tests.moderation.conftest import moderated
from tests.support.community import Community
from tests.support.persons import Person, person, visitor
from tests.threads.trees import faults

WHY = "It belongs there."


@pytest.fixture
def here(app: Flask) -> Community:
    return moderated(app)


def seen(here: Community, thread_id: int) -> str:
    return str(here.row(Thread, thread_id).acts)


def move(here: Community, who: Person, thread_id: int, slug: str = "national", **fields: str) -> int:
    given = {"network": slug, "reason": WHY, "seen": seen(here, thread_id), **fields}
    return who.post(f"/t/{thread_id}/move", **given).status_code


def merge(here: Community, who: Person, thread_id: int, into: str, **fields: str) -> int:
    given = {"into": into, "reason": WHY, "seen": seen(here, thread_id), **fields}
    return who.post(f"/t/{thread_id}/merge", **given).status_code


def split(here: Community, who: Person, thread_id: int, post_id: int, **fields: str) -> int:
    given = {"posts": str(post_id), "title": "A thread of its own", "kind": "discussion", "reason": WHY}
    return who.post(f"/t/{thread_id}/split", **given, seen=seen(here, thread_id), **fields).status_code


def last_act(here: Community) -> ModerationAct:
    with here.app.app_context():
        return db.session.scalars(select(ModerationAct).order_by(ModerationAct.id.desc())).first()  # type: ignore[return-value]


def undo(here: Community, who: Person) -> int:
    return who.post(f"/acts/{last_act(here).id}/undo").status_code


def check(here: Community) -> None:
    with here.app.app_context():
        assert faults() == []


def test_only_who_acts_in_both_networks_moves_merges_and_splits(here: Community) -> None:
    thread, other = here.post_thread(here.author), here.post_thread(here.peer, "The same again")
    answer = here.reply(here.peer, thread)
    pending = person(here.app, "Pat Pending", standing="pending")
    for who, expected in ((visitor(here.app), 302), (pending, 303), (here.outsider, 404), (here.peer, 404)):
        codes = {
            move(here, who, thread),
            merge(here, who, thread, str(other)),
            split(here, who, thread, answer),
            *(who.get(f"/t/{thread}/{word}").status_code for word in ("move", "merge", "split")),
            who.get(f"/p/{answer}/split").status_code,
        }
        assert codes <= {expected, 302, 303} - ({302, 303} if expected == 404 else set()), who.name
    with here.app.app_context():
        assert db.session.scalars(select(ModerationAct)).all() == []
    officer = person(here.app, "Ola Officer", role="officer")
    with here.app.app_context(), unit_of_work():
        networks.add_member(officer.id, here.north_west, origin="approved")
    # Moderates Reps, but not where the thread stands; and one who moderates there, but not in Reps.
    assert move(here, here.moderator, thread, "reps") == 422
    assert move(here, officer, thread) == 303
    assert here.row(Thread, thread).network_id == here.national
    assert last_act(here).acted_as == "officer"


def test_a_moved_thread_leaves_a_link_for_those_who_may_follow_it(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        networks.set_role(here.moderator.id, here.reps, "moderator")
    thread = here.post_thread(here.author, "Wanderlust among rotas")
    assert move(here, here.moderator, thread, "reps") == 303
    assert "Wanderlust" in here.author.get("/n/north-west").text  # who is in Reps, too
    assert "Wanderlust" in here.author.get("/n/north-west/moved").text
    for left in (here.peer, here.watcher):
        assert left.get(f"/t/{thread}").status_code == 404
        assert "Wanderlust" not in left.get("/n/north-west").text + left.get("/n/north-west/moved").text
        assert "Moved elsewhere" not in left.get("/n/north-west").text
    assert here.outsider.get("/n/north-west/moved").status_code == 404
    assert undo(here, here.moderator) == 303
    assert here.peer.get(f"/t/{thread}/wanderlust-among-rotas").status_code == 200
    assert "Wanderlust" not in here.author.get("/n/north-west/moved").text


def test_merging_and_splitting_are_undone_from_the_page_of_the_act(here: Community) -> None:
    older, newer = here.post_thread(here.author), here.post_thread(here.peer, "The same again")
    answer = here.reply(here.watcher, newer)
    assert merge(here, here.moderator, newer, f"https://here.example/t/{older}/a-rota?view=flat") == 303
    check(here)
    assert [post.id for post in here.posts(older)][1:] == [here.row(Thread, newer).opening_post_id, answer]
    assert undo(here, here.moderator) == 303
    assert [post.id for post in here.posts(newer)][1:] == [answer]
    assert split(here, here.moderator, newer, answer) == 303
    made = here.row(Post, answer).thread_id
    assert "Split from" in here.author.get(f"/t/{made}/a-thread-of-its-own").text
    assert "a thread of their own" in here.author.get(f"/t/{newer}/the-same-again").text
    assert undo(here, here.moderator) == 303
    assert here.row(Post, answer).thread_id == newer
    check(here)


def test_a_branch_is_split_from_the_menu_of_its_first_post(here: Community) -> None:
    thread = here.post_thread(here.author)
    first = here.reply(here.peer, thread)
    second = here.reply(here.watcher, thread, parent=str(first))
    assert f"/p/{first}/split" in here.moderator.get(f"/p/{first}/more").text
    assert f"/p/{first}/split" not in here.peer.get(f"/p/{first}/more").text
    assert "2 posts" in here.moderator.get(f"/p/{first}/split").text
    assert here.moderator.get(f"/p/{here.opening(thread)}/split").status_code == 404
    assert split(here, here.moderator, thread, first, under="1", branch=str(first)) == 303
    assert {here.row(Post, one).thread_id for one in (first, second)} != {thread}
    assert here.row(Post, first).thread_id == here.row(Post, second).thread_id
    check(here)


def test_of_two_who_act_at_once_the_second_is_told_what_happened(here: Community) -> None:
    thread = here.post_thread(here.author)
    before = seen(here, thread)
    assert move(here, here.moderator, thread) == 303
    answer = here.moderator.post(f"/t/{thread}/move", network="north-west", reason=WHY, seen=before)
    assert answer.status_code == 409
    assert "Thread moved to another network" in answer.text
    assert here.row(Thread, thread).network_id == here.national


def test_an_answer_that_was_split_off_is_the_answer_again_once_that_is_undone(here: Community) -> None:
    thread = here.post_thread(here.author)
    answer = here.reply(here.peer, thread)
    here.author.post(f"/p/{answer}/accept")
    assert here.row(Thread, thread).answer_id == answer
    assert split(here, here.moderator, thread, answer) == 303
    assert here.row(Thread, thread).answer_id is None
    assert undo(here, here.moderator) == 303
    assert here.row(Thread, thread).answer_id == answer
    assert here.row(Thread, thread).answered_at is not None


@pytest.mark.parametrize("word", ["move", "merge", "split"])
def test_whoever_comes_second_to_a_merging_is_told_of_it(here: Community, word: str) -> None:
    thread, other = here.post_thread(here.author), here.post_thread(here.peer, "The same again")
    before = seen(here, thread)
    assert merge(here, here.moderator, thread, str(other)) == 303
    for path in (f"/t/{thread}/{word}", f"/t/{thread}/moderate/lock"):
        answer = here.moderator.post(path, network="national", into=str(other), reason=WHY, seen=before)
        assert (answer.status_code, "Thread merged into another" in answer.text) == (409, True)
        assert here.peer.post(path, reason=WHY, seen=before).status_code == 404


def test_a_lead_takes_back_a_move_to_where_they_are_no_lead(here: Community) -> None:
    thread = here.post_thread(here.author)
    with here.app.app_context(), unit_of_work():
        leads.appoint(here.moderator.id, here.north_west, actor=None, as_lead=True)
    assert move(here, here.moderator, thread) == 303
    assert last_act(here).acted_as == "lead"
    assert undo(here, here.moderator) == 303
    assert here.row(Thread, thread).network_id == here.north_west


@pytest.mark.parametrize("target", ["", "nonsense", "/t/123456789012345678", "the-same", "/t/{self}/x", "{hidden}"])
def test_a_thread_is_merged_into_nothing_that_is_not_there_for_the_mover(here: Community, target: str) -> None:
    thread, hidden = here.post_thread(here.author), here.post_thread(here.author, "Of the reps alone", slug="reps")
    assert merge(here, here.moderator, thread, target.format(self=thread, hidden=hidden)) == 422
    assert here.row(Thread, thread).deleted_at is None


def test_acting_on_what_is_gone_moved_or_foreign_changes_nothing(here: Community) -> None:
    thread, other = here.post_thread(here.author), here.post_thread(here.peer, "The same again")
    answer, foreign = here.reply(here.peer, thread), here.reply(here.author, other)
    assert split(here, here.moderator, thread, foreign) == 422
    assert split(here, here.moderator, thread, here.opening(thread)) == 422
    assert split(here, here.moderator, thread, 42) == 422
    assert here.peer.post(f"/p/{answer}/delete").status_code == 303
    assert split(here, here.moderator, thread, answer) == 422
    assert merge(here, here.moderator, thread, str(other)) == 303
    # It is gone: there is no such page any more, and its last act can't be done twice.
    assert [here.moderator.get(f"/t/{thread}/{word}").status_code for word in ("move", "merge", "split")] == [404] * 3
    assert merge(here, here.moderator, other, str(thread)) == 422
    check(here)


def test_what_was_moved_on_is_not_undone(here: Community) -> None:
    one, two, three = (here.post_thread(here.author, f"Thread number {word}") for word in ("one", "two", "three"))
    assert merge(here, here.moderator, one, str(two)) == 303
    first = last_act(here).id
    assert merge(here, here.moderator, two, str(three)) == 303
    assert here.moderator.post(f"/acts/{first}/undo").status_code == 409
    assert here.row(Thread, one).gone == "merged"
    assert f"/t/{three}/" in here.author.get(f"/t/{one}").location
    assert undo(here, here.moderator) == 303
    assert here.moderator.post(f"/acts/{first}/undo").status_code == 303
    check(here)


def test_nothing_is_said_of_why_a_veiled_thread_is_not_split(here: Community) -> None:
    plain, veiled = (
        here.post_thread(here.author),
        here.post_thread(here.peer, "A thread under a name", voice="pseudonym"),
    )
    given = {"into": str(veiled), "reason": WHY, "seen": seen(here, plain)}
    said = here.moderator.post(f"/t/{plain}/merge", **given).text
    assert "can’t be merged or split" in said
    assert move(here, here.moderator, veiled) == 303, "as a whole it can be moved"


def test_who_wrote_a_hidden_post_undoes_that_no_more_than_before_once_its_thread_is_part_of_another(
    here: Community,
) -> None:
    thread, other = here.post_thread(here.author), here.post_thread(here.author, "The same again")
    answer = here.reply(here.peer, thread)
    with here.app.app_context(), unit_of_work():
        networks.set_role(here.peer.id, here.north_west, "moderator")
    hide = {"reason": WHY, "seen": seen(here, thread)}
    assert here.moderator.post(f"/p/{answer}/moderate/hide", **hide).status_code == 303
    hidden = last_act(here).id
    assert merge(here, here.moderator, thread, str(other)) == 303
    assert here.peer.get(f"/acts/{hidden}").status_code == 200
    assert here.peer.post(f"/acts/{hidden}/undo").status_code == 404
    assert here.row(Post, answer).gone == "hidden"
    assert here.moderator.post(f"/acts/{hidden}/undo").status_code == 303
