"""The community in which the exchange is attacked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support import worlds
from tests.support.community import Community, settle


@pytest.fixture
def here(app: Flask) -> Community:
    """Five people, three networks."""
    return settle(app)


FEW = 3
#: When the world of :func:`world` is made, when people look, and when what they look for was hidden in between.
MADE, POSTED, LOOKED = worlds.minutes(0), worlds.minutes(60), worlds.minutes(120)


@pytest.fixture
def world(app: Flask) -> Iterator[worlds.World]:
    """Some threads, and people who wish to be told of everything."""
    with worlds.at(MADE):
        made = worlds.build(app)
        for name in (*worlds.COLLEAGUES, "newcomer", "peer", "watcher"):
            made.watch_network(made.people[name])
        worlds.fill(made, FEW)
    with worlds.at(LOOKED):
        yield made
