"""The digest: at the member's hour, to those who were away, of what is unread; once in each period."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import NetworkMembership
from knowledge_exchange.notifications import digest, letter_words
from tests.notifications.digesting import DAY, HOUR, WEEK, away, for_watcher, next_monday_at_eight, watch
from tests.notifications.mailbox import Mailbox, html_of, text_of
from tests.support.community import Community

#: Whoever loses their standing is told so, in words that say no more.
LETTER = "Something about your account has changed"


def test_a_weekly_digest_comes_on_monday_at_eight_to_who_chose_nothing(here: Community, office: Mailbox) -> None:
    thread_id = watch(here)
    for _number in range(3):
        here.reply(here.peer, thread_id)
    away(office)
    assert for_watcher(office) == []
    office.at(next_monday_at_eight() - timedelta(seconds=1))
    assert for_watcher(office) == []
    office.later(timedelta(seconds=1))
    assert for_watcher(office) == ["3 new messages"]
    assert office.states(here.watcher) == ["sent"] * 3


def test_it_comes_once_in_a_period(here: Community, office: Mailbox) -> None:
    thread_id = watch(here)
    here.reply(here.peer, thread_id)
    away(office)
    office.later(DAY)
    assert for_watcher(office) == ["A new message"]
    here.reply(here.peer, thread_id)
    away(office)
    for _turn in range(6):
        office.later(DAY)
        assert for_watcher(office) == []
    office.later(DAY)
    assert for_watcher(office) == ["A new message"]


def test_a_daily_one_comes_at_the_hour_of_the_members_zone(here: Community, office: Mailbox) -> None:
    office.member(here.watcher, zone="Asia/Kolkata")
    office.set(here.watcher, digest="daily", digest_hour=18)
    thread_id = watch(here)
    here.reply(here.peer, thread_id)
    away(office)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + 2 * DAY
    office.at(midnight + timedelta(hours=12, minutes=29))  # 17:59 there; what is due is yesterday's
    first = for_watcher(office)
    here.reply(here.peer, thread_id)
    away(office)
    office.later(timedelta(minutes=1))
    assert (first, for_watcher(office)) == (["A new message"], ["A new message"])


def test_whoever_was_here_gets_none_and_what_is_unread_waits_for_the_next(here: Community, office: Mailbox) -> None:
    here.reply(here.peer, watch(here))
    away(office)
    office.seen(here.watcher, clock.now())
    office.later(DAY)
    assert for_watcher(office) == []
    assert office.states(here.watcher) == ["digest"]
    office.later(WEEK)
    assert for_watcher(office) == ["A new message"]


def test_whoever_was_here_and_signed_out_gets_none_either(here: Community, office: Mailbox) -> None:
    here.reply(here.peer, watch(here))
    away(office)
    here.watcher.post("/sign-out")
    office.later(DAY - timedelta(hours=1))
    assert for_watcher(office) == []
    assert office.states(here.watcher) == ["digest"]


def test_nothing_to_say_means_no_mail(here: Community, office: Mailbox) -> None:
    thread_id = watch(here)
    post_id = here.reply(here.peer, thread_id)
    office.decide()
    here.watcher.post(f"/t/{thread_id}/read", post=str(post_id))
    away(office)
    office.later(DAY)
    assert for_watcher(office) == []
    assert office.states(here.watcher) == ["read"]
    assert office.settings(here.watcher).digest_at == clock.now()


def test_what_is_no_longer_visible_is_in_no_digest(here: Community, office: Mailbox) -> None:
    here.reply(here.peer, watch(here))
    away(office)
    with here.app.app_context(), unit_of_work():
        db.session.execute(delete(NetworkMembership).filter_by(member_id=here.watcher.id))
    office.later(DAY)
    assert for_watcher(office) == []
    assert office.states(here.watcher) == ["unseen"]


def test_what_is_read_between_queueing_and_sending_is_left_out(here: Community, office: Mailbox) -> None:
    thread_id = watch(here)
    post_id = here.reply(here.peer, thread_id)
    away(office)
    office.later(DAY)
    office.decide()
    office.digests()
    here.watcher.post(f"/t/{thread_id}/read", post=str(post_id))
    office.send()
    assert [one["To"] for one in office.arrived()] == [here.author.email]
    assert office.states(here.watcher) == ["read"]


@pytest.mark.parametrize("stop", ["pause", "hours"])
def test_during_peace_it_waits_and_comes_when_that_ends(here: Community, office: Mailbox, stop: str) -> None:
    ends = next_monday_at_eight() + timedelta(hours=5)
    office.member(here.watcher, zone="UTC")
    if stop == "pause":
        office.set(here.watcher, paused_until=ends)
    else:
        office.set(here.watcher, quiet_from=7 * 60, quiet_to=ends.hour * 60)
    here.reply(here.peer, watch(here))
    away(office)
    office.at(next_monday_at_eight() + HOUR)
    assert for_watcher(office) == []
    office.at(ends)
    assert for_watcher(office) == ["A new message"]


@pytest.mark.parametrize("stop", ["standing", "unconfirmed", "stopped", "off"])
def test_who_gets_no_mail_gets_no_digest(here: Community, office: Mailbox, stop: str) -> None:
    here.reply(here.peer, watch(here))
    office.decide()
    away(office)
    if stop == "standing":
        with here.app.app_context(), unit_of_work():
            change_standing(here.watcher.id, "lapsed", "The roll says so.", None)
    elif stop == "unconfirmed":
        office.member(here.watcher, email_confirmed_at=None)
    elif stop == "stopped":
        office.set(here.watcher, mail_stopped_at=clock.now())
    else:
        office.set(here.watcher, digest="off")
    office.later(DAY)
    # That their standing has changed is a letter of its own.
    assert for_watcher(office) == ([LETTER] if stop == "standing" else [])
    # Who gets their standing back finds in the next one what is still unread.
    ends = {"standing": "digest", "unconfirmed": "unconfirmed", "stopped": "stopped", "off": "no_digest"}
    assert office.states(here.watcher) == [ends[stop]]


def test_losing_standing_after_queueing_drops_it(here: Community, office: Mailbox) -> None:
    here.reply(here.peer, watch(here))
    away(office)
    office.later(DAY)
    office.decide()
    office.digests()
    with here.app.app_context(), unit_of_work():
        change_standing(here.watcher.id, "suspended", "A complaint.", None)
    office.send()
    arrived = [(one["To"], one["Subject"]) for one in office.arrived()]
    assert [to for to, subject in arrived if subject != LETTER] == [here.author.email]
    assert office.states(here.watcher) == ["standing"]


def test_by_default_it_says_how_much_and_nothing_else(here: Community, office: Mailbox) -> None:
    for _thread in range(2):
        thread_id = watch(here)
        here.reply(here.peer, thread_id)
        here.reply(here.peer, thread_id)
    away(office)
    office.later(DAY)
    [message] = [one for one in office.deliver_digests() if one["To"] == here.watcher.email]
    assert "4 new messages in 2 conversations" in text_of(message)
    assert "/p/" not in message.as_string()
    assert (message["References"], message["List-Unsubscribe-Post"]) == (None, "List-Unsubscribe=One-Click")


def test_with_details_it_names_conversations_up_to_a_limit(
    here: Community, office: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_words, "MOST_THREADS", 2)
    office.set(here.watcher, mail_details=True)
    posts = []
    for number in range(3):
        thread_id = here.post_thread(here.author, title=f"A rota with {number} holes")
        here.watcher.post(f"/t/{thread_id}/level", level="watching")
        posts.append([here.reply(here.peer, thread_id) for _reply in range(2)])
    away(office)
    office.later(DAY)
    [message] = [one for one in office.deliver_digests() if one["To"] == here.watcher.email]
    text, html = text_of(message), html_of(message)
    assert "A rota with 0 holes (North-West), 2 new" in text
    assert f"/p/{posts[0][0]}" in text
    assert "A rota with 2 holes" not in text
    assert "and one more conversation." in text
    assert html.count("<li>") == 2


def test_very_old_news_is_in_no_digest(here: Community, office: Mailbox) -> None:
    here.reply(here.peer, watch(here))
    office.decide()
    away(office)
    office.later(digest.MAX_AGE + DAY)
    assert for_watcher(office) == []
    assert office.states(here.watcher) == ["late"]
