"""Opening a backup: is it one, is it whole as far as its table of contents goes, does it bring keys?"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from knowledge_exchange.cli.backing_up import FORMAT, FORMAT_VERSION, KEYS, MANIFEST
from knowledge_exchange.core import key_file
from knowledge_exchange.core.zip_checks import BROKEN

MAX_MANIFEST_BYTES = 1024 * 1024

#: What a damaged file raises when it is read or taken apart.
DAMAGE = (*BROKEN, KeyError, ValueError, TypeError, RuntimeError)


class BadBackup(ValueError):
    """A file that can't be restored; the message says why in plain words."""


@dataclass(frozen=True)
class Backup:
    """A backup that has been opened and found whole as far as its table of contents goes."""

    packed: zipfile.ZipFile
    manifest: dict[str, Any]
    keys: bytes | None

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(table["rows"] for table in self.manifest["tables"].values())


def open_backup(file: IO[bytes]) -> Backup:
    """Open a backup. Raises :class:`BadBackup` where it is none, or damaged."""
    try:
        packed = zipfile.ZipFile(file)
        manifest = _manifest(packed)
        keys = _keys(packed, manifest)
    except BadBackup:
        raise
    except DAMAGE as error:
        raise BadBackup("this is no backup of a Knowledge Exchange, or it is not complete") from error
    return Backup(packed, manifest, keys)


def _manifest(packed: zipfile.ZipFile) -> dict[str, Any]:
    with packed.open(MANIFEST) as entry:
        manifest: dict[str, Any] = json.loads(entry.read(MAX_MANIFEST_BYTES))
    if manifest["format"] != FORMAT:
        raise ValueError("another format")
    if manifest["format_version"] != FORMAT_VERSION:
        raise BadBackup("it was written by a newer version of this program: restore it with that one")
    if not all(isinstance(checksum, str) for checksum in manifest.setdefault("files", {}).values()):
        raise ValueError("no checksums")
    for told in manifest["tables"].values():
        if not isinstance(told["rows"], int) or not isinstance(told["sha256"], str):
            raise ValueError("no counts")
    return manifest


def _keys(packed: zipfile.ZipFile, manifest: dict[str, Any]) -> bytes | None:
    if "keys_sha256" not in manifest:
        return None
    with packed.open(KEYS) as entry:
        content = entry.read(MAX_MANIFEST_BYTES)
    if hashlib.sha256(content).hexdigest() != manifest["keys_sha256"]:
        raise BadBackup("the keys in it are damaged")
    key_file.parse(content)
    return content


def place_keys(backup: Backup, path: Path) -> bool:
    """Put the backup's keys where the exchange looks for them; returns whether that made the file.

    Keys that came out of the backup's by rotations may be there already: they read what those wrote, too. Raises
    :class:`BadBackup` where there are others, or older ones.
    """
    if backup.keys is None or key_file.put(path, backup.keys):
        return backup.keys is not None
    here, theirs = key_file.load(path), key_file.parse(backup.keys)
    if here.continue_from(theirs):
        return False
    which = "an older copy of its key file" if theirs.continue_from(here) else "a key file with other keys"
    raise BadBackup(
        f"there is {which} at {path}. An empty database needs none of it: move that file away, then restore again"
    )
