"""What a live socket costs idle, and what an event costs that goes to many.

``python -m bench.fanout [--sockets 500 --sockets 2000] [--events 30] [--size 1500]``

The clients live in this process, the server in its own, both on the loopback
address. Prints a line per number of sockets and writes ``var/bench/fanout.json``.
Times hold the clients' own work too (both share the machine), so the server's
CPU per delivered event is the figure to compare.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
READY_S = 20.0
EVENT_S = 30.0
SETTLE_S = 1.0
MICRO = 1_000_000
MILLI = 1_000


@dataclass
class Figures:
    """One run's figures; times in ms, CPU in µs, memory in KiB."""

    sockets: int
    events: int
    event_bytes: int
    connected_per_s: float
    connect_cpu_us: float
    idle_kib_per_socket: float
    first_ms_p50: float
    delivery_ms_p50: float
    delivery_ms_p99: float
    slowest_ms: float
    server_cpu_us_per_delivery: float
    page_cpu_us: float


class Clients:
    """Many WebSockets in one process; frames are counted, not parsed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socks: list[socket.socket] = []
        self.selector = selectors.DefaultSelector()

    def connect(self, count: int) -> None:
        """Open ``count`` sockets and have each join ``/live``."""
        for _ in range(count):
            sock = self._open()
            sock.setblocking(False)
            self.socks.append(sock)
            self.selector.register(sock, selectors.EVENT_READ)

    def _open(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.port))
        key = base64.b64encode(os.urandom(16)).decode()
        sock.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Origin: http://127.0.0.1:{self.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        _read_past(sock, b"0{")
        sock.sendall(b"\x81\x88" + bytes(4) + b"40/live,")
        _read_past(sock, b"40/live,{")
        return sock

    def arrivals(self, size: int) -> list[float]:
        """When each socket had received ``size`` more bytes (monotonic seconds)."""
        left = dict.fromkeys(self.socks, size)
        found: list[float] = []
        until = time.monotonic() + EVENT_S
        while left and time.monotonic() < until:
            for key, _ in self.selector.select(1.0):
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                left[sock] -= len(sock.recv(65_536))
                if left[sock] <= 0:
                    found.append(time.monotonic())
                    del left[sock]
        if left:
            raise SystemExit(f"{len(left)} sockets did not hear of an event within {EVENT_S:.0f} s")
        return found

    def close(self) -> None:
        """End them all."""
        for sock in self.socks:
            sock.close()
        self.selector.close()


def _read_past(sock: socket.socket, words: bytes) -> None:
    """Read until ``words`` have come; what follows them comes with them."""
    seen = b""
    while words not in seen:
        seen += sock.recv(4096)


def measure(count: int, events: int, size: int) -> Figures:
    """Start a server, connect ``count`` sockets, send ``events`` events and add up."""
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.fanout_app", str(port)], cwd=ROOT)
    clients = Clients(port)
    try:
        return _figures(psutil.Process(process.pid), clients, count, events, size)
    finally:
        clients.close()
        process.terminate()
        process.wait(10)


def _figures(server: psutil.Process, clients: Clients, count: int, events: int, size: int) -> Figures:
    web = _web(clients.port)
    page_cpu = _page_cost(server, web)
    before = server.memory_info().rss
    began, connect_cpu = time.monotonic(), _cpu(server)
    clients.connect(count)
    took, connect_cpu = time.monotonic() - began, _cpu(server) - connect_cpu
    time.sleep(SETTLE_S)
    memory = (server.memory_info().rss - before) / count / 1024
    length = _frame_length(size)
    _ask(web, f"POST /emit/{size}")
    clients.arrivals(length)
    _answered(web)
    cpu = _cpu(server)
    delays: list[list[float]] = []
    for _ in range(events):
        sent = time.monotonic()
        _ask(web, f"POST /emit/{size}")
        delays.append([(arrived - sent) * MILLI for arrived in clients.arrivals(length)])
        _answered(web)
    cpu = (_cpu(server) - cpu) / events / count * MICRO
    every = sorted(delay for one in delays for delay in one)
    return Figures(
        sockets=count,
        events=events,
        event_bytes=length,
        connected_per_s=round(count / took),
        connect_cpu_us=round(connect_cpu / count * MICRO),
        idle_kib_per_socket=round(memory, 1),
        first_ms_p50=round(statistics.median(min(one) for one in delays), 1),
        delivery_ms_p50=round(statistics.median(every), 1),
        delivery_ms_p99=round(every[int(len(every) * 0.99)], 1),
        slowest_ms=round(every[-1], 1),
        server_cpu_us_per_delivery=round(cpu, 1),
        page_cpu_us=round(page_cpu, 0),
    )


def _frame_length(size: int) -> int:
    """The frame of ``fanout_app.emit``: its header, its packet and the text."""
    packet = '42/live,["post",{"cursor":"1","event":"1","thread":"1","post":"2","parent":null,"html":""}]'
    body = len(packet) + size
    return body + (2 if body <= 125 else 4 if body <= 0xFFFF else 10)


def _page_cost(server: psutil.Process, web: socket.socket, pages: int = 1000) -> float:
    """Server CPU of the yardstick page, in µs."""
    for _ in range(pages // 10):
        _ask(web, "GET /")
        _answered(web)
    cpu = _cpu(server)
    for _ in range(pages):
        _ask(web, "GET /")
        _answered(web)
    return (_cpu(server) - cpu) / pages * MICRO


def _cpu(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


def _web(port: int) -> socket.socket:
    until = time.monotonic() + READY_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _ask(web: socket.socket, what: str) -> None:
    web.sendall(f"{what} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())


def _answered(web: socket.socket) -> None:
    head, _, body = web.recv(65_536).partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += web.recv(65_536)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def main(words: list[str] | None = None) -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument("--sockets", type=int, action="append", help="how many clients; may be given again")
    parser.add_argument("--events", type=int, default=30, help="events sent, one after the other")
    parser.add_argument("--size", type=int, default=1500, help="bytes of HTML in each")
    given = parser.parse_args(words)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 16_384)), hard))
    found = [asdict(measure(count, given.events, given.size)) for count in given.sockets or [500, 2000]]
    for figures in found:
        print(json.dumps(figures))
    target = ROOT / "var" / "bench" / "fanout.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
