"""Who will see a reply, or a change of what was written, as a sentence for the page: set once for each audience."""

from __future__ import annotations

from functools import lru_cache

from flask import render_template
from markupsafe import Markup

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.threads.veils.audience import Audience, audience, reply_kind

#: Sentences kept in each process.
_MOST_KEPT = 1024


def audience_line(me: Me, thread: AnyRow, *, is_edit: bool = False) -> Markup:
    """Who will see a reply (or a change), in a sentence."""
    kind = reply_kind(me, thread)
    return _said_of(audience(me, thread.network_id), f"edit {kind}" if is_edit else kind)


@lru_cache(maxsize=_MOST_KEPT)
def _said_of(found: Audience, kind: str) -> Markup:
    return Markup(render_template("threads/_who_sees.html", audience=found, kind=kind))  # noqa: S704 -- a template's
