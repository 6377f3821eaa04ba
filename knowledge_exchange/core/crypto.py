"""What is done with the keys: keyed hashes, sealing, tokens.

Keys come in generations (``core/key_file.py``, ADR 0016). A keyed hash of the first generation is plain hex, of the
n-th ``n:`` and the HMAC, under the n-th key, of the hash of the generation before: nobody has the plain text, and any
older one can be lifted to a newer all the same. What is stored tells its generation, so that it is found and compared
whether it has been lifted or not.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app

from knowledge_exchange.core.key_file import KeyFileError, Keys, load, load_or_make

NONCE_BYTES = 12
TOKEN_BYTES = 32
#: How soon a process that uses keys notices that the file is another.
FOLLOWED_EVERY_S = 2.0
#: What was sealed with a later key than the first begins with this and the number of the key.
SEAL_MARK = b"\0ke-seal"
SEAL_MARK_BYTES = len(SEAL_MARK) + 2

log = logging.getLogger(__name__)


class UnknownGeneration(ValueError):
    """Something is stored under a key that the key file does not have: it is an older copy."""


class _Held:
    """The keys of a running process, which follows the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = load_or_make(path)
        self._mark = self._mark_now()
        self._looked = time.monotonic()

    def keys(self) -> Keys:
        if time.monotonic() - self._looked > FOLLOWED_EVERY_S:
            self.follow()
        return self._keys

    def follow(self) -> None:
        """Take over keys that were added. A file that is gone, damaged or another changes nothing here."""
        self._looked = time.monotonic()
        mark = self._mark_now()
        if mark == self._mark or mark is None:
            return
        self._mark = mark
        try:
            found = load(self._path)
        except KeyFileError:
            log.exception("the key file can't be read; the keys stay as they were")
            return
        if found.continue_from(self._keys):
            self._keys = found
        else:
            log.error("the key file holds other keys; they count from the next start")

    def _mark_now(self) -> tuple[int, int, int] | None:
        try:
            told = self._path.stat()
        except OSError:
            return None
        return told.st_mtime_ns, told.st_ino, told.st_size


def init_app(app: Flask) -> None:
    """Load the keys; where no secret is set (never in production), sign cookies with theirs."""
    held = _Held(Path(app.config["KE_KEY_FILE"]))
    app.extensions["ke_keys"] = held
    app.secret_key = app.config["KE_SECRET_KEY"] or held.keys().signing.hex()


def _keys() -> Keys:
    held: _Held = current_app.extensions["ke_keys"]
    return held.keys()


def hashing_keys(app: Flask | None = None) -> tuple[bytes, ...]:
    """The hashing keys, the oldest first: for what derives its own from them (``core/keyed_tags.py``)."""
    held: _Held = (app or current_app).extensions["ke_keys"]
    return held.keys().hashing


def follow_now() -> None:
    """Look at the key file at once, whenever that was last done."""
    held: _Held = current_app.extensions["ke_keys"]
    held.follow()


def generation() -> int:
    """Under which of the hashing keys, counted from 1, hashes are written now."""
    keys = _keys()
    return len(keys.hashing) - keys.unsettled


def newest_generation() -> int:
    """How many hashing keys there are: none stored can be of a later generation."""
    return len(_keys().hashing)


def rotated_at() -> datetime | None:
    """When the newest keys were made; None while there are only the first."""
    return _keys().rotated_at[-1] if _keys().rotated_at else None


def every_lift(stored: str) -> list[str]:
    """A stored hash in its own generation and in all later ones."""
    return [lift(stored, number) for number in range(generation_of(stored), newest_generation() + 1)]


def generation_of(stored: str) -> int:
    """Of which generation a stored hash is."""
    number, colon, _rest = stored.partition(":")
    return int(number) if colon else 1


def keyed_hash(purpose: str, text: str) -> str:
    """Keyed hash of ``text``, as it is stored; the same text under another purpose can't be matched."""
    return keyed_hash_at(generation(), purpose, text)


def keyed_hash_at(number: int, purpose: str, text: str) -> str:
    """As it was, or will be, in that generation; of the first it is 64 hex digits, for ever the same.

    Raises :class:`UnknownGeneration`.
    """
    first = hmac.digest(_keys().hashing[0], f"{purpose}\0{text}".encode(), hashlib.sha256)
    return lift(first.hex(), number)


def every_keyed_hash(purpose: str, text: str) -> list[str]:
    """The hash in every generation: for finding what is stored, ``column.in_(…)``, lifted or not."""
    found = [keyed_hash_at(1, purpose, text)]
    for number in range(2, newest_generation() + 1):
        found.append(lift(found[-1], number))
    return found


def is_hash_of(stored: str, purpose: str, text: str) -> bool:
    """Whether that is what was stored of it, in whichever generation; takes equally long either way."""
    try:
        return hmac.compare_digest(keyed_hash_at(generation_of(stored), purpose, text), stored)
    except UnknownGeneration:
        return False


def lift(stored: str, to: int | None = None) -> str:
    """A stored hash in a later generation (None: the one that is written now); what is later already stays.

    Raises :class:`UnknownGeneration`.
    """
    keys, own = _keys(), generation_of(stored)
    goal = generation() if to is None else to
    if max(own, goal) > len(keys.hashing):
        raise UnknownGeneration(max(own, goal))
    for number in range(own + 1, goal + 1):
        stored = f"{number}:{hmac.digest(keys.hashing[number - 1], stored.encode(), hashlib.sha256).hex()}"
    return stored


def seal_generation() -> int:
    """With which of the sealing keys, counted from 1, something is sealed now."""
    keys = _keys()
    return len(keys.sealing) - keys.unsettled


def newest_seal_generation() -> int:
    """How many sealing keys there are."""
    return len(_keys().sealing)


def seal_mark(number: int) -> bytes:
    """What begins all that was sealed with that key; nothing for the first."""
    return b"" if number == 1 else SEAL_MARK + number.to_bytes(2, "big")


def seal(plain: bytes) -> bytes:
    """Encrypt with AES-256-GCM under a fresh nonce: equal inputs give unequal outputs."""
    return _sealed(plain, secrets.token_bytes(NONCE_BYTES))


def seal_steadily(plain: bytes) -> bytes:
    """As :func:`seal`, but equal inputs give equal outputs: for what is to look the same each time it is made.

    The nonce is a keyed hash of what is sealed, so that none is used for two texts. :func:`unseal` opens it, too.
    """
    return _sealed(plain, bytes.fromhex(keyed_hash_at(1, "sealing", plain.hex()))[:NONCE_BYTES])


def _sealed(plain: bytes, nonce: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    number = seal_generation()
    mark = seal_mark(number)
    return mark + nonce + AESGCM(_keys().sealing[number - 1]).encrypt(nonce, plain, mark or None)


def unseal(sealed: bytes) -> bytes:
    """The inverse of :func:`seal`, also for what an earlier key sealed.

    Raises ``ValueError`` when the text or the key is another.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    for key, mark in _may_open(sealed):
        nonce, content = sealed[len(mark) :][:NONCE_BYTES], sealed[len(mark) + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, content, mark or None)
        except InvalidTag:
            continue
    raise ValueError("sealed under another key, or changed")


def _may_open(sealed: bytes) -> list[tuple[bytes, bytes]]:
    """The keys that may have sealed it, each with the mark before it."""
    keys = _keys().sealing
    if sealed.startswith(SEAL_MARK):
        number = int.from_bytes(sealed[len(SEAL_MARK) : SEAL_MARK_BYTES], "big")
        return [(keys[number - 1], seal_mark(number))] if 1 < number <= len(keys) else []
    # Before there were marks, later keys sealed without.
    return [(key, b"") for key in reversed(keys)]


def new_token() -> str:
    """256 bits of chance, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token: someone with a copy of the database can't use it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
