"""Links and pictures as Markdown writes them: quicker than Python-Markdown's own, and choosier.

What looks like a link but leads nowhere allowed, such as ``[sic](in the original)``, stays as it was
written: nothing that somebody said may vanish into an address.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.blockprocessors import ReferenceProcessor
from markdown.inlinepatterns import (
    AUTOLINK_RE,
    IMAGE_LINK_RE,
    LINK_RE,
    AutolinkInlineProcessor,
    ImageInlineProcessor,
    ImageReferenceInlineProcessor,
    LinkInlineProcessor,
    ReferenceInlineProcessor,
    ShortImageReferenceInlineProcessor,
    ShortReferenceInlineProcessor,
)

from .addresses import canonical, may_link
from .nodes import restored

_BRACKET = re.compile(r"[\[\]]")

Found = tuple[Element | None, int | None, int | None]
NOTHING: Found = (None, None, None)


def _unless_refused(found: tuple[Element | str | None, int | None, int | None], attribute: str) -> Found:
    element, start, end = found
    if isinstance(element, Element) and may_link(canonical(restored(element.get(attribute, "")))):
        return element, start, end
    return NOTHING


class _BracketJumper(LinkInlineProcessor):
    """Finds the closing bracket from bracket to bracket: Python-Markdown's own looks at each character.

    Six patterns do so from each "[": with some hundred of them the difference is a hundredfold.
    """

    def getText(self, data: str, index: int) -> tuple[str, int, bool]:  # noqa: N802
        """The text up to the bracket closing the one before ``index``, the place after it, and whether there is one."""
        depth = 1
        for bracket in _BRACKET.finditer(data, index):
            depth += 1 if bracket[0] == "[" else -1
            if not depth:
                return data[index : bracket.start()], bracket.end(), True
        return data[index:], len(data), False


class QuickLink(_BracketJumper, LinkInlineProcessor):
    """``[text](address)``"""

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        """The link, or nothing where the address is refused."""
        return _unless_refused(super().handleMatch(m, data), "href")


class QuickImage(_BracketJumper, ImageInlineProcessor):
    """``![text](address)``"""

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        """The picture, or nothing where the address is refused."""
        return _unless_refused(super().handleMatch(m, data), "src")


class QuickAutolink(AutolinkInlineProcessor):
    """``<https://…>``"""

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        """The link, or nothing where the address is refused."""
        return _unless_refused(super().handleMatch(m, data), "href")


class SafeReferences(ReferenceProcessor):
    """``[name]: address``: a definition is hidden, so only what truly is an address may be one."""

    def test(self, parent: Element, block: str) -> bool:
        """Whether ``block`` defines addresses, and none that is refused."""
        found = self.RE.findall(block) if "]:" in block else []
        return bool(found) and all(may_link(canonical(each[1].lstrip("<").rstrip(">"))) for each in found)


class QuickReference(_BracketJumper, ReferenceInlineProcessor):
    """``[text][name]``"""


class QuickShortReference(_BracketJumper, ShortReferenceInlineProcessor):
    """``[name]``"""


class QuickImageReference(_BracketJumper, ImageReferenceInlineProcessor):
    """``![text][name]``"""


class QuickShortImageReference(_BracketJumper, ShortImageReferenceInlineProcessor):
    """``![name]``"""


LINK_PATTERNS = (
    ("reference", QuickReference, LINK_RE, 170),
    ("link", QuickLink, LINK_RE, 160),
    ("image_link", QuickImage, IMAGE_LINK_RE, 150),
    ("image_reference", QuickImageReference, IMAGE_LINK_RE, 140),
    ("short_reference", QuickShortReference, LINK_RE, 130),
    ("short_image_ref", QuickShortImageReference, IMAGE_LINK_RE, 125),
    ("autolink", QuickAutolink, AUTOLINK_RE, 120),
)
