"""Blocks that Python-Markdown reads differently from what people expect: fenced code and headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import ETX, STX, AtomicString, code_escape

if TYPE_CHECKING:
    from markdown.blockparser import BlockParser

FENCE_RE = f"{STX}fence:([0-9]+){ETX}"

# The quote marks and spaces before a fence; no two parts can match the same character (no backtracking).
_OPENING = re.compile(r"((?:[ ]{0,3}>)*)([ ]*)(`{3,}|~{3,})([^`]*)$")
_QUOTE_MARK = re.compile(r"[ ]{0,3}>")


class FencePreprocessor(Preprocessor):
    """Puts fenced code aside before anything else reads it, in one pass over the lines.

    The extension that comes with Python-Markdown looks for the end anew from each unclosed opening
    (quadratic), and knows fences neither in lists nor in quotes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []

    def run(self, lines: list[str]) -> list[str]:
        """``lines`` with a mark on a line of its own for each piece of code."""
        self.codes = []
        out: list[str] = []
        at = 0
        while at < len(lines):
            line = lines[at]
            at += 1
            opening = _OPENING.match(line) if "```" in line or "~~~" in line else None
            if opening:
                at = self._take(lines, at, opening, out)
            else:
                out.append(line)
        return out

    def _take(self, lines: list[str], at: int, opening: re.Match[str], out: list[str]) -> int:
        """Puts aside the code that starts at ``lines[at]``; returns the place after it."""
        quote, indent, fence, _info = opening.groups()
        depth, code = quote.count(">"), []
        while at < len(lines):
            rest = _unquoted(lines[at], depth)
            if rest is None:
                break  # the quote ends, and the code with it
            at += 1
            if _closes(rest, fence):
                break
            spaces = len(rest) - len(rest.lstrip(" "))
            code.append(rest[min(spaces, len(indent)) :])
        mark = f"{STX}fence:{len(self.codes)}{ETX}"
        out += [quote, f"{quote} {indent}{mark}" if quote else f"{indent}{mark}", quote]
        self.codes.append("\n".join(code))
        return at


def _unquoted(line: str, depth: int) -> str | None:
    """``line`` without its first ``depth`` quote marks; None if it has fewer."""
    for _ in range(depth):
        mark = _QUOTE_MARK.match(line)
        if not mark:
            return None
        line = line[mark.end() :]
    return line


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip(" ")
    return len(stripped) >= len(fence) and not stripped.strip(fence[0])


class FenceBlock(BlockProcessor):
    """Turns a fence's mark back into a block of code."""

    _MARK = re.compile(rf"[ ]*{FENCE_RE}[ ]*(?:\n|$)")

    def __init__(self, parser: BlockParser, fences: FencePreprocessor) -> None:
        super().__init__(parser)
        self._fences = fences

    def test(self, parent: Element, block: str) -> bool:
        """Whether ``block`` begins with a mark."""
        return STX in block and self._MARK.match(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Adds the code to ``parent``; what follows the mark is left for the others."""
        block = blocks.pop(0)
        match = self._MARK.match(block)
        assert match is not None
        code = SubElement(SubElement(parent, "pre"), "code")
        code.text = AtomicString(code_escape(self._fences.codes[int(match[1])]))
        if block[match.end() :].strip():
            blocks.insert(0, block[match.end() :])


class FenceInline(InlineProcessor):
    """A mark that ended up within a paragraph: code in the line, so that nothing is lost."""

    def __init__(self, fences: FencePreprocessor) -> None:
        super().__init__(FENCE_RE)
        self._fences = fences

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802
        """The code, with the mark's place."""
        code = Element("code")
        code.text = AtomicString(code_escape(self._fences.codes[int(m[1])]))
        return code, m.start(), m.end()


class SpacedHeader(HashHeaderProcessor):
    """``# Heading``, but not ``#1 on the agenda`` nor ``#hashtag``: a space must follow the marks."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ ]+(?P<header>[^ \n][^\n]*)(?:\n|$)")

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Adds the heading, without the marks that may close it."""
        super().run(parent, blocks)
        heading = parent[-1]
        text = heading.text or ""
        bare = text.rstrip("#")
        if bare.endswith(" "):
            heading.text = bare.rstrip()
