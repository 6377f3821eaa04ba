"""Putting a backup's files back. What is there besides and in no row is swept by the exchange itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO, Any

from knowledge_exchange.cli.backup_content import CHUNK_BYTES, entry_of_file
from knowledge_exchange.cli.backup_file import DAMAGE, Backup, BadBackup
from knowledge_exchange.threads.files.file_store import is_name, store


def restore_files(backup: Backup) -> None:
    """Put them back, before the rows that name them are there for good. Raises :class:`BadBackup`."""
    for name, expected in backup.manifest["files"].items():
        if not is_name(name):
            raise BadBackup("it holds files that are none of an exchange’s")
        checksum = hashlib.sha256()
        try:
            with backup.packed.open(entry_of_file(name)) as entry:
                store().put_sealed(name, _pieces(entry, checksum))
        except OSError:
            raise
        except DAMAGE as error:
            raise BadBackup("a file of a post in it is damaged") from error
        if checksum.hexdigest() != expected:
            store().drop([name])
            raise BadBackup("a file of a post in it is not what was written")


def _pieces(entry: IO[bytes], checksum: Any) -> Iterator[bytes]:
    while piece := entry.read(CHUNK_BYTES):
        checksum.update(piece)
        yield piece
