"""A real HTTP server that is a union's membership system: it fails, stalls and lies as it is told."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "a-token-that-nobody-else-may-see"
CSV = """membership_number,surname,first_name,email
0012345678,Smith,Ann,ann@home.example
40217788,Okonedo,Bola,b@home.example
"""
PEOPLE = [
    {"membership_number": "0012345678", "surname": "Smith", "first_name": "Ann", "email": "ann@home.example"},
    {"membership_number": 40217788, "surname": "Okonedo", "first_name": "Bola", "email": "b@home.example"},
]
#: A server that stalls is let go by then, also where a test has failed.
LET_GO_S = 30.0

Answer = Callable[["Handler"], None]


@dataclass
class Machine:
    """What the server does with each request in turn (the last answer again and again), and what it was asked."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    #: Set when the test is over: whoever stalls may go.
    over: threading.Event = field(default_factory=threading.Event)

    def does(self, *answers: Answer) -> None:
        """What comes next."""
        self.answers = list(answers)
        self.asked.clear()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    machine: Machine

    def do_GET(self) -> None:
        """Note who asks, and do as told."""
        machine = self.machine
        answer = machine.answers[min(len(machine.asked), len(machine.answers) - 1)]
        machine.asked.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        self.close_connection = True
        answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""

    def head(self, status: int, **headers: str) -> None:
        """The first part of an answer."""
        self.send_response(status)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def sends(body: str | bytes, kind: str = "text/csv", status: int = 200, **headers: str) -> Answer:
    """An honest answer."""
    content = body.encode() if isinstance(body, str) else body

    def answer(asked: Handler) -> None:
        asked.head(status, Content_Type=kind, Content_Length=str(len(content)), **headers)
        asked.wfile.write(content)

    return answer


def sends_json(value: Any) -> Answer:
    """An honest answer in JSON."""
    return sends(json.dumps(value), "application/json")


def says(status: int, **headers: str) -> Answer:
    """A status without a body."""
    return lambda asked: asked.head(status, Content_Length="0", **headers)


def hangs_up(asked: Handler) -> None:
    """No answer at all."""


def promises_more(asked: Handler) -> None:
    """Announce more than comes."""
    asked.head(200, Content_Type="text/csv", Content_Length=str(len(CSV) + 100))
    asked.wfile.write(CSV.encode())


def breaks_a_chunk(asked: Handler) -> None:
    """End within a chunk, at the end of a line."""
    asked.head(200, Content_Type="text/csv", Transfer_Encoding="chunked")
    asked.wfile.write(f"{len(CSV) * 2:x}\r\n{CSV}".encode())


def leaves_out_the_last_chunk(asked: Handler) -> None:
    """End between two chunks."""
    asked.head(200, Content_Type="text/csv", Transfer_Encoding="chunked")
    asked.wfile.write(f"{len(CSV):x}\r\n{CSV}\r\n".encode())


def sends_chunks(asked: Handler) -> None:
    """An honest answer in pieces."""
    asked.head(200, Content_Type="text/csv", Transfer_Encoding="chunked")
    for line in CSV.splitlines(keepends=True):
        asked.wfile.write(f"{len(line):x}\r\n{line}\r\n".encode())
    asked.wfile.write(b"0\r\n\r\n")


def shows_no_end(asked: Handler) -> None:
    """Neither a length nor chunks: the line just ends."""
    asked.head(200, Content_Type="text/csv")
    asked.wfile.write(CSV.encode())


def stalls(asked: Handler) -> None:
    """Take the request, and never answer."""
    asked.machine.over.wait(LET_GO_S)


def stalls_within(asked: Handler) -> None:
    """Begin, and never go on."""
    asked.head(200, Content_Type="text/csv", Content_Length=str(len(CSV)))
    asked.wfile.write(CSV[:40].encode())
    asked.machine.over.wait(LET_GO_S)


def drips(asked: Handler) -> None:
    """A byte at a time, each in time."""
    asked.head(200, Content_Type="text/csv", Content_Length=str(len(CSV) * 1000))
    _drip(asked, CSV * 1000)


def drips_headers(asked: Handler) -> None:
    """The same before the body has begun."""
    asked.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _drip(asked, "X-Long: " + "x" * 60_000)


def _drip(asked: Handler, text: str) -> None:
    for letter in text:
        if asked.machine.over.wait(0.02):
            return
        try:
            asked.wfile.write(letter.encode())
        except OSError:
            return


def sends_gzip(body: bytes, kind: str = "text/csv", cut: int = 0) -> Answer:
    """Packed; ``cut``: without its last bytes, but of the length that it says."""
    packed = gzip.compress(body)
    return sends(packed[: len(packed) - cut], kind, Content_Encoding="gzip")


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Machine]:
    """Run a server on a free port of this machine; all of its threads end with it."""
    machine = Machine()
    handler = type("Asked", (Handler,), {"machine": machine})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    machine.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/roll?of=all"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield machine
    finally:
        machine.over.set()
        server.shutdown()
        server.server_close()
        thread.join(LET_GO_S)
