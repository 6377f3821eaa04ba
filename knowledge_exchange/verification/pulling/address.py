"""Which addresses and tokens a registry may have."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from flask_babel import gettext as _

MAX_TOKEN_CHARS = 4096


def token_fault(token: str) -> str:
    """What is wrong with a token, in words; empty where nothing is. Whatever doesn't fit a header is a slip."""
    if len(token) > MAX_TOKEN_CHARS or not token.isascii() or not token.isprintable() or " " in token:
        return str(_("The token may hold no spaces, line breaks or letters beyond ASCII."))
    return ""


def address_fault(url: str, *, is_lenient: bool) -> str:
    """What is wrong with a registry's address, in words; empty where nothing is."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return str(_("That is not a whole address."))
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        return str(_("That is not a whole address."))
    if parts.username or parts.password:
        return str(_("Leave name and password out of the address: the token opens it."))
    if parts.scheme == "https" or (parts.scheme == "http" and is_lenient and _is_this_machine(host)):
        return ""
    return str(_("The address must begin with https://."))


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def same_origin(one: str, other: str) -> bool:
    """Whether both lead to the same server by the same way: what is meant for one may be told to the other."""
    try:
        first, second = urlsplit(one), urlsplit(other)
        return one == other or (bool(first.hostname) and _origin(first) == _origin(second))
    except ValueError:
        return False


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
