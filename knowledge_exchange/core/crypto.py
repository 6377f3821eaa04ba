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
_CURRENT = ("hashing", "sealing", "signing")
_EARLIER = "earlier_sealing"


class KeyFileError(RuntimeError):
    """The key file is missing where it may not be, or damaged; the message says what to do."""


@dataclass(frozen=True)
class Keys:
    """The exchange's keys. ``hashing`` can never be replaced without re-hashing what it hashed.

    ``earlier_sealing``, the newest first: what was sealed before a rotation can still be read.
    """

    hashing: bytes
    sealing: bytes
    signing: bytes
    earlier_sealing: tuple[bytes, ...] = ()


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
        earlier = tuple(_key(text) for text in table.get(_EARLIER, []))
        return Keys(**{name: _key(table[name]) for name in _CURRENT}, earlier_sealing=earlier)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is not a key file") from error


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key is cut short")
    return key


def _as_text(key: bytes) -> str:
    return base64.b64encode(key).decode()


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
    """Replace the signing and the sealing key; the old sealing key is kept for reading what it sealed.

    The hashing key stays: of what it hashed nobody has the plain text. The file is replaced in one
    step. Running processes go on with the old keys until they are started again.
    """
    before = load(path)
    after = Keys(
        hashing=before.hashing,
        sealing=secrets.token_bytes(KEY_BYTES),
        signing=secrets.token_bytes(KEY_BYTES),
        earlier_sealing=(before.sealing, *before.earlier_sealing),
    )
    table: dict[str, str | list[str]] = {
        **{name: _as_text(getattr(after, name)) for name in _CURRENT},
        _EARLIER: [_as_text(key) for key in after.earlier_sealing],
    }
    _draft(path, json.dumps(table).encode()).replace(path)
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


def seal_steadily(plain: bytes) -> bytes:
    """As :func:`seal`, but equal inputs give equal outputs: for what is to look the same each time it is made.

    The nonce is a keyed hash of what is sealed, so that none is used for two texts. :func:`unseal` opens it, too.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = bytes.fromhex(keyed_hash("sealing", plain.hex()))[:NONCE_BYTES]
    return nonce + AESGCM(_keys().sealing).encrypt(nonce, plain, None)


def unseal(sealed: bytes) -> bytes:
    """The inverse of :func:`seal`, also for what an earlier key sealed.

    Raises ``ValueError`` when the text or the key is another.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    keys = _keys()
    for key in (keys.sealing, *keys.earlier_sealing):
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except InvalidTag:
            continue
    raise ValueError("sealed under another key, or changed")


def new_token() -> str:
    """256 bits of chance, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token: someone with a copy of the database can't use it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
