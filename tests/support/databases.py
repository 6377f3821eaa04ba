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
DEMO_S = 400.0


#: Flask-Migrate's own command: the operator's is tested where it lives, and must not break every other test.
MIGRATE = ("-m", "knowledge_exchange", "migrate")
DEMO = ("-m", "knowledge_exchange", "demo")


def _prepare(folder: Path, url: str, demo: bool) -> None:
    """Migrate the database at `url`, with its keys in `folder`; with `demo` also load the demo community."""
    settings = {"KE_DATA_DIR": folder, "KE_DATABASE_URL": url, "KE_DEMO": demo}
    for words in (MIGRATE, DEMO) if demo else (MIGRATE,):
        done = servers.run_python(*words, settings=settings, folder=folder, timeout=DEMO_S)
        if done.returncode:
            raise RuntimeError(f"`{' '.join(words)}` failed on {url}:\n{done.stdout}{done.stderr}")


class Templates:
    """The databases that all processes of a run copy from; each is made when it is first asked for."""

    def __init__(self, run_folder: Path) -> None:
        self._run = run_folder
        self._made: set[str] = set()

    def socket_folder(self) -> str:
        """Where the run's PostgreSQL listens; started by whoever asks first."""
        return str(once(self._run, "postgres", postgres.start))

    def fresh(self, kind: str, folder: Path, *, demo: bool = False, scratch: bool = False) -> str:
        """An address of a migrated database, empty or with the demo; its keys and files are put into `folder`.

        SQLite: a file of its own. PostgreSQL: one database for each process and purpose, put back to its beginning,
        so ask for it once per test; with `scratch` one of its own, whose tables the test may change too.
        """
        if kind == SQLITE:
            return self._fresh_sqlite(folder, demo)
        return self._fresh_postgres(folder, demo, scratch)

    def _fresh_sqlite(self, folder: Path, demo: bool) -> str:
        template = Path(self._template(SQLITE, demo)["folder"])
        shutil.copytree(template, folder, dirs_exist_ok=True)
        return f"sqlite:///{folder / SQLITE_NAME}"

    def _fresh_postgres(self, folder: Path, demo: bool, scratch: bool) -> str:
        template = self._template(POSTGRES, demo)
        shutil.copytree(template["folder"], folder, dirs_exist_ok=True)
        purpose = "_scratch" if scratch else "_demo" if demo else ""
        sockets, name = self.socket_folder(), f"ke_{worker_name() or 'main'}{purpose}"
        # Emptying is quicker than copying, but brings back neither the demo's rows nor changed tables.
        if purpose or name not in self._made:
            postgres.create(sockets, name, template["database"])
            self._made.add(name)
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
        if kind == POSTGRES and not demo:
            postgres.remember(self.socket_folder(), name)
        return {"folder": str(folder), "database": name}
