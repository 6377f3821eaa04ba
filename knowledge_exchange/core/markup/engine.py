"""One renderer: Python-Markdown, then bleach's allow-list, then the check of addresses.

Nothing here bounds the time that a hostile text takes: ``render`` decides what may run here at once
and what goes to a helper process. Imports nothing of the exchange but this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from bleach.html5lib_shim import BleachHTMLSerializer
from bleach.sanitizer import BleachSanitizerFilter
from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension

from .addresses import drop_unsafe_addresses
from .blocks import FenceBlock, FenceInline, FencePreprocessor, SpacedHeader
from .inline import BARE_RE, MENTION_CLASS, BareProcessor, MailProcessor
from .links import LINK_PATTERNS, SafeReferences
from .lists import ListPreprocessor
from .tokens import NUMERIC_CLASS, REL, SCROLL, Token, TokenWriter

if TYPE_CHECKING:
    from html5lib.treewalkers.base import TreeWalker

ALLOWED_TAGS = frozenset(
    (
        "p",
        "br",
        "hr",
        "em",
        "strong",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "h3",
        "h4",
        "h5",
        "h6",
        "a",
        "img",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "div",
        "span",
    )
)
ALLOWED_PROTOCOLS = frozenset({"http", "https", "mailto"})
# Attributes that may say anything (an address is checked on its own), and those of one known value.
FREE_ATTRIBUTES = frozenset(
    {("a", "href"), ("a", "title"), ("img", "src"), ("img", "alt"), ("img", "title"), ("ol", "start")}
)
FIXED_ATTRIBUTES = {
    ("a", "rel"): frozenset({REL}),
    ("img", "loading"): frozenset({"lazy"}),
    ("span", "class"): frozenset({MENTION_CLASS}),
    ("table", "class"): frozenset({"table"}),
    ("th", "scope"): frozenset({"col"}),
    ("th", "class"): frozenset({NUMERIC_CLASS}),
    ("td", "class"): frozenset({NUMERIC_CLASS}),
    **{("div", name): frozenset({value}) for name, value in SCROLL.items()},
    **{("pre", name): frozenset({value}) for name, value in SCROLL.items()},
    ("div", "aria-label"): frozenset({"Table"}),
    ("pre", "aria-label"): frozenset({"Code"}),
}


def allow_attribute(tag: str, name: str, value: str) -> bool:
    """bleach's question about each attribute of an allowed tag."""
    return (tag, name) in FREE_ATTRIBUTES or value in FIXED_ATTRIBUTES.get((tag, name), ())


class Engine:
    """Renders one text after the other; not for two threads at once.

    An engine that has raised holds half a document and must not be used again.
    """

    def __init__(self) -> None:
        self._markdown = Markdown(extensions=[TableExtension(), SaneListExtension()], output_format="html")
        self._markdown.serializer = self._serialise
        self._markdown.stripTopLevelTags = False
        self._serializer = BleachHTMLSerializer(
            quote_attr_values="always",
            quote_char='"',
            omit_optional_tags=False,
            escape_lt_in_attrs=True,
            resolve_entities=False,
        )
        self._fit_patterns()
        self._fit_blocks()

    def convert(self, text: str) -> str:
        """Safe HTML for ``text``. May take long, and may raise anything, on hostile input."""
        return drop_unsafe_addresses(self._markdown.reset().convert(text).strip())

    def _fit_patterns(self) -> None:
        patterns = self._markdown.inlinePatterns
        # Raw HTML is text; entities are left to bleach; line breaks are made when the tree is written.
        for name in ("html", "entity", "automail", "linebreak"):
            patterns.deregister(name)
        for name, processor, pattern, priority in LINK_PATTERNS:
            patterns.register(processor(pattern, self._markdown), name, priority)
        patterns.register(MailProcessor(), "mail", 110)
        patterns.register(BareProcessor(BARE_RE, self._markdown), "bare", 105)
        self._markdown.ESCAPED_CHARS.append("@")
        for name in ("prettify", "unescape"):
            self._markdown.treeprocessors.deregister(name)
        for name in ("raw_html", "amp_substitute"):
            self._markdown.postprocessors.deregister(name)

    def _fit_blocks(self) -> None:
        fences, parser = FencePreprocessor(), self._markdown.parser
        self._markdown.preprocessors.deregister("html_block")
        self._markdown.preprocessors.register(fences, "fences", 25)
        self._markdown.preprocessors.register(ListPreprocessor(), "lists", 20)
        self._markdown.inlinePatterns.register(FenceInline(fences), "fence", 200)
        parser.blockprocessors.register(FenceBlock(parser, fences), "fence", 85)
        parser.blockprocessors.register(SpacedHeader(parser), "hashheader", 70)
        parser.blockprocessors.register(SafeReferences(parser), "reference", 15)

    def _serialise(self, root: Element) -> str:
        tokens: TreeWalker | list[Token] = TokenWriter().write(root)
        filtered = BleachSanitizerFilter(
            source=tokens,  # type: ignore[arg-type]  # any iterable of tokens does
            allowed_tags=ALLOWED_TAGS,
            attributes=allow_attribute,
            allowed_protocols=ALLOWED_PROTOCOLS,
        )
        return self._serializer.render(filtered)
