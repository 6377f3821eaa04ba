"""What a node of Python-Markdown's tree says."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.util import ETX, STX

from .entities import resolved

_ESCAPED = re.compile(f"{STX}([0-9]+){ETX}")


def restored(text: str) -> str:
    """``text`` with its backslash escapes, which Python-Markdown keeps as numbers, made characters again."""
    return _ESCAPED.sub(lambda match: chr(int(match[1])), text) if STX in text else text


def attribute(value: str) -> str:
    """``value`` so that nothing in it can end the attribute, and no entity in it is read twice."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def title(element: Element) -> list[tuple[str, str]]:
    """The ``title`` attribute, if there is anything in it."""
    found = element.get("title", "")
    return [("title", resolved(restored(found)))] if found.strip() else []


def visible_text(element: Element) -> bool:
    """Whether ``element`` says anything: text, or a picture with a description."""
    return any(text.strip() for text in element.itertext()) or any(
        image.get("alt", "").strip() for image in element.iter("img")
    )
