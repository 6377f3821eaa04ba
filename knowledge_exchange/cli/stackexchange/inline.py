"""What stands within a line: text, emphasis, links, images and code, in the exchange's Markdown."""

# The arguments of the methods are markdownify's.

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from bs4.element import NavigableString, PageElement, Tag
from markdownify import MarkdownConverter

from knowledge_exchange.cli.stackexchange.escaping import code_span, escape_text

#: What Stack Exchange writes where the author described nothing.
NO_DESCRIPTION = "enter image description here"
LINK_SCHEMES = frozenset({"http", "https", "mailto"})
#: What is raised or lowered and no longer than this is a part of a formula.
LONGEST_POWER = 8

_SUPERSCRIPTS = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
# What needs changing only, not each single space.
_WHITE_SPACE = re.compile(r"[\t\r\n][\t \r\n]*|[ ][\t \r\n]+")
_LINE_BREAKS = re.compile(r"[ \t]*\n\s*")
# Characters that would end or change a link's address, written as the address may also hold them.
_IN_ADDRESS = {ord(character): f"%{ord(character):02X}" for character in " \"'()<>[]\\^`{|}*\t\r\n"}
# White space around these shows nothing.
_BLOCKS = frozenset({"p", "blockquote", "article", "div", "section", "center", "figure", "details", "summary"})
_BLOCKS |= {"ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}
_BLOCKS |= {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "br", "pre"}
_CELLS = frozenset({"td", "th"})
_EM = frozenset({"em", "i"})
_STRONG = frozenset({"strong", "b"})


class InlineConverter(MarkdownConverter):
    """The part of the converter that concerns the inside of lines."""

    #: The address of the forum that the text comes from, for links that leave it out.
    site: str | None = None

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        parent_tags = parent_tags or set()
        text = str(el)
        if "pre" in parent_tags:
            return text
        text = _WHITE_SPACE.sub(" ", text)
        if _is_block(el.previous_sibling) or (el.previous_sibling is None and _is_block(el.parent)):
            text = text.lstrip(" ")
        if _is_block(el.next_sibling) or (el.next_sibling is None and _is_block(el.parent)):
            text = text.rstrip(" ")
        if "_noformat" in parent_tags:
            return text
        return escape_text(text, "a" in parent_tags, not _CELLS.isdisjoint(parent_tags))

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        inline = "_inline" in parent_tags or ("_noformat" in parent_tags and "pre" not in parent_tags)
        return " " if inline else "\n"

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        # Two marks that meet would become one of another kind.
        if parent_tags & (_EM | {"_noformat"}) or _name(el.previous_sibling) in _EM:
            return text
        return _marked(_em_mark(el, text, parent_tags), text)

    def convert_strong(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if parent_tags & (_STRONG | {"_noformat"}) or _name(el.previous_sibling) in _STRONG:
            return text
        return _marked("**", text)

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text if "_noformat" in parent_tags else _marked("~~", text)

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _raised(text, _SUPERSCRIPTS, "^")

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _raised(text, _SUBSCRIPTS, "_")

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags or not text.strip():
            return text
        return _with_edges(text, code_span(text.strip()))

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    convert_i = convert_em
    convert_b = convert_strong
    convert_s = convert_strike = convert_del
    convert_kbd = convert_samp = convert_tt = convert_code

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        address = self._address(el.get("href"))
        if not address or "_noformat" in parent_tags or not text.strip():
            return text
        return _with_edges(text, f"[{_LINE_BREAKS.sub(' ', text.strip())}]({address})")

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        described = " ".join(str(el.get("alt") or "").split())
        if not described or described == NO_DESCRIPTION:
            described = "image"
        shown = escape_text(described, in_link=True, in_cell=not _CELLS.isdisjoint(parent_tags))
        address = self._address(el.get("src"))
        return shown if "a" in parent_tags or not address else f"[{shown}]({address})"

    def _address(self, raw: object) -> str | None:
        """An address fit for a link, or None: not every scheme, and nothing relative to this site."""
        try:
            address = urljoin(self.site or "", str(raw or "").strip())
            parts = urlsplit(address)
        except ValueError:
            return None
        if parts.scheme not in LINK_SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
            return None
        return address.translate(_IN_ADDRESS)


def _marked(mark: str, text: str) -> str:
    """``mark`` around ``text``, with the spaces at its ends outside."""
    bare = text.strip()
    return _with_edges(text, f"{mark}{_LINE_BREAKS.sub(chr(10), bare)}{mark}") if bare else text


def _with_edges(text: str, marked: str) -> str:
    before, after = (" " if edge.isspace() else "" for edge in (text[0], text[-1]))
    return f"{before}{marked}{after}"


def _em_mark(el: Tag, text: str, parent_tags: set[str]) -> str:
    """``*``, but ``_`` where another asterisk is next to it and no word is."""
    near = (el.previous_sibling, el.next_sibling)
    crowded = "*" in text or bool(parent_tags & _STRONG) or any(isinstance(one, Tag) for one in near)
    free = not _touches_word(near[0], -1) and not _touches_word(near[1], 0)
    return "_" if crowded and free and "_" not in text else "*"


def _touches_word(near: PageElement | None, at: int) -> bool:
    if not isinstance(near, NavigableString) or not near:
        return isinstance(near, Tag)
    return near[at].isalnum()


def _raised(text: str, table: dict[int, int], mark: str) -> str:
    """Raised or lowered text: by its own characters, by a sign if short, else (a note) as it is."""
    bare = text.strip()
    if all(ord(character) in table for character in bare):
        return text.translate(table)
    if len(bare) > LONGEST_POWER or not bare.isalnum():
        return text
    return f"{mark}({bare})" if len(bare) > 1 else f"{mark}{bare}"


def _name(near: PageElement | None) -> str | None:
    return near.name if isinstance(near, Tag) else None


def _is_block(near: PageElement | None) -> bool:
    return isinstance(near, Tag) and near.name in _BLOCKS
