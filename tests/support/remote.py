"""Somebody at a served exchange: over HTTP, with the cookie of their browser in this process."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from typing import Any

from tests.support.persons import Person

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class RemoteAnswer:
    """What a server answered."""

    status_code: int
    headers: Message
    text: str

    @property
    def location(self) -> str:
        """Where it leads."""
        return str(self.headers.get("Location", ""))


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: what it says is looked at."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Go nowhere."""


class Remote:
    """A person as :class:`tests.support.persons.Person`, at a server."""

    def __init__(self, url: str, who: Person) -> None:
        self.id, self.name, self.email, self.csrf_token = who.id, who.name, who.email, who.csrf_token
        cookie = who.client.get_cookie("ke_session")
        self._url, self._cookie = url, f"{cookie.key}={cookie.value}" if cookie else ""
        self._opener = urllib.request.build_opener(_Stay)

    def get(self, path: str) -> RemoteAnswer:
        """Open a page."""
        return self._ask(path, None)

    def post(self, path: str, **fields: str) -> RemoteAnswer:
        """Send a form, with its token."""
        return self._ask(path, urllib.parse.urlencode({"csrf_token": self.csrf_token, **fields}).encode())

    def _ask(self, path: str, data: bytes | None) -> RemoteAnswer:
        headers = {"Cookie": self._cookie, "Accept": "text/html", "Origin": self._url}
        request = urllib.request.Request(self._url + path, data, headers)
        try:
            answer: HTTPResponse | urllib.error.HTTPError = self._opener.open(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return RemoteAnswer(answer.status or 0, answer.headers, answer.read().decode("utf-8", "replace"))
