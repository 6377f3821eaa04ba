"""What the tests of this room share: the world of pseudonyms, with officers who work elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.jobs import look_after_requests
from knowledge_exchange.moderation.models import Unsealing
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import Notification
from tests.auth.factor_people import code_of, give_app
from tests.moderation.official_desk import Desk, settled
from tests.support import worlds
from tests.support.community import Community, settle
from tests.support.persons import Person, person
from tests.support.worlds import HERE, Hidden, World

REASON = "The post says that somebody will be hurt tonight."


def moderated(app: Flask) -> Community:
    """A community in which Mo moderates North West and National; Olu moderates Reps alone."""
    found = settle(app)
    with app.app_context(), unit_of_work():
        networks.set_role(found.moderator.id, found.national, "moderator")
        networks.set_role(found.outsider.id, found.reps, "moderator")
    return found


@dataclass
class Bench:
    """A thread under a pseudonym, and the officers who may be asked about it."""

    app: Flask
    world: World
    thread: Hidden
    first: Person
    second: Person
    third: Person
    #: Works where the author does.
    colleague: Person
    secrets: dict[int, str]

    @property
    def author(self) -> Person:
        """Whose the pseudonym is."""
        return self.world.author

    @property
    def form(self) -> str:
        """Where an officer asks."""
        return f"/t/{self.thread.thread}/unseal/{self.thread.opening}"

    def aim(self, word: str) -> str:
        """Where an act is aimed at the pseudonym."""
        return f"/t/{self.thread.thread}/{word}/{self.thread.opening}"

    def ask(self, who: Person | None = None, **fields: str) -> int:
        """Ask to open it by the form; the request's id."""
        given = {"ground": "safety", "reason": REASON, **fields}
        answer = (who or self.first).post(self.form, **given)
        assert (answer.status_code, answer.location) == (303, "/admin/pseudonyms"), answer.text[:300]
        return int(self.latest().id)

    def agree(self, request_id: int, who: Person | None = None, **fields: str) -> Any:
        """Agree with the code that the officer's app shows now."""
        someone = who or self.second
        given = {"do": "open", "confirm_code": code_of(self.secrets[someone.id]), **fields}
        return someone.post(f"/admin/pseudonyms/{request_id}", **given)

    def latest(self) -> Unsealing:
        """The newest request."""
        with self.app.app_context():
            return db.session.scalars(select(Unsealing).order_by(Unsealing.id.desc())).first()  # type: ignore[return-value]

    def rows(self, model: Any, **where: Any) -> list[Any]:
        """Rows as they are now."""
        with self.app.app_context():
            return list(db.session.scalars(select(model).filter_by(**where)))

    def notices(self) -> list[Notification]:
        """What authors were told of pseudonyms that were opened."""
        return self.rows(Notification, kind="unsealed")

    def run_jobs(self, **later: int) -> None:
        """Let the job look, so much later."""
        with self.app.app_context(), clock.held(clock.now() + timedelta(**later)):
            look_after_requests()


def plain(html: str) -> str:
    """A page without what differs from one request to the next."""
    html = re.sub(r'name="csrf_token" value="[^"]*"', "", html)
    html = re.sub(r"<time[^>]*>[^<]*</time>", "", html)
    return re.sub(r'(data-live-cursor|content|data-cursor)="[^"]*"', "", html)


@pytest.fixture
def world(app: Flask) -> World:
    """The world."""
    return worlds.build(app)


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    """A thread that can be answered officially; it is noon of a Sunday in November."""
    with settled(app) as made:
        yield made


@pytest.fixture
def bench(app: Flask, world: World) -> Bench:
    """Three officers from elsewhere, one from the author's organisation, each with an app that shows codes."""
    names = {"first": None, "second": "BBB", "third": None, "colleague": HERE}
    officers = {
        name: person(app, f"Olu {name.title()}", role="officer", organisation_code=code) for name, code in names.items()
    }
    with app.app_context(), unit_of_work():
        for one in officers.values():
            networks.add_member(one.id, world.north_west, origin="approved")
    thread = world.hide(world.author, shield="")
    secrets = {one.id: give_app(app, one.id) for one in officers.values()}
    return Bench(app, world, thread, secrets=secrets, **officers)
