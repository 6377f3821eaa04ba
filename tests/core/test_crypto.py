"""Keys: made once, never overwritten, replaced without losing what they sealed."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from flask import Flask

from knowledge_exchange.core import crypto


def exchange(path: Path) -> Flask:
    """The least app that knows the keys at `path`."""
    app = Flask(__name__)
    app.config.update(KE_KEY_FILE=path, KE_SECRET_KEY="")
    crypto.init_app(app)
    return app


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_key_file_is_readable_by_its_owner_alone(path: Path) -> None:
    assert crypto.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    crypto.make(path)
    before = path.read_bytes()
    assert not crypto.make(path)
    assert path.read_bytes() == before


def test_what_is_sealed_can_be_unsealed_and_never_looks_the_same(path: Path) -> None:
    with exchange(path).app_context():
        first, second = crypto.seal(b"42"), crypto.seal(b"42")
        assert first != second
        assert crypto.unseal(first) == crypto.unseal(second) == b"42"


def test_what_was_changed_is_not_unsealed(path: Path) -> None:
    with exchange(path).app_context():
        sealed = bytearray(crypto.seal(b"42"))
        sealed[-1] ^= 1
        for wrong in (bytes(sealed), b"", b"short"):
            with pytest.raises(ValueError):
                crypto.unseal(wrong)


def test_rotating_replaces_all_keys_but_the_one_for_hashing(path: Path) -> None:
    crypto.make(path)
    before = crypto.load(path)
    after = crypto.rotate(path)
    assert after == crypto.load(path)
    assert after.hashing == before.hashing
    assert after.sealing != before.sealing
    assert after.signing != before.signing
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_sealed_before_two_rotations_is_still_readable(path: Path) -> None:
    sealed = []
    for _ in range(3):
        with exchange(path).app_context():
            sealed.append(crypto.seal(b"42"))
        crypto.rotate(path)
    with exchange(path).app_context():
        assert [crypto.unseal(one) for one in sealed] == [b"42"] * 3
        newest = crypto.seal(b"43")
    keys = crypto.load(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "earlier_sealing": []}))
    with exchange(path).app_context():
        assert crypto.unseal(newest) == b"43", "sealed with the newest key"
        with pytest.raises(ValueError):
            crypto.unseal(sealed[-1])
    assert len(keys.earlier_sealing) == 3


def test_a_rotation_ends_sessions_signed_with_the_key_file(path: Path) -> None:
    before = exchange(path).secret_key
    crypto.rotate(path)
    assert exchange(path).secret_key != before


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"hashing": 1}', '{"hashing": "AAAA"}', "\0"])
def test_a_damaged_key_file_is_named_in_plain_words(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(crypto.KeyFileError, match=r"keys\.json can't be read"):
        crypto.load_or_make(path)
    assert path.read_text() == content
