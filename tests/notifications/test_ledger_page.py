"""The page of the ledger: who may open it, what it costs, its channels, and that it tells of nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.actions import tell_member
from knowledge_exchange.notifications.fates import STATES
from knowledge_exchange.notifications.models import NoticeChoice, NoticeSettings, Notification
from knowledge_exchange.threads.models import Thread
from tests.notifications.test_ledger import said
from tests.support.community import Community
from tests.support.databases import Templates
from tests.support.persons import Person, Statements, known, visitor

#: Everybody of CONTRACT's demo table; of those who may not open it, where the gate leads them.
IN_NORTH_WEST = ("member", "colleague", "peer", "moderator", "officer")
ELSEWHERE = ("outsider", "second-officer", "membership", "admin")
WITHOUT_STANDING = ("pending", "lapsed", "suspended")
#: A sign-in, the post, the history, the settings; and one more where the post calls somebody.
MOST_STATEMENTS = 4


@pytest.fixture
def demo(make_app: Callable[..., Flask], templates: Templates, database_kind: str, tmp_path: Path) -> Flask:
    """The demo community, in this process."""
    folder = tmp_path / "demo"
    folder.mkdir()
    url = templates.fresh(database_kind, folder, demo=True)
    return make_app(KE_DATABASE_URL=url, KE_DATA_DIR=folder, KE_DEMO=True)


def test_everybody_of_the_demo_is_answered_by_what_they_may_see(demo: Flask) -> None:
    with demo.app_context():
        query = select(Thread.last_post_id).join(Network, Network.id == Thread.network_id)
        closed, is_open = (
            db.session.scalars(query.where(Network.slug == slug, Thread.reply_count > 0).limit(1)).one()
            for slug in ("north-west", "national")
        )

    def answers(name: str) -> tuple[int, int, int]:
        who = known(demo, f"{name}@demo.example")
        paths = [f"/notifications/why?post={post_id}" for post_id in (closed, is_open, 1)]
        return tuple(who.get(path).status_code for path in paths)  # type: ignore[return-value]

    assert {name: answers(name) for name in IN_NORTH_WEST} == dict.fromkeys(IN_NORTH_WEST, (200, 200, 404))
    assert {name: answers(name) for name in ELSEWHERE} == dict.fromkeys(ELSEWHERE, (404, 200, 404))
    for name in WITHOUT_STANDING:
        gate = known(demo, f"{name}@demo.example").get(f"/notifications/why?post={closed}")
        assert (gate.status_code, gate.location) == (302, "/me")
    gate = visitor(demo).get(f"/notifications/why?post={closed}")
    assert (gate.status_code, gate.location.partition("?")[0]) == (302, "/sign-in")


@pytest.mark.parametrize("query", ["", "?post=", "?post=x", "?post=-1", f"?post={2**70}", "?notice=0", "?notice=77"])
def test_a_number_that_is_missing_or_of_nothing_is_answered_in_plain_words(here: Community, query: str) -> None:
    answer = here.author.get(f"/notifications/why{query}")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_a_notice_of_somebody_else_is_nothing_to_the_reader(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    with here.app.app_context():
        notice = db.session.scalars(select(Notification.id)).one()
    assert here.author.get(f"/notifications/why?notice={notice}").status_code == 200
    assert here.peer.get(f"/notifications/why?notice={notice}").status_code == 404


def test_the_page_costs_a_few_statements_however_much_there_is(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    for _number in range(5):
        here.reply(here.peer, thread_id)
        here.watcher.post(f"/t/{thread_id}/level", level="tracking")
        here.watcher.post(f"/t/{thread_id}/level", level="watching")
    post_id = here.reply(here.peer, thread_id)
    for who in (here.author, here.watcher, here.moderator):
        with Statements(here.app) as sent:
            who.get(f"/notifications/why?post={post_id}")
        assert len(sent.sent) <= MOST_STATEMENTS, sent.sent
        assert all(statement.lstrip().upper().startswith("SELECT") for statement in sent.sent)
    called = here.reply(here.peer, thread_id, "Dear @north-west and @somebody")
    with Statements(here.app) as sent:
        here.author.get(f"/notifications/why?post={called}")
    assert len(sent.sent) <= MOST_STATEMENTS + 1, sent.sent


def test_each_notice_of_the_list_and_each_menu_of_a_post_leads_there(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    newest = here.reply(here.peer, thread_id)
    with here.app.app_context(), unit_of_work():
        tell_member(here.author.id, "network_request", "You are in.", "/n/reps", network_id=here.reps)
    links = re.findall(r'href="(/notifications/why\?[^"]+)"', here.author.get("/notifications").text)
    assert len(links) == 2
    assert f"/notifications/why?post={newest}" in links
    assert all(here.author.get(link).status_code == 200 for link in links)
    assert f'href="/notifications/why?post={newest}"' in here.watcher.get(f"/p/{newest}/more").text


def test_opening_it_marks_nothing_read(here: Community) -> None:
    post_id = here.reply(here.peer, here.post_thread(here.author))
    said(here.author, post_id)
    assert here.notices(here.author) == [("direct_reply", post_id)]


def settings(here: Community, who: Person, **values: object) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.add(NoticeSettings(member_id=who.id, **values))


def mailed(here: Community, state: str | None, at: datetime | None = None) -> tuple[int, str]:
    """A reply to the author of which that became by e-mail; and what their page says."""
    post_id = here.reply(here.peer, here.post_thread(here.author))
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(Notification).where(Notification.post_id == post_id).values(mail=state, mail_at=at))
    return post_id, said(here.author, post_id)[1]


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_e_mail_has_words(here: Community, state: str) -> None:
    words = mailed(here, state, clock.now())[1]
    assert "no words for" not in words
    assert state in ("waiting", "digest", "sent") or f"Not sent. {STATES[state]}" in words


def test_e_mail_that_nobody_has_decided_yet_is_said_to_be_undecided(here: Community) -> None:
    assert "Not decided yet: that takes less than a minute." in mailed(here, None)[1]


def test_a_state_that_is_not_known_is_owned_up_to(here: Community) -> None:
    assert "for a reason that this page has no words for" in mailed(here, "lost in the post")[1]


def test_e_mail_that_waits_says_when_it_goes_and_that_reading_stops_it(here: Community) -> None:
    with clock.held(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)):
        post_id, words = mailed(here, "waiting", clock.now() + timedelta(minutes=10))
        assert "It will be sent today, 13:10, unless you read it first." in words
        here.author.post("/notifications/read")
        assert "you have read it: it will not be" in said(here.author, post_id)[1]


def test_e_mail_that_was_sent_says_when_in_the_members_own_zone(here: Community) -> None:
    with clock.held(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)):
        post_id, words = mailed(here, "sent", clock.now())
        assert "Sent today, 13:00." in words
        page = here.author.get(f"/notifications/why?post={post_id}").text
    assert '<time data-exact datetime="2026-07-01T12:00:00Z" title="Wednesday 1 July 2026, 13:00">' in page


@pytest.mark.parametrize("digest", ["daily", "weekly"])
def test_what_waits_for_a_digest_says_for_which(here: Community, digest: str) -> None:
    settings(here, here.author, digest=digest)
    assert f"It waits for your {digest} digest" in mailed(here, "digest")[1]


def test_who_has_switched_digests_off_reads_that(here: Community) -> None:
    settings(here, here.author, digest="off")
    assert "you have switched digests off" in mailed(here, "digest")[1]


def test_open_pages_are_said_to_have_counted_only_where_no_message_was_wanted(here: Community) -> None:
    assert "At once, on those that you had open." in mailed(here, None)[1]
    with here.app.app_context(), unit_of_work() as work:
        work.add(NoticeChoice(member_id=here.author.id, kind="direct_reply", toast=False, mail="soon"))
    assert "you switched these off for this kind" in mailed(here, None)[1]


def test_quiet_hours_are_those_of_the_moment_at_which_it_came(here: Community) -> None:
    settings(here, here.author, quiet_from=13 * 60, quiet_to=14 * 60)
    with clock.held(datetime(2026, 7, 1, 12, 30, tzinfo=UTC)):
        post_id = mailed(here, None)[0]
    with clock.held(datetime(2026, 7, 1, 18, 0, tzinfo=UTC)):
        assert "it came in your quiet hours" in said(here.author, post_id)[1]
        assert "it came in your quiet hours" not in mailed(here, None)[1]


def test_a_pause_is_named_by_its_end_for_its_beginning_is_not_kept(here: Community) -> None:
    settings(here, here.author, paused_until=clock.now() + timedelta(hours=3))
    assert "No message if it came in the pause that ends" in mailed(here, None)[1]


@pytest.mark.parametrize(
    ("kind", "url", "rule"),
    [
        ("network_request", "/n/north-west/people", "You moderate the network."),
        ("network_request", "/n/north-west", "You had asked to join."),
        ("network_invitation", "/networks", "A moderator of the network invited you."),
        ("standing", "/me", "It is about your own membership."),
    ],
)
def test_a_notice_of_no_thread_has_its_rule_and_channels(here: Community, kind: str, url: str, rule: str) -> None:
    with here.app.app_context(), unit_of_work():
        tell_member(here.author.id, kind, "Something about <you>", url, network_id=here.north_west)
        notice = db.session.scalars(select(Notification.id)).one()
    page = here.author.get(f"/notifications/why?notice={notice}").text
    assert rule in page
    assert f'<a href="{url}">Something about &lt;you&gt;</a>' in page
    assert "List and badge" in page


def test_a_notice_of_a_network_that_one_may_no_longer_know_of_is_gone(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        tell_member(here.peer.id, "network_request", "You are in.", "/n/reps", network_id=here.reps)
        notice = db.session.scalars(select(Notification.id)).one()
    assert here.peer.get(f"/notifications/why?notice={notice}").status_code == 404


def test_what_is_said_of_a_post_is_escaped(here: Community) -> None:
    thread_id = here.post_thread(here.author, title="<b>Bold</b> rotas & others")
    page = here.watcher.get(f"/notifications/why?post={here.opening(thread_id)}").text
    assert "<b>Bold</b>" not in page
    assert "&lt;b&gt;Bold" in page


def plain(who: Person, thread_id: int, post_id: int) -> str:
    """Somebody's page, without what differs from thread to thread and from one moment to the next."""
    page = who.get(f"/notifications/why?post={post_id}").text.partition("<main")[2].partition("</main>")[0]
    page = re.sub(r"<time.*?</time>", "<time>", page)
    return page.replace(str(thread_id), "THREAD").replace(str(post_id), "POST")


@pytest.mark.parametrize("level", ["normal", "watching", "muted"])
def test_the_page_is_the_same_whoever_else_was_told(here: Community, level: str) -> None:
    pages = []
    for others in ((), (here.moderator, here.author)):
        thread_id = here.post_thread(here.author)
        here.author.post(f"/t/{thread_id}/level", level="muted")
        here.watcher.post(f"/t/{thread_id}/level", level=level)
        for other in others:
            other.post(f"/t/{thread_id}/level", level="watching")
        post_id = here.reply(here.peer, thread_id, " and ".join(f"@{here.handle(other)}" for other in others) or "Yes.")
        pages.append(plain(here.watcher, thread_id, post_id))
    assert pages[0] == pages[1]
    names = [name for other in (here.author, here.peer, here.moderator) for name in (other.name, here.handle(other))]
    assert [name for name in names if name in pages[1]] == []


def test_a_network_that_the_author_or_the_reader_is_not_in_is_called_by_nobody(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    by_an_insider = here.reply(here.author, thread_id, "Dear @reps")
    assert "as a whole" not in said(here.watcher, by_an_insider)[1]
    by_an_outsider = here.reply(here.peer, thread_id, "Dear @reps")
    assert "as a whole" not in said(here.author, by_an_outsider)[1]
