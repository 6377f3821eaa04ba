"""Migrated databases for tests: made once per run through the operator's commands, copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.support import postgres, servers
from tests.support.shared import once, worker_name

SQLITE = "sqlite"
POSTGRES = "postgres"
KINDS = (SQLITE, POSTGRES)
SQLITE_NAME = "exchange.sqlite3"
DEMO_S = 120.0


def _prepare(folder: Path, url: str, demo: bool) -> None:
    """Migrate the database at `url`, with its keys in `folder`; with `demo` also load the demo community."""
    settings = {"KE_DATA_DIR": folder, "KE_DATABASE_URL": url, "KE_DEMO": demo}
    for command in ("migrate", "demo") if demo else ("migrate",):
        done = servers.run_command(command, settings=settings, folder=folder, timeout=DEMO_S)
        if done.returncode:
            raise RuntimeError(f"`{command}` failed on {url}:\n{done.stdout}{done.stderr}")


class Templates:
    """The databases that all processes of a run copy from; each is made when it is first asked for."""

    def __init__(self, run_folder: Path) -> None:
        self._run = run_folder
        self._own_postgres: dict[bool, str] = {}

    def socket_folder(self) -> str:
        """Where the run's PostgreSQL listens; started by whoever asks first."""
        return str(once(self._run, "postgres", postgres.start))

    def fresh(self, kind: str, folder: Path, demo: bool = False) -> str:
        """An address of a migrated database, empty or with the demo; its keys and files are put into `folder`.

        SQLite: a file of its own. PostgreSQL: one database for each process and purpose, put back to its beginning,
        so ask for it once per test.
        """
        return self._fresh_sqlite(folder, demo) if kind == SQLITE else self._fresh_postgres(folder, demo)

    def _fresh_sqlite(self, folder: Path, demo: bool) -> str:
        template = Path(self._template(SQLITE, demo)["folder"])
        shutil.copytree(template, folder, dirs_exist_ok=True)
        return f"sqlite:///{folder / SQLITE_NAME}"

    def _fresh_postgres(self, folder: Path, demo: bool) -> str:
        template = self._template(POSTGRES, demo)
        shutil.copytree(template["folder"], folder, dirs_exist_ok=True)
        sockets, name = self.socket_folder(), f"ke_{worker_name() or 'main'}{'_demo' if demo else ''}"
        # Emptying is quicker than copying, but a demo that a test has changed can't be put back by it.
        if demo or demo not in self._own_postgres:
            postgres.create(sockets, name, template["database"])
            self._own_postgres[demo] = name
        else:
            postgres.empty(sockets, name)
        return postgres.url(sockets, name)

    def _template(self, kind: str, demo: bool) -> dict[str, Any]:
        name = f"template_{kind}{'_demo' if demo else ''}"
        made: dict[str, Any] = once(self._run, name, lambda: self._make(kind, demo, name))
        return made

    def _make(self, kind: str, demo: bool, name: str) -> dict[str, str]:
        folder = self._run / name
        folder.mkdir()
        url = f"sqlite:///{folder / SQLITE_NAME}"
        if kind == POSTGRES:
            postgres.create(self.socket_folder(), name)
            url = postgres.url(self.socket_folder(), name)
        _prepare(folder, url, demo)
        return {"folder": str(folder), "database": name}
