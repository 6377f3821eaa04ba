"""The key file: made once, never overwritten, its keys replaced without losing what the earlier ones did.

It is made at first start with mode 0600. It is not part of a backup unless asked for: with the database alone nobody
can test which membership numbers are in it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from knowledge_exchange.core.clock import now

KEY_BYTES = 32
#: So long after a rotation every process knows the new keys; only then does anything write with them. Until then a
#: process that has not looked yet could neither find nor read what another has written.
SETTLED_AFTER = timedelta(seconds=60)
_CURRENT = ("hashing", "sealing", "signing")


class KeyFileError(RuntimeError):
    """The key file is missing where it may not be, or damaged; the message says what to do."""


@dataclass(frozen=True)
class Keys:
    """The exchange's keys, of each kind the oldest first: generation n stands at place n - 1.

    A key that hashed is needed for ever, for nobody has the plain text to hash again; one that sealed, for as long
    as anything that it sealed is about (links in mail, backups).
    """

    hashing: tuple[bytes, ...]
    sealing: tuple[bytes, ...]
    signing: bytes
    #: When the second generation of ``hashing`` was made, the third, and so on.
    rotated_at: tuple[datetime, ...] = ()

    @property
    def unsettled(self) -> int:
        """How many of the newest generations are too young to be written with."""
        return sum(1 for moment in self.rotated_at if now() < moment + SETTLED_AFTER)

    def continue_from(self, earlier: Keys) -> bool:
        """Whether these came out of those by rotations (or are the same)."""
        return (
            self.hashing[: len(earlier.hashing)] == earlier.hashing
            and self.sealing[: len(earlier.sealing)] == earlier.sealing
        )


def load_or_make(path: Path) -> Keys:
    """Read the key file, or make it (mode 0600) where there is none."""
    if not path.exists():
        make(path)
    return load(path)


def load(path: Path) -> Keys:
    """Read the key file. Raises :class:`KeyFileError` when it is missing or damaged."""
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyFileError(
            f"The key file {path.name} can't be read ({type(error).__name__}). Put back the copy "
            "that was kept with your backups; without it sealed data is lost."
        ) from error


def parse(content: bytes) -> Keys:
    """The keys in a key file's content. Raises ``ValueError`` when it holds none."""
    table = json.loads(content)
    try:
        keys = Keys(
            hashing=_line_of(table, "hashing"),
            sealing=_line_of(table, "sealing"),
            signing=_key(table["signing"]),
            rotated_at=tuple(_moment(text) for text in table.get("rotated_at", [])),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is not a key file") from error
    if len(keys.rotated_at) != len(keys.hashing) - 1:
        raise ValueError("a rotation is only half there")
    return keys


def _line_of(table: dict[str, list[str]], kind: str) -> tuple[bytes, ...]:
    """The keys of one kind, the oldest first; in the file the earlier ones stand the newest first."""
    earlier = [_key(text) for text in table.get(f"earlier_{kind}", [])]
    return (*reversed(earlier), _key(str(table[kind])))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key is cut short")
    return key


def _as_text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _content(keys: Keys) -> bytes:
    table: dict[str, str | list[str]] = {
        "hashing": _as_text(keys.hashing[-1]),
        "sealing": _as_text(keys.sealing[-1]),
        "signing": _as_text(keys.signing),
        "earlier_hashing": [_as_text(key) for key in reversed(keys.hashing[:-1])],
        "earlier_sealing": [_as_text(key) for key in reversed(keys.sealing[:-1])],
        "rotated_at": [moment.isoformat() for moment in keys.rotated_at],
    }
    return json.dumps(table).encode()


def make(path: Path) -> bool:
    """Write fresh keys to ``path``; a file that is already there is never overwritten (False)."""
    return put(path, json.dumps({name: _as_text(secrets.token_bytes(KEY_BYTES)) for name in _CURRENT}).encode())


def put(path: Path, content: bytes) -> bool:
    """Make the key file of these bytes (mode 0600), whole and once; False where there is one already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Another process may do the same at this moment.
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def rotate(path: Path) -> Keys:
    """Add a generation of keys, in one step; the earlier ones are kept.

    Running processes notice it within seconds. Nothing is written with the new keys before ``SETTLED_AFTER``; then a
    job (``core/rekeying.py``) lifts what is stored. The signing key is another with the next start.
    """
    before = load(path)
    after = Keys(
        hashing=(*before.hashing, secrets.token_bytes(KEY_BYTES)),
        sealing=(*before.sealing, secrets.token_bytes(KEY_BYTES)),
        signing=secrets.token_bytes(KEY_BYTES),
        rotated_at=(*before.rotated_at, now()),
    )
    _draft(path, _content(after)).replace(path)
    return after


def _draft(path: Path, content: bytes) -> Path:
    """The bytes on disk, beside ``path``, readable by their owner alone."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
