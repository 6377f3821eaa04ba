"""What the operator's commands have in common: the exchange they work on, progress, failing in plain words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from flask import current_app, has_app_context
from sqlalchemy.exc import DatabaseError, OperationalError

P = ParamSpec("P")
R = TypeVar("R")

FAILED = 1


def fail(message: str) -> NoReturn:
    """End the command: the work has failed."""
    click.echo(message, err=True)
    raise SystemExit(FAILED)


def configured() -> dict[str, Any]:
    """The settings, for commands that do without the exchange itself."""
    from knowledge_exchange.core.config import BadSetting, load

    if has_app_context():
        return dict(current_app.config)
    try:
        return load()
    except BadSetting as error:
        fail(str(error))


def with_exchange(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the exchange that the settings name; its troubles end it with a sentence."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if has_app_context():
            return _in_words(command, *args, **kwargs)
        with _exchange():
            return _in_words(command, *args, **kwargs)

    return run


@contextmanager
def _exchange() -> Iterator[None]:
    from knowledge_exchange import create_app
    from knowledge_exchange.core.config import BadSetting
    from knowledge_exchange.core.key_file import KeyFileError

    try:
        app = create_app()
    except (BadSetting, KeyFileError) as error:
        fail(str(error))
    with app.app_context():
        yield


def _in_words(command: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    from knowledge_exchange.core.db import Busy

    try:
        return command(*args, **kwargs)
    except Busy:
        fail("The database is busy with another process. Nothing was written; try again.")
    except DatabaseError as error:
        # Not the whole error: it would hold the statement and its values.
        kind = type(error.orig).__name__
        if _is_unreachable(error):
            fail(f"The database can't be reached ({kind}): is it running, and is KE_DATABASE_URL right?")
        fail(f"The database refused ({kind}). Run `knowledge-exchange migrate`, then try again.")


def _is_unreachable(error: DatabaseError) -> bool:
    """Whether PostgreSQL could not be asked at all, or has gone; a statement that it refuses has a code."""
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "of SQLite") is None


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields a function that takes how far it has come."""
    if not sys.stderr.isatty():
        yield lambda _position: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda position: bar.update(position - bar.pos)
