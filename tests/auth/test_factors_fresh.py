"""Before a dangerous act, ten minutes after signing in: is it still the member? And on with the form as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from knowledge_exchange.auth import fresh
from knowledge_exchange.core import clock
from tests.auth.door import PASSWORD, enter, is_in, make_member, send, token_in
from tests.auth.factor_people import (
    ORIGIN,
    PAGE,
    Device,
    add_passkey,
    ask,
    code_of,
    give_app,
    give_codes,
    options,
    wrong_code,
)

APP = f"{PAGE}/app"
OTHER = "second-harbour-kettle"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An exchange at an address for which there can be passkeys."""
    return make_app(KE_BASE_URL=ORIGIN)


@pytest.fixture
def later(ann: int, inside: FlaskClient) -> Iterator[datetime]:
    """Eleven minutes after Ann signed in."""
    moment = clock.now() + timedelta(minutes=11)
    with clock.held(moment):
        yield moment


def test_after_ten_minutes_a_dangerous_act_asks_for_the_password_and_goes_on_with_the_form(
    app: Flask, inside: FlaskClient, later: datetime
) -> None:
    token = token_in(inside.get(PAGE))
    asked = inside.post(APP, data={"csrf_token": token})
    assert asked.status_code == 403
    assert f'action="{APP}"' in asked.text
    wrong = inside.post(APP, data={"csrf_token": token, "confirm_password": "not her password"})
    assert wrong.status_code == 403
    done = inside.post(APP, data={"csrf_token": token, "confirm_password": PASSWORD})
    assert done.location == APP
    confirmed = clock.rounded(later)  # the row knows no more
    with clock.held(confirmed + fresh.FRESH_FOR - timedelta(seconds=1)):
        assert inside.post(APP, data={"csrf_token": token}).location == APP
    with clock.held(confirmed + fresh.FRESH_FOR):
        assert inside.post(APP, data={"csrf_token": token}).status_code == 403


def test_the_forms_own_text_is_in_the_page_that_asks_and_no_secret_is(inside: FlaskClient, later: datetime) -> None:
    form = {"csrf_token": token_in(inside.get(PAGE)), "note": "Kept <b>as typed</b>", "new_password": OTHER}
    asked = inside.post(APP, data={**form, "confirm_password": "a wrong password"})
    assert '<textarea hidden name="note">\nKept &lt;b&gt;as typed&lt;/b&gt;</textarea>' in asked.text
    assert OTHER not in asked.text
    assert "a wrong password" not in asked.text


def test_who_has_a_factor_is_asked_for_that_and_the_password_is_not_enough(
    app: Flask, inside: FlaskClient, ann: int, later: datetime
) -> None:
    secret, codes = give_app(app, ann), give_codes(app, ann)
    token = token_in(inside.get(PAGE))
    assert inside.post(APP, data={"csrf_token": token, "confirm_password": PASSWORD}).status_code == 403
    assert inside.post(APP, data={"csrf_token": token, "confirm_code": wrong_code(secret)}).status_code == 403
    assert inside.post(APP, data={"csrf_token": token, "confirm_code": codes[0]}).location == APP
    with clock.held(later + timedelta(minutes=11)):
        assert inside.post(APP, data={"csrf_token": token, "confirm_code": code_of(secret)}).location == APP


def test_a_passkey_shows_that_it_is_still_the_member(app: Flask, inside: FlaskClient) -> None:
    device = Device()
    add_passkey(inside, device)
    with clock.held(clock.now() + timedelta(minutes=11)):
        told = ask(inside, f"{PAGE}/passkeys/options", PAGE)
        assert (told.status_code, told.json) == (403, {"error": "confirm", "url": "/settings/confirm?next=/"})
        confirm = f"/settings/confirm?next={PAGE}"
        answer = device.use(options(inside, "/settings/confirm/options", PAGE))
        token = token_in(inside.get(confirm))
        done = inside.post(confirm, data={"csrf_token": token, "confirm_credential": answer})
        assert (done.status_code, done.location) == (303, PAGE)
        assert ask(inside, f"{PAGE}/passkeys/options", PAGE).status_code == 200
    with clock.held(clock.now() + timedelta(minutes=30)):
        again = inside.post(confirm, data={"csrf_token": token, "confirm_credential": answer})
        assert again.status_code == 403


def test_the_page_that_asks_leads_nowhere_outside(inside: FlaskClient) -> None:
    path = "/settings/confirm?next=https://evil.example"
    assert inside.post(path, data={"csrf_token": token_in(inside.get(path))}).location == "/"


def test_with_a_factor_the_password_is_changed_only_by_whoever_is_still_the_member(
    app: Flask, inside: FlaskClient, ann: int, later: datetime
) -> None:
    secret = give_app(app, ann)
    form = {"current_password": PASSWORD, "new_password": OTHER}
    asked = send(inside, "/settings/account/password", page="/settings/account", **form)
    assert asked.status_code == 403
    assert OTHER not in asked.text
    done = send(inside, "/settings/account/password", page="/settings/account", **form, confirm_code=code_of(secret))
    assert done.location == "/settings/account"
    assert is_in(inside)


def test_guesses_at_the_page_that_asks_are_limited(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_RATE_LIMITS=True)
    client = app.test_client()
    enter(client, make_member(app))
    with clock.held(clock.now() + timedelta(minutes=11)):
        token = token_in(client.get(PAGE))
        form = {"csrf_token": token, "confirm_password": "not her password"}
        answers = [client.post("/settings/confirm", data=form).status_code for _try in range(11)]
    assert answers == [403] * 10 + [429]
