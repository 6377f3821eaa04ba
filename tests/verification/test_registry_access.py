"""Whom a registry's token is given to, and whom not."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from knowledge_exchange.verification.registry import Access, Fetched, RegistryFailed, open_registry
from knowledge_exchange.verification.registry_https import HttpsRegistry, Patience
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


def test_the_certificate_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    known = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(known))
    with registries.running(context) as machine:
        machine.does(sends(CSV))
        registry = HttpsRegistry(Access(machine.url, TOKEN), PATIENT)
        with pytest.raises(RegistryFailed, match="certificate"):
            registry.fetch("", tmp_path)
        assert machine.asked == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(known))
        assert isinstance(registry.fetch("", tmp_path), Fetched)


def test_a_netrc_of_the_machine_does_not_replace_the_token(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    machine.does(sends(CSV))
    HttpsRegistry(Access(machine.url, TOKEN, is_lenient=True), PATIENT).fetch("", tmp_path)
    assert machine.asked[0]["authorization"] == f"Bearer {TOKEN}"


def test_plain_http_goes_through_no_proxy(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with registries.running() as proxy:
        proxy.does(sends(CSV))
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        machine.does(sends(CSV))
        HttpsRegistry(Access(machine.url, TOKEN, is_lenient=True), PATIENT).fetch("", tmp_path)
        assert (len(machine.asked), proxy.asked) == (1, [])
