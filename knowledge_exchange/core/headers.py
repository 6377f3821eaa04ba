"""Security headers on every answer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from knowledge_exchange.core import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ONE_YEAR_S = 365 * 24 * 3600

_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
#: On all but built files.
_NOT_KEPT = (("Cache-Control", "private, no-store"), ("Vary", "Accept-Encoding, Cookie"))
_REPLACED = frozenset({"Cache-Control", "Vary"})


class Envelope:
    """WSGI middleware around every answer: its headers, and a line in the log where it failed or was slow.

    What is the same for all answers is put on here, in one step: set on the response, each header is
    looked up and checked again.
    """

    def __init__(self, inner: WSGIApplication, *, secure: bool, built_files: str) -> None:
        self._inner = inner
        self._built_files = built_files
        self._always = list(_ALWAYS)
        if secure:
            self._always.append(("Strict-Transport-Security", f"max-age={ONE_YEAR_S}"))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request_id = environ[logs.REQUEST_ID] = secrets.token_hex(logs.REQUEST_ID_BYTES)
        began = time.perf_counter()
        # Files of the build may be kept, nothing else.
        own = self._always if environ["PATH_INFO"].startswith(self._built_files) else [*_NOT_KEPT, *self._always]

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            logs.note_request(int(status[:3]), time.perf_counter() - began)
            if own is not self._always:
                headers = [pair for pair in headers if pair[0] not in _REPLACED]
            return start_response(status, [*headers, *own, ("X-Request-Id", request_id)], exc_info)

        return self._inner(environ, start)


def init_app(app: Flask) -> None:
    """Put the envelope around the app."""
    secure = app.config["KE_BASE_URL"].startswith("https://")
    app.wsgi_app = Envelope(  # type: ignore[method-assign]
        app.wsgi_app, secure=secure, built_files=f"{app.static_url_path}/"
    )
