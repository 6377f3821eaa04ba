"""A browser's socket: the real protocol over a real port, collecting what it is told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import socketio

from tests.support.persons import Person

NAMESPACE = "/live"
EVENTS = ("notification", "post", "post_changed", "thread_changed", "unread", "goodbye")
WAIT_S = 20.0


def cookie_of(who: Person) -> str:
    """The Cookie header of somebody's browser."""
    cookie = who.client.get_cookie("ke_session")
    assert cookie is not None
    return f"{cookie.key}={cookie.value}"


class Listener:
    """One socket of one person, or of the browser whose Cookie header is given."""

    def __init__(self, url: str, who: Person | str, origin: str | None = None, *, ca_file: Path | None = None) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.connected = True
        # websocket-client would add an Origin of its own to ours.
        options: dict[str, Any] = {"suppress_origin": True}
        if ca_file is not None:
            options["sslopt"] = {"ca_certs": str(ca_file)}
        self._client = socketio.Client(reconnection=False, websocket_extra_options=options)
        for name in EVENTS:
            self._client.on(name, self._note(name), namespace=NAMESPACE)
        self._client.on("disconnect", self._gone, namespace=NAMESPACE)
        cookie = who if isinstance(who, str) else cookie_of(who)
        headers = {"Cookie": cookie, "Origin": origin or url}
        self._client.connect(
            url, headers=headers, namespaces=[NAMESPACE], transports=["websocket"], wait_timeout=WAIT_S
        )
        self._websocket = self._client.eio.ws

    def _note(self, name: str) -> Any:
        return lambda data: self.heard.append((name, data))

    def _gone(self, *_reason: object) -> None:
        self.connected = False

    def ask(self, event: str, **data: Any) -> Any:
        """Send an event and return the server's answer."""
        return self._client.call(event, data, namespace=NAMESPACE, timeout=WAIT_S)

    def of(self, name: str) -> list[dict[str, Any]]:
        """What was heard under that name so far."""
        return [data for heard, data in self.heard if heard == name]

    def wait_for(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until an event was heard that often."""
        deadline = time.monotonic() + WAIT_S
        while len(self.of(name)) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.of(name)) >= count, f"{name} heard {len(self.of(name))} times: {self.heard}"
        return self.of(name)

    def wait_until_closed(self, seconds: float) -> None:
        """Wait until the server has closed it."""
        deadline = time.monotonic() + seconds
        while self.connected and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not self.connected

    def close(self) -> None:
        """Close it."""
        if self._client.connected:
            self._client.disconnect()
        # The library leaves it open where the server has closed its side.
        self._websocket.shutdown()
