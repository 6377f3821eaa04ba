"""Documents of an invented room, in networks of which some are closed: what the search is asked in these tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import ColumnElement

from knowledge_exchange.auth.actions import create_member
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.search.documents import Document, drop, put
from knowledge_exchange.search.finding import Found, find
from knowledge_exchange.search.language import parse
from knowledge_exchange.search.models import SearchDocument
from knowledge_exchange.search.sources import Source, register


@dataclass
class Shelf:
    """Three networks (open, closed, private) and a member who is in none but the first; and what stands in them."""

    app: Flask
    networks: dict[str, int]
    reader: int
    insider: int
    documents: dict[int, Document] = field(default_factory=dict)

    def add(self, id_: int, text: str, *, title: str = "", where: str = "open", **facts: Any) -> None:
        """Have a document found."""
        given = {"thread_id": id_, "is_shielded": False, "facets": (), **facts}
        document = Document(
            id=id_,
            source="shelf",
            network_id=self.networks[where],
            title=title,
            text=text,
            **given,
        )
        self.documents[id_] = document
        with unit_of_work():
            put([document])

    def drop(self, *ids: int) -> None:
        """Have them found no more."""
        with unit_of_work():
            drop(ids)

    def found(self, typed: str, member: int = 0, **how: Any) -> Found:
        """What a member finds; the one from outside where none is named."""
        end_read()
        return find(me(member or self.reader), parse(typed), **how)

    def ids(self, typed: str, member: int = 0, **how: Any) -> list[int]:
        """Likewise, the ids alone."""
        return [hit.id for hit in self.found(typed, member, **how).hits]


def _source() -> Source:
    """Everything on the shelf, as a room would tell it; ``by:`` is asked of the id, for want of authors."""

    def by(_me: Me, name: str) -> ColumnElement[bool]:
        return SearchDocument.id == (int(name) if name.isdigit() else 0)

    return Source("shelf", lambda _after, _most: [], lambda: 0, lambda _me, _ids: {}, {"by": by})


def me(member_id: int) -> Me:
    """As much of a signed-in member as the search asks for."""
    return cast(Me, SimpleNamespace(id=member_id, zone="Europe/London", places={}))


@pytest.fixture
def shelf(app: Flask) -> Iterator[Shelf]:
    """Empty networks, in a request of a page."""
    register(app, _source())
    with app.test_request_context("/search"):
        with unit_of_work():
            networks = {}
            for name in ("open", "closed", "private"):
                network = Network(slug=name, name=f"{name} network", description="", kind="interest", visibility=name)
                db.session.add(network)
                db.session.flush()
                networks[name] = network.id
            people = [
                create_member(email=f"{name}@people.example", name=name, password_hash="x", standing="active").id
                for name in ("reader", "insider")
            ]
            db.session.flush()
            for name in ("closed", "private"):
                db.session.add(NetworkMembership(member_id=people[1], network_id=networks[name], origin="joined"))
        yield Shelf(app, networks, reader=people[0], insider=people[1])
