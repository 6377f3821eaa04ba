"""The few addresses that take more than a form: how much, and from whom.

To everybody else the usual bound holds there, too: who may not send a file is not waited for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request

from knowledge_exchange.auth import sessions
from knowledge_exchange.core.config import MAX_BODY_BYTES

_KEY = "ke_large_bodies"


@dataclass(frozen=True, slots=True)
class _Large:
    path: re.Pattern[str]
    most_bytes: int
    roles: frozenset[str]


def take_up_to(app: Flask, path: str | re.Pattern[str], most_bytes: int, *, roles: tuple[str, ...]) -> None:
    """Let active members with one of these roles send so many bytes to that path, or to those of that pattern."""
    pattern = re.compile(re.escape(path)) if isinstance(path, str) else path
    app.extensions.setdefault(_KEY, []).append(_Large(pattern, most_bytes, frozenset(roles)))


def _at(app: Flask, path: str) -> _Large | None:
    found: list[_Large] = app.extensions.get(_KEY, [])
    return next((large for large in found if large.path.fullmatch(path)), None)


def _is_usual(length: object) -> bool:
    """Whether a body is said to be no longer than a form: then nobody is asked who sends it."""
    said = str(length or "")
    return said.isascii() and said.isdigit() and int(said) <= MAX_BODY_BYTES


def bound_for(app: Flask, environ: dict[str, Any]) -> int | None:
    """How much this request may bring (bytes); None where the usual bound holds. Its body is not touched."""
    if environ.get("REQUEST_METHOD") != "POST" or _is_usual(environ.get("CONTENT_LENGTH")):
        return None
    large = _at(app, environ.get("PATH_INFO", ""))
    if large is None:
        return None
    with app.request_context(environ):
        return large.most_bytes if _may(large) else None


def raise_bound() -> None:
    """Let Flask read as much of this request as it may bring; before its form is looked at."""
    if request.method != "POST" or _is_usual(request.environ.get("CONTENT_LENGTH")):
        return
    large = _at(current_app, request.path)
    if large is not None and _may(large):
        request.max_content_length = large.most_bytes


def _may(large: _Large) -> bool:
    me = sessions.current_me()
    return me is not None and me.is_active and me.role in large.roles
