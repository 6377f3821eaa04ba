"""The helper process: opens one stranger's file and ends. It has no secrets, little memory and little time.

It reads the file from its standard input and writes to its standard output what the file is and what is to be kept of
it, or a word for why it is refused. Started by ``pool``; imports only this package, Pillow and puremagic.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource

from .kinds import DAMAGED, EMPTY, HEAVY, UNKNOWN, Looked, Refused
from .wire import CPU_SECONDS, LENGTH, MAX_MEMORY

_NICENESS = 5  # whoever waits for a page goes first
_SIGNS_OF_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


def main() -> None:
    """Look at one file."""
    _prepare()
    hint = _read_block()
    data = _read_block()
    try:
        found = look(data, is_csv=hint == b"csv")
    except Refused as refused:
        _write_block(json.dumps({"refused": refused.reason}).encode())
        return
    except MemoryError:
        _write_block(json.dumps({"refused": HEAVY}).encode())
        return
    except Exception:  # a fault in a library that a file has found
        _write_block(json.dumps({"refused": DAMAGED}).encode())
        return
    _answer(found)


def look(data: bytes, *, is_csv: bool) -> Looked:
    """What a file is, by its content alone. Raises :class:`Refused`."""
    if not data.strip(b"\0 \r\n\t"):
        raise Refused(EMPTY)
    if data.startswith(_SIGNS_OF_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        from . import pictures

        return pictures.look(data)
    from . import documents, texts

    if data.startswith(documents.PDF_START):
        return documents.look_at_pdf(data)
    if data.startswith(documents.ZIP_START):
        return documents.look_at_zip(data)
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(UNKNOWN)
    return texts.look(data, is_csv=is_csv)


def _prepare() -> None:
    """Limit memory and time, and silence standard error, which must not repeat what stands in the file."""
    for descriptor in (0, 1):
        os.set_blocking(descriptor, True)  # a patched parent hands over sockets that don't block
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    for limit, most in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # it writes no file, whatever the file makes of it
    ):
        with contextlib.suppress(OSError, ValueError):  # macOS refuses some
            resource.setrlimit(limit, (most, most))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)


def _answer(found: Looked) -> None:
    head = {
        "type": found.type,
        "width": found.width,
        "height": found.height,
        "parts": list(found.parts),
    }
    _write_block(json.dumps(head).encode())
    for content in found.parts.values():
        _write_block(content)


def _read_block() -> bytes:
    (size,) = LENGTH.unpack(_read_exactly(LENGTH.size))
    return _read_exactly(size)


def _read_exactly(size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = os.read(0, min(size - len(data), 1024 * 1024))
        if not part:
            raise SystemExit(1)  # the exchange has given up
        data += part
    return bytes(data)


def _write_block(content: bytes) -> None:
    for data in (memoryview(LENGTH.pack(len(content))), memoryview(content)):
        left = data
        while left:
            left = left[os.write(1, left) :]
