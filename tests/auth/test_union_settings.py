"""Where no identity provider is set there is nothing of it; and what may not be set."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from knowledge_exchange.auth.union_claims import shown_by
from knowledge_exchange.core.config import BadSetting, load, problems
from tests.auth.door import alike, enter, token_in

SET = {
    "KE_OIDC_ISSUER": "https://login.example.org/realms/union",
    "KE_OIDC_CLIENT_ID": "knowledge-exchange",
    "KE_OIDC_CLIENT_SECRET": "a secret of these tests",
}
PATHS = ("/sign-in/union/back", "/settings/factors/union", "/settings/confirm/union")


def production(**changed: Any) -> list[str]:
    """What is wrong with the provider's settings in a production."""
    given = {"KE_ENV": "production", "KE_BASE_URL": "https://x.example.org", "KE_SECRET_KEY": "0123456789abcdef" * 4}
    return [line for line in problems(load({**given, **SET, **changed})) if "OIDC" in line]


@pytest.mark.databases("sqlite")
def test_without_a_provider_its_addresses_are_as_unknown_as_any(client: FlaskClient, ann: int) -> None:
    for path in PATHS:
        assert client.get(path).location.startswith("/sign-in?next=")
    posted = client.post("/sign-in/union", data={"csrf_token": token_in(client.get("/sign-in"))})
    assert posted.location == client.post("/no/such/thing").location
    enter(client, ann)
    nowhere = alike(client.get("/no/such/thing"))
    for path in PATHS:
        assert alike(client.get(path)) == nowhere


@pytest.mark.databases("sqlite")
def test_the_button_is_there_only_with_a_provider(client: FlaskClient, make_app: Callable[..., Flask]) -> None:
    with_provider = make_app(**SET, KE_OIDC_NAME="UNISON").test_client()
    for page in ("/sign-in", "/join"):
        assert "Sign in with UNISON" in with_provider.get(page).text
        assert "sign-in/union" not in client.get(page).text


@pytest.mark.databases("sqlite")
def test_half_a_provider_is_none(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_OIDC_ISSUER=SET["KE_OIDC_ISSUER"])
    assert "sign-in/union" not in app.test_client().get("/sign-in").text


def test_check_names_what_is_missing_or_weak() -> None:
    assert production() == []
    assert "KE_OIDC_CLIENT_SECRET must be set" in production(KE_OIDC_CLIENT_SECRET="")[0]
    assert "KE_OIDC_ISSUER must be set" in production(KE_OIDC_ISSUER="")[0]
    assert "not https" in production(KE_OIDC_ISSUER="http://login.example.org")[0]
    assert "KE_OIDC_SOURCE must be set" in production(KE_OIDC_NUMBER_CLAIM="number")[0]
    assert production(KE_OIDC_NUMBER_CLAIM="number", KE_OIDC_SOURCE="unison") == []


@pytest.mark.parametrize(
    "issuer", ["login.example.org", "ftp://x", "https://", "https://x.example/?a=1", "https://x/#a"]
)
def test_what_is_no_issuer_is_refused(issuer: str) -> None:
    with pytest.raises(BadSetting, match="KE_OIDC_ISSUER"):
        load({"KE_OIDC_ISSUER": issuer})


@pytest.mark.databases("sqlite")
def test_a_number_may_come_as_a_number_and_never_as_anything_else(make_app: Callable[..., Flask]) -> None:
    app = make_app(**SET, KE_OIDC_NUMBER_CLAIM="number", KE_OIDC_SOURCE="unison")
    told = {"iss": "i", "sub": "s", "email": "a@example.org", "email_verified": True}
    with app.app_context():
        for claim, number in ((123, "123"), ("123", "123"), (True, ""), (["123"], ""), ("1" * 40, ""), (None, "")):
            assert shown_by({**told, "number": claim}, dict).number == number


def test_nothing_of_the_providers_libraries_is_loaded_where_it_is_not_used() -> None:
    """They would take memory in every process that is idle."""
    script = (
        "import sys; from knowledge_exchange.auth import routes_union, union_linking, fresh;"
        "print([name for name in ('authlib', 'joserfc', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
