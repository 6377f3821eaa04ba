"""Who may not come in, and the moderators who decide."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions
from knowledge_exchange.networks.listing import REQUESTS_PAGE
from knowledge_exchange.networks.models import NetworkInvitation
from tests.networks.visiting import WRITES, Networks, ask, inside, lasting
from tests.support.persons import Person, Statements, person, visitor


def test_moderators_see_who_asks_and_let_them_in(ann: Person, mod: Person) -> None:
    number = ask(ann)
    page = mod.get("/n/board-directors/people")
    assert page.status_code == 200
    for words in ("Ann Member", "Ward manager", "I chair one.", "Mo Moderator"):
        assert words in page.text
    answer = mod.post(f"/n/board-directors/requests/{number}", decision="accept")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/n/board-directors/people")
    assert "board-directors" in inside(ann.id)
    assert "Ann Member" not in mod.get("/n/board-directors/people").text
    assert mod.post(f"/n/board-directors/requests/{number}", decision="refuse", reason="x").status_code == 404


def test_a_refusal_needs_a_reason(ann: Person, mod: Person) -> None:
    number = ask(ann)
    answer = mod.post(f"/n/board-directors/requests/{number}", decision="refuse", reason=" ")
    assert answer.status_code == 400
    assert "Say why" in answer.text
    assert mod.post(f"/n/board-directors/requests/{number}", decision="refuse", reason="Full.").status_code == 303
    assert "board-directors" not in inside(ann.id)
    assert mod.post(f"/n/board-directors/requests/{number}", decision="burn").status_code == 400


def test_a_moderator_of_one_network_decides_nothing_in_another(app: Flask, ann: Person, networks: Networks) -> None:
    number = ask(ann)
    other = person(app, "Lou London")
    with unit_of_work():
        actions.set_role(other.id, networks["london"], "moderator")
    assert other.post(f"/n/board-directors/requests/{number}", decision="accept").status_code == 404
    assert other.post(f"/n/london/requests/{number}", decision="accept").status_code == 404
    assert "board-directors" not in inside(ann.id)


def test_an_invitation_answers_the_same_for_the_known_and_the_unknown(ann: Person, mod: Person) -> None:
    answers = []
    for who in (ann.email, "nobody@people.example", "no-such-handle", mod.email):
        answer = mod.post_and_follow("/n/north-west-reps/invitations", who=who)
        answers.append((answer.status_code, lasting(answer.text)))
    assert len(set(answers)) == 1
    assert "If that is a member of the exchange" in answers[0][1]
    assert db.session.scalars(select(NetworkInvitation.member_id)).all() == [ann.id]
    assert mod.post("/n/north-west-reps/invitations", who=" ").status_code == 400


def test_nobody_is_invited_into_an_open_network(mod: Person) -> None:
    assert 'action="/n/national/invitations"' not in mod.get("/n/national/people").text
    assert mod.post("/n/national/invitations", who="x@people.example").status_code == 404


def test_no_page_lists_the_members_even_to_moderators(ann: Person, mod: Person) -> None:
    for path in ("/networks", "/n/north-west", "/n/north-west/people"):
        page = mod.get(path)
        assert page.status_code == 200
        assert "Ann Member" not in page.text


@pytest.mark.parametrize("role", ["member", "officer", "membership_officer", "administrator"])
def test_the_door_list_does_not_exist_for_those_who_do_not_moderate(app: Flask, networks: Networks, role: str) -> None:
    other = person(app, "Pat Plain", role=role)
    with unit_of_work():
        actions.add_member(other.id, networks["board-directors"])
    for slug in networks:
        assert other.get(f"/n/{slug}/people").status_code == 404
        for path, fields in WRITES[3:]:
            assert other.post(path.format(slug), **fields).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(NetworkInvitation)) == 0


def test_a_private_network_is_to_outsiders_like_one_that_is_not_there(ann: Person) -> None:
    for path, fields in [("/n/{}", None), ("/n/{}/people", None), *WRITES]:
        there, nowhere = (
            ann.get(path.format(slug)) if fields is None else ann.post(path.format(slug), **fields)
            for slug in ("north-west-reps", "no-such-network")
        )
        assert there.status_code == nowhere.status_code == 404
        assert lasting(there.text).replace("north-west-reps", "no-such-network") == lasting(nowhere.text)


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_without_standing_every_address_leads_to_ones_own_page(app: Flask, networks: Networks, standing: str) -> None:
    other = person(app, "Gil Gone", standing=standing)
    with unit_of_work():
        actions.set_role(other.id, networks["north-west"], "moderator")
    for path in ("/networks", "/n/north-west/people", "/n/no-such-network"):
        assert other.get(path).headers["Location"] == "/me"
    for path, fields in WRITES:
        assert other.post(path.format("north-west"), **fields).headers["Location"] == "/me"
    assert inside(other.id) == {"north-west"}


def test_visitors_are_sent_to_sign_in_whether_there_is_a_network_or_not(app: Flask, networks: Networks) -> None:
    nobody = visitor(app)
    for path in ("/networks", "/n/north-west/people", "/n/no-such-network/people"):
        answer = nobody.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")
    for path, fields in WRITES:
        for slug in ("national", "no-such-network"):
            assert nobody.post(path.format(slug), **fields).headers["Location"].startswith("/sign-in")


def test_the_door_list_costs_the_same_for_one_request_and_for_many(app: Flask, mod: Person) -> None:
    costs = []
    with clock.held(clock.now()):  # a full five minutes that pass between the two would be noted with the sign-in
        for more in (1, 12):
            for number in range(more):
                ask(person(app, f"Asker{more} Number{number}"))
            with Statements(app) as counted:
                assert mod.get("/n/board-directors/people").status_code == 200
            costs.append(len(counted.sent))
    assert costs[0] == costs[1] <= 6


def test_requests_come_in_pages_oldest_first(app: Flask, mod: Person) -> None:
    names = [f"Asker{number:02} Example" for number in range(REQUESTS_PAGE + 2)]
    for name in names:
        ask(person(app, name))
    first = mod.get("/n/board-directors/people").text
    assert names[REQUESTS_PAGE - 1] in first
    assert names[REQUESTS_PAGE] not in first
    after = first.split("/n/board-directors/people?after=")[1].split('"')[0]
    second = mod.get(f"/n/board-directors/people?after={after}").text
    assert names[0] not in second
    assert names[-1] in second
