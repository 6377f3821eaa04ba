"""Mail as each member chose it: by kind, in the digest, paused, at hours of peace, stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.notifications.fates import MAIL_MAX_AGE
from tests.notifications.mailbox import Mailbox, text_of
from tests.support.community import Community


@pytest.mark.parametrize(("choice", "state"), [("soon", "waiting"), ("digest", "digest"), ("never", "off")])
def test_each_kind_comes_as_its_member_chose(here: Community, post_office: Mailbox, choice: str, state: str) -> None:
    post_office.choose(here.author, "direct_reply", choice)
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    assert post_office.states(here.author) == [state]


def test_by_default_what_one_only_watches_waits_for_the_digest(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.reply(here.watcher, thread_id, parent=str(post_id))
    post_office.decide()
    assert post_office.states(here.author) == ["waiting", "digest"]
    assert post_office.states(here.peer) == ["waiting"]


def test_who_has_no_digest_gets_nothing_that_would_be_in_one(here: Community, post_office: Mailbox) -> None:
    post_office.set(here.author, digest="off")
    post_office.choose(here.author, "direct_reply", "digest")
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    assert post_office.states(here.author) == ["no_digest"]


@pytest.mark.parametrize(("choice", "state"), [("digest", "digest"), ("never", "off")])
def test_a_choice_made_meanwhile_holds_for_what_waits(
    here: Community, post_office: Mailbox, choice: str, state: str
) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    post_office.choose(here.author, "direct_reply", choice)
    assert post_office.deliver() == []
    assert (post_office.states(here.author), post_office.waiting()) == ([state], [])


def test_all_mail_stopped_means_all(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    post_office.set(here.author, mail_stopped_at=clock.now())
    here.reply(here.peer, here.post_thread(here.author))
    assert post_office.deliver() == []
    assert post_office.states(here.author) == ["stopped", "stopped"]
    assert here.notices(here.author) != []


def test_an_address_that_is_not_confirmed_gets_nothing(here: Community, post_office: Mailbox) -> None:
    post_office.member(here.author, email_confirmed_at=None)
    here.reply(here.peer, here.post_thread(here.author))
    assert post_office.deliver() == []
    assert post_office.states(here.author) == ["unconfirmed"]


def test_a_pause_postpones_and_loses_nothing(here: Community, post_office: Mailbox) -> None:
    post_office.set(here.author, paused_until=clock.now() + timedelta(days=2))
    here.reply(here.peer, here.post_thread(here.author))
    assert post_office.deliver() == []
    assert (len(here.notices(here.author)), post_office.states(here.author)) == (1, ["waiting"])
    post_office.later(timedelta(days=2))
    post_office.send()
    assert len(post_office.arrived()) == 1


def test_a_pause_begun_meanwhile_postpones_what_waits(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    ends = clock.now() + timedelta(days=1)
    post_office.set(here.author, paused_until=ends)
    assert post_office.deliver() == []
    [message] = post_office.waiting()
    assert message.not_before == ends
    post_office.at(ends)
    post_office.send()
    assert (len(post_office.arrived()), post_office.states(here.author)) == (1, ["sent"])


def test_do_not_disturb_postpones_to_its_end(here: Community, post_office: Mailbox) -> None:
    moment = (clock.now() + timedelta(days=1)).replace(hour=22, minute=30, second=0, microsecond=0)
    post_office.member(here.author, zone="UTC")
    post_office.set(here.author, quiet_from=22 * 60, quiet_to=7 * 60)
    post_office.at(moment)
    here.reply(here.peer, here.post_thread(here.author))
    assert post_office.deliver() == []
    [message] = post_office.waiting()
    assert message.not_before == (moment + timedelta(days=1)).replace(hour=7, minute=0)
    post_office.at(message.not_before)
    post_office.send()
    assert len(post_office.arrived()) == 1


def test_what_nobody_looked_at_for_days_is_news_no_more(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.later(MAIL_MAX_AGE + timedelta(minutes=1))
    assert post_office.deliver() == []
    assert (post_office.states(here.author), len(here.notices(here.author))) == (["late"], 1)


def test_a_notice_outside_threads_comes_by_mail_too(here: Community, post_office: Mailbox) -> None:
    from knowledge_exchange.notifications.actions import tell_member

    with here.app.app_context(), unit_of_work():
        for text in ("Reps invites you", "And again"):
            tell_member(here.author.id, "network_invitation", text, "/networks", network_id=here.reps)
    [message] = post_office.deliver()
    assert message["Subject"] == "2 things new for you"
    assert "Reps" not in message.as_string()
    assert "/notifications" in text_of(message)
