"""Making networks, coming in, leaving; each act and what it leaves behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing, create_member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions, invitations, requests
from knowledge_exchange.networks.models import JoinRequest, Network, NetworkInvitation, NetworkMembership
from knowledge_exchange.notifications.models import Notification

pytestmark = pytest.mark.usefixtures("networks")


@pytest.fixture
def left(app: Flask) -> list[tuple[int, int]]:
    """What the hook ``network_left`` was called with."""
    calls: list[tuple[int, int]] = []
    hooks.provide(app, "network_left", lambda member_id, network_id: calls.append((member_id, network_id)))
    return calls


def member(name: str = "Ann Member", **facts: object) -> int:
    given = {"standing": "active", "region": "north-west", "confirmed": True, **facts}
    with unit_of_work():
        email = f"{name.split()[0].lower()}@people.example"
        return create_member(email=email, name=name, password_hash="x", **given).id  # type: ignore[arg-type]


def places(member_id: int) -> dict[str, tuple[str, str]]:
    db.session.rollback()
    query = select(Network.slug, NetworkMembership.role, NetworkMembership.origin)
    query = query.join(NetworkMembership, NetworkMembership.network_id == Network.id)
    rows = db.session.execute(query.where(NetworkMembership.member_id == member_id))
    return {row.slug: (row.role, row.origin) for row in rows}


def told(member_id: int) -> list[tuple[str, str]]:
    db.session.rollback()
    query = select(Notification.text, Notification.url).where(Notification.member_id == member_id)
    return [(row.text, row.url) for row in db.session.execute(query.order_by(Notification.id))]


@pytest.mark.parametrize("slug", ["", "North-West", "north west", "-x", "x-", "a--b", "é", "a/b", "x" * 61])
def test_a_slug_that_can_stand_in_no_address_is_refused(slug: str) -> None:
    with pytest.raises(ValueError, match="slug"), unit_of_work():
        actions.create_network(slug, "Name", kind="interest", visibility="open")


@pytest.mark.parametrize(("kind", "visibility"), [("club", "open"), ("interest", "secret")])
def test_an_unknown_kind_or_visibility_is_refused(kind: str, visibility: str) -> None:
    with pytest.raises(ValueError, match="kind or visibility"), unit_of_work():
        actions.create_network("fresh", "Fresh", kind=kind, visibility=visibility)


def test_everybody_comes_into_their_region_and_the_two_of_everybody_once() -> None:
    ann = member()
    for _again in range(2):
        with unit_of_work():
            actions.join_automatically(ann)
    automatic = ("member", "automatic")
    assert places(ann) == {"north-west": automatic, "national": automatic, "ask-an-officer": automatic}


@pytest.mark.parametrize("region", [None, "wales", "north-west-reps", "board-directors"])
def test_a_region_opens_no_network_that_is_not_regional(region: str | None) -> None:
    ann = member(region=region)
    with unit_of_work():
        actions.join_automatically(ann)
    assert set(places(ann)) == {"national", "ask-an-officer"}


def test_coming_in_automatically_leaves_a_moderator_a_moderator(networks: dict[str, int]) -> None:
    ann = member()
    with unit_of_work():
        actions.set_role(ann, networks["north-west"], "moderator")
        actions.join_automatically(ann)
    assert places(ann)["north-west"][0] == "moderator"


def test_coming_in_settles_what_was_asked_and_offered(networks: dict[str, int]) -> None:
    ann = member()
    with unit_of_work():
        requests.ask_to_join(ann, networks["north-west"], "")
        db.session.add(NetworkInvitation(network_id=networks["north-west"], member_id=ann))
        db.session.flush()
        actions.join_automatically(ann)
    assert db.session.scalars(select(JoinRequest)).one().accepted is True
    assert db.session.scalars(select(NetworkInvitation)).one().accepted is True


@pytest.mark.parametrize(("slug", "is_told"), [("north-west", True), ("national", False)])
def test_leaving_takes_one_out_and_tells_the_sockets_where_sight_is_lost(
    networks: dict[str, int], left: list[tuple[int, int]], slug: str, is_told: bool
) -> None:
    ann = member()
    with unit_of_work():
        actions.join_automatically(ann)
        assert actions.leave(ann, networks[slug])
        assert not actions.leave(ann, networks[slug])
    assert slug not in places(ann)
    assert left == ([(ann, networks[slug])] if is_told else [])


def test_a_removal_is_in_the_record_with_its_reason(networks: dict[str, int], left: list[tuple[int, int]]) -> None:
    ann, admin = member(), member("Ada Admin")
    with unit_of_work():
        actions.join_automatically(ann)
        assert actions.remove_member(ann, networks["north-west"], actor=admin, reason="Moved away.")
        assert not actions.remove_member(ann, networks["london"], actor=admin, reason="Never in.")
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "network.member_removed")).all()
    assert (entry.actor_id, entry.subject_id) == (admin, ann)
    assert "Moved away." in entry.note
    assert left == [(ann, networks["north-west"])]


def test_a_role_is_given_taken_and_recorded(networks: dict[str, int]) -> None:
    ann = member()
    for role in ("moderator", "member"):
        with unit_of_work():
            actions.set_role(ann, networks["london"], role)
        assert places(ann)["london"][0] == role
    with pytest.raises(ValueError, match="role"), unit_of_work():
        actions.set_role(ann, networks["london"], "king")
    query = select(AuditEntry.action).where(AuditEntry.action.startswith("network.role"))
    assert db.session.scalars(query.order_by(AuditEntry.id)).all() == ["network.role.moderator", "network.role.member"]


def test_asking_tells_the_moderators_once(networks: dict[str, int]) -> None:
    ann, mod, gone = member(), member("Mo Moderator"), member("Gil Gone")
    closed = networks["board-directors"]
    with unit_of_work():
        actions.set_role(mod, closed, "moderator")
        actions.set_role(gone, closed, "moderator")
        change_standing(gone, "lapsed", "for a test", None)
        requests.ask_to_join(ann, closed, "I chair one.")
        requests.ask_to_join(ann, closed, "I chair one.")
    assert len(db.session.scalars(select(JoinRequest)).all()) == 1
    assert told(mod) == [("Somebody asks to join The board-directors.", "/n/board-directors/people")]
    assert told(gone) == []


@pytest.mark.parametrize("accept", [True, False])
def test_a_request_is_decided_once_and_the_asker_is_told(networks: dict[str, int], accept: bool) -> None:
    ann, mod = member(), member("Mo Moderator")
    closed = networks["board-directors"]
    with unit_of_work():
        actions.set_role(mod, closed, "moderator")
        requests.ask_to_join(ann, closed, "")
    asked = db.session.scalars(select(JoinRequest.id)).one()
    with unit_of_work():
        assert not requests.decide_request(asked, networks["london"], moderator_id=mod, accept=True)
        assert requests.decide_request(asked, closed, moderator_id=mod, accept=accept, reason="Full.")
        assert not requests.decide_request(asked, closed, moderator_id=mod, accept=not accept)
    assert places(ann) == ({"board-directors": ("member", "approved")} if accept else {})
    [(text, url)] = told(ann)
    assert url == "/n/board-directors"
    assert ("Full." in text) is not accept
    action = "network.request_accepted" if accept else "network.request_refused"
    assert db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == action)).all() == [ann]


def test_who_lost_standing_while_asking_is_not_let_in(networks: dict[str, int]) -> None:
    ann, mod = member(), member("Mo Moderator")
    closed = networks["board-directors"]
    with unit_of_work():
        requests.ask_to_join(ann, closed, "")
        change_standing(ann, "suspended", "for a test", None)
    asked = db.session.scalars(select(JoinRequest.id)).one()
    with unit_of_work():
        requests.decide_request(asked, closed, moderator_id=mod, accept=True)
    assert places(ann) == {}


@pytest.mark.parametrize("who", ["ann@people.example", " ANN@people.example ", "quiet-heron", "@Quiet-Heron"])
def test_somebody_is_invited_by_address_or_handle_once(networks: dict[str, int], who: str) -> None:
    ann, mod = member(handle="quiet-heron"), member("Mo Moderator")
    private = networks["north-west-reps"]
    with unit_of_work():
        invitations.invite(who, private, moderator_id=mod)
        invitations.invite(who, private, moderator_id=mod)
    [invitation] = db.session.scalars(select(NetworkInvitation)).all()
    assert (invitation.member_id, invitation.invited_by) == (ann, mod)
    assert told(ann) == [("You are invited to the network The north-west-reps.", "/networks")]


@pytest.mark.parametrize("who", ["nobody@people.example", "no-such-handle", "", "@", "pat@people.example"])
def test_inviting_nobody_or_somebody_without_standing_leaves_no_trace(networks: dict[str, int], who: str) -> None:
    member("Pat Pending", standing="pending")
    mod = member("Mo Moderator")
    with unit_of_work():
        invitations.invite(who, networks["north-west-reps"], moderator_id=mod)
    assert db.session.scalars(select(NetworkInvitation)).all() == []
    assert db.session.scalars(select(Notification)).all() == []


def test_somebody_inside_is_not_invited(networks: dict[str, int]) -> None:
    ann, mod = member(), member("Mo Moderator")
    with unit_of_work():
        actions.add_member(ann, networks["north-west-reps"])
        invitations.invite("ann@people.example", networks["north-west-reps"], moderator_id=mod)
    assert db.session.scalars(select(NetworkInvitation)).all() == []


@pytest.mark.parametrize("accept", [True, False])
def test_an_invitation_is_answered_once_and_by_nobody_else(networks: dict[str, int], accept: bool) -> None:
    ann, bob, mod = member(), member("Bob Other"), member("Mo Moderator")
    private = networks["north-west-reps"]
    with unit_of_work():
        invitations.invite("ann@people.example", private, moderator_id=mod)
    number = db.session.scalars(select(NetworkInvitation.id)).one()
    with unit_of_work():
        assert invitations.answer_invitation(number, bob, accept=True) is None
        assert invitations.answer_invitation(number, ann, accept=accept) == private
        assert invitations.answer_invitation(number, ann, accept=True) is None
    assert places(ann) == ({"north-west-reps": ("member", "invited")} if accept else {})
    assert places(bob) == {}


def test_two_that_join_at_once_are_in_once(app: Flask, networks: dict[str, int]) -> None:
    ann = member()
    db.session.remove()
    start = Barrier(2)

    def join(_turn: int) -> bool:
        with app.app_context():
            start.wait(timeout=20)
            with unit_of_work():
                return actions.add_member(ann, networks["national"])

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, range(2))) == [False, True]
    assert set(places(ann)) == {"national"}
