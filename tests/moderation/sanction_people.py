"""A thread in which somebody wrote under their name, everybody who may act there, and what was imposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct, Sanction
from knowledge_exchange.moderation.appeals.appeal_jobs import look_after_appeals
from knowledge_exchange.moderation.cases.case_clock import escalate_due
from knowledge_exchange.moderation.sanctions.sanction_jobs import look_after_sanctions
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import NetworkMembership
from tests.support.persons import Person, person
from tests.support.worlds import World

WHY = "You mocked a colleague, and went on after being asked."


@dataclass
class Court:
    """North West, in which the author of a post is judged."""

    app: Flask
    world: World
    thread: int
    post: int
    author: Person
    moderator: Person
    #: Moderates there, too.
    second: Person
    lead: Person
    officer: Person
    other_officer: Person
    #: Moderates elsewhere.
    elsewhere: Person

    @property
    def form(self) -> str:
        """Where something is imposed on the author."""
        return f"/p/{self.post}/sanction"

    def impose(self, who: Person, kind: str = "mute", days: str = "7", **fields: str) -> Sanction:
        """Impose something by the form; the sanction."""
        answer = who.post(self.form, kind=kind, days=days, reason=WHY, **fields)
        assert (answer.status_code, answer.location) == (303, f"/p/{self.post}"), answer.text[-300:]
        return self.sanctions()[-1]

    def sanctions(self, **where: Any) -> list[Sanction]:
        """Rows as they are now, in order."""
        return sorted(self.rows(Sanction, **where), key=lambda row: row.id)

    def acts(self, **where: Any) -> list[ModerationAct]:
        """Likewise."""
        return sorted(self.rows(ModerationAct, **where), key=lambda row: row.id)

    def rows(self, model: Any, **where: Any) -> list[Any]:
        """Rows as they are now."""
        with self.app.app_context():
            return list(db.session.scalars(select(model).filter_by(**where)))

    def run_jobs(self, **later: int) -> None:
        """Let the jobs look, so much later."""
        with self.app.app_context(), clock.held(clock.now() + timedelta(**later)):
            for job in (escalate_due, look_after_sanctions, look_after_appeals):
                job()

    def is_in(self, who: Person) -> bool:
        """Whether somebody is in the network."""
        return bool(self.rows(NetworkMembership, member_id=who.id, network_id=self.world.north_west))


def court(app: Flask, world: World) -> Court:
    """Moderators of three kinds, two officers, and a post of the peer's."""
    thread = world.open_thread(world.peer, title="Bank shifts", body="Whoever covers these is a fool.")
    people = {
        "second": person(app, "Sam Second", organisation_code="BBB"),
        "lead": person(app, "Lee Lead", organisation_code="BBB"),
        "officer": person(app, "Olu First", role="officer", organisation_code="BBB"),
        "other_officer": person(app, "Ola Second", role="officer"),
        "elsewhere": person(app, "Ed Elsewhere"),
    }
    with app.app_context(), unit_of_work():
        for one in people.values():
            networks.add_member(one.id, world.north_west, origin="approved")
        for one in (people["second"], people["lead"]):
            networks.set_role(one.id, world.north_west, "moderator")
        networks.set_role(people["elsewhere"].id, world.national, "moderator")
        leads = update(NetworkMembership).where(NetworkMembership.member_id == people["lead"].id)
        db.session.execute(leads.where(NetworkMembership.network_id == world.north_west).values(is_lead=True))
    return Court(app, world, thread, world.opening(thread), world.peer, world.moderator, **people)
