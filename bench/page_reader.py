"""An ordinary reader of pages while something else goes on: how long each page took, waiting for its turn included."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

READERS = 4
EVERY_S = 0.25
TIMEOUT_S = 30.0
STOP_S = 40.0


class PageReader:
    """A few people, each of whom opens a page four times a second, whether or not the one before has come."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self._port, self._path, self._cookie = port, path, cookie
        self._end = threading.Event()
        self.took: list[float] = []
        """Seconds of each page, from the moment when it was due."""
        self.not_there: list[float] = []
        """When there was no server to ask (monotonic seconds)."""
        self.faults: list[str] = []

    def read(self) -> None:
        """Until told to end."""
        due, link = time.monotonic(), http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        while not self._end.wait(max(0.0, due - time.monotonic())):
            try:
                link.request("GET", self._path, headers={"Cookie": self._cookie})
                answer = link.getresponse()
                answer.read()
            except (ConnectionError, http.client.HTTPException):
                link.close()
                self.not_there.append(time.monotonic())
                due = time.monotonic() + EVERY_S
                continue
            if answer.status != HTTPStatus.OK:
                self.faults.append(f"{self._path} answered {answer.status}")
            self.took.append(time.monotonic() - due)
            due += EVERY_S
        link.close()

    def end(self) -> None:
        """Read no more."""
        self._end.set()


@contextmanager
def reading(port: int, path: str, cookie: str) -> Iterator[PageReader]:
    """Some readers, until the block ends."""
    reader = PageReader(port, path, cookie)
    threads = [threading.Thread(target=reader.read, daemon=True) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield reader
    finally:
        reader.end()
        for thread in threads:
            thread.join(STOP_S)
