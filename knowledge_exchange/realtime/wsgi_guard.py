"""What stands before the application under every web server: bodies arrive whole or not.

Werkzeug cuts a chunked body at MAX_CONTENT_LENGTH and goes on with status 200,
so a text could be stored without its end. Here a body is read to its end before
the application sees the request: too long is a 413, too slow a 408, broken off
is a 400, and no view ever waits for a slow line in the middle of its work.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import IO, Any, cast

import gevent
from flask import Flask
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import ClosingIterator

from knowledge_exchange.auth import large_bodies, sessions
from knowledge_exchange.realtime.limits import (
    BODY_BYTES_PER_SECOND,
    BODY_CHUNK_BYTES,
    BODY_DEFAULT_BYTES,
    BODY_IN_MEMORY_BYTES,
    BODY_SECONDS,
    KIB,
)
from knowledge_exchange.realtime.origins import behind_proxies

_HARDENED = "knowledge_exchange.hardened"
Environ = dict[str, Any]
WSGIApp = Callable[[Environ, Any], Iterable[bytes]]


class RefusedBody(Exception):
    """A body that the application shall not see, and with which status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class BodyGuard:
    """WSGI middleware that hands on requests with a whole body of a known length."""

    def __init__(self, app: Flask, inner: WSGIApp) -> None:
        self._app = app
        self._inner = inner

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve one request, or refuse its body in a sentence."""
        length = environ.get("CONTENT_LENGTH")
        if "HTTP_TRANSFER_ENCODING" not in environ and length in (None, "", "0"):
            return self._inner(environ, start_response)
        try:
            body = self._received(environ, length)
        except RefusedBody as refused:
            return self._refusal(refused.status, environ, start_response)
        environ["wsgi.input"] = body
        return ClosingIterator(self._inner(environ, start_response), body.close)

    def _received(self, environ: Environ, length: str | None) -> IO[bytes]:
        """The whole body, at its beginning; sets its length in the environment."""
        limit = large_bodies.bound_for(self._app, environ) or self._usual_limit()
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        expected = None if chunked else _length(length)
        if expected is not None and expected > limit:
            raise RefusedBody(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        seconds = BODY_SECONDS + (limit if expected is None else expected) / BODY_BYTES_PER_SECOND
        body = cast(
            IO[bytes],
            tempfile.SpooledTemporaryFile(  # noqa: SIM115  (closed with the answer)
                max_size=BODY_IN_MEMORY_BYTES
            ),
        )
        try:
            with gevent.Timeout(seconds, RefusedBody(HTTPStatus.REQUEST_TIMEOUT)):
                size = _copy(environ["wsgi.input"], body, expected, limit)
        except RefusedBody:
            body.close()
            raise
        except OSError as error:  # broken off, or chunks that are none
            body.close()
            raise RefusedBody(HTTPStatus.BAD_REQUEST) from error
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(size)
        environ["wsgi.input_terminated"] = True
        body.seek(0)
        return body

    def _usual_limit(self) -> int:
        return int(self._app.config.get("MAX_CONTENT_LENGTH") or BODY_DEFAULT_BYTES)

    def _refusal(self, status: HTTPStatus, environ: Environ, start_response: Any) -> list[bytes]:
        # Who may send files there reads of it where they are.
        too_large = status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        is_page = too_large and large_bodies.bound_for(self._app, environ) is not None
        if is_page:
            text = self._page(environ)
        else:
            with self._app.app_context():
                text = self._sentence(status).encode()
        headers = [
            ("Content-Type", f"text/{'html' if is_page else 'plain'}; charset=utf-8"),
            ("Content-Length", str(len(text))),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),  # what is left of the body must not be read as a request
        ]
        start_response(f"{status.value} {status.phrase}", headers)
        return [text]

    def _page(self, environ: Environ) -> bytes:
        """What the application says of a file that is too large; it does not see the file."""
        bare = {**environ, "CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()}
        bare.pop("HTTP_TRANSFER_ENCODING", None)
        with self._app.request_context(bare):
            sessions.show_to_templates(sessions.current_me())
            answer = self._app.handle_user_exception(RequestEntityTooLarge())
            return self._app.make_response(answer).get_data()

    def _sentence(self, status: HTTPStatus) -> str:
        limit = self._usual_limit()
        if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            text = _("That is larger than the %(limit)d KB that can be sent at once.", limit=limit // KIB)
        elif status is HTTPStatus.REQUEST_TIMEOUT:
            text = _("That took too long to arrive. Please try again.")
        else:
            text = _("That did not arrive whole. Please try again.")
        return f"{text} {_('Nothing has been saved.')}\n"


def _length(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit()):
        raise RefusedBody(HTTPStatus.BAD_REQUEST)
    return int(text)


def _copy(stream: Any, body: IO[bytes], expected: int | None, limit: int) -> int:
    """Copy a body to its end; returns its size, raises ``RefusedBody`` past ``limit``."""
    size = 0
    while expected is None or size < expected:
        wanted = BODY_CHUNK_BYTES if expected is None else min(BODY_CHUNK_BYTES, expected - size)
        data = stream.read(wanted)
        if not data:
            break
        size += len(data)
        if size > limit:
            raise RefusedBody(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body.write(data)
    if expected is not None and size < expected:
        raise RefusedBody(HTTPStatus.BAD_REQUEST)
    return size


def harden(app: Flask) -> None:
    """Put what every web server needs before ``app``: its proxies' word, and whole bodies.

    Doing it again does nothing, so that each way of serving can make sure of it.
    Call it after the live sockets have been opened on ``app``.
    """
    if not app.extensions.get(_HARDENED):
        app.extensions[_HARDENED] = True
        behind_proxies(app, int(app.config.get("KE_TRUSTED_PROXIES") or 0))
        app.wsgi_app = BodyGuard(app, app.wsgi_app)  # type: ignore[method-assign]
