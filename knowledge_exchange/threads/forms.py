"""What comes in by forms, checked; problems are sentences by the field that they concern."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from flask_babel import gettext as _
from flask_babel import ngettext

from knowledge_exchange.core.text import clean_line, clean_text
from knowledge_exchange.threads.limits import (
    MAX_BODY_CHARS,
    MAX_SLUG_CHARS,
    MAX_TITLE_CHARS,
    MIN_TITLE_CHARS,
)
from knowledge_exchange.threads.models import KINDS

Errors = dict[str, str]
#: Pages of a thread, by their word in its address: a title of that one word has another address.
_PAGES = frozenset(
    {
        *("as-colleague", "collections", "duplicate", "hide-from", "merge", "moderate", "move", "official", "outcome"),
        *("print", "split", "still", "summary", "tags"),
    }
)
#: Titles whose words for addresses are kept.
MOST_SLUGS = 4096


def check_body(body: str) -> Errors:
    """A text that says something and is not too long."""
    if not body.strip():
        return {"body": _("Write something first.")}
    over = len(body) - MAX_BODY_CHARS
    if over > 0:
        return {
            "body": ngettext(
                "This is %(num)s character too long. Shorten it, or post it in two parts.",
                "This is %(num)s characters too long. Shorten it, or post it in two parts.",
                over,
            )
        }
    return {}


def check_short_text(body: str, most: int) -> Errors:
    """A text of another length that says something, and can't be had in two parts."""
    if not body.strip():
        return {"body": _("Write something first.")}
    over = len(body) - most
    if over > 0:
        return {"body": ngettext("This is %(num)s character too long.", "This is %(num)s characters too long.", over)}
    return {}


def check_title(title: str) -> Errors:
    """A title that can be read in a list."""
    if len(title) < MIN_TITLE_CHARS:
        return {"title": _("Say in a few words what it is about, so that those who know find it.")}
    if len(title) > MAX_TITLE_CHARS:
        return {
            "title": _(
                "A title has at most %(most)s characters; this one has %(now)s.",
                most=MAX_TITLE_CHARS,
                now=len(title),
            )
        }
    return {}


def check_thread(form: Mapping[str, str]) -> tuple[dict[str, str], Errors]:
    """A new thread's values, cleaned, and what is wrong with them."""
    values = {
        "kind": form.get("kind", ""),
        "title": clean_line(form.get("title", "")),
        "body": clean_text(form.get("body", "")),
    }
    errors = {**check_title(values["title"]), **check_body(values["body"])}
    if values["kind"] not in KINDS:
        errors["kind"] = _("Choose what this is.")
    return values, errors


@lru_cache(maxsize=MOST_SLUGS)
def slug_of(title: str) -> str:
    """The words of a title for the page's address; ``thread`` where none can be written so."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG_CHARS].strip("-")
    return f"{slug}-thread" if slug in _PAGES else slug or "thread"
