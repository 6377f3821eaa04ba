"""Keys, and what is done with them: keyed hashes, sealing, tokens.

The key file is made at first start with mode 0600. It is not part of a backup unless asked for:
with the database alone nobody can test which membership numbers are in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

KEY_BYTES = 32
NONCE_BYTES = 12
TOKEN_BYTES = 32


class KeyFileError(RuntimeError):
    """The key file is missing where it may not be, or damaged; the message says what to do."""


@dataclass(frozen=True)
class Keys:
    """The exchange's keys. ``hashing`` can never be replaced without re-hashing what it hashed."""

    hashing: bytes
    sealing: bytes
    signing: bytes


def load_or_make(path: Path) -> Keys:
    """Read the key file, or make it (mode 0600) where there is none."""
    if not path.exists():
        make(path)
    try:
        table = json.loads(path.read_text("ascii"))
        return Keys(*(base64.b64decode(table[name]) for name in ("hashing", "sealing", "signing")))
    except (OSError, ValueError, KeyError) as error:
        raise KeyFileError(
            f"The key file {path.name} can't be read ({type(error).__name__}). Put back the copy "
            "that was kept with your backups; without it sealed data is lost."
        ) from error


def make(path: Path) -> None:
    """Write fresh keys to ``path``; a file that is already there is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ("hashing", "sealing", "signing")
    fresh = {name: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() for name in names}
    # Another process may do the same at this moment: the file appears whole, and once.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(fresh, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def init_app(app: Flask) -> None:
    """Load the keys; where no secret is set (never in production), sign cookies with theirs."""
    keys = load_or_make(Path(app.config["KE_KEY_FILE"]))
    app.extensions["ke_keys"] = keys
    app.secret_key = app.config["KE_SECRET_KEY"] or keys.signing.hex()


def _keys() -> Keys:
    keys: Keys = current_app.extensions["ke_keys"]
    return keys


def keyed_hash(purpose: str, text: str) -> str:
    """HMAC-SHA-256 of ``text`` in hex; the same text under another purpose can't be matched."""
    message = f"{purpose}\0{text}".encode()
    return hmac.new(_keys().hashing, message, hashlib.sha256).hexdigest()


def seal(plain: bytes) -> bytes:
    """Encrypt with AES-256-GCM under a fresh nonce: equal inputs give unequal outputs."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_keys().sealing).encrypt(nonce, plain, None)


def unseal(sealed: bytes) -> bytes:
    """The inverse of :func:`seal`. Raises ``ValueError`` when the text or the key is another."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        cipher = AESGCM(_keys().sealing)
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except InvalidTag as error:
        raise ValueError("sealed under another key, or changed") from error


def new_token() -> str:
    """256 bits of chance, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token: someone with a copy of the database can't use it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
