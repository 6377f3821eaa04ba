"""Whom a registry's token is given to, and whom not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from knowledge_exchange.verification.pulling.https import HttpsRegistry, Patience
from knowledge_exchange.verification.pulling.registry import Access, Fetched, RegistryFailed, open_registry
from tests.verification import registries
from tests.verification.registries import CSV, TOKEN, Machine, sends

PATIENT = Patience(connect_s=20, read_s=20, total_s=60, tries=4, pause_s=0.01, longest_pause_s=1)


@pytest.mark.parametrize(
    "url", ["http://registry.example/", "ftp://127.0.0.1/", "https://me:it@registry.example/", "x"]
)
def test_addresses_that_would_give_the_token_away_are_refused(url: str) -> None:
    with pytest.raises(RegistryFailed):
        HttpsRegistry(Access(url, TOKEN, is_lenient=True))


def test_plain_http_is_refused_in_production() -> None:
    with pytest.raises(RegistryFailed, match="https://"):
        open_registry("https", Access("http://127.0.0.1:9/", TOKEN))


def test_a_token_shows_in_no_text_of_its_access() -> None:
    assert TOKEN not in repr(Access("https://registry.example/", TOKEN))


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """Certificates of an authority that this machine doesn't know, and what would make it known."""
    made = trustme.CA()
    made.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    made.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    return tmp_path / "authority.pem"


@pytest.fixture
def sealed(authority: Path, machine: Machine) -> Iterator[Machine]:
    """A registry over TLS (``machine`` sees to the environment)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.with_name("server.pem"))
    with registries.running(context) as running:
        running.does(sends(CSV))
        yield running


def test_the_certificate_is_checked(
    sealed: Machine, authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = HttpsRegistry(Access(sealed.url, TOKEN), PATIENT)
    with pytest.raises(RegistryFailed, match="certificate"):
        registry.fetch("", tmp_path)
    assert sealed.asked == []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    assert isinstance(registry.fetch("", tmp_path), Fetched)


def test_a_netrc_of_the_machine_does_not_replace_the_token(
    sealed: Machine, authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    HttpsRegistry(Access(sealed.url, TOKEN), PATIENT).fetch("", tmp_path)
    assert sealed.asked[0]["authorization"] == f"Bearer {TOKEN}"


def test_plain_http_goes_through_no_proxy(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with registries.running() as proxy:
        proxy.does(sends(CSV))
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        machine.does(sends(CSV))
        HttpsRegistry(Access(machine.url, TOKEN, is_lenient=True), PATIENT).fetch("", tmp_path)
        assert (len(machine.asked), proxy.asked) == (1, [])
