"""What an identity provider, or somebody who pretends to be it, may not make us believe."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from knowledge_exchange.auth import union_provider, union_wire
from knowledge_exchange.auth.models import UnionIdentity
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from tests.auth.door import alike, is_in, make_member, send
from tests.support.lying_union import ACCESS_TOKEN, Liar, a_key, keys_of, lying
from tests.support.union import CLIENT_ID

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as started:
        yield started


@pytest.fixture
def app(make_app: Callable[..., Flask], liar: Liar) -> Flask:
    made = make_app(**liar.settings)
    make_member(made)
    return made


def begin(client: FlaskClient) -> TestResponse:
    return send(client, "/sign-in/union", "/sign-in")


def come(client: FlaskClient, liar: Liar) -> TestResponse:
    return client.get(liar.back(asked(begin(client))))


def asked(page: TestResponse) -> str:
    """Where the page sends the browser on to."""
    return page.headers["Refresh"].removeprefix("0; url=")


def forget(app: Flask) -> None:
    """Let the exchange ask the provider for everything anew."""
    app.extensions.pop(union_provider._EXTENSION, None)


def linked(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(UnionIdentity)) or 0


def test_the_truth_is_believed(app: Flask, client: FlaskClient, liar: Liar) -> None:
    """Otherwise nothing below would show anything."""
    assert come(client, liar).status_code == 303
    assert is_in(client)
    path, form = next(asked for asked in liar.asked if asked[0] == "/token")
    assert (path, form["grant_type"], form["code"]) == ("/token", "authorization_code", "a-code")
    assert len(form["code_verifier"]) >= 43


NOW = int(time.time())
LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "for another exchange": {"aud": "another"},
    "for nobody": {"aud": None},
    "for us and others, by nobody": {"aud": [CLIENT_ID, "another"]},
    "by another party": {"azp": "another"},
    "of another issuer": {"iss": "https://union.example"},
    "of no issuer": {"iss": None},
    "expired": {"exp": NOW - 3600},
    "never expiring": {"exp": None},
    "of tomorrow": {"iat": NOW + 86400, "exp": NOW + 90000},
    "of yesterday": {"iat": NOW - 86400},
    "of no time": {"iat": None},
    "not yet good": {"nbf": NOW + 3600},
    "nobody's": {"sub": None},
    "empty": {"sub": ""},
    "a number": {"sub": 17},
    "with a zero byte": {"sub": "ann\0"},
    "too long": {"sub": "a" * 300},
    "with another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


def test_a_token_that_says_it_wrong_opens_nothing_and_all_such_look_the_same(app: Flask, liar: Liar) -> None:
    forged = alike(app.test_client().get("/sign-in/union/back?code=x&state=forged"))
    for lie, claims in LIES.items():
        client = app.test_client()
        liar.claims = claims
        assert alike(come(client, liar)) == forged, lie
        assert not is_in(client), lie
    assert forged[0] == 400
    assert linked(app) == 0


def with_public_key(liar: Liar) -> dict[str, Any]:
    """Signed with what everybody knows, as if it were a password."""
    signed = liar.unsigned("HS256").rpartition(".")[0]
    signature = hmac.new(a_key("good").as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return {"raw_token": liar.unsigned("HS256", signature)}


def forgeries(liar: Liar) -> dict[str, dict[str, Any]]:
    """What of the provider is changed, once the question is known."""
    header = dict(liar.header)
    junk = [{"kty": "RSA"}, {"kty": "oct", "k": "c2VjcmV0"}, 7, {}]
    public = a_key("other").as_dict(private=False)
    return {
        "none": {"raw_token": liar.unsigned()},
        "the public key as a password": with_public_key(liar),
        "another key": {"key": a_key("other")},
        "a key in the token": {"key": a_key("other"), "header": {**header, "jwk": public}},
        "a weak key": {"key": a_key("weak"), "header": {**header, "kid": "weak"}, "jwks": keys_of("weak")},
        "no keys": {"jwks": {"keys": []}},
        "keys that are none": {"jwks": {"keys": junk}},
        "an unknown key": {"header": {**header, "kid": "unknown"}},
        "half a token": {"raw_token": liar.id_token()[:-40]},
        "no token": {"raw_token": ""},
    }


@pytest.mark.filterwarnings("ignore:Key size")
def test_a_token_that_the_provider_has_not_signed_opens_nothing(app: Flask, liar: Liar) -> None:
    truth = vars(liar).copy()
    for kind in forgeries(liar):
        client = app.test_client()
        back = liar.back(asked(begin(client)))
        for name, value in forgeries(liar)[kind].items():
            setattr(liar, name, value)
        forget(app)
        assert client.get(back).status_code == 400, kind
        assert not is_in(client), kind
        vars(liar).update(truth)
    assert linked(app) == 0


def test_a_forged_token_makes_us_ask_for_the_keys_once_not_each_time(
    app: Flask, client: FlaskClient, liar: Liar
) -> None:
    liar.header = {"alg": "RS256", "kid": "unknown"}
    for _ in range(3):
        assert come(client, liar).status_code == 400
    assert [path for path, _ in liar.asked].count("/keys") == 1


def test_who_takes_too_long_begins_again(app: Flask, client: FlaskClient, liar: Liar) -> None:
    back = liar.back(asked(begin(client)))
    from datetime import timedelta

    with clock.held(clock.now() + timedelta(minutes=11)):
        assert client.get(back).status_code == 400


@pytest.mark.parametrize("named", ["https://union.example", ""])
def test_an_answer_in_another_issuers_name_is_none(app: Flask, client: FlaskClient, liar: Liar, named: str) -> None:
    liar.document = {"authorization_response_iss_parameter_supported": True}
    back = liar.back(asked(begin(client)))
    assert client.get(f"{back}&iss={named}" if named else back).status_code == 400
    assert "/token" not in [path for path, _ in liar.asked]


def test_user_info_of_somebody_else_is_none(app: Flask, client: FlaskClient, liar: Liar) -> None:
    liar.claims = {"email": None, "email_verified": None}
    liar.userinfo = {"sub": "somebody else", "email": "ann@example.org", "email_verified": True}
    assert come(client, liar).status_code == 400
    assert linked(app) == 0


def test_the_word_about_an_address_comes_from_where_the_address_does(
    app: Flask, client: FlaskClient, liar: Liar
) -> None:
    liar.claims = {"email": None}
    liar.userinfo = {"sub": "ann", "email": "ann@example.org"}
    assert come(client, liar).status_code == 400
    assert linked(app) == 0


def test_what_is_no_address_is_nobodys(app: Flask, liar: Liar) -> None:
    for address in ("ann@example.org\0", "Ann <ann@example.org>", "ann", 7, ["ann@example.org"]):
        liar.claims = {"email": address}
        assert come(app.test_client(), liar).status_code == 400, address
    assert linked(app) == 0


INSTEAD: dict[str, tuple[int, dict[str, str], bytes]] = {
    "error": (500, {}, b"down"),
    "no JSON": (200, {}, b"no JSON"),
    "a list": (200, {}, b"[]"),
    "a text": (200, {}, b'"text"'),
    "elsewhere": (302, {"Location": "http://127.0.0.1:9/"}, b""),
    "endless": (200, {}, b" " * (union_wire.MOST_BYTES + 1)),
}


@pytest.mark.parametrize("path", ["/token", "/keys"])
def test_answers_that_were_not_agreed_are_no_error_of_ours(app: Flask, liar: Liar, path: str) -> None:
    for kind, instead in INSTEAD.items():
        forget(app)
        liar.instead = {path: instead}
        client = app.test_client()
        answer = come(client, liar)
        assert answer.status_code in (200, 400), kind
        assert not is_in(client), kind
        if answer.status_code == 200:
            assert "can’t be reached just now" in answer.text, kind
    assert linked(app) == 0


DOCUMENTS: dict[str, dict[str, Any]] = {
    "another issuer's": {"issuer": "https://union.example"},
    "without addresses": {"token_endpoint": None},
    "to another machine without TLS": {"token_endpoint": "http://union.example/token"},
    "to no address": {"jwks_uri": "http://["},
    "without secrets": {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
}


def test_a_document_that_can_not_be_the_providers_leads_nowhere(app: Flask, client: FlaskClient, liar: Liar) -> None:
    for kind, document in {**DOCUMENTS, "with a slash more": {"issuer": f"{liar.issuer}/"}}.items():
        forget(app)
        liar.document = document
        page = begin(client)
        assert page.status_code == 200, kind
        assert "Refresh" not in page.headers, kind
        assert "can’t be reached just now" in page.text, kind
        assert 'name="password"' in page.text, kind


def test_a_provider_that_is_down_leaves_the_password_form_and_is_not_asked_each_time(
    app: Flask, client: FlaskClient, liar: Liar
) -> None:
    liar.instead = {"/.well-known/openid-configuration": (503, {}, b"")}
    for _ in range(3):
        page = begin(client)
        assert page.status_code == 200
        assert 'name="password"' in page.text
    assert len(liar.asked) == 1


def test_a_provider_that_is_silent_is_not_waited_for_long(
    app: Flask, client: FlaskClient, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(union_wire, "PIECE_S", 0.2)
    liar.silent_s = 60.0
    page = begin(client)
    assert page.status_code == 200
    assert "can’t be reached just now" in page.text


def test_nobody_there_is_the_same_as_silence(make_app: Callable[..., Flask], liar: Liar) -> None:
    app = make_app(**{**liar.settings, "KE_OIDC_ISSUER": "http://127.0.0.1:9"})
    page = begin(app.test_client())
    assert page.status_code == 200
    assert 'name="password"' in page.text


def test_the_providers_document_is_asked_for_once_an_hour(app: Flask, client: FlaskClient, liar: Liar) -> None:
    assert come(client, liar).status_code == 303
    other = app.test_client()
    assert come(other, liar).status_code == 303
    paths = [path for path, _ in liar.asked]
    assert paths.count("/.well-known/openid-configuration") == 1
    assert paths.count("/keys") == 1


def test_no_goal_leads_out_of_the_exchange(app: Flask, liar: Liar) -> None:
    for goal in ("https://evil.example/", "//evil.example", "/\\evil.example", "/" + "x" * 600):
        client = app.test_client()
        page = send(client, "/sign-in/union", "/sign-in", next=goal)
        assert client.get(liar.back(asked(page))).location == "/", goal


def test_the_cookie_of_an_attempt_stays_small_and_holds_nothing_readable(
    app: Flask, client: FlaskClient, liar: Liar
) -> None:
    page = send(client, "/sign-in/union", "/sign-in", next="/" + "n" * 499)
    cookie = client.get_cookie("__Host-ke_session")
    assert cookie is not None
    assert len(cookie.value) < 2000
    address = page.headers["Refresh"]
    state = address.split("state=")[1].split("&")[0]
    assert state not in cookie.value
    assert ACCESS_TOKEN not in cookie.value


def test_a_basic_secret_is_sent_unless_the_provider_wants_it_in_the_form(
    app: Flask, client: FlaskClient, liar: Liar
) -> None:
    assert come(client, liar).status_code == 303
    assert "client_secret" not in next(form for path, form in liar.asked if path == "/token")
    forget(app)
    liar.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    other = app.test_client()
    assert come(other, liar).status_code == 303
    assert "client_secret" in [form for path, form in liar.asked if path == "/token"][-1]
