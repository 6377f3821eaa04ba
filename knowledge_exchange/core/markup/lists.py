"""Lists in lists, indented as people do: by two spaces, by three, or under the text of the item above.

Python-Markdown wants four for each level and flattens what has fewer. This moves each line to where
it expects it; what is indented by four already stays as it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown.preprocessors import Preprocessor

_MARKER = re.compile(r" *(?:[-*+]|[0-9]{1,9}\.) +(?=\S)")
_STEP = 4  # Python-Markdown's indentation for one level, and for code
_NESTED = 2  # spaces to the right of the item above that mean "belongs to it"


class _Item(NamedTuple):
    marker: int  # column of the bullet or number
    content: int  # column of the item's text


class ListPreprocessor(Preprocessor):
    """Gives each line within a list the indentation that Python-Markdown expects. One pass."""

    def run(self, lines: list[str]) -> list[str]:
        """``lines``, those within lists moved."""
        if not any(line.startswith(" ") for line in lines):
            return lines
        out: list[str] = []
        items: list[_Item] = []
        after_blank = True
        for line in lines:
            if not line.strip():
                out.append(line)
                after_blank = True
                continue
            out.append(_moved(line, items, after_blank=after_blank))
            after_blank = False
        return out


def _moved(line: str, items: list[_Item], *, after_blank: bool) -> str:
    """``line`` in its place below ``items``, the items that are open; they are brought up to date."""
    indent = len(line) - len(line.lstrip(" "))
    marker = _MARKER.match(line)
    if not marker and not after_blank:
        return line  # goes on with the line before
    while items and indent < items[-1].marker + _NESTED:
        items.pop()
    margin = items[-1].content if items else 0
    is_code = indent >= margin + _STEP and (after_blank or not items)
    depth = len(items) * _STEP
    if marker and not is_code:
        items.append(_Item(indent, marker.end()))
        return " " * depth + line[indent:]
    if not items:
        return line
    return " " * (depth + (indent - margin if is_code else 0)) + line[indent:]
