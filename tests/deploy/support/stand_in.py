"""TLS in front of the workers' socket where no nginx is installed: one request a connection, its headers, no more."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

CHUNK = 64 * 1024
HEAD_BYTES = 64 * 1024
_OURS = ("connection", "x-forwarded-")


class StandIn:
    """Accepts on a port of the loopback address until it is closed."""

    def __init__(self, port: int, certificate: Path, key: Path, upstream: Path) -> None:
        self._upstream = str(upstream)
        self._port = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listening = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept nobody any more."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                plain, _address = self._listening.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with (
            suppress(OSError),
            self._context.wrap_socket(plain, server_side=True) as client,
            socket.socket(socket.AF_UNIX) as worker,
        ):
            head, rest = _head(client)
            worker.connect(self._upstream)
            worker.sendall(self._changed(head) + rest)
            _relay(client, worker)

    def _changed(self, head: bytes) -> bytes:
        """The head with what a proxy says instead of what the client says."""
        lines = head.decode("latin-1").split("\r\n")
        kept = [line for line in lines if not line.lower().startswith(_OURS)]
        upgrade = any(line.lower().startswith("upgrade:") for line in lines)
        said = ("For: 127.0.0.1", "Proto: https", "Host: localhost", f"Port: {self._port}")
        ours = [f"Connection: {'upgrade' if upgrade else 'close'}", *(f"X-Forwarded-{one}" for one in said)]
        return "\r\n".join([*kept, *ours, "", ""]).encode("latin-1")


def _head(client: ssl.SSLSocket) -> tuple[bytes, bytes]:
    """A request's lines without the empty one, and what came after it."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = client.recv(CHUNK)
        if not data or len(received) > HEAD_BYTES:
            raise OSError("no request")
        received += data
    head, _, rest = received.partition(b"\r\n\r\n")
    return head, rest


def _relay(client: ssl.SSLSocket, worker: socket.socket) -> None:
    """Hand on what either side says until one of them ends. In one thread: a TLS connection bears no two."""
    while True:
        ready = [client] if client.pending() else select.select([client, worker], [], [])[0]
        for source in ready:
            data = source.recv(CHUNK)
            if not data:
                return
            (worker if source is client else client).sendall(data)
