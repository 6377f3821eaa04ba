"""Signing in with the union's account, against a real provider in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth import factors, passwords
from knowledge_exchange.auth.models import Member, SignIn, UnionIdentity
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.matching import normal_number, number_hash
from knowledge_exchange.verification.models import RollEntry
from tests.auth.door import alike, enter, is_in, mail_to, make_member, send, token_in, try_sign_in, writing
from tests.auth.factor_people import code_of, give_app
from tests.support.union import Union, running, sign_in_at

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Union]:
    """A provider that says everything in the ID token."""
    with running(tmp_path_factory.mktemp("union"), in_id_token=True) as started:
        yield started


@pytest.fixture(scope="module")
def reserved_union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Union]:
    """A provider that wants to be asked for address and number with the access token."""
    with running(tmp_path_factory.mktemp("union")) as started:
        yield started


@pytest.fixture
def app(make_app: Callable[..., Flask], union: Union) -> Flask:
    return make_app(**union.settings)


def on_to(client: FlaskClient, path: str = "/sign-in/union", page: str = "/sign-in", **form: str) -> str:
    """Press the button; the address at the provider."""
    answer = send(client, path, page, **form)
    assert answer.status_code == 200, answer.status
    return answer.headers["Refresh"].removeprefix("0; url=")


def come_as(client: FlaskClient, login: str, **form: str) -> TestResponse:
    """Sign in at the union as somebody, and come back."""
    return client.get(sign_in_at(on_to(client, **form), login))


def member_of(app: Flask, email: str) -> Member | None:
    with app.app_context():
        return db.session.scalar(select(Member).where(Member.email == email))


def identities(app: Flask) -> list[tuple[str, int, str]]:
    with app.app_context():
        rows = db.session.scalars(select(UnionIdentity).order_by(UnionIdentity.id))
        return [(row.subject, row.member_id, row.linked_by) for row in rows]


def put_on_roll(app: Flask, number: str = "123456", **facts: Any) -> int:
    normal = normal_number(number)
    with writing(app):
        facts = {"surname": "Adeyemi", "first_name": "Bea", **facts}
        entry = RollEntry(source="unison", number_hash=number_hash("unison", normal), number_tail=normal[-2:], **facts)
        db.session.add(entry)
        db.session.flush()
        return entry.id


def acts(app: Flask) -> list[str]:
    with app.app_context():
        query = select(AuditEntry.action).where(AuditEntry.action.startswith("union.")).order_by(AuditEntry.id)
        return list(db.session.scalars(query))


def test_a_confirmed_address_that_the_union_vouches_for_opens_its_account_and_links_it(app: Flask) -> None:
    ann, client = make_member(app), app.test_client()
    back = come_as(client, "ann", next="/networks")
    assert (back.status_code, back.location) == (303, "/networks")
    assert is_in(client)
    assert identities(app) == [("ann", ann, "email")]
    assert acts(app) == ["union.linked"]
    (letter,) = [each for each in mail_to(app, "ann@example.org") if each.subject == "How you sign in has changed"]
    assert "another service" in letter.text
    with app.app_context():
        assert db.session.scalars(select(SignIn.way)).one() == "union"


@pytest.mark.databases("sqlite")
def test_who_is_linked_comes_in_whatever_their_address_is_by_then(app: Flask) -> None:
    ann, client = make_member(app), app.test_client()
    come_as(client, "ann")
    with writing(app):
        db.session.get_one(Member, ann).email = "elsewhere@example.org"
    again = app.test_client()
    assert come_as(again, "ann").status_code == 303
    assert is_in(again)
    assert identities(app) == [("ann", ann, "email")]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("login", ["cal", "dee"])
def test_an_address_that_the_union_has_not_made_sure_of_links_nothing_and_tells_nothing(app: Flask, login: str) -> None:
    """Not even whether an account with that address exists: eve's is nobody's."""
    make_member(app)
    client = app.test_client()
    known = come_as(client, login)
    assert known.status_code == 400
    assert not is_in(client)
    assert identities(app) == []
    unknown = come_as(app.test_client(), "eve")
    assert alike(known) == alike(unknown)
    assert member_of(app, "nobody@example.org") is None


def test_somebody_new_gets_an_account_without_a_password_that_waits_for_proof(app: Flask) -> None:
    client = app.test_client()
    back = come_as(client, "gus")
    assert (back.status_code, back.location) == (303, "/me")
    gus = member_of(app, "gus@example.org")
    assert gus is not None
    assert (gus.name, gus.standing, gus.handle) == ("Gus Other", "pending", None)
    assert gus.email_confirmed_at is not None
    assert gus.password_hash == passwords.UNUSABLE
    assert try_sign_in(app.test_client(), "gus@example.org", passwords.UNUSABLE).status_code == 401
    again = app.test_client()
    assert come_as(again, "gus").location == "/me"
    assert is_in(again)


def test_a_number_that_the_union_vouches_for_lets_a_new_account_in_at_once(app: Flask) -> None:
    entry_id = put_on_roll(app)
    client = app.test_client()
    assert come_as(client, "bea").location == "/"
    bea = member_of(app, "bea@example.org")
    assert bea is not None
    assert (bea.standing, bea.name) == ("active", "Bea Adeyemi")
    with app.app_context():
        assert db.session.get_one(RollEntry, entry_id).member_id == bea.id


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("is_gone", [True, False], ids=["gone", "nobody's"])
def test_a_number_that_the_roll_does_not_hold_lets_nobody_in(app: Flask, is_gone: bool) -> None:
    if is_gone:
        from knowledge_exchange.core.clock import now

        put_on_roll(app, gone_at=now())
    assert come_as(app.test_client(), "bea").location == "/me"
    bea = member_of(app, "bea@example.org")
    assert bea is not None
    assert bea.standing == "pending"


@pytest.mark.databases("sqlite")
def test_a_number_links_the_member_whose_entry_it_is(app: Flask) -> None:
    ann, client = make_member(app), app.test_client()
    put_on_roll(app, member_id=ann)
    assert come_as(client, "flo").status_code == 303
    assert is_in(client)
    assert identities(app) == [("flo", ann, "number")]


@pytest.mark.databases("sqlite")
def test_an_address_and_a_number_of_two_accounts_open_neither(app: Flask) -> None:
    ann, client = make_member(app), app.test_client()
    make_member(app, "bea@example.org")
    put_on_roll(app, member_id=ann)
    assert come_as(client, "bea").status_code == 400
    assert not is_in(client)
    assert identities(app) == []


@pytest.mark.databases("sqlite")
def test_an_account_has_one_identity_of_a_union(app: Flask) -> None:
    ann = make_member(app)
    put_on_roll(app, member_id=ann)
    come_as(app.test_client(), "ann")
    client = app.test_client()
    assert come_as(client, "flo").status_code == 400
    assert not is_in(client)
    assert [subject for subject, *_ in identities(app)] == ["ann"]


def test_an_account_that_a_stranger_opened_with_their_address_is_theirs_without_his_password(app: Flask) -> None:
    make_member(app, standing="pending", confirmed=False, name="Mallory")
    assert come_as(app.test_client(), "ann").location == "/me"
    ann = member_of(app, "ann@example.org")
    assert ann is not None
    assert ann.name == "Ann Example"
    assert try_sign_in(app.test_client()).status_code == 401


def test_the_accounts_own_second_factor_is_asked_for_and_only_then_anything_is_linked(app: Flask) -> None:
    ann, client = make_member(app), app.test_client()
    secret = give_app(app, ann)
    back = come_as(client, "ann", next="/networks")
    assert back.location == "/sign-in/second?next=/networks"
    assert not is_in(client)
    assert identities(app) == []
    page = client.get(back.location)
    assert "Your union has shown who you are" in page.text
    done = client.post("/sign-in/second", data={"csrf_token": token_in(page), "code": code_of(secret)})
    assert done.status_code == 303
    assert is_in(client)
    assert identities(app) == [("ann", ann, "email")]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("standing", "goal"), [("lapsed", "/me"), ("suspended", "/me"), ("pending", "/me")])
def test_who_has_no_standing_comes_to_their_one_page(app: Flask, standing: str, goal: str) -> None:
    make_member(app, standing=standing)
    client = app.test_client()
    assert come_as(client, "ann", next="/networks").location == goal
    assert client.get("/networks").location == "/me"


@pytest.mark.databases("sqlite")
def test_who_has_left_is_told_what_strangers_are_told(app: Flask) -> None:
    make_member(app, standing="left")
    client = app.test_client()
    gone = come_as(client, "ann")
    assert gone.status_code == 400
    assert not is_in(client)
    assert alike(gone) == alike(come_as(app.test_client(), "eve"))


@pytest.mark.databases("sqlite")
def test_breaking_it_off_at_the_union_changes_nothing(app: Flask) -> None:
    make_member(app)
    client = app.test_client()
    back = sign_in_at(on_to(client), "")
    assert "error=access_denied" in back
    assert client.get(back).status_code == 400
    assert identities(app) == []


def test_an_answer_counts_once_and_in_the_browser_that_asked(app: Flask) -> None:
    make_member(app)
    client, other = app.test_client(), app.test_client()
    asked = on_to(client)
    cookie = client.get_cookie("__Host-ke_session")
    assert cookie is not None
    back = sign_in_at(asked, "ann")
    assert other.get(back).status_code == 400
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 400
    copied = app.test_client()
    copied.set_cookie("__Host-ke_session", cookie.value)
    assert copied.get(back).status_code == 400
    assert len(identities(app)) == 1


@pytest.mark.databases("sqlite")
def test_a_forged_answer_uses_nothing_up(app: Flask) -> None:
    make_member(app)
    client = app.test_client()
    back = sign_in_at(on_to(client), "ann")
    assert client.get("/sign-in/union/back?code=x&state=forged").status_code == 400
    assert client.get("/sign-in/union/back").status_code == 400
    assert client.get(back).status_code == 303


@pytest.mark.databases("sqlite")
def test_only_the_last_of_two_that_were_begun_counts(app: Flask) -> None:
    make_member(app)
    client = app.test_client()
    first, second = on_to(client), on_to(client)
    assert client.get(sign_in_at(first, "ann")).status_code == 400
    assert client.get(sign_in_at(second, "ann")).status_code == 303


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_the_union_may_change_its_keys(app: Flask, union: Union, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from knowledge_exchange.auth import union_provider

    monkeypatch.setattr(union_provider, "KEYS_AGAIN_S", 0.0)
    make_member(app)
    assert come_as(app.test_client(), "ann").status_code == 303
    union.rotate(kind)
    try:
        client = app.test_client()
        assert come_as(client, "ann").status_code == 303
        assert is_in(client)
    finally:
        union.rotate()


def test_a_member_links_and_unlinks_their_own_account(app: Flask) -> None:
    bob, client = make_member(app, "bob@example.org"), app.test_client()
    enter(client, bob)
    back = client.get(sign_in_at(on_to(client, "/settings/factors/union", "/settings/factors"), "ann"))
    assert back.location == "/settings/factors"
    assert identities(app) == [("ann", bob, "own word")]
    assert "linked" in client.get("/settings/factors").text
    assert "union_identities" in client.get("/me/data.json").text
    assert send(client, "/settings/factors/union/remove", "/settings/factors").status_code == 303
    assert identities(app) == []
    assert acts(app) == ["union.linked", "union.unlinked"]
    assert len([each for each in mail_to(app, "bob@example.org") if each.subject == "How you sign in has changed"]) == 2


def test_what_is_linked_with_one_account_can_not_be_taken_to_another(app: Flask) -> None:
    make_member(app)
    come_as(app.test_client(), "ann")
    bob, client = make_member(app, "bob@example.org"), app.test_client()
    enter(client, bob)
    answer = client.get(sign_in_at(on_to(client, "/settings/factors/union", "/settings/factors"), "ann"))
    assert answer.status_code == 400
    assert len(identities(app)) == 1


@pytest.mark.databases("sqlite")
def test_taking_somebodys_factors_off_takes_the_link_too(app: Flask) -> None:
    """Whoever got into the account may have linked it with one of their own."""
    bob, client = make_member(app, "bob@example.org"), app.test_client()
    enter(client, bob)
    client.get(sign_in_at(on_to(client, "/settings/factors/union", "/settings/factors"), "gus"))
    assert len(identities(app)) == 1
    with writing(app):
        factors.reset(bob, None)
    assert identities(app) == []


@pytest.mark.databases("sqlite")
def test_the_only_way_in_can_not_be_removed(app: Flask) -> None:
    put_on_roll(app)
    client = app.test_client()
    come_as(client, "bea")
    assert "your only way in" in client.get("/settings/factors").text
    send(client, "/settings/factors/union/remove", "/settings/factors")
    assert len(identities(app)) == 1


@pytest.mark.databases("sqlite")
def test_who_has_no_password_shows_at_the_union_that_it_is_still_they(app: Flask) -> None:
    """A session that is open at the union is not enough: they sign in there anew."""
    put_on_roll(app)
    client, browser = app.test_client(), requests.Session()
    client.get(sign_in_at(on_to(client), "bea", browser))
    with writing(app):
        from datetime import timedelta

        row = db.session.scalars(select(SignIn)).one()
        row.created_at, row.confirmed_at = row.created_at - timedelta(hours=1), None
    asked = send(client, "/settings/factors/app", "/settings/factors")
    assert asked.status_code == 403
    assert "Sign in again with UNISON" in asked.text
    form = {"csrf_token": token_in(asked), "next": "/settings/factors"}
    there = client.post("/settings/confirm/union", data=form).headers["Refresh"].removeprefix("0; url=")
    page = browser.get(there, timeout=20)
    assert "Login" in page.text  # asked again, although they are signed in there
    back = client.get(sign_in_at(there, "bea", browser))
    assert (back.status_code, back.location) == (303, "/settings/factors")
    assert send(client, "/settings/factors/app", "/settings/factors").status_code == 303


@pytest.mark.databases("sqlite")
def test_nobody_shows_it_with_somebody_elses_account(app: Flask) -> None:
    put_on_roll(app)
    client = app.test_client()
    come_as(client, "bea")
    with writing(app):
        from datetime import timedelta

        row = db.session.scalars(select(SignIn)).one()
        row.created_at, row.confirmed_at = row.created_at - timedelta(hours=1), None
    token = token_in(client.get("/settings/factors"))
    there = client.post("/settings/confirm/union", data={"csrf_token": token}).headers["Refresh"]
    assert client.get(sign_in_at(there.removeprefix("0; url="), "gus")).status_code == 400
    assert send(client, "/settings/factors/app", "/settings/factors").status_code == 403


@pytest.mark.databases("sqlite")
def test_what_the_id_token_leaves_out_is_asked_for(make_app: Callable[..., Flask], reserved_union: Union) -> None:
    app = make_app(**reserved_union.settings)
    make_member(app)
    put_on_roll(app)
    for login, status in (("ann", 303), ("bea", 303), ("cal", 400), ("dee", 400)):
        client = app.test_client()
        assert come_as(client, login).status_code == status
        assert is_in(client) is (status == 303)
    bea = member_of(app, "bea@example.org")
    assert bea is not None
    assert bea.standing == "active"
