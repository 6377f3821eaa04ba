"""A process of our own that opens what strangers wrote, where it can be killed and stops nobody.

A thread can neither be stopped nor keep others from waiting, and a fork would copy the server's locks and secrets; a
spawned process has none of that. Works in plain Python, in threads and under gevent: all waiting is on sockets and
``time.sleep``, which gevent makes cooperative.
"""

from __future__ import annotations

import os
import posix  # the real calls: gevent's os.posix_spawn needs the main thread's event loop
import signal
import socket
import sys
import time
from pathlib import Path

DEATH_SECONDS = 2.0  # a killed process is gone within a millisecond or two, unless the machine is overloaded
_CHUNK_BYTES = 65_536

_PACKAGE_FOLDER = str(Path(__file__).resolve().parents[2])
# Isolated and without site: neither the environment nor .pth files change what the helper imports.
_START = "import sys; sys.path[:] = sys.argv[1:]; from {module} import main; main()"


class HelperLostError(Exception):
    """The helper ended, was too slow or answered nonsense."""


class HelperProcess:
    """One process, which calls ``main`` of a module, and our end of the socket that is its input and output."""

    def __init__(self, module: str) -> None:
        """Starts the process. Raises OSError where that is impossible."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            os.set_blocking(theirs.fileno(), True)
            start = _START.format(module=module)
            self.pid = posix.posix_spawn(
                sys.executable,
                [sys.executable, "-I", "-S", "-c", start, _PACKAGE_FOLDER, *(path for path in sys.path if path)],
                {"LC_ALL": "C.UTF-8"},  # none of the exchange's secrets
                file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0), (os.POSIX_SPAWN_DUP2, theirs.fileno(), 1)],
                setsigmask=[],
            )
            self.descriptor = ours.detach()
        self._gone = False

    def end(self) -> bool:
        """Ends the process; whether it is gone, and no zombie left, within ``DEATH_SECONDS``."""
        os.close(self.descriptor)
        if not self.gone():  # a number that is free again may be somebody else's
            os.kill(self.pid, signal.SIGKILL)
        deadline = time.monotonic() + DEATH_SECONDS
        while not self.gone():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
        return True

    def gone(self) -> bool:
        """Whether the process has ended and been buried, by us or by whoever minds SIGCHLD."""
        if not self._gone:
            try:
                self._gone = posix.waitpid(self.pid, os.WNOHANG)[0] == self.pid
            except ChildProcessError:
                self._gone = True
        return self._gone


def receive_exactly(channel: socket.socket, size: int, deadline: float) -> bytes:
    """So many bytes. Raises :class:`HelperLostError` at the end of the stream, TimeoutError at the deadline."""
    data = bytearray()
    while len(data) < size:
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        part = channel.recv(min(size - len(data), _CHUNK_BYTES))
        if not part:
            raise HelperLostError("ended")
        data += part
    return bytes(data)
