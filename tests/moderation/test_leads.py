"""Lead moderators: who appoints and dismisses whom, that they are told, and what stands on record."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import NetworkMembership
from knowledge_exchange.notifications.models import Notification
from tests.support.persons import Person, person
from tests.support.worlds import World

PAGE = "/n/north-west/moderators"


@pytest.fixture
def staff(app: Flask, world: World) -> dict[str, Person]:
    """Of North West: a lead, two moderators; an officer and an administrator who are members of it."""
    made = {name: person(app, f"Sam {name.title()}") for name in ("lead", "first", "second")}
    made["officer"] = person(app, "Olu Officer", role="officer")
    made["admin"] = person(app, "Ada Admin", role="administrator")
    with app.app_context(), unit_of_work():
        for name, who in made.items():
            networks.add_member(
                who.id, world.north_west, role="member" if name in ("officer", "admin") else "moderator"
            )
        db.session.get_one(NetworkMembership, (made["lead"].id, world.north_west)).is_lead = True
    return made


def place(world: World, who: Person) -> tuple[str, bool]:
    """What somebody is in North West."""
    with world.app.app_context():
        row = db.session.get_one(NetworkMembership, (who.id, world.north_west))
        return row.role, row.is_lead


def told(world: World, who: Person) -> list[str]:
    """What somebody was told about it."""
    query = select(Notification.text).where(Notification.member_id == who.id, Notification.kind == "network_role")
    return [str(row.text) for row in world.rows(query.order_by(Notification.id))]


def recorded(world: World) -> list[tuple[Any, ...]]:
    """Who did what to whom, on record."""
    columns = (AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id)
    query = select(*columns).where(AuditEntry.action.like("network.role%"), AuditEntry.actor_id.is_not(None))
    return [tuple(row) for row in world.rows(query.order_by(AuditEntry.id))]


def test_a_lead_appoints_a_member_by_handle_and_dismisses_a_moderator(world: World, staff: dict[str, Person]) -> None:
    lead, peer = staff["lead"], world.peer
    assert lead.post(PAGE, handle=f"@{world.handle(peer).upper()}").location == PAGE
    assert place(world, peer) == ("moderator", False)
    assert peer.get(PAGE).status_code == 200
    assert lead.post(f"{PAGE}/{peer.id}", do="dismiss").location == PAGE
    assert place(world, peer) == ("member", False)
    assert told(world, peer) == [
        "You are now a moderator of North-West.",
        "You are no longer a moderator of North-West.",
    ]
    assert "You are no longer a moderator of North-West." in peer.get("/notifications").text
    assert recorded(world) == [
        ("network.role.moderator", lead.id, peer.id),
        ("network.role.member", lead.id, peer.id),
    ]


def test_whoever_is_not_in_the_network_is_no_other_than_nobody(world: World, staff: dict[str, Person]) -> None:
    answers = [
        staff["lead"].post(PAGE, handle=handle) for handle in (world.handle(world.outsider), "nobody-at-all", "")
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert all("Nobody in this network is called that." in answer.text for answer in answers[:2])
    assert told(world, world.outsider) == []


def test_officers_say_who_leads_and_dismiss_leads(world: World, staff: dict[str, Person]) -> None:
    officer, first, lead = staff["officer"], staff["first"], staff["lead"]
    assert officer.post(f"{PAGE}/{first.id}", do="lead").location == PAGE
    assert place(world, first) == ("moderator", True)
    assert first.post(f"{PAGE}/{lead.id}", do="dismiss").status_code == 404, "a lead does not dismiss a lead"
    assert officer.post(f"{PAGE}/{first.id}", do="end_lead").location == PAGE
    assert place(world, first) == ("moderator", False)
    assert officer.post(f"{PAGE}/{lead.id}", do="dismiss").location == PAGE
    assert place(world, lead) == ("member", False)
    assert [len(told(world, who)) for who in (first, lead)] == [2, 1]
    assert lead.post(PAGE, handle=world.handle(world.peer)).status_code == 404


def test_nobody_dismisses_themselves_or_a_superior_but_everybody_may_step_down(
    world: World, staff: dict[str, Person]
) -> None:
    lead, officer, admin, first = staff["lead"], staff["officer"], staff["admin"], staff["first"]
    for who in (officer, admin):
        assert admin.post(PAGE, handle=world.handle(who)).status_code == 303
    refused = [(lead, lead), (lead, officer), (lead, admin), (officer, officer), (officer, admin), (first, first)]
    for actor, whom in refused:
        assert actor.post(f"{PAGE}/{whom.id}", do="dismiss").status_code == 404, (actor.name, whom.name)
    for word in ("lead", "end_lead"):
        assert officer.post(f"{PAGE}/{officer.id}", do=word).status_code == 404
        assert officer.post(f"{PAGE}/{admin.id}", do=word).status_code == 404
    assert lead.post(f"{PAGE}/step-down").location == "/n/north-west"
    assert place(world, lead) == ("member", False)
    assert told(world, lead) == []
    assert lead.post(f"{PAGE}/step-down").status_code == 404


def test_the_page_and_its_forms_are_there_for_those_who_may_alone(world: World, staff: dict[str, Person]) -> None:
    handle = world.handle(world.watcher)
    elsewhere = person(world.app, "Eli Elsewhere")
    with world.app.app_context(), unit_of_work():
        networks.set_role(elsewhere.id, world.national, "moderator")
        networks.add_member(elsewhere.id, world.north_west)
    pending = person(world.app, "Penny Pending", standing="pending")
    for who in (world.visitor, pending, world.outsider, world.peer, elsewhere, world.membership):
        answers = [who.get(PAGE), who.post(PAGE, handle=handle), who.post(f"{PAGE}/step-down")]
        answers.append(who.post(f"{PAGE}/{staff['first'].id}", do="dismiss"))
        assert {answer.status_code for answer in answers} <= {302, 404}, who.name
    first = staff["first"]
    page = first.get(PAGE).text
    assert "Sam Lead" in page
    assert "Make them a moderator" not in page
    assert 'value="dismiss"' not in page
    assert first.post(PAGE, handle=handle).status_code == 404
    assert first.post(f"{PAGE}/{staff['second'].id}", do="dismiss").status_code == 404
    assert place(world, world.watcher) == ("member", False)
    assert staff["officer"].post("/n/none/moderators", handle=handle).status_code == 404


def test_a_plain_member_again_leads_no_more_by_the_command_either(world: World, staff: dict[str, Person]) -> None:
    with world.app.app_context(), unit_of_work():
        networks.set_role(staff["lead"].id, world.north_west, "member")
        networks.set_role(staff["lead"].id, world.north_west, "moderator")
    assert place(world, staff["lead"]) == ("moderator", False)
