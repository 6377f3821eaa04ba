"""Files as people attach them, and as somebody does who means harm; all made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from PIL import Image

DOCX = (("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 1200), mode: str = "RGB", **options: Any) -> bytes:
    """A picture of that many pixels."""
    made = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(made, kind, **options)
    return made.getvalue()


def photograph(words: str) -> bytes:
    """A photograph that was taken upright, and says where, and by which camera."""
    told = Image.Exif()
    told[0x0112], told[0x010F] = 6, words  # how it was held; who made the camera
    told.get_ifd(0x8825)[1] = words[0]  # where
    return picture(exif=told, comment=words.encode())


def office(*further: tuple[str, bytes], parts: Sequence[tuple[str, bytes]] = DOCX, comment: bytes = b"") -> bytes:
    """An Office document with these parts besides."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*parts, *further):
            archive.writestr(name, content)
        archive.comment = comment
    return made.getvalue()


def odt() -> bytes:
    """A text document of the other family."""
    return office(parts=(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<o/>")))


def bomb() -> bytes:
    """A document of 300 kB that unpacks to 300 MB."""
    return office(("word/media/huge.xml", bytes(300_000_000)))


#: What is refused, and a word of what is said about it.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "a picture of 108 megapixels": (picture("PNG", (12_000, 9_000), "1"), "50 million"),
    "a picture wider than any": (picture("PNG", (30_000, 1), "1"), "50 million"),
    "an SVG drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG"),
    "an SVG drawing behind a declaration": (b'\xef\xbb\xbf <?xml version="1.0"?><svg onload="alert(1)"/>', "SVG"),
    "a web page": (b"\n<!DOCTYPE html><html><script>alert(1)</script>", "SVG"),
    "a script": (b"#!/bin/sh\nrm -rf ~\n", "can be attached"),
    "a program": (b"MZ\x90\0\3\0\0\0", "can be attached"),
    "nothing": (b"", "nothing in"),
    "zeroes": (bytes(100), "nothing in"),
    "a zip bomb": (bomb(), "unpacks"),
    "entities that grow": (office(("word/a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')), "unpacks"),
    "names that lead out": (office(("../../../etc/cron.d/evil", b"x")), "lead outside"),
    "names from the root": (office(("/etc/passwd", b"x")), "lead outside"),
    "macros": (office(("word/vbaProject.bin", b"x")), "macros"),
    "macros by another type": (
        office(parts=(("[Content_Types].xml", b"<T a='application/vnd.ms-word.document.macroEnabled.main+xml'/>"),)),
        "macros",
    ),
    "a template from elsewhere": (
        office(("word/_rels/s.rels", b'<R Type="x/attachedTemplate" Target="http://e.org" TargetMode="External"/>')),
        "macros",
    ),
    "a zip file": (office(parts=(("notes.txt", b"x"),)), "can be attached"),
    "a document and more behind it": (office(comment=b"<script>"), "second file"),
    "a PDF and a zip file": (PDF + office(), "second file"),
    "a PDF that acts": (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /Java#53cript /JS (x) >>"), "macros"),
    "a PDF under a password": (PDF.replace(b"%%EOF", b"/Encrypt 5 0 R\n%%EOF"), "password"),
    "a PDF cut short": (PDF[:20], "damaged"),
    "a picture cut short": (picture()[:3000], "damaged"),
    "an old Office document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "can be attached"),
}
