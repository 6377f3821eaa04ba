"""Fixtures of the tests of accounts."""

from __future__ import annotations

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth import timing
from knowledge_exchange.auth.gate import active
from tests.auth.door import enter, make_member


@pytest.fixture
def ann(app: Flask) -> int:
    """An active member with a password."""
    return make_member(app)


@pytest.fixture
def inside(client: FlaskClient, ann: int) -> FlaskClient:
    """Ann's browser, signed in."""
    enter(client, ann)
    return client


@pytest.fixture
def received(app: Flask) -> list[dict[str, str]]:
    """What arrived at ``/probe``, a form for active members that exists in tests only."""
    arrived: list[dict[str, str]] = []

    @active
    def probe() -> ResponseReturnValue:
        if request.method == "POST":
            arrived.append(request.form.to_dict())
        return "probed"

    app.add_url_rule("/probe", "probe", probe, methods=["GET", "POST"])
    return arrived


class Clock:
    """Time that passes only by sleeping, and by what a test says that work took."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands in for the clock that measures answers."""
    clock = Clock()
    monkeypatch.setattr(timing, "monotonic", lambda: clock.now)
    monkeypatch.setattr(timing, "sleep", clock.sleep)
    return clock
