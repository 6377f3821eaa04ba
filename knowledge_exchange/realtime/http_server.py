"""gevent's pywsgi with its traps mended (FIGURES, Server).

- Headers and a small body leave in one send on a NODELAY socket (44 ms saved).
- Every wait has an end: heads, bodies, idle connections, readers who don't read.
- Heads are bounded and parsed strictly; what is refused is answered, not logged.
- No address, path or header of anybody reaches a log.
"""

from __future__ import annotations

import io
import logging
import socket as plain
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import gevent
from flask import Flask
from gevent import pywsgi
from gevent.pool import Pool

from knowledge_exchange.realtime.http_head import BadHead, Head, read_head
from knowledge_exchange.realtime.limits import (
    HEAD_SECONDS,
    KEEP_ALIVE_SECONDS,
    LINGER_BYTES,
    LINGER_SECONDS,
    ONE_SEND_BYTES,
    REQUEST_LINE_BYTES,
    STALL_SECONDS,
)
from knowledge_exchange.realtime.quiet import QuietLog, within
from knowledge_exchange.realtime.websocket import SOCKET_KEY

log = logging.getLogger("knowledge_exchange.server")
quiet = QuietLog(log)
_VERSIONS = ("HTTP/1.1", "HTTP/1.0")


# gevent asks this after each line that we read.
pywsgi.MAX_REQUEST_LINE = REQUEST_LINE_BYTES  # type: ignore[attr-defined]  # its stubs know less


class UnreadInput(pywsgi.Input):
    """A body that is not read to its end behind the application's back.

    pywsgi reads and forgets what the application left, however much and however
    slowly it comes. We close the connection instead.
    """

    def _discard(self) -> None:
        """Nothing: see :attr:`finished`."""

    @property
    def finished(self) -> bool:
        """Whether the next request begins where we stand."""
        if self.chunked_input:
            return bool(self.chunk_length == 0)
        return bool(self.position >= (self.content_length or 0))


class Handler(pywsgi.WSGIHandler):
    """One connection and the requests on it."""

    server: Server
    upgraded = False
    head_is_here = False
    # The stubs know less of these, or know them otherwise than they are.
    headers: Any
    content_length: Any
    wsgi_input: Any
    response_headers: Any
    status: Any
    _sendall: Any
    _write: Any

    def handle(self) -> None:
        """Serve request after request until one side has enough."""
        self.socket.settimeout(STALL_SECONDS)
        try:
            self.socket.setsockopt(plain.IPPROTO_TCP, plain.TCP_NODELAY, 1)
            while (result := self.handle_one_request()) is True:
                pass
            if result is not None:
                self._refuse(HTTPStatus(int(result[0])))
        except OSError:
            pass  # they left, or stalled
        finally:
            self._let_go()

    def read_requestline(self) -> str:
        """The next request line, waiting no longer than an idle connection may last."""
        self.close_connection = self.server.stopping
        if self.close_connection:
            return ""
        waiting = self._first_bytes()
        self.head_is_here = b"\r\n\r\n" in waiting
        if self.head_is_here:
            return self._line()
        with within(KEEP_ALIVE_SECONDS):
            return self._line()
        return ""

    def _first_bytes(self) -> bytes:
        """What has come of the next request once something has; most often all of its head."""
        self.socket.settimeout(KEEP_ALIVE_SECONDS)
        try:
            found: bytes = self.rfile.peek(1)
        except TimeoutError:
            return b""
        finally:
            self.socket.settimeout(STALL_SECONDS)
        return found

    def _line(self) -> str:
        line: bytes = self.rfile.readline(REQUEST_LINE_BYTES + 1)
        return line.decode("latin-1")

    def read_request(self, raw_requestline: str) -> Any:
        """Parse and bound the head; raises ``BadHead`` for what is refused."""
        words = raw_requestline.rstrip("\r\n").split(" ")
        if len(words) != 3 or words[2] not in _VERSIONS or not words[0].isalpha():
            raise BadHead
        self.command, self.path, self.request_version = words
        if not self.path.startswith("/"):
            raise BadHead
        if self.head_is_here:  # no need for an alarm clock
            self.headers = read_head(self.rfile)
        else:
            with gevent.Timeout(HEAD_SECONDS, BadHead(HTTPStatus.REQUEST_TIMEOUT)):
                self.headers = read_head(self.rfile)
        length = self.headers.get("content-length")
        self.content_length = None if length is None else int(length)
        if self.request_version == "HTTP/1.1" and self.headers.get("host") is None:
            raise BadHead
        self.close_connection = self._asked_to_close()
        return True

    def get_environ(self) -> dict[str, Any]:
        """pywsgi's environment with our input, and the socket for a WebSocket."""
        environ: dict[str, Any] = super().get_environ()
        given = self.wsgi_input
        self.wsgi_input = UnreadInput(given.rfile, given.content_length, given.socket, given.chunked_input)
        environ["wsgi.input"] = self.wsgi_input
        if self._connection_upgrade_requested():
            self.upgraded = True
            environ[SOCKET_KEY] = self.socket
            environ["wsgi.input"] = io.BytesIO()
            self.rfile.close()  # its buffer is 8 KiB, which an idle socket doesn't need
        return environ

    def _connection_upgrade_requested(self) -> bool:
        return (self.headers.get("upgrade") or "").lower() == "websocket"

    def _headers(self) -> Iterator[tuple[str, str]]:
        headers: Head = self.headers
        for name, value in headers.pairs:
            # An underscore would let "X_Forwarded_For" pass for the real header.
            if "_" not in name and name not in ("content-type", "content-length"):
                yield "HTTP_" + name.replace("-", "_").upper(), value

    def handle_one_response(self) -> None:
        """Run the application, counted as in flight unless it is a live socket."""
        if self.upgraded:
            super().handle_one_response()
            self.close_connection = True
            return
        self.server.in_flight += 1
        try:
            super().handle_one_response()
        finally:
            self.server.in_flight -= 1
        if not self.wsgi_input.finished or self.server.stopping:
            self.close_connection = True

    def finalize_headers(self) -> None:
        """Tell a client whose connection ends here, so that it need not find out."""
        super().finalize_headers()
        stopping = self.server.stopping or not self.wsgi_input.finished
        if stopping and not self.connection_upgraded and not self.close_connection:
            self.response_headers.append((b"Connection", b"close"))

    def _write_with_headers(self, data: bytes) -> None:
        """Headers and a small body in one send: two cost 44 ms on keep-alive."""
        self.headers_sent = True
        self.finalize_headers()
        lines = [b"HTTP/1.1 " + self.status]
        lines += [name + b": " + value for name, value in self.response_headers]
        head = b"\r\n".join(lines) + b"\r\n\r\n"
        if len(data) > ONE_SEND_BYTES:
            self._sendall(head)
            self._write(data)
        elif self.response_use_chunked and data:
            self._sendall(b"%s%x\r\n%s\r\n" % (head, len(data), data))
        else:
            self._sendall(head + data)

    def _asked_to_close(self) -> bool:
        wish = (self.headers.get("connection") or "").lower()
        if self.request_version == "HTTP/1.0":
            return wish != "keep-alive"
        return "close" in wish.split(",")

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer what cannot be a request; the status says all there is to say."""
        self.socket.sendall(
            b"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % (status, status.phrase.encode())
        )

    def _let_go(self) -> None:
        """Close, reading on for a moment first: a reset would swallow our last answer."""
        sock = self.__dict__.pop("socket")
        self.rfile.close()
        try:
            sock.shutdown(plain.SHUT_WR)
            left = LINGER_BYTES
            with within(LINGER_SECONDS):
                while left > 0 and (data := sock.recv(16_384)):
                    left -= len(data)
        except OSError:
            pass  # they left before us
        finally:
            sock.close()

    def _handle_client_error(self, ex: BaseException) -> tuple[str, bytes] | None:
        if isinstance(ex, BadHead):
            return str(ex.status.value), b""
        if isinstance(ex, OSError):
            return None
        quiet.write(logging.ERROR, "request_head_failed", error=ex)
        return "400", b""

    def handle_error(self, t: Any, v: Any, tb: Any) -> None:
        """A reader who left or stalled is no error of ours, nor is our own stopping; the rest is."""
        stopped = issubclass(t, gevent.GreenletExit)
        if not stopped and not (self.headers_sent and issubclass(t, OSError)):
            super().handle_error(t, v, tb)
            return
        self.close_connection = True
        if not self.headers_sent:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def _log_error(self, t: Any, v: Any, tb: Any) -> None:
        """An error that the application let through, without who asked for what."""
        quiet.write(logging.ERROR, "request_failed", error=v.with_traceback(tb))

    def log_request(self) -> None:
        """No access log: the application counts, and logs what matters without names."""


class Server(pywsgi.WSGIServer):
    """pywsgi's server for one application on one listening socket."""

    handler_class = Handler

    def __init__(self, listener: Any, app: Flask, connections: int) -> None:
        name, port = listener.getsockname()[:2]
        super().__init__(
            listener,
            app,
            spawn=Pool(connections),
            log=None,
            error_log=log,
            # pywsgi would look the name up, which takes seconds without a name server.
            environ={"SERVER_NAME": str(name), "SERVER_PORT": str(port)},
        )
        self.in_flight = 0
        """Requests that the application is working on, live sockets left out."""
        self.stopping = False
