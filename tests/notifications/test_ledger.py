"""The ledger: every reason for which a member was told of a post, or was not, on its page."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import LevelChange, Notification, Participant
from knowledge_exchange.threads.composing import network_mentions
from knowledge_exchange.threads.models import Post
from tests.notifications.test_network_levels import choose
from tests.support.community import Community
from tests.support.persons import Person, person

TOLD, NOT_TOLD = "You were told of this", "You were not told of this"


def said(who: Person, post_id: int) -> tuple[str, str]:
    """The heading of somebody's page about a post, and its other words."""
    answer = who.get(f"/notifications/why?post={post_id}")
    assert answer.status_code == 200, answer.status
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    heading = re.search(r"<h1>(.*?)</h1>", main)
    assert heading is not None
    words = " ".join(re.sub(r"<[^>]+>", " ", main.partition("</h1>")[2]).split())
    return heading.group(1), re.sub(r"\( | (?=[.,)])", lambda found: found.group().strip(), html.unescape(words))


def test_ones_own_post_tells_one_nothing(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    heading, words = said(here.author, here.opening(thread_id))
    assert heading == "You wrote this yourself"
    assert "Nobody is told of what they write themselves." in words


def test_a_reply_to_somebody_says_that_it_answers_them(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    heading, words = said(here.author, post_id)
    assert heading == TOLD
    assert "It answers a post of yours." in words
    assert "You watched this thread because you write in it (from today" in words
    assert "You have not read it yet." in words
    here.author.post(f"/t/{thread_id}/read", post=str(post_id))
    assert "You have read it, on whichever device: today" in said(here.author, post_id)[1]


def test_a_mention_says_so(here: Community) -> None:
    thread_id = here.post_thread(here.author, body=f"@{here.handle(here.watcher)}?")
    heading, words = said(here.watcher, here.opening(thread_id))
    assert (heading, "It names you." in words) == (TOLD, True)


def test_a_mention_that_came_with_an_edit_says_that_it_did(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    assert said(here.watcher, post_id)[0] == NOT_TOLD
    here.peer.post(f"/p/{post_id}/edit", body=f"@{here.handle(here.watcher)}, see?")
    heading, words = said(here.watcher, post_id)
    assert (heading, "It named you only when it was edited." in words) == (TOLD, True)
    assert "It answers a post of yours." in said(here.author, post_id)[1]


def test_a_mention_that_came_with_an_edit_is_silent_where_the_thread_was_muted_by_then(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.watcher.post(f"/t/{thread_id}/level", level="muted")
    here.peer.post(f"/p/{post_id}/edit", body=f"@{here.handle(here.watcher)}, see?")
    heading, words = said(here.watcher, post_id)
    assert (heading, "A thread that you have muted tells you nothing" in words) == (NOT_TOLD, True)


def test_a_call_of_a_small_network_says_which(here: Community) -> None:
    thread_id = here.post_thread(here.author, body="Dear @north-west")
    heading, words = said(here.watcher, here.opening(thread_id))
    assert (heading, "It calls North-West as a whole, and you belong to it." in words) == (TOLD, True)


def test_a_call_of_a_network_over_the_size_says_that_it_is_not_told(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_mentions, "MOST_MENTIONED", 3)
    thread_id = here.post_thread(here.author, body="Dear @north-west")
    heading, words = said(here.watcher, here.opening(thread_id))
    assert (heading, "A network of that size is not told by being named." in words) == (NOT_TOLD, True)


def test_a_call_from_before_one_came_into_the_network_says_so(here: Community) -> None:
    thread_id = here.post_thread(here.author, body="Dear @north-west")
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.outsider.id, here.north_west)
    heading, words = said(here.outsider, here.opening(thread_id))
    assert (heading, "you came in later (today" in words) == (NOT_TOLD, True)


def test_a_call_in_an_open_network_of_one_that_one_came_into_later_says_so(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.author.id, here.national)
    thread_id = here.post_thread(here.author, slug="national", body="Dear @north-west")
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.outsider.id, here.north_west)
    heading, words = said(here.outsider, here.opening(thread_id))
    assert (heading, "which you came into only later (today" in words) == (NOT_TOLD, True)


def test_who_watches_a_thread_reads_since_when_and_by_whose_doing(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="watching")
    heading, words = said(here.watcher, here.reply(here.peer, thread_id))
    assert heading == TOLD
    assert "In a thread that you watch, you are told of every reply." in words
    assert "You watched this thread, by your own choice (from today" in words


def test_who_watches_a_network_reads_that_it_was_the_network(here: Community) -> None:
    choose(here.watcher, "watching")
    thread_id = here.post_thread(here.author)
    assert "you are told of every new thread. This began one." in said(here.watcher, here.opening(thread_id))[1]
    heading, words = said(here.watcher, here.reply(here.peer, thread_id))
    assert (heading, "You watched the network North-West, and so this thread (from today" in words) == (TOLD, True)


def test_an_accepted_answer_says_so_though_it_is_ones_own_post(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.author.post(f"/p/{post_id}/accept")
    heading, words = said(here.peer, post_id)
    assert (heading, "it was marked as the answer" in words) == (TOLD, True)


@pytest.mark.parametrize(
    ("level", "rule"),
    [("normal", "In a thread that you do not watch,"), ("tracking", "In a thread that you track, replies")],
)
def test_a_quieter_level_says_what_it_lets_through(here: Community, level: str, rule: str) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level=level)
    heading, words = said(here.watcher, here.reply(here.peer, thread_id))
    assert (heading, rule in words) == (NOT_TOLD, True)
    assert "On none: it stands in no list of yours, and nothing was sent." in words


def test_a_new_thread_in_a_network_that_one_does_not_watch_says_so(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    heading, words = said(here.watcher, here.opening(thread_id))
    assert (heading, "It began a new thread." in words) == (NOT_TOLD, True)


def test_a_muted_thread_says_that_it_was_and_since_when(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/t/{thread_id}/level", level="muted")
    post_id = here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    here.author.post(f"/t/{thread_id}/level", level="watching")
    heading, words = said(here.author, post_id)
    assert (heading, "A thread that you have muted tells you nothing" in words) == (NOT_TOLD, True)
    assert "You had muted this thread (from today" in words
    assert "That has changed since." in words


def test_a_muted_network_says_that_its_threads_inherit_it(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    choose(here.watcher, "muted")
    post_id = here.reply(here.peer, thread_id, f"@{here.handle(here.watcher)}")
    choose(here.watcher, "normal")
    heading, words = said(here.watcher, post_id)
    assert (heading, "You had muted the network North-West, and so this thread (from today" in words) == (
        NOT_TOLD,
        True,
    )


def test_who_comes_to_watch_later_reads_that_it_was_later(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.watcher.post(f"/t/{thread_id}/level", level="watching")
    heading, words = said(here.watcher, post_id)
    assert (heading, "You watch this now, but you did not yet when it was written" in words) == (NOT_TOLD, True)


def test_who_came_into_the_network_later_reads_that_it_was_later(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.outsider.post("/n/north-west/ask", note="")
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.outsider.id, here.north_west)
    heading, words = said(here.outsider, here.opening(thread_id))
    assert (heading, "You did not belong to North-West when it was written" in words) == (NOT_TOLD, True)


def test_who_was_not_active_when_it_was_written_reads_that(here: Community) -> None:
    thread_id = here.post_thread(here.author, slug="reps")
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.peer.id, here.reps)
        change_standing(here.author.id, "suspended", "For a while.", None)
    post_id = here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "active", "It was a mistake.", None)
    again = person(here.app, "Nell Newcomer")
    here.author = _signed_in_again(here, again)
    heading, words = said(here.author, post_id)
    assert (heading, "Your membership was not active here when it was written." in words) == (NOT_TOLD, True)


def _signed_in_again(here: Community, other: Person) -> Person:
    """The author, whose sign-ins have ended, in the browser of somebody who has just signed in."""
    from knowledge_exchange.auth.models import SignIn

    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(SignIn).where(SignIn.member_id == other.id).values(member_id=here.author.id))
    return Person(here.author.id, here.author.name, here.author.email, other.client, other.csrf_token)


def test_who_has_an_account_only_since_reads_that(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.author.id, here.national)
    with clock.held(clock.now() - timedelta(days=2)):
        thread_id = here.post_thread(here.author, slug="national")
    late = person(here.app, "Nell Newcomer")
    heading, words = said(late, here.opening(thread_id))
    assert (heading, "Your membership was not active here when it was written." in words) == (NOT_TOLD, True)


def test_a_post_that_was_taken_away_took_its_notices_along(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.peer.post(f"/p/{post_id}/delete")
    heading, words = said(here.author, post_id)
    assert (heading, "Its author has taken it away, and every notice of it went along." in words) == (NOT_TOLD, True)


def test_leaving_an_open_network_took_its_notices_along(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        for one in (here.author, here.peer):
            networks.add_member(one.id, here.national)
    thread_id = here.post_thread(here.author, slug="national")
    post_id = here.reply(here.peer, thread_id)
    assert said(here.author, post_id)[0] == TOLD
    here.author.post("/n/national/leave")
    heading, words = said(here.author, post_id)
    assert heading == NOT_TOLD
    assert "You left National (today" in words


def test_who_left_a_closed_network_finds_nothing(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.author.post("/n/north-west/leave")
    assert here.author.get(f"/notifications/why?post={post_id}").status_code == 404


def test_what_was_imported_tells_nobody(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    with here.app.app_context(), unit_of_work() as work:
        work.execute(delete(Notification).where(Notification.post_id == post_id))
        work.execute(update(Post).where(Post.id == post_id).values(external_key="elsewhere:1"))
    heading, words = said(here.author, post_id)
    assert (heading, "What is imported tells nobody." in words) == (NOT_TOLD, True)


def test_a_notice_that_should_be_there_and_is_not_is_owned_up_to(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    with here.app.app_context(), unit_of_work() as work:
        work.execute(delete(Notification).where(Notification.post_id == post_id))
    heading, words = said(here.author, post_id)
    assert (heading, "By the rules you are told of such a post, but there is no notice of it." in words) == (
        NOT_TOLD,
        True,
    )


def test_a_place_from_before_the_history_counts_as_it_is_today(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="muted")
    _forget_history(here)
    post_id = here.reply(here.peer, thread_id, f"@{here.handle(here.watcher)}")
    assert "You had muted this thread (from today" in said(here.watcher, post_id)[1]


def test_a_place_from_before_the_history_counts_as_made_with_its_first_step_since(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/read", post=str(here.opening(thread_id)))
    _forget_history(here)
    post_id = here.reply(here.peer, thread_id)
    here.watcher.post(f"/t/{thread_id}/level", level="watching")
    assert "you did not yet when it was written" in said(here.watcher, post_id)[1]
    _forget_history(here)
    assert "is not on record" in said(here.watcher, post_id)[1]


def _forget_history(here: Community) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.execute(delete(LevelChange))
        assert db.session.query(Participant).count() > 0
