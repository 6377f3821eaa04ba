"""Every door as a stranger sees it over the wire: time alone is left to tell (`python -m bench.doors`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from bench import doors_site
from bench.doors_tries import Door, Looks, Visitor, all_doors
from tests.support.lying_union import Liar, lying
from tests.support.servers import Server

pytestmark = [pytest.mark.server, pytest.mark.databases("sqlite")]

TRIES = 3


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as started:
        yield started


def seen(door: Door, visitor: Visitor, known: bool) -> set[Looks]:
    """All that a stranger can see of some tries."""
    return {visitor.ask(door.ask(visitor, index, known))[1] for index in range(TRIES)}


def test_no_door_tells_by_status_headers_or_text_what_exists(
    settings: dict[str, Any], serve: Callable[..., Server], liar: Liar
) -> None:
    site = doors_site.seed({**settings, **liar.settings, "KE_DEMO": "0", "KE_RATE_LIMITS": "0"}, TRIES)
    server = serve(**liar.settings, KE_DEMO=False)
    statuses = []
    for door in all_doors(site, liar, server.url):
        with closing(Visitor(server.port)) as visitor:
            there, nowhere = seen(door, visitor, True), seen(door, visitor, False)
        assert there == nowhere, door.name
        assert len(there) == 1, door.name
        statuses.append(there.pop()[0])
    # What was tried was what was meant: wrong passwords, forms that were taken, dead links, nobody's identity.
    assert statuses == [401, 401, 303, 303, 303, 303, 404, 404, 404, 400]
