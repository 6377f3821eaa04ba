"""A community behind a real server, and browsers' sockets to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.realtime.support.listening import Listener
from tests.support.community import Community, settle

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.persons import Person
    from tests.support.servers import Server


@pytest.fixture
def here(make_app: Callable[..., Flask]) -> Community:
    """The community, in the database that this test's servers use too."""
    return settle(make_app(KE_DEMO=True))


@pytest.fixture
def listen(here: Community) -> Iterator[Callable[..., Listener]]:
    """`listen(server, person)`: their socket, connected and collecting what it is told."""
    with ExitStack() as closing:

        def connect(server: Server, who: Person, **options: Any) -> Listener:
            listener = Listener(server.url, who, **options)
            closing.callback(listener.close)
            return listener

        yield connect
