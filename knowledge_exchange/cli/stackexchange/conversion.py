"""The HTML of a dump as Markdown in the exchange's own dialect.

markdownify walks the tree; what differs here is what ``core/markup.py`` reads differently from
CommonMark: a line break is a line break, blocks in lists are indented by four, code in lists and
quotes is indented rather than fenced, and nothing falls back to HTML, for raw HTML is off.
"""

# The arguments of the methods are markdownify's.

from __future__ import annotations

import re
from functools import lru_cache

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from knowledge_exchange.cli.stackexchange.escaping import code_span, escape_text, fence_for
from knowledge_exchange.cli.stackexchange.inline import InlineConverter

#: A list item's content stands four in, whatever the width of its mark.
INDENT = "    "
#: A hostile table could ask for a thousand empty cells per cell.
WIDEST_SPAN = 20
#: A paragraph with nothing to see: it keeps apart two blocks that would become one.
GAP = "&nbsp;\n\n"

_SPACES_AT_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_LINES = re.compile(r"^(?=.)", re.MULTILINE)
_LANGUAGE = re.compile(r"lang-([A-Za-z0-9+#-]+)")
# A sign that begins no tag. From each, html.parser would look for the end of all the text (quadratic).
_UNCLOSED = re.compile(r"<(?=[^<>]*(?:<|$))")
_LISTS = frozenset({"ul", "ol"})
_INDENTED = frozenset({"li", "blockquote"})


def to_markdown(html: str, site: str | None = None) -> str:
    """``html`` (a post's body in a dump) as Markdown that :func:`core.markup.render` shows alike.

    ``site`` is the address of where the posts come from, for links that leave it out; without it such
    links become plain text. What is nested too deeply to be walked comes out as plain paragraphs.
    """
    # The line end keeps BeautifulSoup from warning that a short text looks like an address or a file.
    tidy = _UNCLOSED.sub("&lt;", _without_comments(html)) + "\n"
    soup = BeautifulSoup(tidy, "html.parser", store_line_numbers=False, element_classes={Tag: _Tag})
    try:
        return _converter(site).convert_document(soup)
    except RecursionError:
        return _plain(soup)


def _without_comments(html: str) -> str:
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start)) >= 0:
        kept.append(html[at:start])
        at = end + len("-->")
    return "".join(kept) + html[at:]


def _plain(soup: BeautifulSoup) -> str:
    texts = (" ".join(text.split()) for text in soup.find_all(string=True))
    return "\n\n".join(escape_text(text) for text in texts if text)


class _Tag(Tag):
    """An element that finds its parents without a search engine: markdownify asks for each one."""

    def find_parent(self, name: object = None, *_more: object, **_attributes: object) -> Tag | None:
        parent = self.parent
        while parent is not None and parent.name != name:
            parent = parent.parent
        return parent


class _Converter(InlineConverter):
    """markdownify's converter, tuned. Not for several threads at once: it counts list items."""

    def __init__(self, site: str | None) -> None:
        super().__init__(table_infer_header=True)
        self.site = site
        self._items: dict[int, int] = {}

    def convert_document(self, soup: BeautifulSoup) -> str:
        self._items.clear()
        return self.convert_soup(soup).strip()

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        if "_inline" in parent_tags:
            return f" {text} "
        return f"\n\n{_SPACES_AT_BREAK.sub(chr(10), text)}\n\n" if text else ""

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip("\n")
        return f" {text} " if "_inline" in parent_tags else f"\n\n{text}\n\n"

    convert_article = convert_section = convert_center = convert_figure = convert_div
    convert_details = convert_summary = convert_dl = convert_dd = convert_div

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{self.convert_strong(el, text, parent_tags)}\n\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        text = " ".join(text.split())
        if "_inline" in parent_tags or not text:
            return text
        # Hashes at the end would be taken for the heading's own.
        return f"\n\n{'#' * max(1, min(6, n))} {re.sub(r'#(?=#*$)', chr(92) + '#', text)}\n\n"

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip("\n")
        if "_inline" in parent_tags or not text.strip():
            return f" {text} "
        quoted = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        return f"\n\n{_gap(el)}{quoted}\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip("\n").rstrip()
        if not text:
            return ""
        if "_inline" in parent_tags:
            return code_span(" ".join(text.split()))
        if parent_tags & _INDENTED:
            # Fences are known only at the start of a line of the whole document.
            return f"\n\n{_LINES.sub(INDENT, text)}\n\n"
        fence = fence_for(text)
        language = _LANGUAGE.search(" ".join(el.get_attribute_list("class")))
        return f"\n\n{fence}{language.group(1) if language else ''}\n{text}\n{fence}\n\n"

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip("\n")
        if "_inline" in parent_tags or not text:
            return text
        before = _element_before(el)
        if el.parent is not None and el.parent.name in _LISTS and before is not None:
            # A list straight inside a list belongs to the item before it.
            return f"\n{_LINES.sub(INDENT, text)}\n"
        around = "\n" if "li" in parent_tags and "\n\n" not in text else "\n\n"
        return f"{around}{_gap(el)}{text}{around}"

    convert_ul = convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        mark = f"{self._number(el)}." if el.parent is not None and el.parent.name == "ol" else "-"
        text = text.strip("\n")
        if not text.strip():
            return ""
        if "_inline" in parent_tags:
            return f"{mark} {text} "
        if text.startswith(INDENT):
            # Code needs something before it, else the mark's own spaces swallow its indent.
            text = GAP + text
        apart = "\n\n" if "\n\n" in text or any(_is_paragraph(child) for child in el.children) else "\n"
        return f"{mark} {_LINES.sub(INDENT, text.strip())[len(INDENT) :]}{apart}"

    def _number(self, el: Tag) -> int:
        """The number of an item; counted, for looking back along a long list takes its square."""
        start = str(el.parent.get("start") or "") if el.parent else ""
        first = int(start) if start.isdecimal() and len(start) < 9 else 1
        number = self._items.get(id(el.parent), first)
        self._items[id(el.parent)] = number + 1
        return number

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        span = str(el.get("colspan") or "")
        width = max(1, min(WIDEST_SPAN, int(span))) if span.isdecimal() and len(span) < 9 else 1
        el["colspan"] = str(width)
        return f" {' '.join(text.split())} |" + " |" * (width - 1)

    convert_th = convert_td


@lru_cache(maxsize=4)
def _converter(site: str | None) -> _Converter:
    return _Converter(site)


def _gap(el: Tag) -> str:
    """What keeps ``el`` apart from another of its kind just before it."""
    before = _element_before(el)
    return GAP if before is not None and before.name == el.name else ""


def _element_before(el: Tag) -> Tag | None:
    """The element before ``el``, if nothing but white space stands between them."""
    before = el.previous_sibling
    while isinstance(before, NavigableString) and not before.strip():
        before = before.previous_sibling
    return before if isinstance(before, Tag) else None


def _is_paragraph(el: PageElement) -> bool:
    return isinstance(el, Tag) and el.name == "p"
