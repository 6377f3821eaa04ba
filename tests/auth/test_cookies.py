"""Cookies whose signature has been checked once: the same answers as without."""

from __future__ import annotations

import pytest
from flask import Flask, session
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth import cookies


def exchange(secret: str = "one") -> Flask:
    app = Flask(__name__)
    app.secret_key = secret
    app.session_interface = cookies.KnownCookies()

    @app.get("/set/<word>")
    def put(word: str) -> ResponseReturnValue:
        session["word"] = word
        return ""

    @app.get("/list/<word>")
    def append(word: str) -> ResponseReturnValue:
        session.setdefault("words", []).append(word)
        session.modified = True
        return ""

    @app.get("/spoil")
    def spoil() -> ResponseReturnValue:
        session.setdefault("words", []).append("never sent")
        return ""

    @app.get("/")
    def show() -> ResponseReturnValue:
        return f"{session.get('word')} {session.get('words')}"

    return app


def cookie_of(app: Flask, path: str) -> dict[str, str]:
    return {"Cookie": app.test_client().get(path).headers["Set-Cookie"].split(";")[0]}


def test_a_cookie_says_the_same_the_first_time_and_again() -> None:
    app = exchange()
    client, mine, other = app.test_client(use_cookies=False), cookie_of(app, "/set/mine"), cookie_of(app, "/set/other")
    for _ in range(2):
        assert client.get("/", headers=mine).text == "mine None"
        assert client.get("/", headers=other).text == "other None"
        assert client.get("/").text == "None None"


def test_what_one_request_does_to_its_session_is_not_seen_by_the_next() -> None:
    app = exchange()
    client, headers = app.test_client(use_cookies=False), cookie_of(app, "/set/mine")
    client.get("/", headers=headers)
    client.get("/set/changed", headers=headers)
    assert client.get("/", headers=headers).text == "mine None"
    listed = cookie_of(app, "/list/one")
    client.get("/", headers=listed)
    client.get("/spoil", headers=listed)
    assert client.get("/", headers=listed).text == "None ['one']"


def test_a_changed_cookie_and_anothers_signature_are_worth_nothing() -> None:
    app = exchange()
    client, headers = app.test_client(use_cookies=False), cookie_of(app, "/set/mine")
    client.get("/", headers=headers)
    changed = {"Cookie": headers["Cookie"][:-2] + ("aa" if not headers["Cookie"].endswith("aa") else "bb")}
    assert client.get("/", headers=changed).text == "None None"
    app.secret_key = "another"
    assert client.get("/", headers=headers).text == "None None"


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cookies, "MOST_KEPT", 3)
    app = exchange()
    client = app.test_client(use_cookies=False)
    for number in range(6):
        client.get("/", headers=cookie_of(app, f"/set/{number}"))
    interface = app.session_interface
    assert isinstance(interface, cookies.KnownCookies)
    assert len(interface._kept) == 3
