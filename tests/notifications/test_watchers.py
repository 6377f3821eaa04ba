"""What many are told of at once is read and pushed in batches, whole and once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from tests.support.community import Community


@pytest.mark.parametrize("amount", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("read", [push._pages, lambda base: push._chunks(base, _PEOPLE)])
def test_all_notices_of_a_run_are_read_once_whatever_the_size_of_a_batch(
    here: Community, monkeypatch: pytest.MonkeyPatch, amount: int, read: Callable[[int], object]
) -> None:
    monkeypatch.setattr(push, "BATCH", 2)
    people = [here.author, here.peer, here.watcher, here.moderator, here.outsider]
    _PEOPLE[:] = [one.id for one in people]
    with here.app.app_context():
        base = new_run()
        with unit_of_work() as work:
            for number, one in enumerate(people[:amount], start=1):
                work.add(Notification(id=base + number, member_id=one.id, kind="invitation", text="", url="/"))
            work.add(Notification(id=base, member_id=here.author.id, kind="invitation", text="", url="/"))
        batches = list(read(base))  # type: ignore[call-overload]
    assert sorted(told.id for batch in batches for told in batch) == [base + number for number in range(1, amount + 1)]
    assert max(map(len, batches)) <= 2


_PEOPLE: list[int] = []
