"""Passkeys as a server sees them: what is true, what is a copy, what comes twice, from elsewhere or from nobody.

A real browser with a virtual authenticator is in tests/journeys/test_passkeys.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from knowledge_exchange.auth.factors_models import Passkey
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from tests.auth.door import EMAIL, PASSWORD, alike, enter, is_in, mail_to, make_member, token_in, try_sign_in, writing
from tests.auth.factor_people import HOST, ORIGIN, PAGE, Device, acts, add_passkey, ask, options

SIGN_IN, SECOND = "/sign-in", "/sign-in/second"
OPTIONS, TRY = "/sign-in/passkey/options", "/sign-in/passkey"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An exchange at an address for which there can be passkeys."""
    return make_app(KE_BASE_URL=ORIGIN)


@pytest.fixture
def device(inside: FlaskClient) -> Device:
    """Ann's phone, with a passkey that she has added."""
    device = Device()
    assert add_passkey(inside, device).status_code == 303
    return device


@pytest.fixture
def elsewhere(app: Flask) -> FlaskClient:
    """Another browser."""
    return app.test_client()


def offer(client: FlaskClient, credential: str, page: str = SIGN_IN, **form: str) -> TestResponse:
    """Send what the browser says the device answered."""
    token = token_in(client.get(page))
    return client.post(TRY, data={"csrf_token": token, "credential": credential, **form})


def stored(app: Flask) -> list[Passkey]:
    with app.app_context():
        return list(db.session.scalars(select(Passkey)))


def test_a_passkey_is_kept_with_its_name_and_its_owner_told(app: Flask, inside: FlaskClient, device: Device) -> None:
    (found,) = stored(app)
    assert (found.name, found.credential_id, found.sign_count) == ("My phone", device.id, 0)
    assert "My phone" in inside.get(PAGE).text
    assert acts(app) == ["factor.added"]
    assert "something was added" in mail_to(app, EMAIL)[0].text


def test_a_passkey_alone_signs_in_and_leads_where_one_wanted(elsewhere: FlaskClient, device: Device) -> None:
    asked = options(elsewhere, OPTIONS, SIGN_IN)
    assert (asked["rpId"], asked["userVerification"], asked["allowCredentials"]) == (HOST, "required", [])
    answer = offer(elsewhere, device.use(asked), next="/n/london")
    assert (answer.status_code, answer.location) == (303, "/n/london")
    assert is_in(elsewhere)


def test_what_the_device_knows_of_its_member_says_nothing_to_others(ann: int, device: Device) -> None:
    assert len(device.user) == 32
    assert str(ann).encode() not in device.user
    assert b"ann" not in device.user


def test_after_the_password_any_passkey_of_the_account_finishes_the_sign_in(
    elsewhere: FlaskClient, device: Device
) -> None:
    assert try_sign_in(elsewhere).location == SECOND
    device.verifies = False
    asked = options(elsewhere, OPTIONS, SECOND, after="password")
    assert [known["type"] for known in asked["allowCredentials"]] == ["public-key"]
    assert offer(elsewhere, device.use(asked), SECOND, after="password").status_code == 303
    assert is_in(elsewhere)


def test_alone_a_passkey_that_did_not_make_sure_of_the_person_is_refused(
    elsewhere: FlaskClient, device: Device
) -> None:
    device.verifies = False
    assert offer(elsewhere, device.use(options(elsewhere, OPTIONS, SIGN_IN))).status_code == 401
    assert not is_in(elsewhere)


def test_an_answer_that_was_given_already_is_refused_even_with_the_cookie_of_then(
    app: Flask, elsewhere: FlaskClient, device: Device
) -> None:
    answer = device.use(options(elsewhere, OPTIONS, SIGN_IN), counts=False)
    token = token_in(elsewhere.get(SIGN_IN))
    cookie = elsewhere.get_cookie("__Host-ke_session")
    assert cookie is not None
    assert elsewhere.post(TRY, data={"csrf_token": token, "credential": answer}).status_code == 303
    thief = app.test_client()
    thief.set_cookie("__Host-ke_session", cookie.value)
    assert thief.post(TRY, data={"csrf_token": token, "credential": answer}).status_code == 401
    assert not is_in(thief)


def test_a_challenge_runs_out(elsewhere: FlaskClient, device: Device) -> None:
    moment = clock.now()
    with clock.held(moment):
        answer = device.use(options(elsewhere, OPTIONS, SIGN_IN))
    with clock.held(moment + timedelta(minutes=6)):
        assert offer(elsewhere, answer).status_code == 401


def test_a_challenge_for_one_purpose_is_none_for_another(inside: FlaskClient, device: Device) -> None:
    answer = device.use(options(inside, "/settings/confirm/options", PAGE))
    inside.post("/sign-out", data={"csrf_token": token_in(inside.get(PAGE))})
    assert offer(inside, answer).status_code == 401


def test_another_site_can_not_pass_on_what_a_device_said_to_it(elsewhere: FlaskClient, device: Device) -> None:
    device.origin = "https://exchange.example.org.evil.example"
    assert offer(elsewhere, device.use(options(elsewhere, OPTIONS, SIGN_IN))).status_code == 401
    device.origin = ORIGIN
    asked = options(elsewhere, OPTIONS, SIGN_IN)
    assert offer(elsewhere, device.use({**asked, "rpId": "evil.example"})).status_code == 401
    assert offer(elsewhere, device.use(options(elsewhere, OPTIONS, SIGN_IN))).status_code == 303


def test_a_device_that_counts_fewer_uses_than_before_is_a_copy(
    app: Flask, elsewhere: FlaskClient, device: Device
) -> None:
    device.count = 41
    assert offer(elsewhere, device.use(options(elsewhere, OPTIONS, SIGN_IN))).status_code == 303
    copy = app.test_client()
    device.count = 40
    assert offer(copy, device.use(options(copy, OPTIONS, SIGN_IN), counts=False)).status_code == 401
    assert not is_in(copy)
    assert acts(app)[-1] == "factor.copied"
    assert stored(app)[0].sign_count == 42


def test_devices_that_do_not_count_sign_in_again_and_again(app: Flask, device: Device) -> None:
    for _time in range(2):
        client = app.test_client()
        assert offer(client, device.use(options(client, OPTIONS, SIGN_IN), counts=False)).status_code == 303


def test_another_key_under_the_same_name_is_refused(elsewhere: FlaskClient, device: Device) -> None:
    forged = Device(user=device.user)
    assert offer(elsewhere, forged.use(options(elsewhere, OPTIONS, SIGN_IN))).status_code == 401


def test_a_passkey_of_somebody_else_does_not_finish_my_sign_in(
    app: Flask, elsewhere: FlaskClient, device: Device
) -> None:
    bob = make_member(app, "bob@example.org")
    enter(elsewhere, bob)
    theirs = Device(id=b"the credential of Bob")
    assert add_passkey(elsewhere, theirs).status_code == 303
    elsewhere.post("/sign-out", data={"csrf_token": token_in(elsewhere.get(PAGE))})
    try_sign_in(elsewhere)
    answer = theirs.use(options(elsewhere, OPTIONS, SECOND, after="password"))
    assert offer(elsewhere, answer, SECOND, after="password").status_code == 401
    assert not is_in(elsewhere)


@pytest.mark.parametrize("change", [{"standing": "left"}, {"email_confirmed_at": None}])
def test_an_account_that_may_not_sign_in_is_answered_like_no_account(
    app: Flask, elsewhere: FlaskClient, ann: int, device: Device, change: dict[str, str | None]
) -> None:
    stranger = Device(id=b"nobody knows this one", user=b"nobody")
    unknown = offer(elsewhere, stranger.use(options(elsewhere, OPTIONS, SIGN_IN)))
    with writing(app):
        db.session.execute(update(Member).where(Member.id == ann).values(**change))
    known = offer(elsewhere, device.use(options(elsewhere, OPTIONS, SIGN_IN)))
    assert known.status_code == 401
    assert alike(known) == alike(unknown)


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_without_standing_a_passkey_leads_to_ones_own_page(
    app: Flask, elsewhere: FlaskClient, ann: int, device: Device, standing: str
) -> None:
    with writing(app):
        db.session.execute(update(Member).where(Member.id == ann).values(standing=standing))
    assert offer(elsewhere, device.use(options(elsewhere, OPTIONS, SIGN_IN))).location == "/me"


@pytest.mark.parametrize("nonsense", ["", "{}", "[]", "null", "x", '{"id": 1}', "9" * 30_000, '{"id":"\\ud800"}'])
def test_nonsense_is_refused_without_an_error_of_ours(
    elsewhere: FlaskClient, inside: FlaskClient, nonsense: str
) -> None:
    options(elsewhere, OPTIONS, SIGN_IN)
    assert offer(elsewhere, nonsense).status_code == 401
    options(inside, f"{PAGE}/passkeys/options", PAGE)
    token = token_in(inside.get(PAGE))
    added = inside.post(f"{PAGE}/passkeys", data={"csrf_token": token, "credential": nonsense})
    assert added.status_code == 400


def test_one_device_is_not_added_twice_nor_with_anothers_challenge(
    app: Flask, elsewhere: FlaskClient, inside: FlaskClient, device: Device
) -> None:
    assert add_passkey(inside, device).status_code == 400
    enter(elsewhere, make_member(app, "bob@example.org"))
    asked = options(elsewhere, f"{PAGE}/passkeys/options", PAGE)
    made = Device(id=b"a second one").make(asked)
    token = token_in(inside.get(PAGE))
    assert inside.post(f"{PAGE}/passkeys", data={"csrf_token": token, "credential": made}).status_code == 400
    assert len(stored(app)) == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:5000", "http://exchange.example.org", "https://[::1]"])
def test_where_browsers_make_no_passkeys_none_are_offered(make_app: Callable[..., Flask], address: str) -> None:
    client = make_app(KE_BASE_URL=address).test_client()
    assert "data-passkey=" not in client.get(SIGN_IN).text
    assert ask(client, OPTIONS, SIGN_IN).status_code == 404


def test_a_demo_that_is_looked_at_as_localhost_has_passkeys(make_app: Callable[..., Flask]) -> None:
    client = make_app(KE_DEMO=True, KE_BASE_URL="http://127.0.0.1:5000").test_client()
    assert "data-passkey=" not in client.get(SIGN_IN, base_url="http://127.0.0.1:5000").text
    assert "data-passkey=" in client.get(SIGN_IN, base_url="http://localhost:5000").text


def test_the_first_passkey_ends_every_other_sign_in_and_copies_of_this_one(
    app: Flask, inside: FlaskClient, elsewhere: FlaskClient, ann: int
) -> None:
    enter(elsewhere, ann)
    cookie = inside.get_cookie("__Host-ke_session")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("__Host-ke_session", cookie.value)
    assert add_passkey(inside, Device()).status_code == 303
    assert is_in(inside)
    assert not is_in(elsewhere)
    assert not is_in(thief)
    assert try_sign_in(elsewhere, password=PASSWORD).location == SECOND
