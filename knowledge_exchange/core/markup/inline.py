"""Bare addresses, e-mail addresses and mentions inside a paragraph.

They are found by Python-Markdown's own inline pass, after code and links are out of the way and
before emphasis, so that neither ``a_b_c`` in an address nor ``@handle`` in code is mistaken.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import AUTOMAIL_RE, InlineProcessor
from markdown.util import ETX, INLINE_PLACEHOLDER_RE, STX, AtomicString

from .links import NOTHING, Found

MAX_LOCAL_PART = 64  # characters before the "@" of an e-mail address (RFC 5321)
MENTION_CLASS = "at"

# An address may hold what an earlier pattern has put aside (a backslash escape): STX klzzwxh:NNNN ETX.
_STASHED = f"{STX}klzzwxh:[0-9]+{ETX}"
_ADDRESS = rf"(?<![\w/@])(?i:https?://\w|www\.[\w-]+\.\w)(?:[^\s<>\"`{STX}{ETX}]|{_STASHED})*+"
BARE_RE = rf"(?:{_ADDRESS})|@"

_HANDLE = re.compile(r"([A-Za-z][A-Za-z0-9_-]{2,29})(?![\w@-]|\.[a-z0-9])")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w@-])")
_MAIL_ADDRESS = re.compile(rf"[\w.+-]{{1,{MAX_LOCAL_PART}}}@(?:[A-Za-z0-9-]{{1,63}}\.){{1,6}}[A-Za-z]{{2,24}}")
_SENTENCE_END = frozenset(".,;:!?'*_~…’”")
_CLOSING = {")": "(", "]": "[", "}": "{"}


def _link(href: str, text: str) -> Element:
    element = Element("a", {"href": href})
    element.text = AtomicString(text)
    return element


def _trimmed(address: str) -> str:
    """``address`` without the punctuation that belongs to the sentence around it."""
    end = len(address)
    surplus = {close: address.count(close) - address.count(opening) for close, opening in _CLOSING.items()}
    while end:
        last = address[end - 1]
        if last in _SENTENCE_END:
            end -= 1
        elif surplus.get(last, 0) > 0:
            surplus[last] -= 1
            end -= 1
        else:
            break
    return address[:end]


class BareProcessor(InlineProcessor):
    """``https://…``, ``www.…``, ``name@host.example`` and ``@handle`` as they stand in the text."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        """The element for the match, with its place in ``data``, or nothing."""
        return self._at(m.start(), data) if m[0] == "@" else self._address(m.start(), m[0])

    def _address(self, start: int, found: str) -> Found:
        address = _trimmed(self._up_to_an_element(found))
        if len(address) < len("www.a.b"):
            return NOTHING
        plain = self.unescape(address)
        return _link(plain, plain), start, start + len(address)

    def _up_to_an_element(self, found: str) -> str:
        """``found`` cut where code or another link begins: only escaped characters may be in it."""
        if STX not in found:
            return found
        assert self.md is not None
        stash = self.md.treeprocessors["inline"].stashed_nodes  # type: ignore[attr-defined]
        for stashed in INLINE_PLACEHOLDER_RE.finditer(found):
            if not isinstance(stash.get(stashed[1]), str):
                return found[: stashed.start()]
        return found

    def _at(self, at: int, data: str) -> Found:
        start = at
        while start and at - start <= MAX_LOCAL_PART and (data[start - 1].isalnum() or data[start - 1] in "_.+-"):
            start -= 1
        if start and data[start - 1] == ETX:
            return NOTHING  # part of the word was put aside: better no link than half a one
        before = data[start:at]
        if before.strip("_"):
            return self._mail(at, before, data)
        if data[start - 1 : start] == "@" or (data[start - 1 : start] == "/" and data[start - 2 : start - 1].isalnum()):
            return NOTHING
        return self._mention(at, before, data)

    @staticmethod
    def _mail(at: int, before: str, data: str) -> Found:
        local = before.lstrip(".+-")
        domain = _DOMAIN.match(data, at + 1)
        if not domain or not local or len(local) > MAX_LOCAL_PART or local.endswith("."):
            return NOTHING
        address = f"{local}@{domain[0]}"
        return _link(f"mailto:{address}", address), at - len(local), domain.end()

    @staticmethod
    def _mention(at: int, underscores: str, data: str) -> Found:
        match = _HANDLE.match(data, at + 1)
        if not match:
            return NOTHING
        handle = match[1]
        if underscores:  # _@handle_ is emphasis around a mention; its underscores stay for the next pattern
            handle = handle.removesuffix(underscores)
            if handle == match[1] or len(handle) < 3:
                return NOTHING
        element = Element("span", {"class": MENTION_CLASS})
        element.text = AtomicString(f"@{handle}")
        return element, at, at + 1 + len(handle)


class MailProcessor(InlineProcessor):
    """``<name@host.example>``. Python-Markdown's own writes each letter as an entity: 8 times the size."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self) -> None:
        super().__init__(AUTOMAIL_RE)

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        """The link for the match, or nothing where it is no address."""
        address = m[1].removeprefix("mailto:")
        if not _MAIL_ADDRESS.fullmatch(address):
            return NOTHING
        return _link(f"mailto:{address}", address), m.start(), m.end()
