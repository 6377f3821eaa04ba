"""One's own page: for everybody with an account, whatever their standing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import actions, own_data, sessions
from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db
from tests.auth.door import enter, is_in, make_member, send, writing


@pytest.fixture(autouse=True)
def no_sockets(app: Flask) -> None:
    """Nobody is connected in these tests."""
    hooks.provide(app, "access_lost", lambda _member_id, _reason: None)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("pending", ["still to be shown"]),
        ("lapsed", ["Your membership has lapsed", "Paid up to June.", "renew your membership"]),
        ("suspended", ["Your access is suspended", "Paid up to June.", "You can appeal", "no part in the decision"]),
    ],
)
def test_it_says_where_one_stands_why_since_when_and_what_to_do(
    app: Flask, client: FlaskClient, standing: str, words: list[str]
) -> None:
    enter(client, make_member(app, standing=standing, cause="Paid up to June."))
    page = client.get("/me").text
    for word in [*words, "<time datetime="]:
        assert word in page
    assert "/settings/account" not in page
    assert "/networks" not in page


def test_an_active_member_finds_the_way_to_the_settings(inside: FlaskClient) -> None:
    page = inside.get("/me").text
    assert "You are an active member" in page
    assert "/settings/account" in page


def sign_ins(app: Flask, member_id: int) -> list[int]:
    with app.app_context():
        query = select(SignIn.id).where(SignIn.member_id == member_id).order_by(SignIn.id)
        return list(db.session.scalars(query))


def test_one_of_several_sign_ins_can_be_ended(app: Flask, inside: FlaskClient, ann: int) -> None:
    other = app.test_client()
    enter(other, ann)
    theirs = sign_ins(app, ann)[1]
    assert f"/me/sessions/{theirs}/end" in inside.get("/me").text
    assert send(inside, f"/me/sessions/{theirs}/end", page="/me").status_code == 303
    assert not is_in(other)
    assert is_in(inside)


def test_all_others_can_be_ended_at_once(app: Flask, inside: FlaskClient, ann: int) -> None:
    others = [app.test_client() for _time in range(3)]
    for other in others:
        enter(other, ann)
    send(inside, "/me/sessions/end-others", page="/me")
    assert [is_in(other) for other in others] == [False] * 3
    assert is_in(inside)


def test_ending_this_very_sign_in_leads_to_the_door(app: Flask, inside: FlaskClient, ann: int) -> None:
    mine = sign_ins(app, ann)[0]
    assert send(inside, f"/me/sessions/{mine}/end", page="/me").location == "/sign-in"
    assert not is_in(inside)


def test_nobody_ends_anybody_elses_sign_in(app: Flask, inside: FlaskClient) -> None:
    bob = make_member(app, "bob@example.org", name="Bob")
    other = app.test_client()
    enter(other, bob)
    for sign_in_id in (str(sign_ins(app, bob)[0]), "0", "no-number", str(10**30)):
        assert send(inside, f"/me/sessions/{sign_in_id}/end", page="/me").status_code == 404
    assert is_in(other)


def test_devices_are_named_in_words(app: Flask, client: FlaskClient, ann: int) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
    with app.test_request_context(), writing(app):
        sessions.begin(ann, agent)
    enter(client, ann)
    assert "Firefox on Windows" in client.get("/me").text


def test_a_person_of_any_standing_takes_their_data_with_them(app: Flask, client: FlaskClient, ann: int) -> None:
    with writing(app):
        actions.change_standing(ann, "suspended", "A reason.", None)
    enter(client, ann)
    answer = client.get("/me/data.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = answer.json
    assert data is not None
    assert data["account"][0]["email"] == "ann@example.org"
    assert data["account"][0]["id"] == str(ann)
    assert [step["after"] for step in data["standing"]] == ["active", "suspended"]
    assert len(data["sign_ins"]) == 1
    for secret in ("password_hash", "token_hash", "argon2"):
        assert secret not in answer.text


def test_other_rooms_add_to_the_data_and_it_is_ones_own_only(
    app: Flask, inside: FlaskClient, ann: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_data, "_parts", dict(own_data._parts))
    moment = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    own_data.register("letters", lambda member_id: [{"id": 2**60, "to": member_id == ann, "at": moment, "n": 3}])
    make_member(app, "bob@example.org", name="Bob")
    data = inside.get("/me/data.json").json
    assert data is not None
    expected = {"id": str(2**60), "to": True, "at": "2026-11-21T09:30:00+00:00", "n": 3}
    assert data["letters"] == [expected]
    assert len(data["account"]) == 1


def test_it_says_who_looked_at_ones_record_and_why(app: Flask, inside: FlaskClient, ann: int) -> None:
    assert "Nobody so far" in inside.get("/me").text
    officer = make_member(app, "olu@example.org", name="Olu Officer", role="membership_officer")
    with writing(app):
        record("claim.opened", actor=officer, subject=ann)
        record("member.shown", actor=None, subject=ann)
        record("claim.made", actor=ann, subject=ann)
        record("claim.opened", actor=officer, subject=officer)
    page = " ".join(inside.get("/me").text.split())
    assert "<b>Olu Officer</b>, membership officer," in page
    assert page.count("to settle your claim") == 1
    assert "<b>An administrator</b>, on the server," in page
    data = inside.get("/me/data.json").get_json()
    assert [look["action"] for look in data["looks_at_my_record"]] == ["member.shown", "claim.opened"]


def test_the_category_of_membership_is_told_by_its_name(app: Flask, client: FlaskClient) -> None:
    enter(client, make_member(app, category="graduate-trainee"))
    assert "Category: Graduate trainee" in client.get("/me").text
