"""One member's live socket as a browser has it, driven by whoever polls it: connect, join, watch, catch up, hear.

Only as much of WebSocket, Engine.IO and Socket.IO as the exchange's server speaks to a client of ours. The kernel
says when something arrived, so that this process's own slowness is measured instead of counted in.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK = 65_536
#: ``SO_TIMESTAMPNS_OLD`` of Linux, which :mod:`socket` doesn't name.
_TIMESTAMP = 35
_TIMESPEC = struct.Struct("@ll")
_NANO = 1_000_000_000
_PONG = b"\x81\x81\0\0\0\x003"
_EVENT = b'42/live,["'
_STAMP = b'"event":"'
_POST = b'"post":"'
_UNREAD = b'"unread":'
_SHORT, _MEDIUM = 126, 127
_CLOSE = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of a post that arrived: when it was in the kernel, and when it was read here (ns since 1970)."""

    name: str
    post: int
    arrived: int
    seen: int


@dataclass(frozen=True, slots=True)
class Where:
    """The server: where it listens, its own address as pages have it, and the thread that is followed, if any."""

    port: int
    origin: str
    thread: str | None


@dataclass(slots=True)
class Told:
    """What one member has been told so far, over all their connections."""

    live: dict[str, dict[int, int]] = field(default_factory=dict)  # kind, event: how often it was pushed
    replayed: set[int] = field(default_factory=set)
    cursor: str | None = None
    unread: int | None = None
    resets: int = 0


class Line:
    """One connection; ``OSError`` when it is over.

    ``began``: when it was opened, later when it joined. ``ready``: it follows its thread and has caught up.
    """

    __slots__ = ("_acks", "_buffer", "_cookie", "_upgraded", "_where", "began", "joined", "ready", "sock", "told")

    def __init__(self, where: Where, cookie: str, told: Told, receive_buffer: int = 0) -> None:
        self._where = where
        self._buffer = bytearray()
        self._cookie = cookie
        self._upgraded = self.joined = self.ready = False
        self._acks = 1 if where.thread is None else 2
        self.told = told
        self.began = time.monotonic()
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.setblocking(False)
        self.sock.connect_ex(("127.0.0.1", where.port))

    def greet(self) -> None:
        """Ask for a WebSocket, as soon as the socket can be written to."""
        error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
        self.sock.sendall(_handshake(self._where.origin, self._cookie))

    def read(self) -> list[Heard]:
        """Take in what is there."""
        data, ancillary, _flags, _address = self.sock.recvmsg(CHUNK, 64)
        if not data:
            raise ConnectionResetError("closed by the server")
        seen = time.time_ns()
        arrived = seen
        for _level, kind, value in ancillary:
            if kind == _TIMESTAMP:
                seconds, nanoseconds = _TIMESPEC.unpack(value)
                arrived = seconds * _NANO + nanoseconds
        self._buffer += data
        if not self._upgraded and not self._take_answer():
            return []
        found = []
        for message in self._messages():
            event = self._act_on(message)
            if event is not None:
                found.append(Heard(*event, arrived, seen))
        return found

    def _take_answer(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            raise ConnectionRefusedError(bytes(self._buffer[:60]).decode("latin-1"))
        del self._buffer[: end + 4]
        self._upgraded = True
        return True

    def _messages(self) -> Iterator[bytes]:
        """Whole frames; a control frame other than text ends the connection."""
        buffer = self._buffer
        while len(buffer) >= 2:
            size, begin = buffer[1], 2
            if size == _SHORT:
                size, begin = int.from_bytes(buffer[2:4], "big"), 4
            elif size == _MEDIUM:
                size, begin = int.from_bytes(buffer[2:10], "big"), 10
            if len(buffer) < begin + size:
                return
            message = bytes(buffer[begin : begin + size])
            closes = buffer[0] & 15 == _CLOSE
            del buffer[: begin + size]
            if closes:
                raise ConnectionAbortedError(f"closed with {int.from_bytes(message[:2], 'big')}")
            yield message

    def _act_on(self, message: bytes) -> tuple[str, int] | None:
        """Answer what must be answered; of an event its name and the number of its post."""
        if message.startswith(_EVENT):
            return self._event(message)
        if message == b"2":
            self.sock.sendall(_PONG)
        elif message.startswith(b"0{"):
            self._say("40/live,")
        elif message.startswith(b"40/live,"):
            self._ask()
        elif message.startswith(b"43/live,"):
            self._take_ack(message)
        elif message.startswith(b"44/live,"):
            raise ConnectionRefusedError(message.decode())
        return None

    def _event(self, message: bytes) -> tuple[str, int] | None:
        begin = len(_EVENT)
        name = message[begin : message.index(b'"', begin)].decode()
        event, post = _number(message, _STAMP), _number(message, _POST)
        if event is None:
            return None
        told = self.told
        of_kind = told.live.setdefault(name, {})
        of_kind[event] = of_kind.get(event, 0) + 1
        told.cursor = str(event)
        unread = message.rfind(_UNREAD)
        if name in ("notification", "unread") and unread >= 0:
            told.unread = int(message[unread + len(_UNREAD) :].rstrip(b"}]").split(b",")[0])
        return None if post is None else (name, post)

    def _ask(self) -> None:
        """Follow the thread first, so that nothing falls between what is replayed and what comes live."""
        self.joined, self.began = True, time.monotonic()
        if self._where.thread is not None:
            self._say(f'42/live,1["watch",{{"thread":"{self._where.thread}"}}]')
        after = {} if self.told.cursor is None else {"after": self.told.cursor}
        self._say(f'42/live,2["resume",{json.dumps(after)}]')

    def _take_ack(self, message: bytes) -> None:
        number, _, body = message.removeprefix(b"43/live,").partition(b"[")
        answer = json.loads(b"[" + body)[0]
        if answer.get("ok") is False:
            raise ConnectionRefusedError(str(answer))
        if number == b"2":
            self.told.replayed.update(int(event["event"]) for event in answer.get("events", ()))
            self.told.resets += bool(answer.get("reset"))
            self.told.cursor = answer["cursor"]
        self._acks -= 1
        self.ready = self._acks == 0

    def _say(self, text: str) -> None:
        """A short masked frame, of zeros, which cost nothing; it always fits."""
        payload = text.encode()
        size = len(payload)
        head = bytes((0x81, 0x80 | size)) if size < _SHORT else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
        self.sock.sendall(head + bytes(4) + payload)


def _number(message: bytes, name: bytes) -> int | None:
    """The number of that name, which stands near the beginning; the text of a post can't pass for it."""
    begin = message.find(name)
    if begin < 0:
        return None
    begin += len(name)
    return int(message[begin : message.index(b'"', begin)])


def _handshake(origin: str, cookie: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    host = origin.partition("//")[2]
    return (
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n"
        f"Cookie: {cookie}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        "Accept-Language: en-GB,en;q=0.5\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()
