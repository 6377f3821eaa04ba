"""The lines of a file, plain or packed with xz, in memory that doesn't grow with the file."""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from flask_babel import gettext as _

#: The longest text there is takes some 200 kB here; a line beyond this is cut to it.
LONGEST_LINE = 1_000_000
CHUNK = 1 << 18
#: xz may ask for gigabytes to unpack a few bytes; its own highest level takes 65 MB.
UNPACKING_MEMORY = 160 << 20

_XZ = b"\xfd7zXZ\x00"
_OTHER_PACKERS = {b"7z\xbc\xaf\x27\x1c": ".7z", b"PK\x03\x04": ".zip", b"\x1f\x8b": ".gz", b"BZh": ".bz2"}


class NotADump(Exception):
    """The file isn't one that could be imported; says why, for the operator."""


class BrokenOff(Exception):
    """The file can't be read on from here; what came before is good. Says why."""


def read_lines(path: Path, on_read: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The lines of ``path`` without their ends, each cut to just over :data:`LONGEST_LINE` bytes.

    ``on_read`` hears how many bytes of the file were read each time. Raises :class:`NotADump` for what
    is packed otherwise, :class:`BrokenOff` in the middle, OSError where the system refuses.
    """
    with path.open("rb") as file:
        start = file.read(len(_XZ))
        file.seek(0)
        for magic, ending in _OTHER_PACKERS.items():
            if start.startswith(magic):
                raise NotADump(_("it is packed as %(ending)s: unpack it first", ending=ending))
        chunks = _read_chunks(file, on_read)
        yield from _split(_unpack(chunks) if start == _XZ else chunks)


def _read_chunks(file: BinaryIO, on_read: Callable[[int], None] | None) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
        if on_read:
            on_read(len(chunk))


def _unpack(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """What the packed ``chunks`` hold: one xz stream or several, one after the other."""
    rest = b""
    while rest or (rest := next(chunks, b"")):
        decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=UNPACKING_MEMORY)
        yield from _unpack_stream(decoder, rest, chunks)
        # Streams may be padded with zeros.
        rest = decoder.unused_data.lstrip(b"\0")


def _unpack_stream(decoder: lzma.LZMADecompressor, packed: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    while not decoder.eof:
        try:
            plain = decoder.decompress(packed, max_length=CHUNK)
        except lzma.LZMAError as error:
            raise BrokenOff(_("the packed file is damaged here")) from error
        packed = b""
        if plain:
            yield plain
        if decoder.needs_input and not decoder.eof:
            packed = next(chunks, b"")
            if not packed:
                raise BrokenOff(_("the packed file breaks off here"))


def _split(chunks: Iterator[bytes]) -> Iterator[bytes]:
    line = bytearray()
    for chunk in chunks:
        *ended, begun = chunk.split(b"\n")
        for piece in ended:
            line += piece[: LONGEST_LINE + 1 - len(line)]
            yield bytes(line)
            line.clear()
        line += begun[: LONGEST_LINE + 1 - len(line)]
    if line:
        yield bytes(line)
