"""Helper processes for texts that may take long: at most two, started when needed, ended when idle.

Works in plain Python, in threads and under gevent, as ``core/helper_process.py`` does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time

from knowledge_exchange.core.helper_process import HelperLostError, HelperProcess, receive_exactly

from .wire import FAILED, HEADER, IDLE_SECONDS, READY, RENDERED, TEXT

MAX_HELPERS = 2
START_SECONDS = 10.0  # a helper imports in 0.2 s; a busy machine takes longer
RENDER_SECONDS = 8.0  # by the clock: the CPU-time limit strikes first unless the machine is overloaded
WAIT_SECONDS = 20.0  # for one of the helpers to become free

logger = logging.getLogger(__name__)


class Helper(HelperProcess):
    """One helper process. ``sound``: it may be asked again."""

    def __init__(self) -> None:
        """Starts the process. Raises OSError where that is impossible."""
        super().__init__("knowledge_exchange.core.markup.helper")
        self.sound = False
        self.ready = False
        self.last_used = time.monotonic()

    def ask(self, text: str) -> str | None:
        """The HTML for ``text``; None where it can't be rendered. Raises HelperLostError."""
        self.sound = False  # until there is a whole answer, whatever interrupts us
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=self.descriptor)
        try:
            self._await_start(channel)
            kind, body = self._exchange(channel, text.encode("utf-8", "replace"))
        except OSError as error:
            raise HelperLostError(str(error)) from error
        finally:
            channel.detach()
        if kind not in (RENDERED, FAILED):
            raise HelperLostError(f"answered {kind}")
        self.sound = True
        self.last_used = time.monotonic()
        return body.decode("utf-8", "replace") if kind == RENDERED else None

    def _await_start(self, channel: socket.socket) -> None:
        if self.ready:
            return
        kind, _ = _receive(channel, time.monotonic() + START_SECONDS)
        self.ready = kind == READY
        if not self.ready:
            raise HelperLostError("did not start")

    def _exchange(self, channel: socket.socket, body: bytes) -> tuple[int, bytes]:
        deadline = time.monotonic() + RENDER_SECONDS
        channel.settimeout(RENDER_SECONDS)
        channel.sendall(HEADER.pack(TEXT, len(body)) + body)
        return _receive(channel, deadline)


def _receive(channel: socket.socket, deadline: float) -> tuple[int, bytes]:
    """One message. Raises HelperLostError at the end of the stream, TimeoutError at the deadline."""
    kind, size = HEADER.unpack(receive_exactly(channel, HEADER.size, deadline))
    return kind, receive_exactly(channel, size, deadline)


class Pool:
    """The helpers of this process."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(MAX_HELPERS)
        self._idle: list[Helper] = []  # the last one used is the first one used again
        self._helpers: set[Helper] = set()
        self._dying: list[Helper] = []
        self._sweeper: threading.Timer | None = None

    def render(self, text: str) -> str | None:
        """The HTML for ``text``; None where it takes too long or can't be done. Yields under gevent."""
        if not self._free.acquire(timeout=WAIT_SECONDS):
            logger.warning("A post is shown as plain text: no helper became free")
            return None
        try:
            return self._render(text)
        except (HelperLostError, OSError) as error:
            logger.warning("A post is shown as plain text: no HTML in time", extra={"reason": str(error)})
            return None
        finally:
            self._free.release()

    def _render(self, text: str) -> str | None:
        helper = self._take()
        try:
            return helper.ask(text)
        finally:
            if helper.sound:
                self._idle.append(helper)
                self._sweep_later()
            else:
                self._discard(helper)

    def _take(self) -> Helper:
        self._bury()
        while True:
            try:
                helper = self._idle.pop()
            except IndexError:
                break
            if not helper.gone():
                return helper
            self._discard(helper)  # died while nobody looked, for want of memory perhaps
        helper = Helper()
        self._helpers.add(helper)
        return helper

    def _discard(self, helper: Helper) -> None:
        self._helpers.discard(helper)
        if not helper.end():
            self._dying.append(helper)

    def _bury(self) -> None:
        self._dying = [helper for helper in self._dying if not helper.gone()]

    def _sweep_later(self) -> None:
        if self._sweeper is None or not self._sweeper.is_alive():
            self._sweeper = threading.Timer(IDLE_SECONDS + 1, self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        """Ends helpers that have been idle too long, and comes again while there are others."""
        self._bury()
        self._sweeper = None
        for _ in range(len(self._idle)):
            try:
                helper = self._idle.pop(0)  # taken out, so that nobody else can be using it
            except IndexError:
                break
            if time.monotonic() - helper.last_used < IDLE_SECONDS:
                self._idle.append(helper)
            else:
                self._discard(helper)
        if self._helpers or self._dying:
            self._sweep_later()

    def close(self) -> None:
        """Ends the idle helpers now."""
        while self._idle:
            self._discard(self._idle.pop())

    def forget(self) -> None:
        """After a fork, in the child: these are the parent's helpers, and two must never share one."""
        for helper in self._helpers:
            with contextlib.suppress(OSError):
                os.close(helper.descriptor)


_pool = Pool()


def render_in_helper(text: str) -> str | None:
    """The HTML for ``text`` from a helper process; None where it takes too long or can't be done.

    Under gevent other greenlets run meanwhile: not to be called inside a unit of work.
    """
    return _pool.render(text)


def close() -> None:
    """Ends the helpers that are idle, e.g. before a count of processes; new ones start when needed."""
    _pool.close()


def _start_afresh() -> None:
    global _pool
    _pool.forget()
    _pool = Pool()


os.register_at_fork(after_in_child=_start_afresh)
