"""Pages from the embedded server: fast on keep-alive, in order, and whole."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.realtime.support.raw import Raw
from tests.realtime.support.running import Running, running

pytestmark = pytest.mark.server
PAGE = b"GET / HTTP/1.1\r\nHost: exchange\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("embedded", tmp_path_factory.mktemp("pages"), SMALL_PROXIES="1") as found:
        yield found


def test_fifty_pages_on_one_connection_do_not_wait_for_delayed_acknowledgements(server: Running) -> None:
    took = []
    with Raw(server.port) as raw:
        for _ in range(50):
            began = time.monotonic()
            raw.send(PAGE)
            status, _headers, body = raw.answer()
            took.append(time.monotonic() - began)
            assert (status, len(body)) == (200, 5700)
    # Two sends without TCP_NODELAY cost 40 ms and more each; one costs about a millisecond.
    assert statistics.median(took) < 0.020


def test_headers_and_a_small_body_arrive_together(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(PAGE)
        first = raw.sock.recv(65_536)
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"</p>")


def test_pipelined_requests_are_answered_in_order_and_whole(server: Running) -> None:
    body = b"a=1"
    form = b"POST /echo HTTP/1.1\r\nHost: exchange\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with Raw(server.port) as raw:
        raw.send(PAGE + form + PAGE + form)
        sizes = [len(raw.answer()[2]) for _ in range(4)]
    assert sizes[0] == sizes[2] == 5700
    assert sizes[1] == sizes[3] < 200


def test_a_large_page_arrives_whole_at_a_slow_reader_while_others_are_served(server: Running) -> None:
    size = 8_000_000
    with Raw(server.port, receive_buffer=8192) as raw:
        raw.send(b"GET /large?bytes=%d HTTP/1.1\r\nHost: exchange\r\n\r\n" % size)
        time.sleep(0.3)  # nothing is read meanwhile
        assert server.get("/") == b"<p>Good morning</p>" * 300
        status, _headers, body = raw.answer()
    assert status == 200
    assert body == b"x" * size


def test_the_connection_ends_when_the_client_says_so(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(b"GET / HTTP/1.1\r\nHost: exchange\r\nConnection: close\r\n\r\n")
        assert raw.answer()[0] == 200
        assert raw.is_over()
    with Raw(server.port) as raw:
        raw.send(b"GET / HTTP/1.0\r\n\r\n")
        assert raw.answer()[0] == 200
        assert raw.is_over()


def test_a_head_request_gets_no_body(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(b"HEAD / HTTP/1.1\r\nHost: exchange\r\n\r\n" + PAGE)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += raw.stream.read(1)
        assert b"Content-Length: 5700" in head
        assert raw.answer()[0] == 200


def test_a_trusted_proxy_names_the_client_and_an_underscore_does_not(server: Running) -> None:
    forged = b"X_Forwarded_For: 198.51.100.7\r\nX-Forwarded_For: 198.51.100.8\r\n"
    honest = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: exchange.example.org\r\n"
    with Raw(server.port) as raw:
        raw.send(b"GET /who HTTP/1.1\r\nHost: exchange\r\n" + forged + b"\r\n")
        assert b'"address":"127.0.0.1"' in raw.answer()[2]
        raw.send(b"GET /who HTTP/1.1\r\nHost: exchange\r\n" + honest + b"\r\n")
        body = raw.answer()[2]
    assert b'"address":"203.0.113.9"' in body
    assert b'"scheme":"https"' in body
    assert b'"host":"exchange.example.org"' in body


def test_nobody_is_believed_without_a_trusted_proxy(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as server, Raw(server.port) as raw:
        raw.send(b"GET /who HTTP/1.1\r\nHost: exchange\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
        assert b'"address":"127.0.0.1"' in raw.answer()[2]


def test_no_page_and_no_address_reaches_the_log(server: Running) -> None:
    server.get("/who?secret-thread=1")
    with Raw(server.port) as raw:
        raw.send(b"NONSENSE secret-thread\r\n\r\n")
        raw.answer()
    assert "secret-thread" not in server.log
    assert "127.0.0.1" not in server.log
