"""Writes come from our own pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.auth.door import enter, is_in, make_member, send, token_in

HERE = "http://127.0.0.1:5000"


def press(client: FlaskClient, **headers: str) -> int:
    token = token_in(client.get("/me"))
    return client.post("/sign-out", data={"csrf_token": token}, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:5001"},
        {"Origin": "https://127.0.0.1:5000"},
        {"Origin": "http://localhost:5000"},
        {"Origin": "http://127.0.0.1:5000.evil.example"},
        {"Origin": "http://[broken"},
        {"Referer": "https://evil.example/page"},
    ],
)
def test_a_write_from_another_site_is_refused_even_with_a_good_token(
    inside: FlaskClient, headers: dict[str, str]
) -> None:
    assert press(inside, **headers) == 403
    assert is_in(inside)


@pytest.mark.parametrize("headers", [{"Origin": HERE}, {"Referer": f"{HERE}/me"}, {}])
def test_a_write_from_our_own_page_goes_through(inside: FlaskClient, headers: dict[str, str]) -> None:
    assert press(inside, **headers) == 303


def test_another_site_can_neither_sign_anybody_in_nor_learn_what_exists(client: FlaskClient, ann: int) -> None:
    for path in ("/sign-in", "/join", "/n/north-west/new", "/nothing"):
        assert client.post(path, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_default_port_is_the_same_place(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_BASE_URL="https://exchange.example:443")
    client = app.test_client()
    enter(client, make_member(app))
    assert press(client, Origin="https://exchange.example") == 303


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:5000", 303),
        ("http://127.0.0.1:5000", 303),
        ("http://localhost:9999", 403),
        ("http://evil.example:5000", 403),
        ("https://localhost:5000", 403),
    ],
)
def test_a_demo_also_answers_to_this_machines_other_name(
    make_app: Callable[..., Flask], origin: str, status: int
) -> None:
    app = make_app(KE_DEMO=True)
    client = app.test_client()
    enter(client, make_member(app))
    token = token_in(client.get("/me"))
    answer = client.post(
        "/sign-out", data={"csrf_token": token}, headers={"Origin": origin}, base_url="http://localhost:5000"
    )
    assert answer.status_code == status


def test_a_token_of_another_session_is_no_token(app: Flask, inside: FlaskClient) -> None:
    stranger = app.test_client()
    foreign = token_in(stranger.get("/sign-in"))
    assert inside.post("/sign-out", data={"csrf_token": foreign}).status_code == 400
    assert is_in(inside)


def test_the_token_may_come_in_a_header(inside: FlaskClient) -> None:
    token = token_in(inside.get("/me"))
    assert inside.post("/sign-out", headers={"X-CSRFToken": token}).status_code == 303


def test_every_answer_carries_the_security_headers(client: FlaskClient, ann: int) -> None:
    for path in ("/sign-in", "/nothing", "/me"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "private, no-store"


def test_no_page_of_the_door_holds_script_or_style_of_its_own(inside: FlaskClient, app: Flask) -> None:
    pages = [app.test_client().get(path).text for path in ("/sign-in", "/join", "/reset", "/join/sent")]
    pages += [inside.get(path).text for path in ("/me", "/settings/account")]
    for page in pages:
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_the_forms_of_visitors_need_a_token_too(client: FlaskClient) -> None:
    answer = client.post("/join", data={"email": "who@example.org", "name": "Who"})
    assert answer.status_code == 400
    assert 'value="who@example.org"' in answer.text
    assert send(client, "/reset", email="who@example.org").status_code == 303
