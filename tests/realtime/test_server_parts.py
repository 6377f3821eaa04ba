"""Small parts of the server on their own: origins, allowances, logs that cannot be flooded, open files."""

from __future__ import annotations

import logging
import resource

import pytest
from flask import Flask

from knowledge_exchange.realtime.limits import CONNECTIONS, LOG_LINES_PER_MINUTE, SPARE_FILES
from knowledge_exchange.realtime.listening import most_connections
from knowledge_exchange.realtime.origins import allowed_origins, may_connect, origin_of
from knowledge_exchange.realtime.quiet import WINDOW_SECONDS, Allowance, QuietLog


def app_with(**settings: object) -> Flask:
    """An app that has only these settings."""
    app = Flask(__name__)
    app.config.update(settings)
    return app


def test_outside_a_demo_only_the_base_urls_origin_is_allowed() -> None:
    app = app_with(KE_BASE_URL="https://Exchange.Example.org/", KE_DEMO=False)
    assert allowed_origins(app, 5000) == ["https://exchange.example.org"]


def test_in_a_demo_this_machine_is_allowed_at_the_port_only() -> None:
    app = app_with(KE_BASE_URL="http://127.0.0.1:5000", KE_DEMO=True)
    allowed = allowed_origins(app, 5000)
    assert set(allowed) == {"http://127.0.0.1:5000", "http://localhost:5000"}
    assert may_connect(app, {"HTTP_ORIGIN": "http://localhost:5000", "SERVER_PORT": "5000"})
    assert not may_connect(app, {"HTTP_ORIGIN": "http://localhost:5001", "SERVER_PORT": "5000"})
    assert not may_connect(app, {"HTTP_ORIGIN": "http://localhost:5000", "SERVER_PORT": "nonsense"})


def test_without_a_base_url_nobody_is_allowed() -> None:
    app = app_with(KE_BASE_URL="", KE_DEMO=False)
    assert not may_connect(app, {"HTTP_ORIGIN": "https://elsewhere.example", "SERVER_PORT": "5000"})
    assert not may_connect(app, {"HTTP_ORIGIN": "", "SERVER_PORT": "5000"})
    assert not may_connect(app, {"SERVER_PORT": "5000"})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example:443/path?x", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("http://a.example:443", "http://a.example:443"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("https://user@a.example", "https://a.example"),
        ("ftp://a.example", None),
        ("https://", None),
        ("https://a.example:nonsense", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_an_allowance_is_free_up_to_its_burst_and_then_costs_time() -> None:
    allowance = Allowance(rate=10.0, burst=5.0)
    assert [allowance.spend(1) for _ in range(5)] == [0.0] * 5
    assert 0 < allowance.spend(1) <= 0.1
    assert 0.9 < allowance.spend(9) <= 1.0


def test_a_kind_of_line_is_written_a_few_times_a_minute_and_the_rest_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    time = [0.0]
    quiet = QuietLog(logging.getLogger("quiet"), clock=lambda: time[0])
    with caplog.at_level(logging.INFO, "quiet"):
        for _ in range(100):
            quiet.write(logging.INFO, "stranger", reason="malformed")
        quiet.write(logging.INFO, "other")
        assert caplog.messages == ["stranger reason=malformed"] * LOG_LINES_PER_MINUTE + ["other"]
        caplog.clear()
        time[0] = WINDOW_SECONDS
        quiet.write(logging.INFO, "stranger", reason="malformed")
        quiet.write(logging.INFO, "stranger", reason="malformed")
    assert caplog.messages == [
        f"stranger reason=malformed left_out={100 - LOG_LINES_PER_MINUTE}",
        "stranger reason=malformed",
    ]


def test_connections_stay_below_the_open_files_that_the_system_gives() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        found = most_connections()
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert found <= CONNECTIONS
        assert found + SPARE_FILES <= soft
        assert soft > 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_of_an_error_only_its_kind_and_place_are_written(caplog: pytest.LogCaptureFixture) -> None:
    quiet = QuietLog(logging.getLogger("quiet"))
    try:
        int("somebody's words")
    except ValueError as error:
        quiet.write(logging.ERROR, "handler_failed", error=error)
    assert caplog.messages[0].startswith("handler_failed error=ValueError\n")
    assert "test_server_parts.py" in caplog.text
    assert "somebody" not in caplog.text.replace('int("somebody\'s words")', "")
