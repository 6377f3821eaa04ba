"""A digest is queued once, however many workers there are and whenever one is killed."""

from __future__ import annotations

import threading

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from knowledge_exchange.notifications import digest
from knowledge_exchange.notifications.digest import due_since
from tests.notifications.digesting import DAY, away, for_watcher, watch
from tests.notifications.mailbox import Mailbox
from tests.support.community import Community


def test_two_workers_send_it_once(here: Community, office: Mailbox) -> None:
    """Both have seen that it is due before either writes."""
    here.reply(here.peer, watch(here))
    away(office)
    office.decide()
    office.later(DAY)
    with here.app.app_context():
        [row] = [row for row in digest._CANDIDATES.all(after=0) if row.member_id == here.watcher.id]
        due = due_since(row, clock.now())
        db.session.remove()
    assert due is not None
    results: list[bool] = []
    together = threading.Barrier(2)

    def work() -> None:
        with here.app.app_context():
            together.wait(60)
            results.append(digest._deal_with(here.watcher.id, due))
            db.session.remove()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert sorted(results) == [False, True]
    assert [one.writer for one in office.waiting()].count("digest") == 1


def test_killed_before_the_commit_it_is_still_due_and_after_it_is_not(
    here: Community, office: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.reply(here.peer, watch(here))
    away(office)
    office.later(DAY)
    office.decide()

    class Killed(BaseException):
        """What no handler of ours catches."""

    def die(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(digest, "settle", die)
        with pytest.raises(Killed):
            office.digests()
    assert [one for one in office.waiting() if one.writer == "digest"] == []
    assert for_watcher(office) == ["A new message"]
    assert for_watcher(office) == []


def test_only_those_who_have_something_waiting_are_looked_at(here: Community, office: Mailbox) -> None:
    here.reply(here.peer, watch(here))
    office.decide()
    with here.app.app_context():
        assert [row.member_id for row in digest._CANDIDATES.all(after=0)] == [here.watcher.id]
