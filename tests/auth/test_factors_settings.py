"""One's own page of factors: setting up, recovery codes once, removing, and whether it is still the member."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from knowledge_exchange.auth import jobs
from knowledge_exchange.auth.factors_models import AuthenticatorApp, Passkey, RecoveryCode, SpentChallenge
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from tests.auth.door import (
    EMAIL,
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
    code_of,
    give_app,
    give_codes,
    wrong_code,
)

APP = f"{PAGE}/app"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An exchange at an address for which there can be passkeys."""
    return make_app(KE_BASE_URL=ORIGIN)


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
        db.session.execute(update(AuthenticatorApp).values(sealed=b"sealed under another key, no doubt"))
    try_sign_in(client)
    assert send(client, "/sign-in/second", code="123456").status_code == 401
    assert send(client, "/sign-in/second", code=codes[0]).status_code == 303
