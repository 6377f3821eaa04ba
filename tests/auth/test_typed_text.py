"""What somebody typed is never lost, and never leaves their browser for anywhere else."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from knowledge_exchange.auth import actions, sessions
from knowledge_exchange.auth.gate import active
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import Busy
from tests.auth.door import EMAIL, PASSWORD, enter, is_in, make_member, send, token_in, try_sign_in, writing

TEXT = "First line\n\n  second <b>line</b> & more\n"
FORM = {"title": "A title", "body": TEXT, "key": "abc123", "kind": "problem"}


def forms(page: TestResponse) -> dict[str, str]:
    """The fields of the form in the main part of a page, as a browser would send them."""
    main = page.text.partition("<main")[2]
    fields = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', main))
    for name, text in re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', main):
        fields[name] = text
    return {name: html.unescape(value) for name, value in fields.items()}


@pytest.fixture
def ended(app: Flask, inside: FlaskClient, ann: int, received: list[dict[str, str]]) -> FlaskClient:
    """A browser whose session was ended elsewhere while its owner was typing."""
    with writing(app):
        sessions.end_all(ann)
    return inside


def test_a_form_with_an_old_token_comes_back_whole_and_can_be_sent(
    inside: FlaskClient, received: list[dict[str, str]]
) -> None:
    answer = inside.post("/probe?draft=7", data={"csrf_token": "old", **FORM})
    assert answer.status_code == 400
    assert 'action="/probe?draft=7"' in answer.text
    again = forms(answer)
    assert {name: again[name] for name in FORM} == FORM
    assert received == []
    inside.post("/probe?draft=7", data=again)
    assert {name: received[0][name] for name in FORM} == FORM


def test_text_typed_in_a_session_that_has_ended_survives_the_sign_in(
    ended: FlaskClient, received: list[dict[str, str]]
) -> None:
    door = ended.post("/probe", data={"csrf_token": "whatever", **FORM})
    assert door.status_code == 401
    assert html.escape("second <b>line</b> & more", quote=False) in door.text
    wrong = ended.post("/sign-in", data={**forms(door), "email": EMAIL, "password": "not this one, no"})
    assert wrong.status_code == 401
    back = ended.post("/sign-in", data={**forms(wrong), "email": EMAIL, "password": PASSWORD})
    assert back.status_code == 200
    assert 'action="/probe"' in back.text
    assert is_in(ended)
    ended.post("/probe", data=forms(back))
    assert {name: received[0][name].replace("\r\n", "\n") for name in FORM} == FORM


def test_the_page_that_gives_the_text_back_knows_who_has_signed_in(ended: FlaskClient) -> None:
    door = ended.post("/probe", data=FORM)
    back = ended.post("/sign-in", data={**forms(door), "email": EMAIL, "password": PASSWORD})
    assert "Ann Example" in back.text


def test_signing_out_in_another_tab_loses_no_text(inside: FlaskClient, received: list[dict[str, str]]) -> None:
    send(inside, "/sign-out", page="/me")
    door = inside.post("/probe", data=FORM)
    assert door.status_code == 401
    assert forms(door)["carry.body"].strip() == TEXT.strip()


def test_who_lost_their_standing_meanwhile_gets_the_text_to_copy_but_no_button(
    app: Flask, ended: FlaskClient, ann: int
) -> None:
    with writing(app):
        actions.change_standing(ann, "suspended", "A reason.", None)
    door = ended.post("/probe", data=FORM)
    back = ended.post("/sign-in", data={**forms(door), "email": EMAIL, "password": PASSWORD})
    assert "second &lt;b&gt;line&lt;/b&gt;" in back.text
    assert "Send it" not in back.text


def test_a_visitor_who_never_had_a_session_is_sent_to_the_sign_in(client: FlaskClient) -> None:
    for path in ("/n/north-west/new", "/nothing-like-this"):
        answer = client.post(path, data=FORM)
        assert (answer.status_code, answer.location) == (302, "/sign-in?next=/")


def test_a_press_of_a_button_leads_back_to_its_page_after_the_sign_in(ended: FlaskClient) -> None:
    answer = ended.post("/probe", data={"key": "abc"}, headers={"Referer": "http://127.0.0.1:5000/t/17?after=3"})
    assert answer.location == "/sign-in?next=/t/17?after%3D3"


def test_secrets_are_typed_again_and_never_written_into_a_page(inside: FlaskClient, ended: FlaskClient) -> None:
    secret = {"password": "secret-1", "new_password": "secret-2", "code": "secret-3", "number": "secret-4"}
    for answer in (inside.post("/probe", data={**FORM, **secret}), ended.post("/join", data={**FORM, **secret})):
        assert answer.status_code in (400, 401)
        assert "secret-" not in answer.text
    assert 'name="password" type="password"' in answer.text


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_carried_text_is_never_offered_to_another_site(client: FlaskClient, ann: int, goal: str) -> None:
    answer = try_sign_in(client, carry_action=goal, **{"carry.body": "a text of mine"})
    assert (answer.status_code, answer.location) == (303, "/")


def test_those_who_read_json_get_json(
    app: Flask, inside: FlaskClient, received: list[dict[str, str]], ann: int
) -> None:
    asked = {"Accept": "application/json"}
    old = inside.post("/probe", data=FORM, headers=asked)
    assert (old.status_code, old.json) == (400, {"error": "expired"})
    with writing(app):
        sessions.end_all(ann)
    ended = inside.post("/probe", data=FORM, headers=asked)
    assert (ended.status_code, ended.json) == (401, {"error": "sign_in"})


def test_a_busy_database_gives_the_text_back(app: Flask, inside: FlaskClient) -> None:
    @active
    def busy() -> str:
        raise Busy("another process")

    app.add_url_rule("/busy", "busy", busy, methods=["GET", "POST"])
    answer = inside.post("/busy", data={**FORM, "csrf_token": token_in(inside.get("/me"))})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert forms(answer)["body"] == TEXT
    assert inside.get("/busy").status_code == 503


def test_too_many_posts_give_the_text_back(make_app: Callable[..., Flask]) -> None:
    from knowledge_exchange.auth.limits import limiter

    app = make_app(KE_RATE_LIMITS=True)
    calls = []

    @active
    def counted() -> str:
        calls.append(1)
        return "counted"

    app.add_url_rule("/counted", "counted", limiter.limit("2 per day")(counted), methods=["POST"])
    client = app.test_client()
    enter(client, make_member(app))
    form = {**FORM, "csrf_token": token_in(client.get("/me"))}
    answers = [client.post("/counted", data=form) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert len(calls) == 2
    assert 0 < int(answers[2].headers["Retry-After"]) <= 24 * 3600
    assert forms(answers[2])["body"] == TEXT


@pytest.fixture(autouse=True)
def no_sockets(app: Flask) -> None:
    """Nobody is connected in these tests."""
    hooks.provide(app, "access_lost", lambda _member_id, _reason: None)
