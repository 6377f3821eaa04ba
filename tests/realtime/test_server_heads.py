"""Request heads: bounded in size and time, and read in one way only."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator

import pytest

from knowledge_exchange.realtime.http_head import BadHead, read_head
from knowledge_exchange.realtime.limits import HEAD_BYTES, HEADER_COUNT, HEADER_LINE_BYTES, REQUEST_LINE_BYTES
from tests.realtime.support.raw import Raw
from tests.realtime.support.running import Running, running

GET = b"GET / HTTP/1.1\r\n"
HOST = b"Host: exchange\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    shorter = {"HEAD_SECONDS": 0.5, "KEEP_ALIVE_SECONDS": 1.0, "LINGER_SECONDS": 0.2}
    with running("embedded", tmp_path_factory.mktemp("heads"), SMALL_LIMITS=json.dumps(shorter)) as found:
        yield found


REFUSED = {
    "a request line too long": (b"GET /" + b"a" * REQUEST_LINE_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a header too long": (GET + HOST + b"A: " + b"a" * HEADER_LINE_BYTES + b"\r\n\r\n", 431),
    "too many headers": (GET + HOST + b"A: b\r\n" * HEADER_COUNT + b"\r\n", 431),
    "too much of headers": (GET + HOST + b"A: %s\r\n" % (b"a" * 8000) * (HEAD_BYTES // 8000 + 1) + b"\r\n", 431),
    "no host": (GET + b"\r\n", 400),
    "two hosts": (GET + HOST + HOST + b"\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\n", 400),
    "no method": (b"/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "no path": (b"GET http://elsewhere/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a blank before the colon": (GET + HOST + b"A : b\r\n\r\n", 400),
    "a folded header": (GET + HOST + b"A: b\r\n c\r\n\r\n", 400),
    "a bare line feed": (GET + HOST + b"A: b\nC: d\r\n\r\n", 400),
    "a null byte": (GET + HOST + b"A: b\x00\r\n\r\n", 400),
    "no colon": (GET + HOST + b"nonsense\r\n\r\n", 400),
    "two lengths": (GET + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "a length with a sign": (GET + HOST + b"Content-Length: +1\r\n\r\na", 400),
    "a length with a low line": (GET + HOST + b"Content-Length: 1_0\r\n\r\naaaaaaaaaa", 400),
    "a length of many digits": (GET + HOST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
    "a length beside chunks": (GET + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "another coding": (GET + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "two codings": (GET + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n", 400),
    "an upgrade with a body": (GET + HOST + b"Upgrade: websocket\r\nContent-Length: 3\r\n\r\nabc", 400),
}


@pytest.mark.server
@pytest.mark.parametrize("what", REFUSED)
def test_what_can_be_read_in_two_ways_or_is_too_much_is_refused(server: Running, what: str) -> None:
    request, expected = REFUSED[what]
    with Raw(server.port) as raw:
        raw.send(request)
        status, headers, _body = raw.answer()
        assert (status, headers["connection"]) == (expected, "close")
        assert raw.is_over()


@pytest.mark.server
def test_a_search_of_ten_kilobytes_gets_through(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(b"GET /?q=" + b"%C3%A9" * 5_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        assert raw.answer()[0] == 200


@pytest.mark.server
def test_a_head_that_drips_is_given_up(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(GET)
        began = time.monotonic()
        for letter in b"Host: e":
            raw.send(bytes([letter]))
            time.sleep(0.03)
        assert raw.answer()[0] == 408
    assert time.monotonic() - began < 3


@pytest.mark.server
def test_a_connection_without_a_request_ends(server: Running) -> None:
    with Raw(server.port) as idle, Raw(server.port) as dripping:
        dripping.send(b"GE")
        assert idle.is_over()
        assert dripping.is_over()


@pytest.mark.server
def test_a_hundred_drippers_hold_up_nobody(server: Running) -> None:
    drippers = [Raw(server.port) for _ in range(100)]
    for dripper in drippers:
        dripper.send(GET + b"Ho")
    assert server.get("/", timeout=2) == b"<p>Good morning</p>" * 300
    for dripper in drippers:
        dripper.close()


@pytest.mark.server
def test_refused_heads_leave_nothing_in_the_log(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(REFUSED["no colon"][0])
        raw.answer()
    assert [line for line in server.log.splitlines() if "server_started" not in line] == []


def test_headers_keep_their_values_and_are_found_by_any_spelling() -> None:
    head = read_head(io.BytesIO(b"Host: a\r\nX-Two:  b c \t\r\nx-two: d\r\nEmpty:\r\nName: \xe9\r\n\r\nrest"))
    assert head.pairs == [("host", "a"), ("x-two", "b c"), ("x-two", "d"), ("empty", ""), ("name", "é")]
    assert head.get("X-TWO") == "b c"
    assert head.get("absent", "default") == "default"


def test_a_header_is_not_matched_for_ever() -> None:
    began = time.perf_counter()
    line = b"A:" + b" \t" * (HEADER_LINE_BYTES // 2 - 10) + b"\x01\r\n"
    with pytest.raises(BadHead):
        read_head(io.BytesIO(b"Host: a\r\n" + line + b"\r\n"))
    assert time.perf_counter() - began < 1
