"""PDF and Office documents: are they what they say, and nothing besides? Runs in the helper alone.

They are kept as they came: no program of ours can write them anew without loss. So what could act by itself, or is two
files in one, is refused; the rest is only ever given out as a download.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from contextlib import suppress
from xml.parsers import expat

from knowledge_exchange.core.zip_checks import BROKEN, Bounds, unpacks_to_too_much

from .kinds import (
    DAMAGED,
    DOCX,
    LOCKED,
    MACROS,
    ODP,
    ODS,
    ODT,
    PATHS,
    PDF,
    PPTX,
    TWO_IN_ONE,
    UNKNOWN,
    UNPACKS,
    XLSX,
    Looked,
    Refused,
)

ZIP_START, PDF_START = b"PK\x03\x04", b"%PDF-"
MAX_PARTS = 2_000
#: All parts together, and how many times larger than packed; the latter is asked of large files alone.
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
RATIO_FROM_BYTES = 10 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024
#: The end of a zip file, with nothing behind it; and of a PDF, with a line or two.
_ZIP_END_BYTES = 22
_ZIP_END = b"PK\x05\x06"
_PDF_END = b"%%EOF"
_PDF_END_WITHIN = 1024
#: What runs, starts or brings something else; names may be written with codes for their letters.
_PDF_ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")
_PDF_CODE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_LOCKED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
_MACRO_PARTS = re.compile(
    r"vbaproject|vbadata|/activex/|oleobject|^basic/|^scripts/|/macrosheets/|customui/|\.(?:exe|dll|js|vbs|scr|bat|cmd|ps1|jar|lnk)$",
    re.IGNORECASE,
)
_MACRO_TYPE = b"macroEnabled"
_FOREIGN_TEMPLATE = re.compile(
    rb"attachedTemplate\"[^>]*TargetMode=\"External\"|oleObject\"[^>]*TargetMode=\"External\""
)
_OOXML = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_ODF = {ODT, ODS, ODP}
_CONTENT_TYPES, _ODF_TYPE = "[Content_Types].xml", "mimetype"
_MAX_TYPE_BYTES = 100
_ENCRYPTED = 0x1
_BROKEN = (*BROKEN, RuntimeError, OSError, ValueError, KeyError)


def look_at_pdf(data: bytes) -> Looked:
    """A PDF. Raises :class:`Refused`."""
    if _PDF_END not in data[-_PDF_END_WITHIN:]:
        raise Refused(DAMAGED)
    if ZIP_START in data[-_PDF_END_WITHIN:] or _ZIP_END in data:
        raise Refused(TWO_IN_ONE)
    if _PDF_LOCKED.search(data):
        raise Refused(LOCKED)
    plain = _PDF_CODE.sub(lambda found: bytes([int(found[1], 16)]), data)
    if _PDF_ACTS.search(plain) or any(_PDF_ACTS.search(text) for text in _object_streams(plain)):
        raise Refused(MACROS)
    return Looked(PDF, {"": data})


_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_MAX_STREAMS = 2_000
_MAX_STREAM_BYTES = 4 * 1024 * 1024


def _object_streams(data: bytes) -> list[bytes]:
    """What stands packed among a PDF's objects: an action may hide there. Not more than is sensible."""
    found, total = [], 0
    for number, start in enumerate(_OBJECT_STREAM.finditer(data)):
        if number >= _MAX_STREAMS or total > MAX_UNPACKED_BYTES:
            raise Refused(UNPACKS)
        with suppress(zlib.error):
            text = zlib.decompressobj().decompress(
                data[start.end() : start.end() + _MAX_STREAM_BYTES], _MAX_STREAM_BYTES
            )
            total += len(text)
            found.append(_PDF_CODE.sub(lambda code: bytes([int(code[1], 16)]), text))
    return found


def look_at_zip(data: bytes) -> Looked:
    """An Office document of either family. Raises :class:`Refused`."""
    # A comment at the end, or anything behind it, may be a second file.
    if data[-_ZIP_END_BYTES:][:4] != _ZIP_END:
        raise Refused(TWO_IN_ONE if _ZIP_END in data else DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, len(data))
            found = _type_of(archive)
            for part in archive.infolist():
                _check_content(archive, part)
    except Refused:
        raise
    except _BROKEN as error:
        raise Refused(DAMAGED) from error
    return Looked(found, {"": data})


def _check_parts(archive: zipfile.ZipFile, size: int) -> None:
    """What the table of contents says, before anything is unpacked."""
    parts = archive.infolist()
    if unpacks_to_too_much(archive, size, Bounds(MAX_PARTS, MAX_UNPACKED_BYTES, MAX_RATIO, RATIO_FROM_BYTES)):
        raise Refused(UNPACKS)
    if any(_leads_out(part.orig_filename) for part in parts):
        raise Refused(PATHS)
    if len({part.filename for part in parts}) != len(parts):
        raise Refused(TWO_IN_ONE)  # two programs would read two documents
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Refused(LOCKED)
    if any(_MACRO_PARTS.search(part.filename) for part in parts):
        raise Refused(MACROS)


def _leads_out(name: str) -> bool:
    """Whether a part would be unpacked elsewhere than beside the others."""
    return name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in name.split("/")


def _type_of(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if _CONTENT_TYPES in names:
        if _MACRO_TYPE in _head(archive, _CONTENT_TYPES):
            raise Refused(MACROS)
        for part, type_ in _OOXML.items():
            if part in names:
                return type_
    if names and names[0] == _ODF_TYPE:
        said = _head(archive, _ODF_TYPE)[:_MAX_TYPE_BYTES].decode("ascii", "replace")
        if said in _ODF:
            return said
    raise Refused(UNKNOWN)


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_CHUNK_BYTES)


def _check_content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part to its end, keeping nothing: it is whole, as long as was said, and XML without definitions."""
    parser = expat.ParserCreate() if part.filename.endswith((".xml", ".rels")) else None
    if parser is not None:
        parser.StartDoctypeDeclHandler = _refuse
    with archive.open(part) as reading:
        before = b""
        while chunk := reading.read(_CHUNK_BYTES):
            if part.filename.endswith(".rels") and _FOREIGN_TEMPLATE.search(before + chunk):
                raise Refused(MACROS)
            before = chunk[-1024:]
            if parser is not None:
                with suppress(expat.ExpatError):
                    parser.Parse(chunk, False)


def _refuse(*_found: object) -> None:
    """Documents define nothing of their own; whoever does wants entities that grow."""
    raise Refused(UNPACKS)
