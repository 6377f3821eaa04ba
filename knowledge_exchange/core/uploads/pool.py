"""Asking the helper: one process a file, two at a time, each ended when it has answered or its time is over."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time

from knowledge_exchange.core.helper_process import HelperLostError, HelperProcess, receive_exactly

from .kinds import BUSY, HEAVY, REASONS, SUFFIXES, Looked, Refused
from .wire import ALL_SECONDS, LENGTH, MAX_ANSWER_BYTES, MAX_HEAD_BYTES

MOST_AT_ONCE = 2
#: For one of the helpers to become free.
WAIT_SECONDS = 20.0
_MODULE = "knowledge_exchange.core.uploads.helper"

logger = logging.getLogger(__name__)
_free = threading.BoundedSemaphore(MOST_AT_ONCE)


def look_at(data: bytes, *, is_csv: bool = False) -> Looked:
    """What a file is, and what is kept of it. Yields under gevent; not to be called inside a unit of work.

    ``is_csv``: by its name it is a table, which its content cannot tell. Raises :class:`Refused`.
    """
    if not _free.acquire(timeout=WAIT_SECONDS):
        raise Refused(BUSY)
    try:
        return _looked(data, b"csv" if is_csv else b"")
    except (HelperLostError, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, Refused):
            raise
        # Out of memory or time: killed by a limit, or by us. Nothing of the file is said.
        logger.warning("a file was refused: the helper gave no answer", extra={"reason": type(error).__name__})
        raise Refused(HEAVY) from error
    finally:
        _free.release()


def _looked(data: bytes, hint: bytes) -> Looked:
    helper = HelperProcess(_MODULE)
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=helper.descriptor)
    deadline = time.monotonic() + ALL_SECONDS
    try:
        channel.settimeout(ALL_SECONDS)
        for block in (hint, data):
            channel.sendall(LENGTH.pack(len(block)))
            channel.sendall(block)
        return _answer(channel, deadline)
    finally:
        channel.detach()
        if not helper.end():
            logger.error("a helper could not be ended")


def _answer(channel: socket.socket, deadline: float) -> Looked:
    """The answer, as far as it is one that a helper may give: what opened the file is not trusted."""
    head = json.loads(_block(channel, MAX_HEAD_BYTES, deadline))
    if "refused" in head:
        raise Refused(head["refused"] if head["refused"] in REASONS else HEAVY)
    if head["type"] not in SUFFIXES:
        raise HelperLostError("an unknown type")
    parts: dict[str, bytes] = {}
    left = MAX_ANSWER_BYTES
    for name in head["parts"]:
        if name and not (isinstance(name, str) and name.isascii() and name.isdigit()):
            raise HelperLostError("an unknown part")
        parts[name] = _block(channel, left, deadline)
        left -= len(parts[name])
    if "" not in parts:
        raise HelperLostError("nothing in it")
    return Looked(head["type"], parts, _side(head["width"]), _side(head["height"]))


def _side(number: object) -> int | None:
    return None if number is None else int(str(number))


def _block(channel: socket.socket, most: int, deadline: float) -> bytes:
    (size,) = LENGTH.unpack(receive_exactly(channel, LENGTH.size, deadline))
    if size > most:
        raise HelperLostError("too long an answer")
    return receive_exactly(channel, size, deadline)
