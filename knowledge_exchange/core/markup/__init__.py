"""Markdown to HTML that is safe to show: ``render``, and what goes with it.

Posts are rendered once, when they are written, and the HTML is kept with ``RENDERER_VERSION``.
Importing this package is cheap: Markdown and bleach are loaded at the first rendering.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING

from .plain import as_text, excerpt, paragraphs, plain_text
from .pool import render_in_helper
from .simple import ALONE, SHARED, is_small_and_simple

if TYPE_CHECKING:
    from .engine import Engine

RENDERER_VERSION = 1
MAX_CHARS = 32_000  # longer texts are shown without markup; refusing them is the caller's business

_MAX_SPARE_ENGINES = 4
_SURELY_SOMETHING = 1_000  # characters of HTML: below that we look
_MENTION = re.compile(r'<span class="at">@([A-Za-z0-9_-]+)</span>')

logger = logging.getLogger(__name__)

# Not thread-local: under gevent each greenlet would build its own. list.pop and append are atomic.
_engines: list[Engine] = []

__all__ = ["MAX_CHARS", "RENDERER_VERSION", "excerpt", "find_mentions", "mentions_in", "plain_text", "render"]


def render(text: str) -> str:
    """Safe HTML for the Markdown ``text``. Never raises, whatever it is given.

    Small and simple texts are rendered at once, under gevent in at most about 3 ms; others in a helper
    process, which yields under gevent: render before opening a unit of work, not inside it. What can't be
    rendered in time is shown as plain paragraphs, and so is a text longer than ``MAX_CHARS``.
    """
    plain = as_text(text)
    html = None
    if len(plain) <= MAX_CHARS:
        limits = SHARED if _is_shared() else ALONE
        html = _render_at_once(plain) if is_small_and_simple(plain, limits) else render_in_helper(plain)
    return html if html and _says_something(html) else paragraphs(plain)


def find_mentions(text: str) -> list[str]:
    """The handles mentioned in the Markdown ``text``: distinct, in lower case, in order."""
    return mentions_in(render(text))


def mentions_in(html: str) -> list[str]:
    """The handles mentioned in HTML that ``render`` has made: what is shown as a mention is one.

    Only ``render`` writes such a span: raw HTML in a post is text.
    """
    return list(dict.fromkeys(handle.lower() for handle in _MENTION.findall(html)))


def _is_shared() -> bool:
    """Whether this is a gevent server, where all requests stand still while one computes."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("socket"))


def _says_something(html: str) -> bool:
    """Whether anything is to be seen. A lone ">", or definitions of addresses, would leave nothing of the text."""
    return len(html) > _SURELY_SOMETHING or "<img" in html or "<hr" in html or plain_text(html) != ""


def _render_at_once(text: str) -> str | None:
    try:
        engine = _engines.pop() if _engines else _new_engine()
        html = engine.convert(text)
    except Exception:  # the engine is left behind: it holds half a document
        logger.warning("A post could not be rendered and is shown as plain text", exc_info=False)
        return None
    if len(_engines) < _MAX_SPARE_ENGINES:
        _engines.append(engine)
    return html


def _new_engine() -> Engine:
    from .engine import Engine

    return Engine()
