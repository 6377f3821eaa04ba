"""Pages leave compressed: a thread of 20 posts weighs a fifth of its HTML.

Pages hold a secret (the form token) and text that others may choose, and the length of a compressed
page tells a little of both to whoever can watch the line (BREACH). The cookie's SameSite keeps other
sites from asking for a member's pages again and again; a random number of bytes in each answer's head
blurs its length besides.
"""

from __future__ import annotations

import secrets
import zlib

from flask import Flask, Response, request

#: Below this the head of the format eats what is gained.
LEAST_BYTES = 1024
#: Level 1 costs a third of the usual 6 and makes a page a tenth larger.
LEVEL = 1
MOST_PADDING = 64
_TYPES = frozenset({"text/html", "application/json", "text/plain"})
_GZIP_WINDOW = 31
_HEAD_BYTES = 10
_HAS_NAME = 0x08


def init_app(app: Flask) -> None:
    """Compress every answer that is text, long enough and wanted so."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    # Asked of the header first: most of what follows costs more than the look.
    if "gzip" not in request.environ.get("HTTP_ACCEPT_ENCODING", "") or request.accept_encodings["gzip"] <= 0:
        return response
    if response.mimetype not in _TYPES or response.direct_passthrough or response.is_streamed:
        return response
    if "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) >= LEAST_BYTES:
        response.set_data(packed(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def packed(body: bytes) -> bytes:
    """``body`` as gzip, with a file name of random length that browsers ignore."""
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    whole = squeeze.compress(body) + squeeze.flush()
    padding = b"x" * secrets.randbelow(MOST_PADDING) + b"\0"
    head = bytearray(whole[:_HEAD_BYTES])
    head[3] |= _HAS_NAME
    return bytes(head) + padding + whole[_HEAD_BYTES:]
