"""Categories of membership: what the rolls' words for them mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import select

from knowledge_exchange.auth.models import Category
from knowledge_exchange.core.db import db

#: What everybody is of whom nothing else is known; it can't be deleted.
STANDARD = "full"
#: Between aliases, as they are stored.
BETWEEN = ";"


def word_key(text: str) -> str:
    """A word for a category as it is compared: case, hyphens, underscores and further spaces don't count."""
    return re.sub(r"[\s_‐‑–-]+", " ", text).strip().casefold()


def words() -> dict[str, str]:
    """Every word that is understood, as :func:`word_key` gives it, and the slug that it means.

    Slugs go before names, names before aliases: a word that two categories claim means the same everywhere.
    """
    query = select(Category.slug, Category.name, Category.aliases).order_by(Category.position, Category.slug)
    rows = db.session.execute(query).all()
    found: dict[str, str] = {}
    for said in (lambda row: [row.slug], lambda row: [row.name], lambda row: row.aliases.split(BETWEEN)):
        for row in rows:
            for word in said(row):
                if key := word_key(word):
                    found.setdefault(key, row.slug)
    return found


def known(text: str, among: Mapping[str, str] | None = None) -> str:
    """The slug of the category that a roll means; the standard one for an empty word or one nobody knows.

    ``among``: what :func:`words` gave, for whoever asks about many.
    """
    return (words() if among is None else among).get(word_key(text), STANDARD)
