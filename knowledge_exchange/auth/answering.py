"""How to answer: with a page or with JSON, and only with addresses that lead into this exchange."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from flask import request

#: Longer ones are nobody's bookmark.
MAX_PATH_CHARS = 2000
_FIRST_PRINTABLE = 0x21


def wants_json() -> bool:
    """Whether the other side would rather read JSON than a page."""
    if request.path.startswith("/live/"):
        return True
    offered = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(offered, default="text/html") == offered[1]


def is_local_path(path: str) -> bool:
    """Whether it leads nowhere but into this exchange: no open redirect, however a browser mends it."""
    return (
        len(path) <= MAX_PATH_CHARS
        and path.startswith("/")
        and not path.startswith("//")
        and not any(ord(letter) < _FIRST_PRINTABLE or letter in "\\\x7f" for letter in path)
    )


def local_or(path: str | None, otherwise: str) -> str:
    """``path`` if it is a local one, else ``otherwise``."""
    return path if path and is_local_path(path) else otherwise


def asked_for() -> str:
    """The path and query of this request, or ``/`` where they can't be an address to come back to."""
    return local_or(request.full_path.rstrip("?"), "/")


def parts_of(address: str) -> SplitResult:
    """The parts of an address that somebody else wrote; all empty where it can't be one."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def came_from() -> str:
    """The page that a form was sent from (its origin has been checked), else ``/``."""
    parts = parts_of(request.headers.get("Referer", ""))
    return local_or(parts.path + (f"?{parts.query}" if parts.query else ""), "/")
