"""Requests that no browser sends, and names that nobody bears."""

from __future__ import annotations

import pytest
from flask import Flask

from knowledge_exchange.auth.forms import JoinForm
from knowledge_exchange.auth.limits import the_address
from tests.support.persons import person


@pytest.mark.parametrize("host", ["x" * 64, "a..b", ".", "x" * 3000])
@pytest.mark.parametrize("path", ["/", "/networks", "/healthz", "/nowhere"])
def test_a_host_that_is_none_is_refused_not_stumbled_over(app: Flask, host: str, path: str) -> None:
    for client in (app.test_client(), person(app, "Asha Author").client if path == "/" else app.test_client()):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Zoë \u202eO'Brien", "Zoë O'Brien"),
        ("\u2067Ann\u2069 Lee", "Ann Lee"),
        ("Ann\u200b\x07 \u2028 Lee", "Ann Lee"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_name_holds_nothing_that_turns_the_text_around_it(app: Flask, typed: str, kept: str) -> None:
    with app.test_request_context(method="POST", data={"name": typed}):
        assert JoinForm().name.data == kept


@pytest.mark.parametrize("typed", ["\u200b", "\u2060\u202e", "\x01", "\u3164"])
def test_a_name_that_cannot_be_seen_is_none(app: Flask, typed: str) -> None:
    with app.test_request_context(method="POST", data={"name": typed}):
        form = JoinForm()
        assert not form.validate()
        assert form.name.errors


def test_lines_that_come_in_by_a_socket_for_both_kinds_are_counted_apart(app: Flask) -> None:
    def counted(address: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return the_address()

    assert counted("::ffff:192.0.2.1") == counted("192.0.2.1") != counted("::ffff:192.0.2.2")
    assert counted("2001:db8::1") == counted("2001:db8::2") != counted("2001:db8:0:1::1")
