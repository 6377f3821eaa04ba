"""PRODUCT's rules of notification, as far as they are about e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.notifications.mailing import MAIL_DELAY
from tests.notifications.mailbox import Mailbox, html_of, text_of
from tests.support.community import Community

#: Whoever loses their standing is told so, in words that say no more.
CHANGED, CLOSED = "Something about your account has changed", "Your account is closed"


def test_the_author_of_an_event_gets_no_mail_of_it(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author, body=f"Hello @{here.handle(here.author)}")
    here.reply(here.author, thread_id, "To myself")
    assert post_office.deliver() == []


def test_at_most_one_mail_for_a_post(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id, f"Both: @{here.handle(here.author)}")
    [message] = post_office.deliver()
    assert message["To"] == here.author.email
    assert message["Subject"] == "A new message"
    post_office.later(timedelta(days=1))
    assert post_office.deliver() == []


def test_mail_is_delayed_so_that_reading_comes_first(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    post_office.later(MAIL_DELAY - timedelta(seconds=1))
    post_office.send()
    assert (post_office.arrived(), post_office.states(here.author)) == ([], ["waiting"])
    post_office.later(timedelta(seconds=1))
    post_office.send()
    assert (len(post_office.arrived()), post_office.states(here.author)) == (1, ["sent"])


def test_mail_is_batched_per_thread(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    mention = f"@{here.handle(here.author)}"
    first = here.reply(here.peer, thread_id)
    post_office.decide()
    post_office.later(timedelta(minutes=4))
    here.reply(here.peer, thread_id, mention)
    here.reply(here.watcher, thread_id, mention)
    [message] = post_office.deliver()
    assert message["Subject"] == "3 new messages"
    assert f"/p/{first}" in text_of(message)
    assert post_office.states(here.author) == ["sent"] * 3


def test_two_threads_are_two_mails(here: Community, post_office: Mailbox) -> None:
    for _number in range(2):
        here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    assert len(post_office.waiting()) == 2


def test_what_comes_after_the_mail_begins_another(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    assert len(post_office.deliver()) == 1
    here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    [message] = post_office.deliver()
    assert message["Subject"] == "A new message"


def test_what_was_read_in_the_meantime_is_dropped_and_the_rest_goes(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    first = here.reply(here.peer, thread_id)
    post_office.decide()
    here.author.post(f"/t/{thread_id}/read", post=str(first))
    second = here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    [message] = post_office.deliver()
    assert message["Subject"] == "A new message"
    assert f"/p/{second}" in text_of(message)
    assert post_office.states(here.author) == ["read", "sent"]


def test_nothing_is_sent_when_all_of_it_was_read(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    post_office.decide()
    here.author.post(f"/t/{thread_id}/read", post=str(post_id))
    assert post_office.deliver() == []
    assert (post_office.states(here.author), post_office.waiting()) == (["read"], [])


def test_what_was_read_before_anybody_looked_is_never_queued(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    here.author.post(f"/t/{thread_id}/read", post=str(post_id))
    post_office.decide()
    assert (post_office.states(here.author), post_office.waiting()) == (["read"], [])


def test_deleting_a_post_cancels_its_mail(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    post_office.decide()
    here.peer.post(f"/p/{post_id}/delete")
    assert post_office.deliver() == []
    assert post_office.waiting() == []


def test_late_sends_use_the_latest_text(here: Community, post_office: Mailbox) -> None:
    post_office.set(here.author, mail_details=True)
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id, "Ask the *wrong* people.")
    post_office.decide()
    here.peer.post(f"/p/{post_id}/edit", body="Ask the *right* people.")
    [message] = post_office.deliver()
    assert "> Ask the *right* people." in text_of(message)
    assert "<em>right</em>" in html_of(message)
    assert "wrong" not in message.as_string()


def test_visibility_is_asked_when_it_is_sent(here: Community, post_office: Mailbox) -> None:
    """A notice that is still there, of a network that is no longer theirs to read."""
    from sqlalchemy import delete

    from knowledge_exchange.core.db import db
    from knowledge_exchange.networks.models import NetworkMembership

    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    post_office.decide()
    with here.app.app_context(), unit_of_work():
        db.session.execute(delete(NetworkMembership).filter_by(member_id=here.author.id, network_id=here.north_west))
    assert post_office.deliver() == []
    assert post_office.states(here.author) == ["unseen"]


def test_leaving_a_network_drops_its_mail(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    post_office.decide()
    here.author.post("/n/north-west/leave")
    assert post_office.deliver() == []
    assert post_office.waiting() == []


@pytest.mark.parametrize("standing", ["lapsed", "suspended", "left"])
def test_losing_standing_drops_unsent_mail(here: Community, post_office: Mailbox, standing: str) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, standing, "The roll says so.", None)
    # Who has left is out of the network, with what they were told there.
    assert post_office.states(here.author) == ([] if standing == "left" else ["standing"])
    # What waits now, and is sent, is the letter that tells them of it.
    assert [message.writer for message in post_office.waiting()] == [""]
    assert [message["Subject"] for message in post_office.deliver()] == [CLOSED if standing == "left" else CHANGED]


def test_somebody_who_lost_standing_before_anybody_looked_gets_nothing(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "suspended", "A complaint.", None)
    assert [message["Subject"] for message in post_office.deliver()] == [CHANGED]
    assert post_office.states(here.author) == ["standing"]


def test_standing_is_asked_again_when_it_is_written(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    post_office.member(here.author, standing="lapsed")
    assert post_office.deliver() == []
    assert post_office.states(here.author) == ["standing"]


def test_an_edit_sends_mail_only_to_those_newly_mentioned(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    assert len(post_office.deliver()) == 1
    here.peer.post(f"/p/{post_id}/edit", body=f"@{here.handle(here.author)} @{here.handle(here.watcher)}")
    [message] = post_office.deliver()
    assert message["To"] == here.watcher.email


def test_a_muted_thread_sends_nothing(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/t/{thread_id}/level", level="muted")
    here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    assert post_office.deliver() == []


@pytest.mark.parametrize("path", ["/t/{}/level", "/n/north-west/level"])
def test_what_was_muted_in_the_meantime_is_dropped(here: Community, post_office: Mailbox, path: str) -> None:
    thread_id = here.post_thread(here.peer)
    here.reply(here.peer, thread_id, f"@{here.handle(here.author)}")
    post_office.decide()
    assert here.author.post(path.format(thread_id), level="muted").status_code == 303
    assert [one for one in post_office.deliver() if one["To"] == here.author.email] == []
    assert post_office.states(here.author) == ["muted"]
