"""A member's browser without JavaScript, over TLS, as it meets the exchange from outside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import requests

PASSWORD = "vier-oude-fietsen-op-zolder"
TIMEOUT_S = 30


class Browser:
    """One browser of one member: pages, forms and cookies."""

    def __init__(self, origin: str, ca_file: Path, email: str) -> None:
        self.origin = origin
        self.email = email
        self.handle = ""
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of this machine in between
        self._session.verify = str(ca_file)

    @property
    def cookie(self) -> str:
        """The Cookie header that it sends."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._session.cookies)

    def close(self) -> None:
        """Close the connections that it keeps."""
        self._session.close()

    def get(self, path: str, **options: Any) -> requests.Response:
        """Open a page, without following where it leads."""
        options = {"timeout": TIMEOUT_S, "allow_redirects": False, **options}
        return self._session.get(self.origin + path, **options)

    def post(self, path: str, page: str, **fields: str) -> requests.Response:
        """Send the form of ``page`` to ``path``."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page).text)
        assert token is not None, page
        return self._session.post(
            self.origin + path,
            data={"csrf_token": token.group(1), **fields},
            headers={"Origin": self.origin, "Referer": self.origin + page},
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )

    def choose_password(self, path: str, handle: str) -> None:
        """Follow the operator's link."""
        answer = self.post(path, path, new_password=PASSWORD, handle=handle)
        assert answer.status_code == 303, answer.text
        self.handle = handle

    def sign_in(self) -> None:
        """Sign in by the form."""
        answer = self.post("/sign-in", "/sign-in", email=self.email, password=PASSWORD)
        assert answer.status_code == 303, answer.text

    def ask(self, title: str) -> str:
        """Post a thread; returns its address."""
        fields = {"kind": "problem", "title": title, "body": "What do you do?"}
        answer = self.post("/n/national/new", "/n/national/new", **fields)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"]).removeprefix(self.origin)

    def reply(self, thread: str, body: str) -> str:
        """Reply; returns the post's id."""
        thread_id = id_of(thread)
        answer = self.post(f"/t/{thread_id}/replies", thread, body=body)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"]).rpartition("/")[2]

    def cursor(self, page: str) -> str:
        """The live cursor of a page."""
        found = re.search(r'name="live-cursor" content="(\d+)"', self.get(page).text)
        assert found is not None, page
        return found.group(1)


def id_of(thread: str) -> str:
    """The id in a thread's address."""
    found = re.match(r"/t/(\d+)", thread)
    assert found is not None, thread
    return found.group(1)
