"""A device in words, for the list of one's own sign-ins: no more than one needs to recognise it. And whether a member
has signed in with this browser before: a cookie in it says so, in keyed hashes that tell nobody whose they are.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, request
from flask_babel import gettext as _

from knowledge_exchange.core.crypto import every_keyed_hash, keyed_hash

# In this order: browsers pretend to be their elders.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)

#: How long a browser remembers somebody, and how many people who share it.
KNOWN_FOR = timedelta(days=365)
MOST_KNOWN = 8
_PURPOSE = "known device"


def is_known(member_id: int) -> bool:
    """Whether this browser remembers that member."""
    return not set(_all_marks(member_id)).isdisjoint(_marks())


def remember(answer: Response, member_id: int) -> None:
    """Let the browser remember that this member has signed in with it."""
    mine = _all_marks(member_id)
    marks = [keyed_hash(_PURPOSE, str(member_id)), *(mark for mark in _marks() if mark not in mine)]
    answer.set_cookie(
        _cookie(),
        ".".join(marks[:MOST_KNOWN]),
        max_age=KNOWN_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _cookie() -> str:
    return "__Host-ke_known" if current_app.config["SESSION_COOKIE_SECURE"] else "ke_known"


def _marks() -> list[str]:
    return request.cookies.get(_cookie(), "").split(".")[:MOST_KNOWN]


def _all_marks(member_id: int) -> list[str]:
    """Also those from before keys were replaced."""
    return every_keyed_hash(_PURPOSE, str(member_id))


def in_words(user_agent: str) -> str:
    """``Firefox on Windows`` from a User-Agent header."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or _("an unknown device")
