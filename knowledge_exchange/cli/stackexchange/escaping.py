"""Plain text as Markdown that shows that text and nothing else.

Written for the dialect of ``core/markup.py`` (Python-Markdown, tables and mentions): only the characters in
:data:`ESCAPABLE` may follow a backslash, what else could mean something is written as a character
reference. No more is escaped than must be, so that formulas stay readable in the source.
"""

from __future__ import annotations

import re

#: What Python-Markdown (with both) takes literally after a backslash.
ESCAPABLE = r"\\`*_{}\[\]()>#+\-.!|@"

# What could be taken as markup wherever it stands, and "$" where what follows is not known here:
# a backslash before what it would escape; * and `; _ where emphasis could begin (inside a word it
# can't); ] where a link or a definition could follow; ! where a link would become an image; < before
# what looks like a tag or an address; & before what looks like a reference; @ where it would mention a
# member, who has nothing to do with the one meant there.
# Every alternative begins with a plain character: the engine then skips what can't match.
_ALWAYS = (
    rf"\\(?=[{ESCAPABLE}]|$)|\*|`|_(?<![^\W_]_)|\](?=[(:]|$)|!(?=$)"
    r"|@(?<![^\W_]@)(?=\w)|<(?=[A-Za-z/!?]|$)|&(?=#\d+;|#[xX][0-9a-fA-F]+;|\w+;|$)"
)
_PATTERNS = {
    (False, False): re.compile(_ALWAYS),
    (True, False): re.compile(rf"\[|\]|{_ALWAYS}"),
    (False, True): re.compile(rf"\||{_ALWAYS}"),
    (True, True): re.compile(rf"\[|\]|\||{_ALWAYS}"),
}
_REFERENCES = {"<": "&lt;", "&": "&amp;"}

# A text may come first in its line, where these make headings, quotes, lists, rules, tables and fences.
_LINE_START = re.compile(r"(\s*)(?:([#>+\-.\[|])|(\d+)\.|([=~:])(?=[=~:\-\s]|$))")
_BACKTICKS = re.compile("`+")


def escape_text(text: str, in_link: bool = False, in_cell: bool = False) -> str:
    """``text`` (without line breaks) with all that would be markup taken literally.

    ``in_link``: it is (part of) what a link shows; ``in_cell``: it stands in a table.
    """
    escaped = _PATTERNS[in_link, in_cell].sub(_escape_one, text)
    start = _LINE_START.match(escaped)
    return _escape_start(start) + escaped[start.end() :] if start else escaped


def code_span(text: str) -> str:
    """``text`` between as many backticks as keep its own ones literal."""
    longest = _longest_run(text)
    if not longest:
        return f"`{text}`"
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"


def fence_for(text: str) -> str:
    """A fence longer than any run of backticks inside the block of code."""
    return "`" * max(3, 1 + _longest_run(text))


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _escape_one(match: re.Match[str]) -> str:
    character = match.group()
    return _REFERENCES.get(character) or "\\" + character


def _escape_start(match: re.Match[str]) -> str:
    space, mark, number, reference = match.groups()
    if number:
        return f"{space}{number}\\."
    if reference:
        return f"{space}&#{ord(reference)};"
    return f"{space}\\{mark}"
