"""Moving, merging and splitting threads: trees, counts, voices, levels and notices stay right, whatever comes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import select, update

from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.order import key_between, keys_of
from knowledge_exchange.notifications.actions import choose_level
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.curation.merging import branch_of, merge, unmerge
from knowledge_exchange.threads.curation.relocating import CannotRelocate, move, move_back
from knowledge_exchange.threads.curation.splitting import split, unsplit
from knowledge_exchange.threads.locking import locked_threads
from knowledge_exchange.threads.models import Post, Thread, Voice
from tests.support.community import Community
from tests.support.persons import Person
from tests.threads.trees import faults


def me(who: Person) -> Me:
    found = me_of(who.id)
    assert found is not None
    return found


def said(body: str) -> actions.Text:
    return actions.Text(body, f"<p>{body}</p>", ())


def start(here: Community, who: Person, title: str = "A rota with holes in it", network: int | None = None) -> int:
    with here.app.app_context(), unit_of_work():
        return actions.start_thread(me(who), network or here.north_west, "problem", title, said(title))[0]


def reply(here: Community, who: Person, parent_id: int) -> int:
    with here.app.app_context(), unit_of_work():
        parent = queries.post_by_id(parent_id)
        assert parent is not None
        return actions.reply(me(who), thread_row(who, parent.thread_id), parent, said("A reply."))


def thread_row(who: Person, thread_id: int) -> Any:
    row = queries.thread_visible_to(me(who), thread_id)
    assert row is not None
    return row


def do_merge(here: Community, thread_id: int, into_id: int) -> dict[str, Any]:
    with here.app.app_context(), unit_of_work():
        rows = locked_threads(me(here.moderator), [thread_id, into_id])
        return merge(rows[thread_id], rows[into_id])


def do_split(here: Community, thread_id: int, posts: list[int]) -> tuple[int, dict[str, Any]]:
    with here.app.app_context(), unit_of_work():
        return split(thread_row(here.moderator, thread_id), posts, "A thread of its own", "discussion")


def stored(thread_id: int) -> Any:
    return db.session.execute(select(*Thread.__table__.c).where(Thread.id == thread_id)).one()


def check(here: Community) -> None:
    with here.app.app_context():
        assert faults() == []


@pytest.mark.parametrize("number", [1, 2, 3, 62, 3844, 3845, 9000])
def test_keys_of_a_tree_are_in_order_and_leave_room(number: int) -> None:
    keys = keys_of(number)
    assert keys == sorted(set(keys))
    assert len(keys) == number
    for low, high in zip(keys, [*keys[1:], None], strict=True):
        between = key_between(low, high)
        assert low < between
        assert high is None or between < high


def test_a_merged_thread_hangs_under_the_opening_of_the_other_and_comes_back_with_newer_replies(
    here: Community,
) -> None:
    older, newer = start(here, here.author), start(here, here.peer, "The same asked again")
    answer = reply(here, here.watcher, here.opening(newer))
    before = here.posts(newer)
    kept = do_merge(here, newer, older)
    check(here)
    assert [(post.id, post.depth) for post in here.posts(older)][1:] == [(here.opening(newer), 1), (answer, 2)]
    assert (here.row(Thread, newer).gone, here.row(Thread, newer).merged_into) == ("merged", older)
    # The address leads on, and so does that of each post.
    found = here.author.get(f"/t/{newer}/the-same-asked-again")
    assert (found.status_code, found.location.split("/")[2]) == (302, str(older))
    assert f"/t/{older}/" in here.author.get(f"/p/{answer}").location
    assert here.outsider.get(f"/t/{newer}").status_code == 404
    later = reply(here, here.author, answer)
    with here.app.app_context(), unit_of_work():
        unmerge(stored(newer), thread_row(here.moderator, older), kept)
    check(here)
    assert [post.id for post in here.posts(newer)] == [*(post.id for post in before), later]
    assert here.author.get(f"/t/{newer}/the-same-asked-again").status_code == 200


def test_a_split_subtree_keeps_its_shape_and_goes_back_to_where_it_hung(here: Community) -> None:
    thread = start(here, here.author)
    first = reply(here, here.peer, here.opening(thread))
    second = reply(here, here.watcher, first)
    reply(here, here.author, second)
    reply(here, here.peer, here.opening(thread))
    shape = [(post.id, post.parent_id, post.depth) for post in here.posts(thread)]
    with here.app.app_context():
        branch = branch_of(thread, first)
    new, kept = do_split(here, thread, branch)
    check(here)
    assert [post.id for post in here.posts(new)] == branch
    assert here.row(Thread, new).opening_post_id == first
    assert here.row(Thread, new).split_from == thread
    with here.app.app_context(), unit_of_work():
        unsplit(thread_row(here.moderator, thread), thread_row(here.moderator, new), kept)
    check(here)
    assert [(post.id, post.parent_id, post.depth) for post in here.posts(thread)] == shape
    assert f"/t/{thread}/" in here.author.get(f"/t/{new}/a-thread-of-its-own").location


def test_chosen_posts_hang_under_the_nearest_chosen_one_above_them(here: Community) -> None:
    thread = start(here, here.author)
    first = reply(here, here.peer, here.opening(thread))
    second = reply(here, here.watcher, first)
    third = reply(here, here.author, second)
    aside = reply(here, here.peer, here.opening(thread))
    new, _kept = do_split(here, thread, [first, third, aside])
    check(here)
    assert [(post.id, post.parent_id) for post in here.posts(new)] == [(first, None), (third, first), (aside, first)]
    assert [(post.id, post.parent_id) for post in here.posts(thread)][1:] == [(second, here.opening(thread))]


def test_voices_places_levels_and_notices_go_along(here: Community) -> None:
    older, newer = start(here, here.author), start(here, here.peer, "The same asked again")
    reply(here, here.watcher, here.opening(older))
    told = reply(here, here.watcher, here.opening(newer))
    with here.app.app_context(), unit_of_work():
        choose_level(here.author.id, older, "normal")
        choose_level(here.author.id, newer, "watching")
        choose_level(here.moderator.id, newer, "muted")
    do_merge(here, newer, older)
    check(here)
    assert here.place(here.author, older).level == "normal", "a choice of one's own goes first"
    assert here.place(here.peer, older).level == "watching"
    assert here.place(here.moderator, older).level == "normal", "muting the one says nothing of the other"
    with here.app.app_context():
        voices = select(Voice.id).join(Post, Post.voice_id == Voice.id).where(Post.thread_id == older)
        assert len(set(db.session.scalars(voices))) == 3, "one voice for each who wrote, however many threads"
        notice = db.session.scalars(select(Notification).where(Notification.post_id == told)).one()
        assert (notice.thread_id, notice.participant_id) == (older, here.place(here.peer, older).id)
    assert here.peer.post(f"/p/{told}/accept").status_code in (303, 404)
    # Still theirs to edit: it is their own voice.
    assert here.watcher.get(f"/p/{told}/edit").status_code == 200


def test_a_thread_that_moves_goes_back_with_its_pin(here: Community) -> None:
    from datetime import timedelta

    from knowledge_exchange.core.clock import now

    thread = start(here, here.author)
    until = now() + timedelta(days=3)
    with here.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == thread).values(pinned_until=until))
        kept = move(thread_row(here.author, thread), here.reps)
    moved = here.row(Thread, thread)
    assert (moved.network_id, moved.pinned_until, moved.epoch) == (here.reps, None, 2)
    with here.app.app_context(), unit_of_work():
        move_back(thread_row(here.author, thread), kept)
    assert here.row(Thread, thread).pinned_until == until
    assert here.row(Thread, thread).network_id == here.north_west


def test_nothing_of_a_pseudonym_is_merged_or_split(here: Community) -> None:
    thread, other = start(here, here.author), start(here, here.peer)
    veiled = here.reply(here.watcher, other, voice="pseudonym")
    plain = reply(here, here.peer, veiled)
    for one, two in ((thread, other), (other, thread)):
        with pytest.raises(CannotRelocate, match="pseudonym"):
            do_merge(here, one, two)
    with pytest.raises(CannotRelocate, match="pseudonym"):
        do_split(here, other, [veiled, plain])
    new, _kept = do_split(here, other, [plain])
    check(here)
    with here.app.app_context():
        sealed = select(Participant.id).where(Participant.thread_id == new, Participant.member_id.is_(None))
        assert db.session.scalars(sealed).all() == []


@pytest.mark.parametrize("seed", [3, 11])
def test_trees_stay_right_whatever_is_split_and_merged(here: Community, seed: int) -> None:
    dice = random.Random(seed)
    people = [here.author, here.peer, here.watcher, here.moderator]
    threads = [start(here, dice.choice(people)) for _turn in range(3)]
    for thread in threads:
        for _turn in range(6):
            reply(here, dice.choice(people), dice.choice(here.posts(thread)).id)
    undone = []
    for _turn in range(8):
        thread = dice.choice(threads)
        posts = [post.id for post in here.posts(thread)]
        others = [one for one in threads if one != thread]
        if len(posts) > 2 and dice.random() < 0.5:
            chosen = [id_ for id_ in posts if id_ != here.opening(thread)]
            new, _kept = do_split(here, thread, dice.sample(chosen, dice.randint(1, len(chosen))))
            threads.append(new)
        elif others:
            do_merge(here, thread, dice.choice(others))
            threads.remove(thread)
            undone.append(thread)
        reply(here, dice.choice(people), here.opening(dice.choice(threads)))
        check(here)
