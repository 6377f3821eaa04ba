"""The helper process: renders what may take long, where it can be killed and stops nobody.

It reads a text from its standard input, answers with HTML on its standard output, and so on until
the input ends: it dies with its parent. Started by ``pool``; imports only Markdown and bleach.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal

from .engine import Engine
from .wire import CPU_SECONDS, FAILED, HEADER, IDLE_SECONDS, MAX_HTML_CHARS, READY, RENDERED

MAX_MEMORY = 512 * 1024 * 1024  # bytes of address space
_NICENESS = 5  # whoever waits for a page goes first
_ORPHAN_SECONDS = IDLE_SECONDS + 15  # the parent ends idle helpers; this is for one that could not


def main() -> None:
    """Serves until the input ends, or nothing has come for a while."""
    _prepare()
    _write(READY, b"")
    engine = Engine()
    while (text := _read()) is not None:
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        try:
            html = engine.convert(text)
            signal.setitimer(signal.ITIMER_PROF, 0)
        except Exception:  # RecursionError and MemoryError among them; the caller shows plain text
            signal.setitimer(signal.ITIMER_PROF, 0)
            engine = Engine()
            html = None
        if html is None or len(html) > MAX_HTML_CHARS:
            _write(FAILED, b"")
        else:
            _write(RENDERED, html.encode("utf-8", "replace"))


def _prepare() -> None:
    """Limits memory and silences standard error, which must not repeat what members wrote."""
    for descriptor in (0, 1):
        os.set_blocking(descriptor, True)  # a patched parent hands over sockets that don't block
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process when its CPU time is used up
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    with contextlib.suppress(OSError, ValueError):  # macOS refuses it
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)


def _read() -> str | None:
    """The next text; None at the end of the input or after a long silence."""
    if not select.select([0], [], [], _ORPHAN_SECONDS)[0]:
        return None
    header = _read_exactly(HEADER.size)
    if header is None:
        return None
    _kind, size = HEADER.unpack(header)
    body = _read_exactly(size)
    return None if body is None else body.decode("utf-8", "replace")


def _read_exactly(size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            return None
        data += part
    return bytes(data)


def _write(kind: int, body: bytes) -> None:
    data = memoryview(HEADER.pack(kind, len(body)) + body)
    while data:
        data = data[os.write(1, data) :]
