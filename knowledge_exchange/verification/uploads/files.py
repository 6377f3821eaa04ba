"""The files that officers upload: in the data folder, by random names, until they have been read.

They hold membership numbers in plain, which nothing else here does: only the exchange's own user may read them, and
none outlives its import.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from flask import current_app

FOLDER = "rolls"
#: The largest roll that is taken: some 300,000 rows. A roll of 50,000 has 5 MiB.
MAX_ROLL_BYTES = 32 * 1024 * 1024
#: The form around it brings its own fields and borders.
MAX_UPLOAD_BYTES = MAX_ROLL_BYTES + 1024 * 1024
#: Files on the disk at one time; whoever uploads more waits until some have been read.
MOST_FILES = 20
_CHUNK_BYTES = 256 * 1024
_NAME_BYTES = 16
_NOTES = ".json"
#: A file that no import names is left over from an upload that was broken off; a running one is younger.
_ORPHAN_AFTER_S = 3600.0


class TooLarge(ValueError):
    """More than :data:`MAX_ROLL_BYTES`; nothing was kept."""


class NothingInIt(ValueError):
    """A file of no bytes; nothing was kept."""


class TooManyFiles(RuntimeError):
    """There are :data:`MOST_FILES` already; nothing was kept."""


def folder() -> Path:
    """Where the files are; made, and closed to others, where it is missing."""
    path = Path(current_app.config["KE_DATA_DIR"]) / FOLDER
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(name: str) -> Path:
    """The file of that name; it may be gone."""
    return folder() / name


def keep(content: IO[bytes]) -> str:
    """Write a file down; returns its name. Raises :class:`TooLarge`, :class:`NothingInIt`, :class:`TooManyFiles`."""
    if sum(not path.name.endswith(_NOTES) for path in folder().iterdir()) >= MOST_FILES:
        raise TooManyFiles
    name = secrets.token_hex(_NAME_BYTES)
    try:
        written = _write(path_of(name), content)
    except BaseException:
        forget(name)
        raise
    if not written:
        forget(name)
        raise NothingInIt
    return name


def _write(path: Path, content: IO[bytes]) -> int:
    written = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := content.read(_CHUNK_BYTES):
            written += len(chunk)
            if written > MAX_ROLL_BYTES:
                raise TooLarge
            file.write(chunk)
    return written


def is_here(name: str) -> bool:
    """Whether this machine has the file."""
    return bool(name) and path_of(name).is_file()


def forget(name: str) -> None:
    """Delete a file, if it is still there, and what was noted of it."""
    for part in (name, name + _NOTES) if name else ():
        with suppress(FileNotFoundError):
            path_of(part).unlink()


def note(name: str, text: str) -> None:
    """Write down beside a file what is to be known of it without opening it again."""
    path = path_of(name + _NOTES)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def notes_of(name: str) -> str:
    """What was noted of a file; empty where nothing was."""
    try:
        return path_of(name + _NOTES).read_text("utf-8")
    except FileNotFoundError:
        return ""


def forget_all_but(named: set[str]) -> None:
    """Delete what no import names any more."""
    for path in folder().iterdir():
        with suppress(FileNotFoundError):
            if path.name.removesuffix(_NOTES) not in named and time.time() - path.stat().st_mtime > _ORPHAN_AFTER_S:
                path.unlink()
