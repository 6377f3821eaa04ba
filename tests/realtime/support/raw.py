"""Clients that no library offers: raw HTTP, and WebSockets that misbehave."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from typing import Any, Self

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
LIVE_PATH = "/socket.io/?EIO=4&transport=websocket"


class Raw:
    """A TCP connection to a server on this machine."""

    def __init__(self, port: int, timeout: float = 10.0, receive_buffer: int | None = None) -> None:
        self.sock = socket.socket()
        if receive_buffer is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(timeout)
        try:
            self.sock.connect(("127.0.0.1", port))
        except OSError:
            self.sock.close()
            raise
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.sock.makefile("rb")

    def send(self, data: bytes) -> None:
        """All of it."""
        self.sock.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next HTTP answer: status, headers by lower-case name, body. Status 0 when there is none."""
        line = self.stream.readline()
        if not line:
            return 0, {}, b""
        headers = {}
        while (header := self.stream.readline()) not in (b"\r\n", b""):
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self.stream.read(int(headers.get("content-length", "0")))
        return int(line.split()[1]), headers, body

    def is_over(self) -> bool:
        """Whether the server has ended the connection; waits for it up to the time-out."""
        try:
            return self.stream.read(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        """End it."""
        self.stream.close()
        self.sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Socket(Raw):
    """A WebSocket to ``/live`` that sends whatever it is told to."""

    def __init__(
        self,
        port: int,
        *,
        timeout: float = 10.0,
        receive_buffer: int | None = None,
        origin: str | None = "",
        **more: str,
    ) -> None:
        super().__init__(port, timeout, receive_buffer)
        headers = {
            "Host": f"127.0.0.1:{port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        if origin is not None:
            headers["Origin"] = origin or f"http://127.0.0.1:{port}"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.send(f"GET {LIVE_PATH} HTTP/1.1\r\n{lines}\r\n".encode())
        self.status, self.headers, self.body = self.answer()

    def frame(self, payload: bytes, kind: int = TEXT, *, final: bool = True, flags: int = 0) -> None:
        """Send one masked frame."""
        self.send(frame(payload, kind, final=final, flags=flags))

    def text(self, text: str) -> None:
        """Send a whole text message."""
        self.frame(text.encode())

    def receive(self) -> tuple[int, bytes]:
        """The next frame: its kind and payload. Kind -1 when the stream is over."""
        try:
            head = self.stream.read(2)
            if len(head) < 2:
                return -1, b""
            size = head[1] & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", self.stream.read(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self.stream.read(8))
            return head[0] & 0x0F, self.stream.read(size)
        except ConnectionError:
            return -1, b""

    def join(self, auth: str = "") -> None:
        """Join ``/live``, leaving the server's two greetings read."""
        self.text(f"40/live,{auth}")
        for expected in (b"0{", b"40/live,"):
            kind, payload = self.receive()
            assert kind == TEXT, (kind, payload)
            assert payload.startswith(expected), payload

    def closed_with(self) -> int:
        """The code of the server's close frame, after whatever comes before it; 0 when there is none."""
        while True:
            kind, payload = self.receive()
            if kind == CLOSE:
                return int(struct.unpack("!H", payload[:2])[0])
            if kind == -1:
                return 0

    def event(self) -> Any:
        """The next Socket.IO packet's content, pings left out."""
        while True:
            kind, payload = self.receive()
            assert kind == TEXT, (kind, payload)
            if payload != b"2":
                text = payload.decode()
                return json.loads(text[min(i for i in (text.find("["), text.find("{")) if i >= 0) :])


def frame(payload: bytes, kind: int = TEXT, *, final: bool = True, flags: int = 0) -> bytes:
    """A client's frame, masked with zeros: that leaves the payload as it is."""
    size = len(payload)
    first = bytes([(0x80 if final else 0) | flags | kind])
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = bytes([0x80 | 126]) + struct.pack("!H", size)
    else:
        length = bytes([0x80 | 127]) + struct.pack("!Q", size)
    return first + length + bytes(4) + payload
