"""Official answers: shown first with all that they rest on, told to who watches or tracks, heard of by open pages."""

from __future__ import annotations

from datetime import timedelta

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.realtime.models import LiveEvent
from knowledge_exchange.threads.for_mail import posts_for_mail
from knowledge_exchange.threads.keeping import erase_voices
from knowledge_exchange.threads.live import post_payloads
from tests.moderation.official_desk import NOON, Desk
from tests.support.persons import Statements


def test_it_stands_first_with_where_when_who_and_on_what_it_rests(desk: Desk) -> None:
    desk.here.reply(desk.peer, desk.thread, "I asked for thirty days.")
    post_id = desk.give()
    page = desk.page()
    band, talk = page.index('class="post official"'), page.index('class="talk"')
    first = page[band:talk]
    for said in (
        "Official answer",
        "England",
        "22 November 2026",
        "22 November 2027",
        "<strong>step back</strong>",
        "https://example.org/guide",
        "Owen Officer",
        "National officer",
        f'href="/p/{post_id}"',
    ):
        assert said in first
    assert f'href="/p/{post_id}/official/history"' in page[talk:]
    assert "Official answer" in desk.peer.get("/n/north-west").text
    assert "Official answer" in desk.peer.get("/").text


def test_who_watches_or_tracks_is_told_once_and_who_muted_it_is_not(desk: Desk) -> None:
    post_id = desk.give()
    assert desk.told(desk.watcher) == [("official", post_id)]
    assert desk.told(desk.peer) == [("official", post_id)]
    assert desk.told(desk.author) == [("direct_reply", post_id)]
    assert desk.told(desk.moderator) == []
    assert desk.told(desk.officer) == []
    assert "answered officially" in desk.watcher.get("/notifications").text


def test_a_mention_in_it_is_stronger_than_watching(desk: Desk) -> None:
    post_id = desk.give(body=f"Ask @{desk.here.handle(desk.watcher)} how it went.")
    assert desk.told(desk.watcher) == [("mention", post_id)]


def test_why_somebody_was_told_or_not_is_explained(desk: Desk) -> None:
    post_id = desk.give()
    assert "watch or track" in desk.peer.get(f"/notifications/why?post={post_id}").text
    assert "not told" in desk.moderator.get(f"/notifications/why?post={post_id}").text


def test_what_is_sent_to_sockets_and_quoted_in_mail_says_how_it_stands(desk: Desk) -> None:
    post_id = desk.give(review_on="2026-11-30")
    with desk.app.app_context():
        assert "Official answer</a>" in post_payloads([post_id])[post_id]["html"]
        assert posts_for_mail([post_id], True)[post_id].name == "Owen Officer (Official answer)"
    with clock.held(NOON + timedelta(days=30)), desk.app.app_context():
        assert "Official answer, under review" in post_payloads([post_id])[post_id]["html"]
        assert posts_for_mail([post_id], True)[post_id].name == "Owen Officer (Official answer, under review)"


def test_a_page_asks_nothing_of_it_where_there_is_none_or_where_it_is_kept(desk: Desk) -> None:
    desk.here.reply(desk.author, desk.thread, "Nobody yet?")
    path = desk.peer.get(f"/t/{desk.thread}").location
    desk.peer.get(path)
    with Statements(desk.app) as without:
        desk.peer.get(path)
    desk.give()
    desk.peer.get(path)
    with Statements(desk.app) as with_it:
        desk.peer.get(path)
    assert not any("official_answer" in statement for statement in without.sent + with_it.sent)


def test_open_pages_hear_of_each_step(desk: Desk) -> None:
    post_id = desk.give()
    assert _heard(desk) == ["post", "thread_changed"]
    desk.do(post_id, "withdraw", reason="It was replaced.")
    assert _heard(desk)[2:] == ["post_changed", "thread_changed"]
    desk.give(desk.second, seen=str(post_id), body="What holds now.")
    assert _heard(desk)[4:] == ["post", "post_changed", "thread_changed"]


def _heard(desk: Desk) -> list[str]:
    rows = desk.rows(LiveEvent, LiveEvent.thread_id == desk.thread, LiveEvent.member_id.is_(None))
    return [row.kind for row in sorted(rows, key=lambda row: row.id)]


def test_an_officer_who_closes_their_account_is_named_no_more(desk: Desk) -> None:
    post_id = desk.give()
    assert "Owen Officer" in desk.page()
    with desk.app.app_context(), unit_of_work():
        erase_voices(desk.officer.id)
    page, history = desk.page(), desk.peer.get(f"/p/{post_id}/official/history").text
    assert "Owen Officer" not in page + history
    assert "step back" in page
    assert "Owen Officer" not in desk.watcher.get("/notifications").text
