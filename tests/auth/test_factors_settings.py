"""One's own page of factors: setting up, recovery codes once, removing, and whether it is still the member."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.auth import jobs
from knowledge_exchange.auth.factors_models import AuthenticatorApp, Passkey, RecoveryCode, SpentChallenge
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from tests.auth.door import (
    EMAIL,
    PASSWORD,
    enter,
    is_in,
    link_in,
    mail_to,
    make_member,
    send,
    token_in,
    try_sign_in,
    writing,
)
from tests.auth.factor_people import (
    ORIGIN,
    PAGE,
    Device,
    acts,
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


def set_up(client: FlaskClient) -> tuple[str, TestResponse]:
    """Set an app up by the pages; returns its secret and the answer to its first code."""
    assert send(client, APP, page=PAGE).location == APP
    page = client.get(APP)
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert found
    secret = found[1].replace(" ", "")
    return secret, client.post(f"{APP}/confirm", data={"csrf_token": token_in(page), "code": code_of(secret)})


def test_an_app_is_set_up_by_its_secret_and_asked_for_from_then_on(app: Flask, inside: FlaskClient) -> None:
    secret, done = set_up(inside)
    assert done.location == PAGE
    assert is_in(inside)
    assert acts(app) == ["factor.added"]
    assert try_sign_in(app.test_client()).location == "/sign-in/second"
    with app.app_context():
        assert secret.encode() not in db.session.scalars(select(AuthenticatorApp.sealed)).one()


def test_the_picture_is_plain_svg_that_nobody_keeps(inside: FlaskClient) -> None:
    assert inside.get(f"{APP}.svg").status_code == 404
    send(inside, APP, page=PAGE)
    picture = inside.get(f"{APP}.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "private, no-store")
    assert picture.text.startswith("<svg")
    assert "style=" not in picture.text
    assert "<script" not in picture.text


def test_a_wrong_code_sets_nothing_up_and_the_secret_stays(app: Flask, inside: FlaskClient) -> None:
    send(inside, APP, page=PAGE)
    page = inside.get(APP)
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert secret
    wrong = wrong_code(secret[1].replace(" ", ""))
    answer = inside.post(f"{APP}/confirm", data={"csrf_token": token_in(page), "code": wrong})
    assert answer.status_code == 400
    assert secret[1] in answer.text
    assert try_sign_in(app.test_client()).location == "/"


def test_an_app_on_another_phone_takes_the_place_of_the_first_only_when_confirmed(
    app: Flask, inside: FlaskClient, ann: int
) -> None:
    first = give_app(app, ann)
    send(inside, APP, page=PAGE)
    client = app.test_client()
    try_sign_in(client)
    assert send(client, "/sign-in/second", code=code_of(first)).status_code == 303
    second, done = set_up(inside)
    assert done.location == PAGE
    with app.app_context():
        assert len(db.session.scalars(select(AuthenticatorApp)).all()) == 1
    other = app.test_client()
    try_sign_in(other)
    assert send(other, "/sign-in/second", code=code_of(first, 1)).status_code == 401
    assert send(other, "/sign-in/second", code=code_of(second, 1)).status_code == 303


def test_what_was_never_confirmed_is_forgotten_and_so_are_spent_challenges(
    app: Flask, inside: FlaskClient, ann: int
) -> None:
    assert add_passkey(inside, Device()).status_code == 303
    send(inside, APP, page=PAGE)
    with clock.held(clock.now() + timedelta(minutes=61)), app.app_context():
        jobs.sweep()
        assert db.session.scalars(select(AuthenticatorApp)).all() == []
        assert db.session.scalars(select(SpentChallenge)).all() == []
        assert len(db.session.scalars(select(Passkey)).all()) == 1


def test_ten_recovery_codes_are_shown_once_and_replace_those_before(app: Flask, inside: FlaskClient, ann: int) -> None:
    assert send(inside, f"{PAGE}/codes", page=PAGE).status_code == 303
    give_app(app, ann)
    old = give_codes(app, ann)
    shown = re.findall(r"<li><code>([a-z2-9-]+)</code></li>", send(inside, f"{PAGE}/codes", page=PAGE).text)
    assert len(set(shown)) == 10
    assert not set(shown) & set(old)
    assert shown[0] not in inside.get(PAGE).text
    assert "10 codes left" in inside.get(PAGE).text
    with app.app_context():
        kept = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(kept) == 10
    assert not set(kept) & set(shown)
    client = app.test_client()
    try_sign_in(client)
    assert send(client, "/sign-in/second", code=old[0]).status_code == 401
    assert send(client, "/sign-in/second", code=shown[0]).status_code == 303


def test_with_the_last_factor_its_recovery_codes_go_and_the_password_is_enough(
    app: Flask, inside: FlaskClient, ann: int
) -> None:
    give_app(app, ann)
    give_codes(app, ann)
    assert send(inside, f"{APP}/remove", page=PAGE).location == PAGE
    assert acts(app)[-1] == "factor.removed"
    assert "taken off your account" in mail_to(app, EMAIL)[-1].text
    with app.app_context():
        assert db.session.scalars(select(RecoveryCode)).all() == []
    assert try_sign_in(app.test_client()).location == "/"


def test_nobody_removes_somebody_elses_passkey(app: Flask, inside: FlaskClient) -> None:
    bob = app.test_client()
    enter(bob, make_member(app, "bob@example.org"))
    add_passkey(bob, Device())
    with app.app_context():
        (theirs,) = db.session.scalars(select(Passkey.id))
    assert send(inside, f"{PAGE}/passkeys/{theirs}/remove", page=PAGE).status_code == 404
    assert send(bob, f"{PAGE}/passkeys/{theirs}/remove", page=PAGE).location == PAGE


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
    with clock.held(later + timedelta(minutes=9)):
        assert inside.post(APP, data={"csrf_token": token}).location == APP


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


def test_the_demo_asks_nobody_again(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_DEMO=True)
    client = app.test_client()
    member = make_member(app)
    with client.session_transaction() as cookie:
        cookie.clear()
    enter(client, member)
    with clock.held(clock.now() + timedelta(hours=1)):
        assert send(client, APP, page=PAGE).location == APP


def test_ones_own_data_lists_the_factors_without_their_secrets(app: Flask, inside: FlaskClient, ann: int) -> None:
    device = Device()
    add_passkey(inside, device)
    secret, codes = give_app(app, ann), give_codes(app, ann)
    text = inside.get("/me/data.json").text
    data = json.loads(text)
    assert [row["name"] for row in data["passkeys"]] == ["My phone"]
    assert len(data["authenticator_apps"]) == 1
    assert len(data["recovery_codes"]) == 10
    assert not any(hidden in text for hidden in (secret, codes[0], "public_key", "sealed", "code_hash"))


def test_letters_about_factors_name_neither_union_nor_content(app: Flask, inside: FlaskClient, ann: int) -> None:
    set_up(inside)
    letter = mail_to(app, EMAIL)[-1]
    assert letter.subject == "How you sign in has changed"
    assert letter.essential
    assert link_in(letter) == "/reset"


def test_a_restore_without_the_key_file_locks_the_app_not_the_exchange(
    app: Flask, client: FlaskClient, ann: int
) -> None:
    give_app(app, ann)
    codes = give_codes(app, ann)
    with writing(app):
        db.session.execute(AuthenticatorApp.__table__.update().values(sealed=b"sealed under another key, no doubt"))
    try_sign_in(client)
    assert send(client, "/sign-in/second", code="123456").status_code == 401
    assert send(client, "/sign-in/second", code=codes[0]).status_code == 303
