"""The pages of networks, as each kind of person."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions
from knowledge_exchange.networks.listing import OTHERS_PAGE
from knowledge_exchange.networks.models import JoinRequest
from tests.networks.visiting import Networks, ask, inside, invited
from tests.support.persons import Person, Statements, person


def test_the_list_shows_mine_the_others_and_no_private_one(ann: Person) -> None:
    page = ann.get("/networks")
    assert page.status_code == 200
    mine, others = page.text.split('id="others"')
    for slug in ("north-west", "national", "ask-an-officer"):
        assert f'href="/n/{slug}"' in mine
        assert f'href="/n/{slug}"' not in others
    for slug in ("london", "board-directors"):
        assert f'href="/n/{slug}"' in others
    assert "north-west-reps" not in page.text


def test_the_list_names_no_member_and_counts_nobody_exactly(app: Flask, ann: Person, networks: Networks) -> None:
    with unit_of_work():
        for number in range(36):
            row = Member(email=f"m{number}@people.example", name=f"Hidden Person{number}", password_hash="x")
            db.session.add(row)
            db.session.flush()
            actions.add_member(row.id, networks["national"])
    page = ann.get("/networks").text
    assert "about 30 people" in page
    assert "a few people" in page
    # Words only: tokens, cursors, handles and hashed file names hold any digits by chance.
    assert not re.search(r"\b37\b", re.sub(r"<[^>]*>", " ", page))
    assert "Hidden Person" not in page


def test_a_member_of_a_private_network_sees_it_among_theirs(ann: Person, networks: Networks) -> None:
    with unit_of_work():
        actions.add_member(ann.id, networks["north-west-reps"])
    assert 'href="/n/north-west-reps"' in ann.get("/networks").text


def test_an_invitation_is_shown_to_the_invited_and_answered_on_the_list(ann: Person, networks: Networks) -> None:
    number = invited(ann, networks)
    assert "About north-west-reps." in ann.get("/networks").text
    assert ann.get("/n/north-west-reps").status_code == 404
    answer = ann.post(f"/networks/invitations/{number}", answer="accept")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/networks")
    assert "north-west-reps" in inside(ann.id)
    assert ann.post(f"/networks/invitations/{number}", answer="accept").status_code == 404


def test_an_invitation_can_be_declined(ann: Person, networks: Networks) -> None:
    number = invited(ann, networks)
    assert ann.post(f"/networks/invitations/{number}", answer="decline").status_code == 303
    assert "north-west-reps" not in inside(ann.id)
    assert "north-west-reps" not in ann.get("/networks").text


def test_nobody_answers_anothers_invitation(app: Flask, ann: Person, networks: Networks) -> None:
    number = invited(ann, networks)
    bob = person(app, "Bob Other")
    assert bob.post(f"/networks/invitations/{number}", answer="accept").status_code == 404
    assert ann.post(f"/networks/invitations/{number}", answer="perhaps").status_code == 400
    for wrong in ("x", "0", "99999999999999999999"):
        assert ann.post(f"/networks/invitations/{wrong}", answer="accept").status_code == 404
    assert inside(bob.id) == set()


def test_an_open_network_is_joined_and_left(app: Flask, networks: Networks) -> None:
    bob = person(app, "Bob Other")
    assert 'action="/n/national/join"' in bob.get("/n/national").text
    answer = bob.post("/n/national/join")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/n/national")
    assert inside(bob.id) == {"national"}
    assert bob.post("/n/national/join").status_code == 303
    page = bob.get("/n/national").text
    assert 'action="/n/national/leave"' in page
    assert 'action="/n/national/join"' not in page
    assert bob.post("/n/national/leave").headers["Location"] == "/networks"
    assert inside(bob.id) == set()
    assert bob.post("/n/national/leave").status_code == 404


def test_the_region_that_one_was_put_into_may_be_left(ann: Person) -> None:
    assert ann.post("/n/north-west/leave").status_code == 303
    assert "north-west" not in inside(ann.id)
    page = ann.get("/n/north-west")
    assert page.status_code == 200
    assert "How to join" in page.text


def test_a_closed_network_is_not_joined_but_asked(ann: Person) -> None:
    assert ann.post("/n/london/join").status_code == 404
    page = ann.get("/n/london").text
    assert "How to join" in page
    assert 'action="/n/london/ask"' in page
    ask(ann, "london")
    page = ann.get("/n/london").text
    assert "You have asked to join" in page
    assert 'action="/n/london/ask"' not in page
    assert "You have asked to join" in ann.get("/networks").text
    assert ann.post("/n/london/ask", note="Again.").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(JoinRequest)) == 1
    assert "london" not in inside(ann.id)


def test_a_note_that_is_too_long_comes_back_with_its_text(ann: Person) -> None:
    note = "Because " * 80
    answer = ann.post("/n/london/ask", note=note)
    assert answer.status_code == 400
    assert note.strip() in answer.text
    assert "How to join" in answer.text


def test_an_open_network_is_not_asked(app: Flask, networks: Networks) -> None:
    assert person(app, "Bob Other").post("/n/national/ask", note="x").status_code == 404


def test_the_list_costs_the_same_with_many_networks_and_many_people(app: Flask, ann: Person, mod: Person) -> None:
    costs = []
    for more in (0, 15):
        with unit_of_work():
            for number in range(more):
                fresh = actions.create_network(f"more-{number}", f"More {number}", kind="interest", visibility="open")
                for who in (ann.id, mod.id)[: number % 3]:
                    actions.add_member(who, fresh.id)
        with Statements(app) as counted:
            assert ann.get("/networks").status_code == 200
        costs.append(counted.sent)
    assert len(costs[0]) == len(costs[1]) <= 6
    assert not [one for one in costs[1] if not one.lstrip().upper().startswith(("SELECT", "PRAGMA"))]


def test_the_others_come_in_pages(ann: Person) -> None:
    with unit_of_work():
        for number in range(OTHERS_PAGE + 5):
            actions.create_network(f"z-{number:03}", f"Z {number:03}", kind="interest", visibility="open")
    first = ann.get("/networks").text
    assert "/networks?after=" in first
    after = first.split("/networks?after=")[1].split('"')[0]
    second = ann.get(f"/networks?after={after}").text.split('id="others"')[1]
    shown = [f"/n/z-{number:03}" for number in range(OTHERS_PAGE + 5)]
    for address in shown:
        assert (f'{address}"' in first.split('id="others"')[1]) is not (f'{address}"' in second)
    assert "/networks?after=" not in second
