"""The few addresses that take more than a form: how much, and from whom.

To everybody else the usual bound holds there, too: who may not send a file is not waited for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request

from knowledge_exchange.auth import sessions

_KEY = "ke_large_bodies"


@dataclass(frozen=True, slots=True)
class _Large:
    most_bytes: int
    roles: frozenset[str]


def take_up_to(app: Flask, path: str, most_bytes: int, *, roles: tuple[str, ...]) -> None:
    """Let active members with one of these roles send so many bytes to that path."""
    app.extensions.setdefault(_KEY, {})[path] = _Large(most_bytes, frozenset(roles))


def bound_for(app: Flask, environ: dict[str, Any]) -> int | None:
    """How much this request may bring (bytes); None where the usual bound holds. Its body is not touched."""
    large: _Large | None = app.extensions.get(_KEY, {}).get(environ.get("PATH_INFO", ""))
    if large is None or environ.get("REQUEST_METHOD") != "POST":
        return None
    with app.request_context(environ):
        return large.most_bytes if _may(large) else None


def raise_bound() -> None:
    """Let Flask read as much of this request as it may bring; before its form is looked at."""
    large: _Large | None = current_app.extensions.get(_KEY, {}).get(request.path)
    if large is not None and request.method == "POST" and _may(large):
        request.max_content_length = large.most_bytes


def _may(large: _Large) -> bool:
    me = sessions.current_me()
    return me is not None and me.is_active and me.role in large.roles
