"""Mail over TLS: certificates are checked, passwords never go in the open, and no server keeps the worker for ever."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from knowledge_exchange.mail import smtp as line
from tests.mail.certificates import Authority
from tests.mail.postbox import PATIENCE_S, Postbox, broken_server, queue, row, send, smtp_server
from tests.support.shared import free_port

# The server's warning that passwords may come without TLS: that is what is tried.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

USER, PASSWORD = "the-exchange", "p@ss/w:rd"
QUOTED = "the-exchange:p%40ss%2Fw%3Ard"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The same, trusted by this process."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority


class Site:
    """An app, and a server for it with the options that a test wants."""

    def __init__(self, make_app: Callable[..., Flask]) -> None:
        self._make_app = make_app
        self.port = free_port()
        self.postbox = Postbox()
        self.signed_in: list[str] = []

    def app(self, url: str) -> Flask:
        """An app with a message that waits; ``url`` holds the place of the port."""
        app = self._make_app(KE_SMTP_URL=url.format(port=self.port))
        queue(app)
        return app

    def server(self, **options: Any) -> AbstractContextManager[None]:
        """The server; it knows one password."""
        return smtp_server(self.postbox, self.port, authenticator=self._authenticate, **options)

    def _authenticate(
        self, _server: object, _session: object, _envelope: object, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        good = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        self.signed_in.append("yes" if good else "no")
        return AuthResult(success=good, handled=False)


@pytest.fixture
def site(make_app: Callable[..., Flask]) -> Site:
    """Where mail goes."""
    return Site(make_app)


def context(authority: Authority, address: str = "127.0.0.1") -> ssl.SSLContext:
    return authority.server_context(address)


def test_starttls_with_a_password(site: Site, trusted: Authority) -> None:
    app = site.app(f"smtp+starttls://{QUOTED}@127.0.0.1:{{port}}")
    with site.server(tls_context=context(trusted), require_starttls=True, auth_required=True):
        send(app)
    assert (len(site.postbox.received), site.postbox.is_tls, site.signed_in) == (1, [True], ["yes"])


def test_tls_from_the_beginning_with_a_password(site: Site, trusted: Authority) -> None:
    app = site.app(f"smtps://{QUOTED}@127.0.0.1:{{port}}")
    # The server doesn't know that its connections are under TLS already, and would ask for STARTTLS.
    with site.server(ssl_context=context(trusted), auth_require_tls=False, auth_required=True):
        send(app)
    assert (len(site.postbox.received), site.signed_in) == (1, ["yes"])


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_vouches_for_gets_nothing(scheme: str, site: Site, authority: Authority) -> None:
    app = site.app(f"{scheme}://{QUOTED}@127.0.0.1:{{port}}")
    options = {"ssl_context" if scheme == "smtps" else "tls_context": context(authority)}
    with site.server(**options):
        send(app)
    assert (site.postbox.asked, site.signed_in, row(app).tries) == ([], [], 0)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_the_certificate_of_another_machine_gets_nothing(scheme: str, site: Site, trusted: Authority) -> None:
    app = site.app(f"{scheme}://{QUOTED}@127.0.0.1:{{port}}")
    options = {"ssl_context" if scheme == "smtps" else "tls_context": context(trusted, "127.0.0.2")}
    with site.server(**options):
        send(app)
    assert (site.postbox.asked, site.signed_in, row(app).tries) == ([], [], 0)


def test_who_insists_on_tls_sends_nothing_without_it(site: Site) -> None:
    app = site.app("smtp+starttls://127.0.0.1:{port}")
    with site.server():
        send(app)
    assert (site.postbox.asked, row(app).tries, row(app).sent_at) == ([], 0, None)


def test_a_server_on_this_machine_is_taken_with_whatever_certificate_it_has(site: Site, authority: Authority) -> None:
    app = site.app("smtp://127.0.0.1:{port}")
    with site.server(tls_context=context(authority), require_starttls=True):
        send(app)
    assert (len(site.postbox.received), site.postbox.is_tls) == (1, [True])


def test_a_server_elsewhere_is_not(site: Site, authority: Authority) -> None:
    app = site.app("smtp://127.1:{port}")  # the same one; but that this is here, only the network knows
    with site.server(tls_context=context(authority)):
        send(app)
    assert (site.postbox.asked, row(app).tries) == ([], 0)


def test_a_password_goes_to_this_machine_without_tls(site: Site) -> None:
    app = site.app(f"smtp://{QUOTED}@127.0.0.1:{{port}}")
    with site.server(auth_require_tls=False, auth_required=True):
        send(app)
    assert (len(site.postbox.received), site.signed_in) == (1, ["yes"])


def test_a_password_goes_nowhere_else_without_tls(site: Site) -> None:
    app = site.app(f"smtp://{QUOTED}@127.1:{{port}}")
    with site.server(auth_require_tls=False):
        send(app)
    assert (site.postbox.asked, site.signed_in, row(app).sent_at) == ([], [], None)


def test_a_wrong_password_costs_no_message_a_try(site: Site) -> None:
    app = site.app("smtp://the-exchange:wrong@127.0.0.1:{port}")
    with site.server(auth_require_tls=False, auth_required=True):
        send(app)
        send(app, later=timedelta(hours=1))
    assert site.signed_in[-1] == "no"
    assert (site.postbox.received, row(app).tries, row(app).failed_at) == ([], 0, None)


def drip(connection: socket.socket) -> None:
    """A byte of a greeting, now and then, for as long as anybody listens."""
    while True:
        connection.sendall(b"2")
        time.sleep(0.1)


def say_nothing(connection: socket.socket) -> None:
    """Wait until the other side has gone."""
    connection.settimeout(PATIENCE_S)
    while connection.recv(1024):
        pass


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("talk", [drip, say_nothing])
def test_a_server_that_never_comes_to_the_point_does_not_keep_the_worker(
    scheme: str, talk: Callable[[socket.socket], None], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "CONNECTING_MOST_S", 1.0)
    app = site.app(f"{scheme}://127.0.0.1:{{port}}")
    with broken_server(site.port, talk) as asked:
        # Without the fuse this would not end: of the greeting each byte comes in time.
        send(app)
    assert len(asked) == 1
    assert (row(app).tries, row(app).lease_until) == (0, None)
