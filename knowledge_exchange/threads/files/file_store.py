"""Where the content of attachments is kept: a folder of sealed files, behind an interface that a bucket could fill.

A file is named by an id of chance and opened with the key file alone; its times say nothing. What it is called, and
which post it belongs to, stands in the database.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from flask import current_app

from knowledge_exchange.core import crypto

FOLDER = "files"
#: The id, and of pictures the width of a smaller copy.
_NAME = re.compile(r"[0-9a-f]{16}(?:-[0-9]{1,5})?")
_DRAFT = ".new-"


class FileStore(Protocol):
    """What the exchange asks of a place for files. Names: :func:`name_of`."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a content; it is there for good when this returns. Raises ``OSError``."""

    def get(self, name: str) -> bytes | None:
        """The content; None where it is not there, or no key opens it."""

    def drop(self, names: Iterable[str]) -> None:
        """Forget these, as far as they are there."""

    def names(self, unchanged_for_s: float = 0) -> Iterator[str]:
        """All that is kept, and has been there for so long (seconds)."""

    def has(self, name: str) -> bool:
        """Whether it is there, without opening it."""

    def sealed(self, name: str) -> IO[bytes]:
        """The content as it is stored, for a backup. Raises ``OSError``."""

    def put_sealed(self, name: str, content: Iterable[bytes]) -> None:
        """Keep what :meth:`sealed` gave. Raises ``OSError``, and ``ValueError`` of what is no name."""


def name_of(file_id: int, width: str = "") -> str:
    """What a file is called in a store; ``width``: of a smaller copy."""
    return f"{file_id:016x}-{width}" if width else f"{file_id:016x}"


def is_name(name: str) -> bool:
    """Whether a file of a store may be called so: it leads nowhere else."""
    return _NAME.fullmatch(name) is not None


def id_of(name: str) -> int:
    """Of which attachment it is."""
    return int(name[:16], 16)


class FolderStore:
    """A folder that the exchange's own user alone may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, name: str) -> Path:
        if not is_name(name):
            raise ValueError("no name of a file")
        return self._folder / name

    def put(self, name: str, content: bytes) -> None:
        """Seal it and write it down."""
        self.put_sealed(name, (crypto.seal(content),))

    def put_sealed(self, name: str, content: Iterable[bytes]) -> None:
        """Write it whole or not at all."""
        goal = self._path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f"{_DRAFT}{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in content:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.utime(draft, (0, 0))  # when somebody uploaded it is nobody's business
            draft.replace(goal)
        finally:
            draft.unlink(missing_ok=True)
        os.utime(self._folder, (0, 0))

    def get(self, name: str) -> bytes | None:
        """Read it and open it."""
        try:
            return crypto.unseal(self._path(name).read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def drop(self, names: Iterable[str]) -> None:
        """Delete them."""
        for name in names:
            with suppress(FileNotFoundError):
                self._path(name).unlink()

    def names(self, unchanged_for_s: float = 0) -> Iterator[str]:
        """What stands in the folder; what was broken off while it was written is not among it."""
        latest = time.time() - unchanged_for_s
        for path in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if is_name(path.name) and path.stat().st_ctime <= latest:
                    yield path.name

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return self._path(name).is_file()

    def sealed(self, name: str) -> IO[bytes]:
        """The file, opened."""
        return self._path(name).open("rb")


def store() -> FileStore:
    """The store of this exchange."""
    return FolderStore(Path(current_app.config["KE_DATA_DIR"]) / FOLDER)
