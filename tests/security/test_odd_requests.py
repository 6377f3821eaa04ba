"""Requests that no browser sends."""

from __future__ import annotations

import pytest
from flask import Flask

from knowledge_exchange.auth.limits import the_address
from tests.support.persons import person


@pytest.mark.parametrize("host", ["x" * 64, "a..b", ".", "x" * 3000])
@pytest.mark.parametrize("path", ["/", "/networks", "/healthz", "/nowhere"])
def test_a_host_that_is_none_is_refused_not_stumbled_over(app: Flask, host: str, path: str) -> None:
    for client in (app.test_client(), person(app, "Asha Author").client if path == "/" else app.test_client()):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "Content-Security-Policy" in answer.headers


def test_lines_that_come_in_by_a_socket_for_both_kinds_are_counted_apart(app: Flask) -> None:
    def counted(address: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return the_address()

    assert counted("::ffff:192.0.2.1") == counted("192.0.2.1") != counted("::ffff:192.0.2.2")
    assert counted("2001:db8::1") == counted("2001:db8::2") != counted("2001:db8:0:1::1")
