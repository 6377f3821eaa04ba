"""Fixtures for every room's tests: real databases, real servers, a real browser.

This process is never patched by gevent: servers run as processes of their own (`serve`), and Playwright's
synchronous interface would not survive it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.address_cache import share_builders
from tests.support.databases import KINDS, Templates
from tests.support.shared import run_folder
from tests.support.template_cache import SharedTemplates

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.support.servers import Server
    from tests.support.valkey import RedisServer

pytest_plugins = ["tests.support.browser_fixtures"]

TEMPLATES = SharedTemplates()
#: A browser or a server of its own can starve on a machine that is busy with something else. Such a test is tried once
#: more; pytest then names it as RERUN, so that it isn't overlooked. Tests without other processes have one try.
TRIED_AGAIN = ("browser", "server")
TEST_SECRET = "a secret for tests, long enough for any check of it"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--databases sqlite,postgres`: which ones the tests that need a database run on."""
    parser.addoption("--databases", default=",".join(KINDS), help="comma-separated: sqlite, postgres")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes ``-n auto`` means: one more than cores, for many tests wait for a server or a browser."""
    return 1 + (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Settings of whoever runs the tests must not reach the app under test."""
    share_builders()
    unknown = set(_chosen(config)) - set(KINDS)
    if unknown:
        raise pytest.UsageError(f"--databases knows {', '.join(KINDS)}, not {', '.join(sorted(unknown))}")
    config.addinivalue_line("markers", "databases(*kinds): runs on these databases only")
    for name in [name for name in os.environ if name.startswith("KE_") and name != "KE_CHROMIUM"]:
        del os.environ[name]


def _chosen(config: pytest.Config) -> list[str]:
    return [kind for kind in str(config.getoption("--databases")).split(",") if kind]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Everything that touches a database runs once for each kind."""
    if "database_kind" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("databases")
        metafunc.parametrize("database_kind", marker.args if marker else KINDS, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out (not: skip) the databases that were not asked for; give what depends on other processes two tries.

    Files with such tests come first: they take longest, and a run that ended with them would end with idle processes.
    """
    long_files = set()
    for item in items:
        if any(item.get_closest_marker(name) for name in TRIED_AGAIN):
            item.add_marker(pytest.mark.flaky(reruns=1))
            long_files.add(item.path)
    items.sort(key=lambda item: item.path not in long_files)
    wanted = set(_chosen(config))
    left_out = [item for item in items if _kind_of(item) not in wanted | {None}]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _kind_of(item: pytest.Item) -> str | None:
    spec = getattr(item, "callspec", None)
    return spec.params.get("database_kind") if spec else None


@pytest.fixture(autouse=True)
def _ids_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids never go back, so a test that held the clock in the future would leave them there for the next."""
    from knowledge_exchange.core import ids

    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(ids, "_last_rounded", 0)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Migrated databases to copy, shared by all processes of the run."""
    return Templates(run_folder(tmp_path_factory))


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgres``; a test that asks for it, or for anything below, runs on both."""
    return str(request.param)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The data folder of this test's exchange: keys, mail files, the SQLite database."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def database_url(templates: Templates, database_kind: str, data_dir: Path) -> str:
    """The address of a migrated database without rows, this test's own."""
    return templates.fresh(database_kind, data_dir)


@pytest.fixture
def settings(database_url: str, data_dir: Path) -> dict[str, Any]:
    """What `create_app` and servers are given in tests: nothing waits, nothing is limited."""
    return {
        "KE_DATA_DIR": data_dir,
        "KE_DATABASE_URL": database_url,
        "KE_SECRET_KEY": TEST_SECRET,
        "KE_MIN_ANSWER_MS": 0,
        "KE_RATE_LIMITS": False,
        "KE_SECOND_FACTOR": "off",
    }


@pytest.fixture
def make_app(settings: dict[str, Any]) -> Iterator[Callable[..., Flask]]:
    """`make_app(KE_DEMO=True)`: an app with other settings; its connections are closed after the test."""
    with ExitStack() as closing:

        def make(**changed: Any) -> Flask:
            from knowledge_exchange import create_app

            app = create_app({"TESTING": True, **settings, **changed})
            app.jinja_env.bytecode_cache = TEMPLATES
            closing.callback(_close, app)
            return app

        yield make


def _close(app: Flask) -> None:
    from knowledge_exchange.core.db import db

    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The exchange on an empty, migrated database."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without JavaScript, in this process."""
    return app.test_client()


@pytest.fixture(scope="session")
def _redis_process() -> Iterator[RedisServer]:
    from tests.support.valkey import RedisServer

    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def redis_url(_redis_process: RedisServer) -> str:
    """The address of a real Redis-compatible server without keys, this test's own."""
    _redis_process.empty()
    return _redis_process.url


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis-compatible server that the test may stop and start."""
    from tests.support.valkey import RedisServer

    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def serve(settings: dict[str, Any], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`serve(KE_REDIS_URL=…)`: start a server process on this test's database; all are ended after the test."""
    from tests.support import servers

    with ExitStack() as closing:

        def start(**changed: Any) -> Server:
            server = servers.start({"KE_DEMO": True, **settings, **changed}, tmp_path)
            closing.callback(server.stop)
            return server

        yield start


@pytest.fixture
def serve_process(serve: Callable[..., Server]) -> Server:
    """A server process on this test's empty database, ready to answer: `.url`, `.process`, `.log`."""
    return serve()


@pytest.fixture
def demo_server(templates: Templates, database_kind: str, tmp_path: Path) -> Iterator[Server]:
    """A server process with the demo community in it."""
    from tests.support import servers

    folder = tmp_path / "demo"
    folder.mkdir()
    url = templates.fresh(database_kind, folder, demo=True)
    given = {"KE_DATA_DIR": folder, "KE_DATABASE_URL": url, "KE_DEMO": True, "KE_RATE_LIMITS": False}
    server = servers.start({**given, "KE_MIN_ANSWER_MS": 0}, tmp_path)
    yield server
    server.stop()
