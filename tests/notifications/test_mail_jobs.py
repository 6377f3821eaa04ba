"""The job that decides: cheap where there is nothing, all or none, and never twice whoever else is at it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import new_ids
from knowledge_exchange.jobs import jobs_of
from knowledge_exchange.mail import actions as outbox
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.notifications import digest, kinds, mailing
from knowledge_exchange.notifications.fates import STATES, Fate, settle
from knowledge_exchange.notifications.mailing import decide, decide_batch
from knowledge_exchange.notifications.models import Notification
from tests.notifications.mailbox import Mailbox
from tests.support.community import Community
from tests.support.persons import Statements


def many(here: Community, count: int, kind: str = "reply") -> None:
    """So many notices of one thread for Wim, with no post: what is decided of them hangs on the rest."""
    thread_id = here.post_thread(here.author)
    moment = now()
    rows = [
        {
            "id": id_,
            "member_id": here.watcher.id,
            "kind": kind,
            "network_id": here.north_west,
            "thread_id": thread_id,
            "text": "A reply",
            "url": "/",
            "created_at": moment,
        }
        for id_ in new_ids(count)
    ]
    with here.app.app_context(), unit_of_work() as work:
        work.execute(insert(Notification), rows)


def test_the_jobs_run_in_every_worker(app: Flask) -> None:
    found = {job.name: job.run for job in jobs_of(app)}
    assert (found["mail of notices"], found["digests"]) == (decide, digest.send_digests)


def test_where_there_is_nothing_to_decide_it_is_one_look_into_an_index(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    with Statements(here.app) as counted:
        post_office.decide()
    [only] = [statement for statement in counted.sent if not statement.startswith("BEGIN")]
    assert "WHERE notification.mail IS NULL" in " ".join(only.split())


@pytest.mark.databases("sqlite")
def test_both_jobs_read_indexes_of_what_waits_alone(here: Community) -> None:
    looks = {
        "ix_notification_mail_undecided": mailing._UNDECIDED,
        "ix_notification_mail": digest._CANDIDATES,
    }
    with here.app.app_context():
        dialect = db.engine.dialect
        for index, read in looks.items():
            compiled = read._for(dialect, {"after": 0})
            bound = [{**compiled.constants, "after": 0}[name] for name in compiled.order or ()]
            driver = db.session.connection().connection.driver_connection
            assert driver is not None
            plan = driver.execute(f"EXPLAIN QUERY PLAN {compiled.sql}", bound).fetchall()
            told = " | ".join(str(row[-1]) for row in plan)
            assert f"INDEX {index}" in told, told


def test_a_batch_is_decided_as_a_whole_or_not_at_all(
    here: Community, post_office: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(here, 5, kind="direct_reply")

    class Killed(BaseException):
        """What no handler of ours catches."""

    def die(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(mailing, "settle", die)
        with pytest.raises(Killed):
            post_office.decide()
    assert (post_office.states(here.watcher), post_office.waiting()) == ([None] * 5, [])
    post_office.decide()
    assert post_office.states(here.watcher) == ["waiting"] * 5
    assert len(post_office.waiting()) == 1


def test_what_is_more_than_a_batch_is_decided_in_one_turn(here: Community, post_office: Mailbox) -> None:
    many(here, 2 * mailing.BATCH + 3)
    with here.app.app_context():
        assert decide_batch() == mailing.BATCH
    post_office.decide()
    assert set(post_office.states(here.watcher)) == {"digest"}


def test_two_workers_never_decide_one_notice_twice(
    here: Community, post_office: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both at work at once: each notice is in one message, and each message is of one thread and member."""
    for _thread in range(3):
        many(here, 120, kind="direct_reply")
    settled: list[int] = []
    write = settle

    def note(fates: list[Fate]) -> None:
        settled.extend(fate.notice_id for fate in fates)
        write(fates)

    monkeypatch.setattr(mailing, "settle", note)
    together = threading.Barrier(2)

    def work() -> None:
        with here.app.app_context():
            together.wait(60)
            decide()
            db.session.remove()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    post_office.decide()
    assert len(settled) == len(set(settled)) == 360
    with here.app.app_context():
        rows = db.session.execute(select(Notification.thread_id, Notification.mail_id).distinct()).all()
        known = set(db.session.scalars(select(MailMessage.id)))
    assert {row.mail_id for row in rows} <= known
    assert len({row.thread_id for row in rows}) == 3


def test_nothing_joins_a_message_that_is_being_sent(here: Community, post_office: Mailbox) -> None:
    many(here, 1, kind="direct_reply")
    post_office.decide()
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(MailMessage).values(lease_until=now() + timedelta(minutes=1)))
        work.execute(update(Notification).values(created_at=now()))
        thread_id = work.scalar(select(Notification.thread_id))
    one_more(here, int(thread_id or 0))
    post_office.decide()
    assert len([one for one in post_office.waiting() if one.member_id == here.watcher.id]) == 2


def one_more(here: Community, thread_id: int) -> None:
    here.peer.post(f"/t/{thread_id}/replies", body=f"@{here.handle(here.watcher)}, did you?")


def test_messages_of_different_members_stay_apart(here: Community, post_office: Mailbox) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id, f"@{here.handle(here.author)} @{here.handle(here.watcher)}")
    assert {one["To"] for one in post_office.deliver()} == {here.author.email, here.watcher.email}


def test_every_state_has_words_for_its_member(here: Community, post_office: Mailbox) -> None:
    with here.app.test_request_context():
        assert all(str(words).endswith(".") for words in STATES.values())
    used = {"waiting", "digest", "sent", "off", "stopped", "read", "refused", "unconfirmed", "late", "old", "unseen"}
    assert used | {"failed", "standing", "sealed", "no_digest", "muted"} == set(STATES)
    assert {kind.mail for kind in kinds.KINDS} <= {"soon", "digest", "never"}


def test_outbox_and_notices_agree_whatever_the_outcome(here: Community, post_office: Mailbox) -> None:
    """Each outcome that the outbox can tell has its state."""
    for outcome in ("sent", "refused", "failed", "dropped"):
        here.reply(here.peer, here.post_thread(here.author))
        post_office.decide()
        message = post_office.waiting()[-1]
        with here.app.app_context(), unit_of_work():
            mailing.settled(message.id, outcome, clock.now())
    assert post_office.states(here.author) == ["sent", "refused", "failed", "standing"]


def test_dropping_by_hand_ends_what_waited_even_without_its_row(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(Member).where(Member.id == here.author.id).values(standing="lapsed"))
        outbox.drop_unsent(here.author.id)
    assert (post_office.waiting(), post_office.states(here.author)) == ([], ["standing"])
