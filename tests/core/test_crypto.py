"""Keys: made once, never overwritten, replaced without losing what they sealed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import stat
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask

from knowledge_exchange.core import clock, crypto, key_file

KEY = base64.b64encode(b"another key, which nobody knows.").decode()


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
    assert key_file.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    key_file.make(path)
    before = path.read_bytes()
    assert not key_file.make(path)
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


def settled() -> AbstractContextManager[None]:
    """Time in which what was rotated up to now may be written with."""
    return clock.held(clock.now() + key_file.SETTLED_AFTER * 2)


def test_rotating_adds_keys_and_keeps_the_earlier_ones(path: Path) -> None:
    key_file.make(path)
    before = key_file.load(path)
    after = key_file.rotate(path)
    assert after == key_file.load(path)
    assert after.continue_from(before)
    assert (len(after.hashing), len(after.sealing)) == (2, 2)
    assert len({*after.hashing, *after.sealing}) == 4
    assert after.signing != before.signing
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_hash_of_the_first_keys_is_what_it_was_before_there_were_generations(path: Path) -> None:
    with exchange(path).app_context():
        plain = hmac.new(key_file.load(path).hashing[0], b"roll\0" + b"123", hashlib.sha256).hexdigest()
        assert crypto.keyed_hash("roll", "123") == plain
    key_file.rotate(path)
    with exchange(path).app_context(), settled():
        assert crypto.keyed_hash_at(1, "roll", "123") == plain


def test_an_older_hash_can_be_lifted_to_the_newest_without_the_text(path: Path) -> None:
    older = []
    for _ in range(3):
        with exchange(path).app_context(), settled():
            older.append(crypto.keyed_hash("roll", "123"))
        key_file.rotate(path)
    with exchange(path).app_context(), settled():
        newest = crypto.keyed_hash("roll", "123")
        assert [crypto.generation_of(one) for one in (*older, newest)] == [1, 2, 3, 4]
        assert {crypto.lift(one) for one in (*older, newest)} == {newest}
        assert crypto.every_keyed_hash("roll", "123") == [*older, newest]
        assert all(crypto.is_hash_of(one, "roll", "123") for one in (*older, newest))
        assert not any(crypto.is_hash_of(one, "roll", "124") for one in (*older, newest))


def test_nothing_is_written_with_new_keys_before_every_process_knows_them(path: Path) -> None:
    app = exchange(path)
    key_file.rotate(path)
    with app.app_context():
        crypto.follow_now()
        assert (crypto.generation(), crypto.newest_generation(), crypto.seal_generation()) == (1, 2, 1)
        assert crypto.generation_of(crypto.keyed_hash("roll", "123")) == 1
        assert len(crypto.every_keyed_hash("roll", "123")) == 2, "but another process may be ahead by a moment"
        with settled():
            assert (crypto.generation(), crypto.seal_generation()) == (2, 2)


def test_of_two_rotations_one_after_the_other_each_settles_in_its_own_time(path: Path) -> None:
    app, begun = exchange(path), clock.now()
    key_file.rotate(path)
    with clock.held(begun + key_file.SETTLED_AFTER / 2):
        key_file.rotate(path)
    with app.app_context():
        crypto.follow_now()
        with clock.held(begun + key_file.SETTLED_AFTER * 1.2):
            assert (crypto.generation(), crypto.newest_generation()) == (2, 3)
        with clock.held(begun + key_file.SETTLED_AFTER * 2):
            assert crypto.generation() == 3


def test_a_running_process_notices_new_keys_when_it_uses_some(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = exchange(path)
    key_file.rotate(path)
    monkeypatch.setattr(crypto, "FOLLOWED_EVERY_S", -1.0)
    with app.app_context():
        assert crypto.newest_generation() == 2


@pytest.mark.parametrize("content", ["", "{}", None])
def test_a_running_process_keeps_its_keys_when_the_file_is_damaged_or_another(path: Path, content: str | None) -> None:
    app = exchange(path)
    with app.app_context():
        sealed = crypto.seal(b"42")
        path.unlink()
        crypto.follow_now()
        if content is None:
            key_file.make(path)
        else:
            path.write_text(content)
        crypto.follow_now()
        assert crypto.unseal(sealed) == b"42"


def test_what_a_later_key_hashed_is_refused_by_an_older_copy_of_the_file(path: Path) -> None:
    key_file.make(path)
    older = path.read_bytes()
    key_file.rotate(path)
    with exchange(path).app_context(), settled():
        hashed, sealed = crypto.keyed_hash("roll", "123"), crypto.seal(b"42")
    path.write_bytes(older)
    with exchange(path).app_context(), settled():
        with pytest.raises(crypto.UnknownGeneration):
            crypto.lift(hashed)
        assert not crypto.is_hash_of(hashed, "roll", "123")
        with pytest.raises(ValueError):
            crypto.unseal(sealed)


def test_what_was_sealed_before_two_rotations_is_still_readable(path: Path) -> None:
    sealed = []
    for _ in range(3):
        with exchange(path).app_context(), settled():
            sealed += [crypto.seal(b"42"), crypto.seal_steadily(b"42")]
        key_file.rotate(path)
    with exchange(path).app_context(), settled():
        assert [crypto.unseal(one) for one in sealed] == [b"42"] * 6
        newest = crypto.seal(b"43")
    table = json.loads(path.read_text())
    path.write_text(json.dumps({**table, "earlier_sealing": [KEY] * 3}))
    with exchange(path).app_context(), settled():
        assert crypto.unseal(newest) == b"43", "sealed with the newest key"
        with pytest.raises(ValueError):
            crypto.unseal(sealed[-1])


def test_a_file_of_before_there_were_generations_is_still_read(path: Path) -> None:
    key_file.make(path)
    with exchange(path).app_context():
        sealed, hashed = crypto.seal(b"42"), crypto.keyed_hash("roll", "123")
    table = json.loads(path.read_text())
    path.write_text(json.dumps({**table, "sealing": KEY, "earlier_sealing": [table["sealing"]]}))
    with exchange(path).app_context():
        assert crypto.unseal(sealed) == b"42"
        assert crypto.keyed_hash("roll", "123") == hashed
        assert crypto.unseal(crypto.seal(b"43")) == b"43"
        assert (crypto.generation(), crypto.seal_generation()) == (1, 2)


def test_a_rotation_ends_sessions_signed_with_the_key_file(path: Path) -> None:
    before = exchange(path).secret_key
    key_file.rotate(path)
    assert exchange(path).secret_key != before


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"hashing": 1}', '{"hashing": "AAAA"}', "\0"])
def test_a_damaged_key_file_is_named_in_plain_words(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(key_file.KeyFileError, match=r"keys\.json can't be read"):
        key_file.load_or_make(path)
    assert path.read_text() == content
