"""What is taken, what it is called, and why something is not: shared by the exchange and its helper."""

from __future__ import annotations

from dataclasses import dataclass

JPEG, PNG = "image/jpeg", "image/png"
PDF = "application/pdf"
PLAIN, CSV = "text/plain", "text/csv"
_OOXML = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX, PPTX = (
    f"{_OOXML}.wordprocessingml.document",
    f"{_OOXML}.spreadsheetml.sheet",
    f"{_OOXML}.presentationml.presentation",
)
_ODF = "application/vnd.oasis.opendocument"
ODT, ODS, ODP = f"{_ODF}.text", f"{_ODF}.spreadsheet", f"{_ODF}.presentation"

#: What is kept of a picture, whatever it came as.
PICTURES = frozenset({JPEG, PNG})
#: They hold the name of who made them, and often much more.
DOCUMENTS = frozenset({PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP})
TEXTS = frozenset({PLAIN, CSV})
SUFFIXES = {
    JPEG: "jpg",
    PNG: "png",
    PDF: "pdf",
    PLAIN: "txt",
    CSV: "csv",
    DOCX: "docx",
    XLSX: "xlsx",
    PPTX: "pptx",
    ODT: "odt",
    ODS: "ods",
    ODP: "odp",
}

#: Why a file is refused. The words for people are said by whoever asked.
UNKNOWN, EMPTY, DAMAGED, MARKUP = "unknown", "empty", "damaged", "markup"
PIXELS, UNPACKS, PATHS, MACROS = "pixels", "unpacks", "paths", "macros"
LOCKED, TWO_IN_ONE, HEAVY, BUSY = "locked", "two_in_one", "heavy", "busy"
REASONS = frozenset({UNKNOWN, EMPTY, DAMAGED, MARKUP, PIXELS, UNPACKS, PATHS, MACROS, LOCKED, TWO_IN_ONE, HEAVY, BUSY})


class Refused(ValueError):
    """A file that is not taken. ``reason``: one of :data:`REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is, and what is kept of it.

    ``parts``: its content by the name of a size: ``""`` for the file itself, of pictures also the widths in pixels of
    the smaller ones.
    """

    type: str
    parts: dict[str, bytes]
    width: int | None = None
    height: int | None = None
