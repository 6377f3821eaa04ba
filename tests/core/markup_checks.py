"""What rendered HTML may hold, stated apart from the renderer and read with a browser's algorithm."""

from __future__ import annotations

import importlib
import re
from typing import Any

import bleach

html5lib: Any = importlib.import_module("bleach._vendor.html5lib")  # a browser's algorithm, in Python

PLAIN_TAGS = (
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "code",
    "blockquote",
    "ul",
    "li",
    "h3",
    "h4",
    "h5",
    "h6",
    "thead",
    "tbody",
    "tr",
)

ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in PLAIN_TAGS},
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "pre": {"class", "tabindex", "role", "aria-label"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "table": {"class"},
    "th": {"scope", "class"},
    "td": {"class"},
    "span": {"class"},
}
CLASSES = {"scroll", "table", "n", "at"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")


def elements(html: str) -> list[tuple[str, dict[str, str]]]:
    """Every element that a browser would make of ``html``."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    fragment: Any = parser.parseFragment(html)
    found = [node for node in fragment.iter() if node is not fragment]
    return [(str(node.tag), {str(key): str(value) for key, value in node.attrib.items()}) for node in found]


def violations(html: str) -> list[str]:
    """What in ``html`` should not be there."""
    found = []
    for tag, attributes in elements(html):
        if tag not in ALLOWED:
            found.append(f"<{tag}>")
            continue
        found += [f"<{tag} {name}>" for name in attributes.keys() - ALLOWED[tag]]
        found += _bad_values(tag, attributes)
    if html != bleached(html):
        found.append("bleach would change it")
    return found


def bleached(html: str) -> str:
    """``html`` once more through the whole of bleach: parsed, filtered, written."""
    return bleach.clean(
        html,
        tags=ALLOWED.keys(),
        attributes={tag: list(names) for tag, names in ALLOWED.items()},
        protocols={"http", "https", "mailto"},
    )


def _bad_values(tag: str, attributes: dict[str, str]) -> list[str]:
    bad = []
    if "class" in attributes and attributes["class"] not in CLASSES:
        bad.append(f"class {attributes['class']}")
    if tag == "a" and not leads_to_a_safe_place(attributes.get("href", "")):
        bad.append(f"href {attributes.get('href')!r}")
    if tag == "a" and attributes.get("rel") != "nofollow ugc noopener":
        bad.append(f"rel {attributes.get('rel')!r}")
    if tag == "img" and not is_on_the_exchange(attributes.get("src", "")):
        bad.append(f"src {attributes.get('src')!r}")
    return bad


def _as_a_browser_reads(address: str) -> str:
    """What the URL standard does first: strip the ends, drop tabs and newlines, \\ is / ."""
    stripped = address.strip("".join(map(chr, range(33))))
    return re.sub(r"[\t\n\r]", "", stripped).replace("\\", "/").lower()


def leads_to_a_safe_place(address: str) -> bool:
    """Whether a browser would follow ``address`` by http, https or mailto, or stay on the exchange."""
    read = _as_a_browser_reads(address)
    if _SCHEME.match(read):
        return read.startswith(("http://", "https://", "mailto:"))
    return read.startswith("#") or is_on_the_exchange(address)


def is_on_the_exchange(address: str) -> bool:
    """Whether a browser would look for ``address`` on the exchange's own host."""
    read = _as_a_browser_reads(address)
    return read.startswith("/") and not read.startswith("//")
