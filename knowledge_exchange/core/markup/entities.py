"""Character entities (``&amp;``, ``&#38;``) as a browser reads them."""

from __future__ import annotations

import html
import re

# Only what ends in ";": browsers leave "&copy=2" in an address alone, html.unescape doesn't. Never more
# digits than a character has: Python refuses to read a number of 5,000, with an error nobody expects.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
OVERLONG_ENTITY = re.compile(r"&#(?=[0-9]{8}|x[0-9a-f]{7})", re.IGNORECASE)


def resolved(value: str) -> str:
    """``value`` with its entities made characters, once. (bleach's own function knows only some of them.)"""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), value) if "&" in value else value
