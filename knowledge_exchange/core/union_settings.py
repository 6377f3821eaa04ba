"""Settings of the union's own identity provider: what they may be, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

#: With one of them set and another missing nobody can sign in that way.
_TOGETHER = ("KE_OIDC_ISSUER", "KE_OIDC_CLIENT_ID", "KE_OIDC_CLIENT_SECRET")
_NUMBER = ("KE_OIDC_NUMBER_CLAIM", "KE_OIDC_SOURCE")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def issuer(text: str) -> str:
    """An issuer exactly as its tokens name it, slash at the end or not (OpenID Connect Discovery 1.0, 3)."""
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("use the provider's issuer, something like https://login.example.org/realms/union")
    return text


def is_offered(config: Mapping[str, Any]) -> bool:
    """Whether people can sign in with the union's account here."""
    return all(config[name] for name in _TOGETHER)


def is_safe(address: str) -> bool:
    """Whether nobody in between can read or change what is sent there: https, or this machine itself."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def problems(config: Mapping[str, Any]) -> list[str]:
    """What is missing or weak about them, each as a sentence that says what to do."""
    wrong = []
    for names in (_TOGETHER, _NUMBER):
        missing = [name for name in names if not config[name]]
        if missing and len(missing) < len(names):
            wrong.append(f"{' and '.join(missing)} must be set with the others: set {', '.join(names)}, or none.")
    if config["KE_OIDC_ISSUER"] and not config["KE_OIDC_ISSUER"].startswith("https://"):
        wrong.append("KE_OIDC_ISSUER is not https: whoever is in between could sign in as anybody.")
    if config["KE_OIDC_NUMBER_CLAIM"] and not config["KE_OIDC_ISSUER"]:
        wrong.append("KE_OIDC_NUMBER_CLAIM means nothing without KE_OIDC_ISSUER: set that, or unset both.")
    return wrong
