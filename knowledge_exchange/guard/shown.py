"""A folded text as its readers see it: without the markup inside words, the numbers of lists, the labels of parts.

``[943476](https://…)5919`` and ``943<b>476</b>5919`` are shown as one number, and ``1. 943``, ``2. 476``, ``3. 5919``
read as one. What identifies a patient is looked for in the text as it was written and, where there is such markup, as
it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_exchange.guard.findings import Span

#: Where a link leads, and what one tag holds; longer ones are left where they are.
_MOST_TARGET, _MOST_TAG = 400, 120
_LINK = (
    r"!?\[(?=[^\[\]\n]{0,80}\][(\[])"
    rf"|\]\([^()\s]{{0,{_MOST_TARGET}}}(?:[ ]\"[^\"\n]{{0,80}}\")?\)|\]\[[^\[\]\n]{{0,40}}\]"
)
_INLINE = (
    r"</?(?:a|abbr|b|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|tt|u|wbr)"
    rf"(?:\s[^<>]{{0,{_MOST_TAG}}})?/?>|<!--[^<>]{{0,{_MOST_TAG}}}-->"
)
_OTHER_TAG = rf"</?[A-Za-z][A-Za-z0-9]{{0,10}}(?:\s[^<>]{{0,{_MOST_TAG}}})?/?>"
#: The number of an item, where a figure follows.
_ITEM = r"^[ \t>]{0,12}[0-9]{1,2}[.)][ \t]{1,4}(?=[*_`\[(]{0,3}[0-9])"
#: Words that label a part of something, and nothing that is counted: "part one", "last four digits", "NHS no (2)".
_PART = (
    r"(?:the|part|parts|half|piece|bit|section|row|line|digits?|figures?|numbers?|no|nhs|nr|first|second|third|1st|2nd"
    r"|3rd|last|next|then|rest|start|middle|end|begins?|ends?|one|two|three|four|six|seven|[0-9a-d])"
)
_LABEL = (
    rf"^[ \t>]{{0,12}}(?:[|][ \t]{{0,8}}(?:{_PART}[ .()#*_]{{0,4}}){{1,4}}[|]"
    rf"|(?:[-*+][ ])?(?:{_PART}[ .()#*_]{{1,4}}){{0,3}}(?:part|half|piece|bit|digits?|first|second|third|last|next|rest"
    rf"|one|two|three)(?:[ ]{_PART}){{0,2}}[ ]?[:=])(?=[ \t*_`]{{0,8}}[0-9])"
)
_REMOVED = re.compile(
    rf"(?P<unseen>{_LINK}|{_INLINE})|(?P<apart>{_OTHER_TAG}|{_ITEM}|{_LABEL})", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The text as it is shown; ``places[i]`` is where ``text[i]`` stands in the folded one."""

    text: str
    places: Sequence[int]

    def origin(self, span: Span) -> Span:
        """The same place in the folded text."""
        return Span(span.kind, self.places[span.start], self.places[span.end - 1] + 1)


def shown(text: str) -> Shown | None:
    """A folded text without such markup; None: it has none, and is shown as it is written."""
    parts, places, place = list[str](), list[int](), 0
    for found in _REMOVED.finditer(text):
        parts.append(text[place : found.start()])
        places.extend(range(place, found.start()))
        if found["apart"]:
            parts.append(" ")
            places.append(found.start())
        place = found.end()
    if not place:
        return None
    parts.append(text[place:])
    places.extend(range(place, len(text)))
    return Shown("".join(parts), places)
