"""Who sees more than others must have more than a password, and until then can do nothing but set it up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from knowledge_exchange.auth import actions
from knowledge_exchange.auth.factors_models import Passkey
from knowledge_exchange.cli.checking import all_problems
from knowledge_exchange.core.config import BadSetting, load
from knowledge_exchange.core.db import db
from knowledge_exchange.networks import actions as networks
from tests.auth.door import EMAIL, enter, is_in, make_member, send, token_in, try_sign_in, writing
from tests.auth.factor_people import ORIGIN, PAGE, Device, acts, add_passkey, code_of, give_app, give_codes

OFFICES = ("officer", "membership_officer", "administrator")
CLOSED = (
    *("/", "/networks", "/notifications", "/admin", "/settings/account", "/no/such/thing", "/help", "/sign-in"),
    *("/me/data.json", "/me/leave"),
)
OPEN = ("/me", PAGE)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An exchange that enforces the second factor, as all do unless told otherwise."""
    return make_app(KE_SECOND_FACTOR="required", KE_BASE_URL=ORIGIN)


def moderator(app: Flask, slug: str = "north-west") -> int:
    """Somebody who moderates a network."""
    member = make_member(app, f"moderator-of-{slug}@example.org")
    with writing(app):
        network = networks.create_network(slug, slug.title(), kind="interest", visibility="closed").id
        networks.add_member(member, network)
        networks.set_role(member, network, "moderator")
    return member


def in_office(app: Flask, office: str) -> int:
    return moderator(app) if office == "moderator" else make_member(app, role=office)


@pytest.mark.parametrize("office", [*OFFICES, "moderator"])
def test_who_holds_an_office_sets_a_factor_up_first_and_can_use_nothing_else(
    app: Flask, client: FlaskClient, office: str
) -> None:
    enter(client, in_office(app, office))
    for path in CLOSED:
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (302, PAGE), path
        told = client.get(path, headers={"Accept": "application/json"})
        assert (told.status_code, told.json) == (403, {"error": "second_factor"}), path
    token = token_in(client.get(PAGE))
    assert client.post("/n/north-west/new", data={"csrf_token": token, "title": "x"}).location == PAGE
    assert client.post("/me/leave", data={"csrf_token": token}).location == PAGE
    assert [client.get(path).status_code for path in OPEN] == [200] * len(OPEN)
    assert "your office needs more than a password" in client.get(PAGE).text


def test_signing_in_leads_there(app: Flask, client: FlaskClient) -> None:
    make_member(app, role="officer")
    assert try_sign_in(client, next="/admin").location == PAGE


def test_as_soon_as_there_is_one_the_exchange_opens(app: Flask, client: FlaskClient) -> None:
    enter(client, make_member(app, role="administrator"))
    assert add_passkey(client, Device()).location == PAGE
    assert client.get("/admin").status_code == 200
    assert client.get("/networks").status_code == 200


def test_a_sign_in_that_waited_with_the_password_alone_does_not_come_in_with_the_owners_factor(
    app: Flask, client: FlaskClient
) -> None:
    officer = make_member(app, role="officer")
    thief = app.test_client()
    enter(thief, officer)
    enter(client, officer)
    assert thief.get("/networks").location == PAGE
    add_passkey(client, Device())
    assert not is_in(thief)


def test_members_without_an_office_may_but_need_not(app: Flask, client: FlaskClient) -> None:
    enter(client, make_member(app))
    assert client.get("/networks").status_code == 200
    assert add_passkey(client, Device()).location == PAGE
    assert "Remove" in client.get(PAGE).text


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_without_standing_an_office_changes_nothing(app: Flask, client: FlaskClient, standing: str) -> None:
    enter(client, make_member(app, standing=standing, role="officer"))
    assert client.get("/networks").location == "/me"
    assert client.get(PAGE).location == "/me"


def test_a_promotion_takes_effect_at_the_next_page_and_with_another_sign_in(app: Flask, client: FlaskClient) -> None:
    member = make_member(app)
    enter(client, member)
    assert client.get("/networks").status_code == 200
    with writing(app):
        actions.set_role(member, "officer", None)
    assert client.get("/networks").location == "/sign-in?next=/networks"
    enter(client, member)
    assert client.get("/networks").location == PAGE


def test_the_last_factor_of_an_office_can_not_be_removed_but_replaced(app: Flask, client: FlaskClient) -> None:
    officer = make_member(app, role="officer")
    enter(client, officer)
    add_passkey(client, Device())
    with app.app_context():
        (only,) = db.session.scalars(select(Passkey.id))
    assert "/remove" not in client.get(PAGE).text
    assert send(client, f"{PAGE}/passkeys/{only}/remove", page=PAGE).status_code == 400
    give_app(app, officer)
    assert send(client, f"{PAGE}/passkeys/{only}/remove", page=PAGE).status_code == 303
    assert send(client, f"{PAGE}/app/remove", page=PAGE).status_code == 400
    assert client.get("/networks").status_code == 200


@pytest.mark.parametrize("changed", [{"KE_DEMO": True}, {"KE_SECOND_FACTOR": "off"}])
@pytest.mark.parametrize("office", [*OFFICES, "moderator"])
def test_the_demo_and_whoever_says_off_enforce_nothing(
    make_app: Callable[..., Flask], changed: dict[str, object], office: str
) -> None:
    app = make_app(**{"KE_SECOND_FACTOR": "required", **changed})
    client = app.test_client()
    enter(client, in_office(app, office))
    assert client.get("/networks").status_code == 200


def test_sockets_are_closed_to_whoever_must_set_one_up(app: Flask, client: FlaskClient) -> None:
    assert client.get("/live/since").status_code == 401
    enter(client, make_member(app, role="officer"))
    answer = client.get("/live/since")
    assert (answer.status_code, answer.json) == (403, {"error": "second_factor"})


def test_required_is_the_default_and_nonsense_is_refused() -> None:
    assert load({})["KE_SECOND_FACTOR"] == "required"
    with pytest.raises(BadSetting, match="KE_SECOND_FACTOR"):
        load({"KE_SECOND_FACTOR": "maybe"})


def test_check_warns_where_a_production_says_off(make_app: Callable[..., Flask]) -> None:
    production = {"KE_ENV": "production", "KE_BASE_URL": ORIGIN, "KE_RATE_LIMITS": True, "KE_MIN_ANSWER_MS": 300}
    for setting, told in (("off", True), ("required", False)):
        app = make_app(**production, KE_SECOND_FACTOR=setting, KE_SECRET_KEY="0123456789abcdef" * 4)
        with app.app_context():
            assert any("KE_SECOND_FACTOR" in line for line in all_problems()) is told


def test_the_operator_takes_everything_off_an_account_on_the_record(app: Flask, client: FlaskClient) -> None:
    from knowledge_exchange.cli.member import group

    officer = make_member(app, role="officer")
    give_app(app, officer)
    give_codes(app, officer)
    enter(client, officer)
    with app.app_context():
        done = CliRunner().invoke(group, ["reset-factors", EMAIL])
    assert done.exit_code == 0, done.output
    assert "1 removed" in done.output
    assert "as soon as they sign in" in done.output
    assert not is_in(client)
    assert acts(app)[-1] == "factor.reset"
    assert try_sign_in(client).location == PAGE


def test_resetting_the_factors_of_nobody_says_so(app: Flask) -> None:
    from knowledge_exchange.cli.member import group

    with app.app_context():
        done = CliRunner().invoke(group, ["reset-factors", "who@example.org"])
    assert (done.exit_code, "no account" in done.output) == (1, True)


def test_an_officer_with_an_app_signs_in_and_is_in(app: Flask, client: FlaskClient) -> None:
    secret = give_app(app, make_member(app, role="officer"))
    try_sign_in(client)
    assert send(client, "/sign-in/second", code=code_of(secret), next="/networks").location == "/networks"
    assert client.get("/networks").status_code == 200
