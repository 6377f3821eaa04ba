"""From Python-Markdown's tree to the stream of tokens that bleach's filter reads.

Serialising the tree only for bleach to parse it again costs more than all the rest. On the way the
tree gets the exchange's shape: headings below the page's, tables and code that scroll, links with
their ``rel``, pictures of the exchange only, a ``<br>`` for each line break.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from xml.etree.ElementTree import Element

from .addresses import canonical, may_link, may_show
from .entities import OVERLONG_ENTITY, resolved
from .nodes import attribute, restored, title, visible_text

REL = "nofollow ugc noopener"
SCROLL = {"class": "scroll", "tabindex": "0", "role": "group"}
NUMERIC_CLASS = "n"

_NAMESPACE = "http://www.w3.org/1999/xhtml"
_PAGE_HEADING = 2  # a post stands under the page's h1 and h2
_LOWEST_HEADING = 6
_MAX_START_DIGITS = 9
_MAX_DEPTH = 60  # elements within each other; people nest six, and a page need not be a tunnel
_BREAK = {"type": "EmptyTag", "name": "br", "namespace": _NAMESPACE, "data": {}}

_BLOCKS = frozenset(
    (
        "p",
        "blockquote",
        "ul",
        "ol",
        "li",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "div",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
    )
)
_AS_THEY_ARE = frozenset(("p", "blockquote", "ul", "li", "em", "strong", "thead", "tbody", "tr"))

Token = dict[str, Any]


class TooDeepError(ValueError):
    """The text nests quotes or lists beyond all sense."""


class TokenWriter:
    """Writes one document. Raises TooDeepError for a tree of more than 60 levels."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self._heading = _PAGE_HEADING
        self._in_link = False
        self._depth = 0

    def write(self, root: Element) -> list[Token]:
        """The tokens of everything within ``root``."""
        self._children(root)
        return self.tokens

    # Tokens

    def _open(self, name: str, attributes: Iterable[tuple[str, str]] = ()) -> None:
        data = {(None, key): attribute(value) for key, value in attributes}
        self.tokens.append({"type": "StartTag", "name": name, "namespace": _NAMESPACE, "data": data})

    def _close(self, name: str) -> None:
        if name in _BLOCKS:
            self._drop_trailing_breaks()
        self.tokens.append({"type": "EndTag", "name": name, "namespace": _NAMESPACE})
        if name in _BLOCKS:
            self.tokens.append({"type": "Characters", "data": "\n"})

    def _empty(self, name: str, attributes: Iterable[tuple[str, str]] = ()) -> None:
        self._open(name, attributes)
        self.tokens[-1]["type"] = "EmptyTag"

    def _characters(self, text: str) -> None:
        if text:
            self.tokens.append({"type": "Characters", "data": text})

    def _drop_trailing_breaks(self) -> None:
        tokens = self.tokens
        while tokens and (tokens[-1] is _BREAK or tokens[-1].get("data") == "\n"):
            tokens.pop()

    # Text and elements

    def _text(self, text: str) -> None:
        text = restored(text)
        if "&#" in text:
            text = OVERLONG_ENTITY.sub("&amp;#", text)
        if "\n" not in text:
            self._characters(text)
            return
        if self._at_block_edge():
            text = text.lstrip("\n ")
        first, *others = text.split("\n")
        self._characters(first.rstrip(" ") if others else first)
        for line in others:
            self.tokens += (_BREAK, {"type": "Characters", "data": "\n"})
            self._characters(line.strip(" ") if line is not others[-1] else line.lstrip(" "))

    def _at_block_edge(self) -> bool:
        """Whether nothing has been written yet in the present line."""
        if not self.tokens:
            return True
        last = self.tokens[-1]
        return last.get("data") == "\n" or (last["type"] == "StartTag" and last["name"] in _BLOCKS)

    def _children(self, element: Element) -> None:
        if element.text:
            self._text(element.text)
        for child in element:
            self._element(child)
            if child.tail:
                self._text(child.tail)

    def _element(self, element: Element) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise TooDeepError
        tag = element.tag
        if tag in _AS_THEY_ARE:
            self._open(tag)
            self._children(element)
            self._close(tag)
        elif tag in _WRITERS:
            _WRITERS[tag](self, element)
        else:
            self._children(element)
        self._depth -= 1

    def _link(self, element: Element) -> None:
        href = canonical(restored(element.get("href", "")))
        if self._in_link or not may_link(href):
            self._children(element)
            return
        self._open("a", [("href", href), *title(element), ("rel", REL)])
        self._in_link = True
        self._children(element)
        self._in_link = False
        if not visible_text(element):  # a link without a name cannot be heard or clicked
            self._characters(attribute(href))
        self._close("a")

    def _image(self, element: Element) -> None:
        source = canonical(restored(element.get("src", "")))
        alt = restored(element.get("alt", "")).replace("\n", " ")
        if may_show(source):
            attributes = [("src", source), ("alt", resolved(alt)), *title(element), ("loading", "lazy")]
            self._empty("img", attributes)
        elif self._in_link or not may_link(source):
            self._characters(alt.strip() or attribute(source))
        else:
            self._open("a", [("href", source), ("rel", REL)])
            self._characters(alt.strip() or attribute(source))
            self._close("a")

    def _header(self, element: Element) -> None:
        """``#`` becomes h3 and so on down; never a step of more than one (axe: heading-order)."""
        level = min(int(element.tag[1]) + _PAGE_HEADING, self._heading + 1, _LOWEST_HEADING)
        self._heading = level
        self._open(f"h{level}")
        self._children(element)
        self._close(f"h{level}")

    def _table(self, element: Element) -> None:
        self._open("div", [*SCROLL.items(), ("aria-label", "Table")])
        self._open("table", [("class", "table")])
        self._children(element)
        self._close("table")
        self._close("div")

    def _cell(self, element: Element) -> None:
        # An empty heading cell heads nothing (axe: empty-table-header).
        name = "td" if element.tag == "th" and not visible_text(element) else element.tag
        attributes = [("scope", "col")] if name == "th" else []
        if "right" in element.get("style", ""):
            attributes.append(("class", NUMERIC_CLASS))
        self._open(name, attributes)
        self._children(element)
        self._close(name)

    def _ordered_list(self, element: Element) -> None:
        start = element.get("start", "")
        known = start.isascii() and start.isdigit() and len(start) <= _MAX_START_DIGITS
        self._open("ol", [("start", start)] if known else [])
        self._children(element)
        self._close("ol")

    def _preformatted(self, element: Element) -> None:
        self._open("pre", [*SCROLL.items(), ("aria-label", "Code")])
        self._open("code")
        self._characters(restored("".join(element.itertext())).rstrip())
        self._close("code")
        self._close("pre")

    def _code(self, element: Element) -> None:
        self._open("code")
        self._characters(restored(element.text or ""))
        self._close("code")

    def _mention(self, element: Element) -> None:
        self._open("span", [("class", element.get("class", ""))])
        self._characters(element.text or "")
        self._close("span")

    def _rule(self, element: Element) -> None:
        self._empty("hr")
        self._characters("\n")


_WRITERS: dict[str, Callable[[TokenWriter, Element], None]] = {
    "a": TokenWriter._link,
    "img": TokenWriter._image,
    "table": TokenWriter._table,
    "th": TokenWriter._cell,
    "td": TokenWriter._cell,
    "ol": TokenWriter._ordered_list,
    "pre": TokenWriter._preformatted,
    "code": TokenWriter._code,
    "span": TokenWriter._mention,
    "hr": TokenWriter._rule,
    **{f"h{level}": TokenWriter._header for level in range(1, 7)},
}
