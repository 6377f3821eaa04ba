"""Reading: the tree, pages by key, places of posts, lists."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.notifications.models import LevelChange, Participant
from knowledge_exchange.threads import actions, queries, reading
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.limits import POSTS_A_PAGE, THREADS_A_PAGE
from knowledge_exchange.threads.routes import visible_thread
from tests.support.community import Community
from tests.support.persons import Person, Statements

REPLIES = 205
#: A page's statements, the session's included.
THREAD_STATEMENTS = 8
LIST_STATEMENTS = 5


def me_of(here: Community, who: Person) -> Me:
    """Who is asking, as the actions know them."""
    from knowledge_exchange.auth.acting import acting as made
    from knowledge_exchange.auth.models import Member

    return made(here.row(Member, who.id))


def grow(here: Community, thread_id: int, replies: int, seed: int = 7) -> dict[int, int]:
    """Add replies at random places; returns the parent of each."""
    chance = random.Random(seed)
    me = me_of(here, here.peer)
    parents: dict[int, int] = {}
    ids = [here.opening(thread_id)]
    with here.app.test_request_context(), unit_of_work():
        for number in range(replies):
            row = queries.thread_visible_to(me, thread_id)
            assert row is not None
            parent = chance.choice(ids[-40:])
            text = Text(f"Reply {number}", f"<p>Reply {number}</p>", ())
            answered = queries.post_by_id(parent)
            assert answered is not None
            post_id = actions.reply(me, row, answered, text)
            parents[post_id] = parent
            ids.append(post_id)
    return parents


def in_tree_order(root: int, parents: dict[int, int]) -> list[int]:
    """The order by definition: each post, then its replies, oldest first, each with theirs."""
    children: dict[int, list[int]] = {}
    for post_id, parent in sorted(parents.items()):
        children.setdefault(parent, []).append(post_id)
    order: list[int] = []
    waiting = [root]
    while waiting:
        post_id = waiting.pop()
        order.append(post_id)
        waiting.extend(reversed(children.get(post_id, [])))
    return order


def pages(who: Person, path: str) -> list[str]:
    """All pages from this one on, by their links to the next."""
    found = []
    while path:
        page = who.get(path, follow_redirects=True)
        assert page.status_code == 200
        found.append(page.text)
        further = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = further.group(1).replace("&amp;", "&") if further else ""
    return found


def posts_on(page: str) -> list[int]:
    """The posts of a page, as they stand in it."""
    return [int(id_) for id_ in re.findall(r'<article class="post[^"]*" id="p(\d+)"', page)]


@pytest.mark.parametrize("view", ["tree", "flat"])
def test_a_long_thread_is_paged_by_key_whole_and_in_order(here: Community, view: str) -> None:
    thread_id = here.post_thread(here.author)
    parents = grow(here, thread_id, REPLIES)
    found = pages(here.watcher, f"/t/{thread_id}?view={view}")
    shown = [post_id for page in found for post_id in posts_on(page)]
    root = here.opening(thread_id)
    expected = in_tree_order(root, parents) if view == "tree" else sorted([root, *parents])
    assert shown == expected
    assert all(len(posts_on(page)) <= POSTS_A_PAGE for page in found)


def test_replies_stand_under_what_they_answer_or_say_so(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    parent = here.opening(thread_id)
    for number in range(12):
        parent = here.reply(here.peer if number % 2 else here.watcher, thread_id, parent=str(parent))
    page = here.author.get(f"/t/{thread_id}", follow_redirects=True).text
    assert len(posts_on(page)) == 13
    # Indented four times on wide screens, twice on phones; the others say whom they answer.
    assert page.count('class="in-reply"') == 12 - 5
    assert page.count('class="in-reply phone-only"') == 2
    assert [post.depth for post in here.posts(thread_id)] == list(range(13))


def test_a_reply_to_a_deep_chain_of_hundreds_is_no_fault(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    me = me_of(here, here.peer)
    parent = here.opening(thread_id)
    with here.app.test_request_context(), unit_of_work():
        for _number in range(300):
            row = queries.thread_visible_to(me, thread_id)
            assert row is not None
            answered = queries.post_by_id(parent)
            assert answered is not None
            parent = actions.reply(me, row, answered, Text("x", "<p>x</p>", ()))
    assert here.peer.get(f"/p/{parent}", follow_redirects=True).status_code == 200


@pytest.mark.parametrize("view", ["tree", "flat"])
def test_a_permalink_leads_to_the_page_that_holds_the_post(here: Community, view: str) -> None:
    thread_id = here.post_thread(here.author)
    ids = list(grow(here, thread_id, 75))
    assert here.watcher.post(f"/t/{thread_id}/view", view=view).status_code == 303
    for post_id in [ids[0], ids[19], ids[20], ids[40], ids[-1]]:
        answer = here.watcher.get(f"/p/{post_id}")
        assert answer.location.endswith(f"#p{post_id}")
        assert post_id in posts_on(here.watcher.get(answer.location.partition("#")[0]).text)


def test_earlier_posts_lead_back_page_by_page(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    grow(here, thread_id, 65)
    forward = pages(here.watcher, f"/t/{thread_id}")
    path, back = f"/p/{posts_on(forward[-1])[0]}", []
    while path:
        page = here.watcher.get(path, follow_redirects=True).text
        back.append(posts_on(page))
        earlier = re.search(r'rel="prev" href="([^"]+)"', page)
        path = earlier.group(1).replace("&amp;", "&") if earlier else ""
    assert back == [posts_on(page) for page in reversed(forward)]


def test_new_replies_on_other_pages_are_announced_with_a_link(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    parents = grow(here, thread_id, 45)
    here.watcher.post(f"/t/{thread_id}/read", post=str(max(parents)))
    first = here.reply(here.peer, thread_id, "Late", parent=str(next(iter(parents))))
    page = pages(here.watcher, f"/t/{thread_id}")[-1]
    assert "1 new reply is on another page." in page
    assert f'href="/p/{first}">Go to the first' in page


def test_a_thread_page_costs_the_same_statements_however_long_the_thread(here: Community) -> None:
    short, long = here.post_thread(here.author), here.post_thread(here.author)
    grow(here, short, 25)
    parents = grow(here, long, REPLIES)
    for thread_id in (short, long):
        here.watcher.post(f"/t/{thread_id}/read", post=str(here.opening(thread_id)))
    here.watcher.get("/n/north-west/new")  # who will see it is counted once in ten minutes, not for each page
    counts = []
    for path in (f"/t/{short}", f"/t/{long}", f"/p/{list(parents)[150]}"):
        address = here.watcher.get(path).location
        with Statements(here.app) as counted:
            assert here.watcher.get(address).status_code == 200
        assert not [sent for sent in counted.sent if not sent.lstrip().upper().startswith("SELECT")]
        counts.append(len(counted.sent))
    assert max(counts) <= THREAD_STATEMENTS
    assert counts[0] == counts[1]


def test_lists_cost_the_same_statements_however_many_threads(here: Community) -> None:
    before: dict[str, int] = {}
    for rounds in range(2):
        for _number in range(5 if rounds == 0 else 45):
            here.reply(here.peer, here.post_thread(here.author))
        for path in ("/", "/n/north-west", "/n/north-west?show=unanswered", "/notifications"):
            here.watcher.get(path)
            with Statements(here.app) as counted:
                assert here.watcher.get(path).status_code == 200
            assert len(counted.sent) <= LIST_STATEMENTS + 1
            assert before.setdefault(path, len(counted.sent)) == len(counted.sent)


def test_a_networks_list_is_paged_by_key_newest_activity_first(here: Community) -> None:
    ids = [here.post_thread(here.author, f"Thread number {number:03}") for number in range(THREADS_A_PAGE * 2 + 3)]
    here.reply(here.peer, ids[0])
    order = [ids[0], *reversed(ids[1:])]
    shown = [
        int(id_) for page in pages(here.watcher, "/n/north-west") for id_ in re.findall(r'data-thread="(\d+)"', page)
    ]
    assert shown == order


def test_the_filters_of_a_network_keep_to_their_kind(here: Community) -> None:
    advice = here.post_thread(here.author, kind="advice")
    problem = here.post_thread(here.author)
    answered = here.post_thread(here.author)
    here.author.post(f"/p/{here.reply(here.peer, answered)}/accept")
    shown = {
        word: set(map(int, re.findall(r'data-thread="(\d+)"', here.watcher.get(f"/n/north-west?show={word}").text)))
        for word in ("all", "unanswered", "advice", "case_study", "nonsense")
    }
    assert shown["all"] == shown["nonsense"] == {advice, problem, answered}
    assert shown["unanswered"] == {problem}
    assert shown["advice"] == {advice}
    assert shown["case_study"] == set()


def test_home_holds_only_threads_of_ones_own_networks(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    assert f'data-thread="{thread_id}"' in here.peer.get("/").text
    assert f'data-thread="{thread_id}"' not in here.outsider.get("/").text


def test_what_follows_unread_waits_at_home_and_reading_it_clears_it(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    reply = here.reply(here.peer, thread_id)
    waiting = here.author.get("/").text.partition("New in your networks")[0]
    assert f'data-thread="{thread_id}"' in waiting
    assert "1 new" in waiting
    here.author.post(f"/t/{thread_id}/read", post=str(reply))
    assert f'data-thread="{thread_id}"' not in here.author.get("/").text.partition("New in your networks")[0]


def test_a_posts_markup_is_the_same_for_every_reader_but_for_what_nobody_marks_of_their_own(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    bodies = set()
    for who in (here.author, here.peer, here.watcher, here.moderator):
        page = here.watcher.get(f"/t/{thread_id}", follow_redirects=True).text
        page = who.get(f"/t/{thread_id}", follow_redirects=True).text
        posts = "".join(re.findall(r"<article.*?</article>", page, re.S))
        assert posts.count("hidden formaction") == (who in (here.author, here.peer))
        bodies.add(re.sub(r"\s+", " ", posts.replace("hidden formaction", "formaction")))
    assert len(bodies) == 1


@pytest.mark.parametrize("query", ["after=1", "after=x", "after=99999999999999999999", "reply=5", "quote=7", "view=x"])
def test_nonsense_in_the_address_is_no_fault(here: Community, query: str) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    assert here.peer.get(f"/t/{thread_id}?{query}", follow_redirects=True).status_code == 200


def test_replying_and_quoting_work_without_a_script(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    parents = grow(here, thread_id, 50)
    late = in_tree_order(here.opening(thread_id), parents)[-1]
    page = here.watcher.get(f"/t/{thread_id}?quote={late}", follow_redirects=True).text
    assert f'name="parent" value="{late}"' in page
    assert "&gt; Reply" in page
    assert late in posts_on(page)


def test_a_members_page_exists_only_by_what_they_wrote_where_the_reader_may_read(here: Community) -> None:
    handle = here.handle(here.author)
    assert here.peer.get(f"/m/{handle}").status_code == 404
    here.post_thread(here.author, "Something for the North West")
    assert "Something for the North West" in here.peer.get(f"/m/{handle}").text
    assert here.outsider.get(f"/m/{handle}").status_code == 404


def test_who_spoke_under_a_pseudonym_in_another_window_leaves_no_plain_place_by_reading_or_staying(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, stayed = here.post_thread(here.author), here.post_thread(here.author)
    before = me_of(here, here.peer)
    upto = here.reply(here.peer, read, voice="pseudonym")
    with here.app.test_request_context():
        assert reading.mark_read(before, read, upto)
    really = visible_thread

    def other_window_next(me: Me, thread_id: int) -> Any:
        # This request has found no place there yet.
        monkeypatch.setattr(reading, "visible_thread", really)
        found = really(me, thread_id)
        here.reply(here.peer, thread_id, voice="pseudonym")
        return found

    monkeypatch.setattr(reading, "visible_thread", other_window_next)
    assert here.peer.post(f"/t/{stayed}/stayed").json == {"level": "watching"}
    with here.app.app_context():
        places = select(Participant.thread_id).where(Participant.member_id == here.peer.id)
        assert list(db.session.scalars(places)) == []
        steps = select(LevelChange.id).where(LevelChange.member_id == here.peer.id)
        assert list(db.session.scalars(steps)) == []
