"""The pages of networks, as each kind of person."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions
from knowledge_exchange.networks.listing import OTHERS_PAGE, REQUESTS_PAGE
from knowledge_exchange.networks.models import JoinRequest, Network, NetworkInvitation, NetworkMembership
from tests.support.persons import Person, Statements, person, visitor

Networks = dict[str, int]

WRITES = [
    ("/n/{}/join", {}),
    ("/n/{}/leave", {}),
    ("/n/{}/ask", {"note": "Please."}),
    ("/n/{}/invitations", {"who": "ann.member@people.example"}),
    ("/n/{}/requests/1", {"decision": "accept"}),
]


@pytest.fixture
def ann(app: Flask, networks: Networks) -> Person:
    """An active member of the North West."""
    somebody = person(app, "Ann Member", region="north-west", title="Ward manager")
    with unit_of_work():
        actions.join_automatically(somebody.id)
    return somebody


@pytest.fixture
def mod(app: Flask, networks: Networks) -> Person:
    """A moderator of every network."""
    somebody = person(app, "Mo Moderator")
    with unit_of_work():
        for number in networks.values():
            actions.set_role(somebody.id, number, "moderator")
    return somebody


def inside(member_id: int) -> set[str]:
    query = select(Network.slug).join(NetworkMembership, NetworkMembership.network_id == Network.id)
    return set(db.session.scalars(query.where(NetworkMembership.member_id == member_id)))


def ask(who: Person, slug: str = "board-directors", note: str = "I chair one.") -> str:
    assert who.post(f"/n/{slug}/ask", note=note).status_code == 303
    return str(db.session.scalar(select(func.max(JoinRequest.id))))


def invited(who: Person, networks: Networks, slug: str = "north-west-reps") -> str:
    with unit_of_work():
        db.session.add(NetworkInvitation(network_id=networks[slug], member_id=who.id))
    return str(db.session.scalar(select(func.max(NetworkInvitation.id))))


def lasting(page: str) -> str:
    """The page without tokens and the cursor, which differ each time."""
    plain = re.sub(r"\d{15,}", "", page)
    return "\n".join(line for line in plain.splitlines() if "csrf" not in line)


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
    assert "37" not in page
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


def test_the_door_list_costs_the_same_for_one_request_and_for_many(app: Flask, mod: Person) -> None:
    costs = []
    for more in (1, 12):
        for number in range(more):
            ask(person(app, f"Asker{more} Number{number}"))
        with Statements(app) as counted:
            assert mod.get("/n/board-directors/people").status_code == 200
        costs.append(len(counted.sent))
    assert costs[0] == costs[1] <= 6


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
