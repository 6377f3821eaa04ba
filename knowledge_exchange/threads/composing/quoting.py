"""What stands in a reply box at first: to which post it answers, and where that is quoted, whose words they are.

The script of the composer writes the same (``assets/js/compose/quoting.js``).
"""

from __future__ import annotations

import re
from typing import Any

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.threads import queries

_SIGNS = re.compile(r"([\\`*_\[\]<>#@])")


def quotation(post: AnyRow, text: str) -> str:
    """Markdown that quotes ``text``, of a post with its voice (``queries.post_by_id``); empty where it says nothing."""
    if not text.strip():
        return ""
    name = _SIGNS.sub(r"\\\1", post.name)
    lines = [f"[{name}](/p/{post.id}):", "", *text.splitlines()]
    return "".join(f"> {line}".rstrip() + "\n" for line in lines) + "\n"


def replying_to(thread: AnyRow, post_id: int | None, typed: str, *, quote: bool) -> dict[str, Any]:
    """To which post the reply box answers, and what stands in it."""
    target = queries.post_by_id(post_id) if post_id else None
    if target is not None and target.thread_id != thread.id:
        # Whether this reader may see the other thread has been asked of nobody: neither named nor quoted.
        target = None
    if target is not None and quote and not typed:
        typed = quotation(target, queries.source_of(target.id))
    answers_opening = target is None or target.parent_id is None
    return {
        "reply_to": None if answers_opening else target,
        "root_id": thread.opening_post_id,
        "typed": typed,
    }
