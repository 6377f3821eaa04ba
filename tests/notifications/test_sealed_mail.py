"""E-mail about what a pseudonym is told: it arrives, and neither outbox nor message says whose or about what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from knowledge_exchange.auth import erasing
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.mail.refusals import note_refusal
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications import actions
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.notifications.sealed_mail import LEAST_DELAY, MOST_DELAY
from tests.notifications.mailbox import Mailbox, html_of, text_of
from tests.notifications.pseudonyms import answer, ask, last_post, place, told, told_by_name
from tests.support.community import Community
from tests.support.persons import Person

MINUTE = timedelta(minutes=1)
TITLE = "A rota that frightens me"


def messages(here: Community) -> list[MailMessage]:
    with here.app.app_context():
        return list(db.session.scalars(select(MailMessage).order_by(MailMessage.not_before)))


def deliver(post_office: Mailbox) -> list[Any]:
    """Decide, let the longest delay go by, send."""
    post_office.decide()
    post_office.later(MOST_DELAY + MINUTE)
    post_office.send()
    return post_office.arrived()


def states_of(here: Community, place_id: int) -> set[tuple[str | None, bool, int | None]]:
    """Of a sealed place's notices: the state, whether its time is that of the notice, and the message."""
    rows = told(here, Notification.participant_id == place_id)
    return {(row.mail, row.mail_at == row.created_at, row.mail_id) for row in rows}


def test_a_message_that_waits_says_neither_to_whom_nor_about_what(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, ask(here, here.author))
    post_office.decide()
    [message] = messages(here)
    assert (message.writer, message.recipient, message.member_id, message.thread_id) == ("sealed", "", None, None)
    assert LEAST_DELAY <= message.not_before - clock.now() <= MOST_DELAY


def test_it_arrives_names_nothing_and_nothing_of_it_stays(here: Community, post_office: Mailbox) -> None:
    thread = ask(here, here.author, title=TITLE)
    post_office.set(here.author, mail_details=True)
    here.reply(here.peer, thread, "Marmalade.")
    [message] = deliver(post_office)
    assert message["To"] == here.author.email
    assert [message[name] for name in ("References", "In-Reply-To", "List-Id")] == [None, None, None]
    whole = "\n".join([str(message), text_of(message), html_of(message)])
    secrets = (TITLE, here.peer.name, "Marmalade", "North", str(thread), str(last_post(here, thread)), "/p/", "/t/")
    assert [secret for secret in secrets if secret in whole] == []
    assert messages(here) == []
    assert states_of(here, place(here, here.author, thread)) == {("sealed", True, None)}


def test_it_says_what_mail_about_a_network_says(here: Community, post_office: Mailbox) -> None:
    with here.app.app_context(), unit_of_work():
        actions.tell_member(here.author.id, "network_request", "Come in", "/n/north-west", network_id=here.north_west)
    [other] = post_office.deliver()
    here.reply(here.peer, ask(here, here.author))
    [message] = deliver(post_office)
    assert (text_of(message), html_of(message)) == (text_of(other), html_of(other))
    assert set(message.keys()) == set(other.keys())
    assert message["Subject"] == other["Subject"]


def test_notices_of_one_place_join_and_those_of_two_do_not(here: Community, post_office: Mailbox) -> None:
    first, second = ask(here, here.author), ask(here, here.author)
    here.reply(here.peer, first)
    post_office.decide()
    here.reply(here.watcher, first)
    here.reply(here.peer, second)
    post_office.decide()
    assert len(messages(here)) == 2
    assert sorted(message["Subject"] for message in deliver(post_office)) == [
        "2 things new for you",
        "Something new for you",
    ]


def read_it(here: Community, thread: int) -> None:
    here.author.post(f"/t/{thread}/read", post=str(last_post(here, thread)))


def mute_it(here: Community, thread: int) -> None:
    here.author.post(f"/t/{thread}/level", level="muted")


def take_it_away(here: Community, thread: int) -> None:
    with here.app.app_context(), unit_of_work():
        networks.leave(here.author.id, here.north_west)


def lapse(here: Community, _thread: int) -> None:
    with here.app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == here.author.id).values(standing="lapsed"))


def refuse(here: Community, _thread: int) -> None:
    with here.app.app_context(), unit_of_work():
        note_refusal(here.author.email, "bounce 5.1.1")


def erase(here: Community, _thread: int) -> None:
    with here.app.app_context(), unit_of_work():
        erasing.erase(here.author.id)


@pytest.mark.parametrize("what", [read_it, mute_it, take_it_away, lapse, refuse, erase])
def test_what_must_not_go_does_not_and_the_tables_do_not_say_why(
    what: Callable[[Community, int], None], here: Community, post_office: Mailbox
) -> None:
    thread = ask(here, here.author)
    here.reply(here.peer, thread)
    mine = place(here, here.author, thread)
    post_office.decide()
    what(here, thread)
    assert deliver(post_office) == []
    assert messages(here) == []
    assert states_of(here, mine) == {("sealed", True, None)}


@pytest.mark.parametrize("choice", ["digest", "never"])
def test_a_kind_that_is_not_to_come_soon_does_not_come(here: Community, post_office: Mailbox, choice: str) -> None:
    post_office.choose(here.author, "direct_reply", choice)
    thread = ask(here, here.author)
    here.reply(here.peer, thread)
    assert deliver(post_office) == []
    assert states_of(here, place(here, here.author, thread)) == {("sealed", True, None)}


def test_who_wishes_peace_gets_it_later_and_the_outbox_does_not_say_until_when(
    here: Community, post_office: Mailbox
) -> None:
    until = clock.now() + timedelta(hours=9)
    post_office.set(here.author, paused_until=until)
    here.reply(here.peer, ask(here, here.author))
    assert deliver(post_office) == []
    [message] = messages(here)
    assert LEAST_DELAY <= message.not_before - clock.now() <= MOST_DELAY
    post_office.later(until - clock.now())
    post_office.send()
    [arrived] = post_office.arrived()
    assert arrived["To"] == here.author.email


def watches(here: Community, who: Person, post_office: Mailbox) -> None:
    with here.app.app_context(), unit_of_work():
        actions.choose_network_level(who.id, here.north_west, "watching")
    for kind in ("reply", "new_thread"):
        post_office.choose(who, kind, "soon")


def test_an_author_gets_no_mail_of_their_own_post_and_the_tables_say_that_it_was_sent_as_of_everybody(
    here: Community, post_office: Mailbox
) -> None:
    for who in (here.author, here.watcher):
        watches(here, who, post_office)
    thread = ask(here, here.author)
    post_office.decide()
    waiting = {message.member_id: message.thread_id for message in messages(here)}
    assert waiting == {here.author.id: thread, here.watcher.id: thread}
    assert told_by_name(here, here.author, thread) == told_by_name(here, here.watcher, thread)
    post_office.later()
    post_office.send()
    assert [message["To"] for message in post_office.arrived()] == [here.watcher.email]
    [cover], [notice] = (told(here, Notification.member_id == who.id) for who in (here.author, here.watcher))
    assert (cover.mail, cover.mail_at, cover.read_at) == (notice.mail, notice.mail_at, notice.read_at)
    assert (cover.mail, cover.read_at) == ("sent", None)
    left = {message.member_id: message.sent_at for message in messages(here)}
    assert left[here.author.id] == left[here.watcher.id] is not None


def test_no_digest_says_anything_of_a_thread_with_a_pseudonym_of_its_readers(here: Community, office: Mailbox) -> None:
    for who in (here.author, here.watcher):
        with here.app.app_context(), unit_of_work():
            actions.choose_network_level(who.id, here.north_west, "watching")
        office.seen(who, clock.now() - timedelta(days=9))
    thread = ask(here, here.author)
    answer(here, here.author, thread)
    office.decide()
    office.later(timedelta(days=1, minutes=5))
    for who in (here.author, here.watcher):
        office.seen(who, clock.now() - timedelta(days=9))
    office.digests()
    office.send()
    assert [message["To"] for message in office.arrived()] == [here.watcher.email]
    covers = told(here, Notification.member_id == here.author.id)
    assert {(row.mail, row.read_at) for row in covers} == {("sent", None)}
