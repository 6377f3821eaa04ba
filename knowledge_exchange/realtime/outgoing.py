"""One reader's stream: whole frames, in order, and nobody waits for a slow one."""

from __future__ import annotations

import errno
import socket as plain
from collections import deque
from contextlib import suppress
from typing import Any

import gevent
from gevent import socket

from knowledge_exchange.realtime.limits import SOCKET_STALL_SECONDS, SOCKET_WAITING_BYTES

Bytes = bytes | bytearray | memoryview
_NOT_NOW = (errno.EAGAIN, errno.EWOULDBLOCK)


class OrderedSocket:
    """A socket whose ``send`` neither blocks, nor sends a part, nor mixes frames.

    simple-websocket calls ``sock.send`` from several greenlets and ignores how
    much was taken: a slow reader then gets torn frames. Here a frame either
    leaves whole at once or waits in line, and one greenlet empties the line.
    What waits is bounded in bytes and in time; a reader who exceeds either is
    dropped, for a member's page catches up from its cursor anyway.
    """

    __slots__ = ("_flusher", "_line", "_sock", "closed", "waiting")

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        """A gevent socket, whose ``send`` takes a time-out of 0 for 'now or not at all'."""
        self._line: deque[Bytes] | None = None
        self._flusher: gevent.Greenlet[[], None] | None = None
        self.waiting = 0
        """Bytes in line."""
        self.closed = False

    def send(self, data: Bytes) -> int:
        """Take a whole frame; raises OSError when the reader is gone."""
        if self.closed:
            raise OSError(errno.EPIPE, "the reader is gone")
        size = len(data)
        if self._line is not None:
            self._queue(data)
            return size
        taken = self._push(data)
        if taken < size:
            self._line = deque()
            self._queue(memoryview(data)[taken:])
            self._flusher = gevent.spawn(self._flush)
        return size

    def recv(self, size: int) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        received: bytes = self._sock.recv(size)
        return received

    def is_over(self) -> bool:
        """Whether the other side has closed already; takes nothing of what it sent."""
        self._sock.settimeout(0.0)
        try:
            return not self._sock.recv(1, plain.MSG_PEEK)
        except OSError as error:
            return error.errno not in _NOT_NOW
        finally:
            self._sock.settimeout(None)

    def drain(self, seconds: float) -> None:
        """Wait until nothing is in line any more, at most ``seconds``."""
        if self._flusher is not None:
            self._flusher.join(timeout=seconds)

    def close(self) -> None:
        """End both directions. The descriptor belongs to the web server, which closes it."""
        if self.closed:
            return
        self.closed = True
        self._line, self.waiting = None, 0
        if self._flusher is not None and self._flusher is not gevent.getcurrent():
            self._flusher.kill(block=False)
        with suppress(OSError):  # the other side may have been faster
            self._sock.shutdown(plain.SHUT_RDWR)

    def _push(self, data: Bytes) -> int:
        """Hand to the system what it takes now; 0 when it takes nothing."""
        try:
            taken: int = self._sock.send(data, 0, 0.0)
        except OSError as error:
            if error.errno in _NOT_NOW:
                return 0
            self.close()
            raise
        return taken

    def _queue(self, data: Bytes) -> None:
        if self.waiting + len(data) > SOCKET_WAITING_BYTES:
            self.close()
            raise OSError(errno.ENOBUFS, "the reader is too slow")
        assert self._line is not None
        self._line.append(data)
        self.waiting += len(data)

    def _flush(self) -> None:
        """Empty the line as fast as the reader takes it; runs in its own greenlet."""
        try:
            while self._line:
                socket.wait_write(self._sock.fileno(), timeout=SOCKET_STALL_SECONDS)
                self._send_first()
        except OSError:  # gone, or (socket.timeout) taking nothing
            self.close()
        self._line = None
        self._flusher = None

    def _send_first(self) -> None:
        line = self._line
        if not line:
            return
        taken = self._push(line[0])
        self.waiting -= taken
        if taken == len(line[0]):
            line.popleft()
        else:
            line[0] = memoryview(line[0])[taken:]
