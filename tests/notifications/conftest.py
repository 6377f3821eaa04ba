"""The community in which notifications are tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from flask import Flask

from tests.notifications.digesting import DAY, next_monday_at_eight
from tests.notifications.mailbox import Mailbox
from tests.support.community import Community, settle


@pytest.fixture
def here(app: Flask) -> Community:
    """Five people, three networks."""
    return settle(app)


@pytest.fixture
def post_office(here: Community) -> Iterator[Mailbox]:
    """Its mail of notices; time stands still until the test moves it."""
    with ExitStack() as time:
        found = Mailbox(here, time)
        found.later(timedelta(seconds=1))
        yield found


@pytest.fixture
def office(post_office: Mailbox) -> Mailbox:
    """It is the Sunday before a digest."""
    post_office.at(next_monday_at_eight() - DAY)
    return post_office
