"""What the tests of this room share: networks of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks import actions
from knowledge_exchange.networks.actions import create_network
from tests.support.persons import Person, person


@pytest.fixture
def in_app(app: Flask) -> Iterator[None]:
    """An app around the test."""
    with app.app_context():
        yield


@pytest.fixture
def networks(in_app: None) -> dict[str, int]:
    """Ids by slug: open, closed and private ones."""
    wanted = [
        ("north-west", "regional", "closed"),
        ("london", "regional", "closed"),
        ("national", "national", "open"),
        ("ask-an-officer", "national", "open"),
        ("board-directors", "interest", "closed"),
        ("north-west-reps", "interest", "private"),
    ]
    with unit_of_work():
        return {
            slug: create_network(slug, f"The {slug}", kind=kind, visibility=seen, description=f"About {slug}.").id
            for slug, kind, seen in wanted
        }


@pytest.fixture
def ann(app: Flask, networks: dict[str, int]) -> Person:
    """An active member of the North West."""
    somebody = person(app, "Ann Member", region="north-west", title="Ward manager")
    with unit_of_work():
        actions.join_automatically(somebody.id)
    return somebody


@pytest.fixture
def mod(app: Flask, networks: dict[str, int]) -> Person:
    """A moderator of every network."""
    somebody = person(app, "Mo Moderator")
    with unit_of_work():
        for number in networks.values():
            actions.set_role(somebody.id, number, "moderator")
    return somebody
