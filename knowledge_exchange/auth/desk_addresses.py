"""Addresses without the words of titles, for members who want none in their browser's history.

Rows and posts are set once for everybody, words and all; so the words are taken out at the edge, of the finished
page and of where a redirect leads. The address without them serves the same page (``threads/routes.py``).
"""

from __future__ import annotations

import re
from functools import partial
from typing import AnyStr
from urllib.parse import urlsplit

from flask import Flask, Response

from knowledge_exchange.auth import sessions

_THREAD_RULE = re.compile(r"/t/<int:\w+>/([\w-]+)$")
#: What can stand for the words: everything up to the next part of the address.
_WORDS = r"/(?P<words>[^/?#\"'\s<>]+)(?=[?#\"'\s]|$)"


class _Stripper:
    """Takes the words of titles out of the addresses of one exchange."""

    def __init__(self, base_url: str, kept: frozenset[str]) -> None:
        thread = rf"(?:https?://{re.escape(urlsplit(base_url).netloc)})?/t/\d+"
        self._address = re.compile(rf"^(?P<thread>{thread}){_WORDS}")
        self._links = re.compile(rf"(?P<thread>\s(?:href|data-[a-z-]+)=[\"']{thread}){_WORDS}".encode())
        self._kept = kept
        self._kept_bytes = frozenset(word.encode() for word in kept)

    def address(self, address: str) -> str:
        """One address."""
        return self._address.sub(partial(_without, kept=self._kept), address)

    def page(self, html: bytes) -> bytes:
        """All links of a page."""
        return self._links.sub(partial(_without, kept=self._kept_bytes), html)


def _without(found: re.Match[AnyStr], kept: frozenset[AnyStr]) -> AnyStr:
    return found[0] if found["words"] in kept else found["thread"]


def init_app(app: Flask) -> None:
    """Look at every answer; registered after the one that compresses, so it comes before it."""
    stripper: list[_Stripper] = []

    def after(response: Response) -> Response:
        me = sessions.shown()
        if me is not None and me.desk.plain_addresses:
            if not stripper:
                stripper.append(_Stripper(app.config["KE_BASE_URL"], _pages_of_threads(app)))
            _strip(stripper[0], response)
        return response

    app.after_request(after)


def _pages_of_threads(app: Flask) -> frozenset[str]:
    """What follows a thread's number in addresses of pages of their own, and is no title."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return frozenset(found[1] for rule in rules if (found := _THREAD_RULE.match(rule)))


def _strip(stripper: _Stripper, response: Response) -> None:
    if goal := response.headers.get("Location"):
        response.headers["Location"] = stripper.address(goal)
        response.set_data(b"")  # only says again where it leads
    elif response.mimetype == "text/html" and not (response.is_streamed or response.direct_passthrough):
        response.set_data(stripper.page(response.get_data()))
