"""Hold docs/leak-matrix.toml to the program: whatever could show whose a pseudonym is has its row, and a test.

Everything is asked of the app itself (routes, tables, jobs, exports, commands) or of the source (letters, events).
A row that names what is gone fails, too, and so does one whose test is gone.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
MATRIX = ROOT / "docs" / "leak-matrix.toml"
SOURCE = ROOT / "knowledge_exchange"

#: Where pseudonyms have leaked in other forums. Each has its row, also while its room is not built.
CELLS = frozenset(
    {
        "API ids",
        "attachment owner and file metadata",
        "avatar address",
        "collapsed and print views",
        "directory and recent posts",
        "e-mail headers",
        "edit history",
        "error messages",
        "feeds",
        "moderator's view",
        "notification text",
        "poll results",
        "quote attribution",
        "reaction lists",
        "search by author",
        "sort order by author id",
        "typing and presence",
    }
)
_EMITTED = re.compile(r"\bemit\(\s*\"(\w+)\"")
_WRITER = re.compile(r"^(?:[A-Z]+_)?WRITER(?:_[A-Z]+)? *(?::[^=]+)?= \"(\w+)\"", re.MULTILINE)


def app_for_asking(folder: Path) -> Flask:
    """The exchange on an empty folder, with all that settings can bring in."""
    from knowledge_exchange import create_app

    union = {"KE_OIDC_ISSUER": "http://127.0.0.1:9", "KE_OIDC_CLIENT_ID": "x", "KE_OIDC_CLIENT_SECRET": "x" * 40}
    place = {"KE_DATA_DIR": folder, "KE_DATABASE_URL": f"sqlite:///{folder / 'nothing.sqlite3'}"}
    return create_app({"TESTING": True, "KE_SECRET_KEY": "x" * 50, **place, **union})


def found_in(app: Flask) -> dict[str, set[str]]:
    """Everything that must have a row, by its kind."""
    from knowledge_exchange.auth import own_data
    from knowledge_exchange.core.db import db
    from knowledge_exchange.jobs import jobs_of
    from knowledge_exchange.notifications.kinds import KINDS

    return {
        "cell": set(CELLS),
        "route": set(_routes(app)),
        "table": set(db.metadata.tables),
        "letter": {path.name for path in (ROOT / "templates/mail").iterdir() if not path.name.startswith("_")},
        "writer": set(_in_source(_WRITER)),
        "event": _events() | set(_in_source(_EMITTED)),
        "said": set(_said()),
        "notice": {kind.code for kind in KINDS},
        "job": {job.name for job in jobs_of(app)},
        "export": set(own_data._parts),
        "command": set(_commands()),
    }


def _routes(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield f"{method} {rule.endpoint}"


def _in_source(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in SOURCE.rglob("*.py"):
        yield from pattern.findall(path.read_text(encoding="utf-8"))


def _events() -> set[str]:
    from knowledge_exchange.realtime import events

    return set(events.THREAD_KINDS | events.MEMBER_KINDS)


def _said() -> Iterator[str]:
    from knowledge_exchange.realtime.sockets import Live

    return (name for name in dir(Live) if name.startswith("on_"))


def _commands() -> Iterator[str]:
    import click

    from knowledge_exchange.cli.main import cli

    def walk(command: click.Command | None, words: tuple[str, ...]) -> Iterator[str]:
        if not isinstance(command, click.Group):
            yield " ".join(words)
            return
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), (*words, name))

    return walk(cli, ())


@cache
def _tests_in(path: str) -> frozenset[str]:
    """Names of the tests that a file holds; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def faults(matrix: Mapping[str, Any], found: Mapping[str, set[str]]) -> Iterator[str]:
    """What is wrong with the matrix, a sentence each; nothing where it is whole."""
    tests, reasons, rows = matrix["tests"], matrix["reasons"], matrix["rows"]
    yield from (f"the test “{alias}” is not there: {test}" for alias, test in tests.items() if not _is_there(test))
    for row in rows:
        yield from _faults_of_row(row, tests, reasons, found)
    for kind, names in found.items():
        rowed = [name for row in rows if row["kind"] == kind for name in row["names"]]
        yield from (f"no row for the {kind} “{name}”" for name in sorted(names - set(rowed)))
        yield from (f"two rows for the {kind} “{name}”" for name in _doubles(rowed))
    used = {word for row in rows for word in (*row.get("tests", ()), row.get("silent", ""))}
    yield from (f"no row names “{word}”" for word in sorted((set(tests) | set(reasons)) - used))


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    return name in _tests_in(path)


def _faults_of_row(
    row: Mapping[str, Any], tests: Mapping[str, str], reasons: Mapping[str, str], found: Mapping[str, set[str]]
) -> Iterator[str]:
    kind, called = row["kind"], f"the row of {', '.join(row['names'])[:80]}"
    for name in row["names"]:
        if name not in found.get(kind, ()):
            yield f"{called}: there is no {kind} “{name}”"
    if len([word for word in ("tests", "silent", "comes_with") if row.get(word)]) != 1:
        yield f"{called}: say one of tests, silent, comes_with"
    if "comes_with" in row and kind != "cell":
        yield f"{called}: it is here, so what comes with a later room is no excuse"
    if "tests" in row and not row.get("how"):
        yield f"{called}: say how it could show whose a pseudonym is, or that a hidden thread exists"
    yield from (f"{called}: no test is called “{word}”" for word in row.get("tests", ()) if word not in tests)
    if "silent" in row and row["silent"] not in reasons:
        yield f"{called}: no reason is called “{row['silent']}”"


def _doubles(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def main() -> int:
    """Say what is wrong; 1 where something is."""
    with tempfile.TemporaryDirectory(prefix="ke-matrix-") as folder:
        found = found_in(app_for_asking(Path(folder)))
    wrong = list(faults(tomllib.loads(MATRIX.read_text(encoding="utf-8")), found))
    for line in wrong:
        print(f"docs/leak-matrix.toml: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
