"""Passwords: which are too easily guessed, and hashing them with Argon2id off the event loop."""

from __future__ import annotations

import importlib.util
import re
import sys
import threading
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from knowledge_exchange.auth.policy import email_key
from knowledge_exchange.core.db import Busy

MIN_CHARS = 12
#: Far beyond any sentence; hashing a megabyte would cost more than it proves.
MAX_CHARS = 1000
#: ``abcabcabcabc`` is in no list, and no better.
FEWEST_LETTERS = 5
#: What OWASP asks of Argon2id at least: some 0.05 s of one core. More would often take a small machine beyond
#: KE_MIN_ANSWER_MS, and that all answers take the same time is worth more here.
TIME_COST = 2
MEMORY_KIB = 19 * 1024
PARALLELISM = 1
#: Hashes at once: bounds memory at 38 MiB, and leaves a core to everybody who is signed in already.
AT_ONCE = 2
#: Waiting longer than this for a turn, one is asked to come back.
PATIENCE_S = 20.0

_hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=PARALLELISM, type=Type.ID)
#: Of a password that nobody knows, made with the costs above: what a sign-in without an account is compared with.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$gZFMl3Trs2gEfRdyRrRDZA$K7COuxV/MpbUF5ktNUrwy+UYQ+Lp3bsh/bhie54ioOk"
#: What is stored of an account that has no password: none fits it.
UNUSABLE = "!"
# Made after gevent has patched `threading`, or where nothing is patched: cooperative or plain, as needed.
_turns = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """The hash to store. Takes some 0.05 s: never inside a unit of work. Raises :class:`Busy` in a crush."""
    return str(_off_the_loop(_hasher.hash, _bytes(password)))


def matches(stored: str | None, password: str) -> bool:
    """Whether that is the password. Without an account (None) or without a password it costs the same, in vain."""
    real = stored if stored != UNUSABLE else None
    right = _off_the_loop(_verified, real or _NOBODY, _bytes(password))
    return bool(right) and real is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verified(stored: str, password: bytes) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    """The same bytes for the same letters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)[:MAX_CHARS].encode("utf-8", "replace")


def _off_the_loop(function: Callable[..., Any], *arguments: Any) -> Any:
    if not _turns.acquire(timeout=PATIENCE_S):
        raise Busy("too many passwords at once")
    try:
        pool = _thread_pool()
        # Not by its truth: an idle pool has the length 0.
        return function(*arguments) if pool is None else pool.apply(function, arguments)
    finally:
        _turns.release()


def _thread_pool() -> Any:
    """gevent's pool of real threads, in a process that gevent has patched; else None."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return None
    import gevent

    return gevent.get_hub().threadpool


def fault_of(password: str, *about: str) -> str | None:
    """What is wrong with a new password, in words; None when nothing is. ``about``: e-mail, name, handle."""
    if len(password) < MIN_CHARS:
        advice = _("Use at least %(n)s characters. Three or four words that only you would put together are good.")
        return str(advice % {"n": MIN_CHARS})
    if len(password) > MAX_CHARS:
        return str(_("Use at most %(n)s characters.", n=MAX_CHARS))
    if _core(password) in _own_words(about):
        return str(_("That is your own name or address. Choose something that nobody knows about you."))
    if is_common(password):
        return str(_("That is among the first that somebody would try. Put three or four unusual words together."))
    return None


def _own_words(about: tuple[str, ...]) -> set[str]:
    wholes = [email_key(text) for text in about if text]
    pieces = {whole.partition("@")[0] for whole in wholes}
    return {_core(text) for text in (*wholes, *pieces)} - {""}


def is_common(password: str) -> bool:
    """Whether a list of common passwords and words holds it, as it is or with padding at its ends."""
    plain = password.casefold().strip()
    if len(set(plain)) < FEWEST_LETTERS:
        return True
    return any(_is_listed(candidate) for candidate in {plain, _core(plain), _unit(plain), _core(_unit(plain))})


def _core(text: str) -> str:
    """What is left of ``!Dragon-1234`` without what people pad words with: ``dragon``."""
    joined = re.sub(r"[\s._@-]", "", text.casefold())
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", joined)


def _unit(text: str) -> str:
    """What a text repeats: ``abc`` for ``abcabcabc``, the text itself if nothing."""
    length = (text + text).find(text, 1)
    return text[:length]


def _is_listed(word: str) -> bool:
    """Nothing but padding is as bad as a listed word."""
    return len(word) < 3 or f",{word}," in _common_words()


@lru_cache(maxsize=1)
def _common_words() -> str:
    """zxcvbn's frequency lists in one string, each word between commas: 0.9 MB instead of 10 as a set.

    Only the file of the lists is read: importing the package would build its tables.
    """
    spec = importlib.util.find_spec("zxcvbn")
    if spec is None or spec.origin is None:
        raise RuntimeError("zxcvbn is not installed: run `make setup`")
    path = Path(spec.origin).with_name("frequency_lists.py")
    loader = SourceFileLoader("_common_passwords", str(path))
    lists_spec = importlib.util.spec_from_loader(loader.name, loader)
    assert lists_spec is not None
    module = importlib.util.module_from_spec(lists_spec)
    loader.exec_module(module)
    words = (",".join(words) for words in module.FREQUENCY_LISTS.values())
    return f",{','.join(words)},"
