"""The files of posts in a backup: as they are stored, sealed, so that a backup without keys opens none of them."""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import suppress

from sqlalchemy import Connection, select

from knowledge_exchange.threads.files.attachment_models import Attachment
from knowledge_exchange.threads.files.attachments import WIDTHS
from knowledge_exchange.threads.files.file_store import name_of, store

CHUNK_BYTES = 256 * 1024


def entry_of_file(name: str) -> str:
    """Where a file stands in the backup."""
    return f"files/{name}"


def write_files(packed: zipfile.ZipFile, link: Connection) -> dict[str, str]:
    """Write every file that the snapshot knows; returns their checksums by name.

    Files never change; one that was deleted since the snapshot is left out.
    """
    written = {}
    for file_id in link.execute(select(Attachment.id).order_by(Attachment.id)).scalars():
        for name in (name_of(file_id, width) for width in ("", *WIDTHS)):
            with suppress(FileNotFoundError):
                written[name] = _write_file(packed, name)
    return written


def _write_file(packed: zipfile.ZipFile, name: str) -> str:
    checksum = hashlib.sha256()
    # What is sealed can't be packed any smaller.
    entry = zipfile.ZipInfo(entry_of_file(name))
    with store().sealed(name) as file, packed.open(entry, "w", force_zip64=True) as goal:
        while piece := file.read(CHUNK_BYTES):
            checksum.update(piece)
            goal.write(piece)
    return checksum.hexdigest()
