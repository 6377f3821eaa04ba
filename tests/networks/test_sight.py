"""Who may know of a network, and who may read it: the conditions that every read goes through."""

from __future__ import annotations

import pytest
from sqlalchemy import ColumnElement, select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import readable_by, visible_to
from tests.networks.test_actions import member

pytestmark = pytest.mark.usefixtures("networks")


def test_who_sees_and_who_reads_by_visibility_and_place(networks: dict[str, int]) -> None:
    ann, bob = member(), member("Bob Other")
    with unit_of_work():
        for slug in ("north-west", "north-west-reps"):
            actions.add_member(ann, networks[slug])

    def slugs(condition: ColumnElement[bool]) -> set[str]:
        return set(db.session.scalars(select(Network.slug).where(condition)))

    everybodys = {"national", "ask-an-officer"}
    assert slugs(readable_by(ann)) == everybodys | {"north-west", "north-west-reps"}
    assert slugs(readable_by(bob)) == everybodys
    assert slugs(visible_to(ann)) == set(networks)
    assert slugs(visible_to(bob)) == set(networks) - {"north-west-reps"}
