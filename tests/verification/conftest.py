"""What the tests of this room share: an app around them, and roll files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.actions import create_network
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.pulling import https as registry_https
from tests.verification import registries
from tests.verification.pulls import source
from tests.verification.registries import Machine

HEADER = "membership_number,surname,first_name,email,ods_code,region,category,joined,paid_up_to"


@pytest.fixture
def in_app(app: Flask) -> Iterator[None]:
    """An app around the test."""
    with app.app_context():
        yield


@pytest.fixture
def roll_file(tmp_path: Path) -> Callable[..., Path]:
    """``roll_file(line, line)``: a file with CONTRACT's header and these lines."""

    def make(*lines: str, header: str = HEADER, encoding: str = "utf-8", name: str = "roll.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
        return path

    return make


@pytest.fixture
def on_record() -> Callable[[], list[tuple[str, ...]]]:
    """What the roll holds: surname, first name, e-mail, code, region, category and tail, by surname."""

    def read() -> list[tuple[str, ...]]:
        columns = (
            RollEntry.surname,
            RollEntry.first_name,
            RollEntry.email,
            RollEntry.ods_code,
            RollEntry.region,
            RollEntry.category,
            RollEntry.number_tail,
        )
        return [tuple(row) for row in db.session.execute(select(*columns).order_by(RollEntry.surname))]

    return read


@pytest.fixture
def networks(in_app: None) -> dict[str, int]:
    """The networks that a new member comes into, and one that they don't."""
    wanted = [
        ("north-west", "regional", "closed"),
        ("london", "regional", "closed"),
        ("national", "national", "open"),
        ("ask-an-officer", "national", "open"),
    ]
    with unit_of_work():
        return {slug: create_network(slug, slug.title(), kind=kind, visibility=seen).id for slug, kind, seen in wanted}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A union's membership system, asked without proxies and without pauses between the tries."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(registry_https, "PATIENCE", registry_https.Patience(pause_s=0.01))
    with registries.running() as running:
        yield running


@pytest.fixture
def set_up(in_app: None, machine: Machine) -> Machine:
    """``unison`` is pulled from it."""
    done = source(
        "set", "unison", "--url", machine.url, "--token-file", "-", "--name", "UNISON", typed=registries.TOKEN
    )
    assert done.exit_code == 0, done.output
    return machine
