"""Request bodies arrive whole or are refused in words; a slow one holds up nobody."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator

import pytest

from tests.realtime.support.raw import Raw
from tests.realtime.support.running import Running, running

pytestmark = pytest.mark.server
MAX_BODY = 100_000
HEAD = b"POST /echo HTTP/1.1\r\nHost: exchange\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module", params=["embedded", "gunicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    shorter = {"BODY_SECONDS": 0.5, "BODY_BYTES_PER_SECOND": 1_000_000, "BODY_IN_MEMORY_BYTES": 1000}
    folder = tmp_path_factory.mktemp("bodies")
    with running(request.param, folder, SMALL_LIMITS=json.dumps(shorter)) as found:
        yield found


def chunks(data: bytes, size: int = 1500) -> bytes:
    """``data`` as chunks, with the last one."""
    parts = [data[begin : begin + size] for begin in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def with_length(data: bytes) -> bytes:
    """A request with ``data`` as its body."""
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(data) + data


@pytest.mark.parametrize("size", [1, 999, 50_000, MAX_BODY])
def test_a_body_arrives_whole_by_length_and_in_chunks(server: Running, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    expected = {"size": size, "sha256": hashlib.sha256(data).hexdigest()}
    with Raw(server.port) as raw:
        for request in (with_length(data), CHUNKED + chunks(data), with_length(data)):
            raw.send(request)
            status, _headers, body = raw.answer()
            assert status == 200
            assert json.loads(body) == expected


def test_one_byte_more_than_allowed_is_refused_in_words_however_it_is_sent(server: Running) -> None:
    data = b"x" * (MAX_BODY + 1)
    for request in (with_length(data), CHUNKED + chunks(data)):
        with Raw(server.port) as raw:
            raw.send(request)
            status, headers, body = raw.answer()
            assert status == 413
            assert headers["content-type"].startswith("text/plain")
            assert body == b"That is larger than the 97 KB that can be sent at once. Nothing has been saved.\n"


def test_a_length_that_was_only_announced_is_refused_before_it_is_sent(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(HEAD + b"Content-Length: 5000000000\r\n\r\n")
        assert raw.answer()[0] == 413


def test_a_body_that_breaks_off_never_reaches_the_application(server: Running) -> None:
    for request in (HEAD + b"Content-Length: 1000\r\n\r\nonly this", CHUNKED + b"5\r\nhello\r\n"):
        with Raw(server.port) as raw:
            raw.send(request)
            raw.sock.shutdown(1)
            status, _headers, body = raw.answer()
            assert status in (0, 400)
            assert b"sha256" not in body


def test_chunks_that_are_none_are_refused(server: Running) -> None:
    for nonsense in (b"zz\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"fffffffffffffffff\r\n"):
        with Raw(server.port) as raw:
            raw.send(CHUNKED + nonsense)
            status, _headers, body = raw.answer()
            assert status in (0, 400, 408, 413)
            assert b"sha256" not in body


def test_a_body_that_drips_is_given_up_and_others_are_served_meanwhile(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(HEAD + b"Content-Length: 1000\r\n\r\n")
        began = time.monotonic()
        for _ in range(4):
            raw.send(b"x")
            assert server.get("/") == b"<p>Good morning</p>" * 300
            time.sleep(0.05)
        status, _headers, body = raw.answer()
    assert status == 408
    assert b"took too long" in body
    assert time.monotonic() - began < 5


def test_a_body_longer_than_its_length_is_not_read_as_part_of_it(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(HEAD + b"Content-Length: 5\r\n\r\nhello, and something that is no request\r\n\r\n")
        assert json.loads(raw.answer()[2])["size"] == 5
        assert raw.answer()[0] in (0, 400)


def test_expecting_clients_are_told_to_go_on_or_not_to(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        assert raw.stream.readline().startswith(b"HTTP/1.1 100")
        raw.stream.readline()
        raw.send(b"hello")
        assert json.loads(raw.answer()[2])["size"] == 5


def test_what_was_refused_is_logged_without_a_traceback(server: Running) -> None:
    with Raw(server.port) as raw:
        raw.send(HEAD + b"Content-Length: 5000000000\r\n\r\n")
        raw.answer()
    assert "Traceback" not in server.log
