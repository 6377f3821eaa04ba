"""A notice that comes quietly: it is in the list and on the badge, and shows no toast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.notifications import settings
from knowledge_exchange.notifications.kinds import KINDS, Choice
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.notifications.payloads import notification_payloads
from knowledge_exchange.realtime import events
from knowledge_exchange.realtime.models import LiveEvent
from tests.support.community import Community
from tests.support.persons import Person, Statements

LONDON = "Europe/London"


def notice_for(here: Community, who: Person) -> int:
    """A reply to a thread of theirs; the id of the notice."""
    here.reply(here.peer, here.post_thread(who))
    with here.app.app_context():
        query = select(Notification.id).where(Notification.member_id == who.id).order_by(Notification.id.desc())
        return int(db.session.scalars(query).first() or 0)


def payloads(here: Community, ids: Sequence[int], who: Person | None = None) -> dict[int, dict[str, Any]]:
    with here.app.app_context():
        return notification_payloads(who.id if who else None, ids)


def cursor_of(who: Person) -> str:
    answer = who.get("/live/since").json
    assert answer is not None
    return str(answer["cursor"])


def is_quiet(here: Community, notice_id: int) -> bool:
    return bool(payloads(here, [notice_id])[notice_id]["quiet"])


def test_a_notice_is_told_aloud_unless_somebody_wished_otherwise(here: Community) -> None:
    assert is_quiet(here, notice_for(here, here.author)) is False


def test_in_a_pause_notices_come_quietly_and_afterwards_aloud(here: Community) -> None:
    notice_id = notice_for(here, here.author)
    with here.app.app_context(), unit_of_work():
        settings.pause(here.author.id, clock.now() + timedelta(hours=1))
    assert is_quiet(here, notice_id) is True
    assert here.notices(here.author)[-1][0] == "direct_reply"
    with clock.held(clock.now() + timedelta(hours=2)):
        assert is_quiet(here, notice_id) is False


def test_in_the_hours_of_do_not_disturb_notices_come_quietly(here: Community) -> None:
    notice_id = notice_for(here, here.author)
    noon = clock.now().replace(month=1, hour=12, minute=0)
    with here.app.app_context(), unit_of_work():
        settings.set_hours(here.author.id, 11 * 60, 13 * 60, LONDON)
    with clock.held(noon):
        assert is_quiet(here, notice_id) is True
    with clock.held(noon + timedelta(hours=1)):
        assert is_quiet(here, notice_id) is False


@pytest.mark.parametrize("mail", ["soon", "never"])
def test_a_kind_for_which_no_toast_is_wanted_comes_quietly_and_the_others_aloud(here: Community, mail: str) -> None:
    notice_id = notice_for(here, here.author)
    with here.app.app_context(), unit_of_work():
        settings.set_choices(here.author.id, {"mention": Choice(toast=False, mail=mail)})
    assert is_quiet(here, notice_id) is False
    with here.app.app_context(), unit_of_work():
        settings.set_choices(here.author.id, {"direct_reply": Choice(toast=False, mail=mail)})
    assert is_quiet(here, notice_id) is True


def test_a_notice_that_has_been_read_comes_quietly(here: Community) -> None:
    notice_id = notice_for(here, here.author)
    here.author.post("/notifications/read")
    assert is_quiet(here, notice_id) is True


def test_the_quiet_of_one_member_is_not_anothers(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="watching")
    here.reply(here.peer, thread_id)
    with here.app.app_context(), unit_of_work():
        settings.pause(here.watcher.id, clock.now() + timedelta(hours=1))
    with here.app.app_context():
        rows = db.session.execute(select(Notification.id, Notification.member_id))
        whose = {row.id: row.member_id for row in rows}
    quiet = {whose[id_]: made["quiet"] for id_, made in payloads(here, list(whose)).items()}
    assert quiet == {here.author.id: False, here.watcher.id: True}
    assert list(payloads(here, list(whose), here.watcher)) == [
        id_ for id_, of in whose.items() if of == here.watcher.id
    ]


def test_the_notices_of_many_members_are_two_statements_whatever_they_have_set(here: Community) -> None:
    ids = [notice_for(here, who) for who in (here.author, here.watcher, here.moderator)]
    with here.app.app_context(), unit_of_work():
        settings.set_hours(here.watcher.id, 0, 1439, LONDON)
        settings.pause(here.moderator.id, clock.now() + timedelta(hours=1))
        settings.set_choices(here.author.id, {kind.code: Choice(toast=False, mail="never") for kind in KINDS})
    with Statements(here.app) as asked:
        assert len(payloads(here, ids)) == len(ids)
    assert len(asked.sent) == 2  # one asks who writes under a pseudonym in these threads


def test_a_replay_says_so_too(here: Community) -> None:
    cursor = cursor_of(here.author)
    notice_id = notice_for(here, here.author)
    with here.app.app_context(), unit_of_work():
        settings.pause(here.author.id, clock.now() + timedelta(hours=1))
    answer = here.author.get(f"/live/since?after={cursor}").json
    assert answer is not None
    told = {event["id"]: event["quiet"] for event in answer["events"] if event["name"] == "notification"}
    assert told == {str(notice_id): True}


def test_reading_a_thread_tells_the_other_devices_which_one_and_up_to_where(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    post_id = here.reply(here.peer, thread_id)
    cursor = cursor_of(here.author)
    here.author.post(f"/t/{thread_id}/read", post=str(post_id))
    answer = here.author.get(f"/live/since?after={cursor}").json
    assert answer is not None
    # The overlap of a replay may hold older counts of the same member.
    last = [event for event in answer["events"] if event["name"] == "unread"][-1]
    assert (last["thread"], last["post"], last["unread"]) == (str(thread_id), str(post_id), 0)


def test_a_count_that_changed_for_another_reason_names_no_thread(here: Community) -> None:
    notice_for(here, here.author)
    here.author.post("/notifications/read")
    with here.app.app_context():
        query = select(*events.COLUMNS).where(LiveEvent.member_id == here.author.id, LiveEvent.kind == "unread")
        rows = [events.Told(*row) for row in db.session.execute(query.order_by(LiveEvent.id))]
        name, payload = events.payloads(rows[-1:], here.author.id)[0]
    assert name == "unread"
    assert payload["unread"] == 0
    assert not {"thread", "post"} & set(payload)
