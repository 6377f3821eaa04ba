"""A provider of the tests' own that lies as it is told to: over real HTTP, with tokens signed by real keys."""

from __future__ import annotations

import base64
import json
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeyParameters, RSAKey

from tests.support.union import BASE_URL, CLIENT_ID, CLIENT_SECRET

WEAK_BITS = 1024
ACCESS_TOKEN = "an access token of these tests"


@cache
def a_key(kind: str) -> RSAKey:
    """``good``; ``other``, which bears the same name; ``weak``. Made when first asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        named: KeyParameters = {"kid": "weak" if kind == "weak" else "good", "use": "sig"}
        return RSAKey.generate_key(WEAK_BITS if kind == "weak" else 2048, named)


def keys_of(kind: str) -> dict[str, Any]:
    """A JWKS with that key."""
    return {"keys": [a_key(kind).as_dict(private=False)]}


@dataclass
class Liar:
    """What it says, to be changed by a test; and what it was asked."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: a_key("good"))
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "good"})
    #: Changes to the claims; None: without that claim.
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    jwks: dict[str, Any] = field(default_factory=lambda: keys_of("good"))
    #: Instead of an ID token made from all that.
    raw_token: str | None = None
    #: Path: (status, headers, body) instead of what it would say there.
    instead: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    #: How long it is silent before each answer (seconds).
    silent_s: float = 0.0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    nonce: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """What the exchange is told of it."""
        return {
            "KE_OIDC_ISSUER": self.issuer,
            "KE_OIDC_CLIENT_ID": CLIENT_ID,
            "KE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }

    def back(self, address: str, base_url: str = BASE_URL) -> str:
        """What a browser does at the provider: note the question, come back with a code."""
        question = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert question["redirect_uri"] == f"{base_url}/sign-in/union/back"
        assert question["code_challenge_method"] == "S256"
        self.nonce = question["nonce"]
        return f"/sign-in/union/back?code=a-code&state={question['state']}"

    def id_token(self) -> str:
        """A good one, but for what the test has changed."""
        if self.raw_token is not None:
            return self.raw_token
        moment = int(time.time())
        claims = {"iss": self.issuer, "sub": "ann", "aud": CLIENT_ID, "iat": moment, "exp": moment + 300}
        claims |= {"nonce": self.nonce, "email": "ann@example.org", "email_verified": True, "name": "Ann"}
        said = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        return jwt.encode(self.header, said, self.key)

    def unsigned(self, algorithm: str = "none", signature: bytes = b"") -> str:
        """The same with no signature of anybody's, or with one that anybody could make."""
        payload = self.id_token().split(".")[1]
        header = base64.urlsafe_b64encode(json.dumps({**self.header, "alg": algorithm}).encode()).decode().rstrip("=")
        return f"{header}.{payload}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """What it says there."""
        if path in self.instead:
            return self.instead[path]
        plain: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                **self.document,
            },
            "/keys": self.jwks,
            "/userinfo": self.userinfo,
        }
        if path == "/token":
            plain[path] = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": self.id_token()}
        return 200 if plain.get(path) is not None else 404, {}, json.dumps(plain.get(path)).encode()


@contextmanager
def lying() -> Iterator[Liar]:
    """A liar on a port of its own, ended afterwards."""
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say()

        def do_POST(self) -> None:
            self._say()

        def _say(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            liar.asked.append((self.path, {name: values[0] for name, values in parse_qs(body).items()}))
            stopped.wait(liar.silent_s)
            status, headers, content = liar.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    stopped = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield liar
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
