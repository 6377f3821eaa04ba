"""Which addresses a post may link to, and which pictures it may show.

bleach decides by the scheme that ``urlparse`` finds and so keeps ``javascript:123`` (it takes the
digits for a port) and ``//host``. Here an address is refused unless it has one of four known
shapes. It is judged as the browser will read it: entities resolved, nothing invisible in it.
"""

from __future__ import annotations

import re

from .entities import resolved

MAX_ADDRESS_CHARS = 2_000

# Browsers drop tabs and newlines inside an address and take a backslash for a slash, so
# "java\tscript:" and "/\evil.example" would get past a check that reads them as they stand.
# Zero-width and direction marks only serve to make one host look like another.
_FORBIDDEN = re.compile(
    '[\\s\\\\<>"`\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]'
)
# No "@" before the path: https://bank.example@evil.example leads to evil.example.
_WEB = re.compile(r"https?://\w[^/?#@%\[\]]*(?:[/?#].*)?", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[^@/?#:]+@[^@/?#:]+(?:\?.*)?", re.IGNORECASE)
# Not "//host", nor what a proxy or a redirect might turn into it.
_LOCAL = re.compile(r"/(?!\.{0,2}/|%2f|%5c).*", re.IGNORECASE)
_FRAGMENT = re.compile(r"#.*")
_BARE_WWW = re.compile(r"www\.[\w-]+\.", re.IGNORECASE)

_ADDRESS_ATTRIBUTE = re.compile(r'(<(?:a|img)\b[^<>]*?) (href|src)="([^"]*)"')


def canonical(address: str) -> str:
    """``address`` as a browser would read it: entities resolved, spaces made ``%20``."""
    plain = resolved(address).strip(" \n").replace(" ", "%20")
    return f"https://{plain}" if _BARE_WWW.match(plain) else plain


def may_link(address: str) -> bool:
    """Whether a link may lead to ``address`` (a canonical one)."""
    if not address or len(address) > MAX_ADDRESS_CHARS or _FORBIDDEN.search(address):
        return False
    return any(shape.fullmatch(address) for shape in (_WEB, _LOCAL, _FRAGMENT, _MAIL))


def may_show(address: str) -> bool:
    """Whether a picture may be loaded from ``address``: only from the exchange itself.

    A foreign picture would tell its host who reads which thread, and when.
    """
    if len(address) > MAX_ADDRESS_CHARS or _FORBIDDEN.search(address):
        return False
    return _LOCAL.fullmatch(address) is not None


def drop_unsafe_addresses(page: str) -> str:
    """``page`` without the ``href`` and ``src`` that are refused here: the check after bleach.

    ``page`` is bleach's output: ``<``, ``>`` and ``"`` stand for themselves in no text and no value.
    """
    return _ADDRESS_ATTRIBUTE.sub(_keep_if_safe, page)


def _keep_if_safe(match: re.Match[str]) -> str:
    address = resolved(match[3])
    allowed = may_show(address) if match[2] == "src" else may_link(address)
    return match[0] if allowed else match[1]
