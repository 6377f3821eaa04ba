"""Words for categories of membership that the rolls use and nobody here knows."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from knowledge_exchange.auth.categories import word_key, words
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollRow


def unknown_in(import_id: int) -> Counter[str]:
    """Of a staged file: each such word, and how many good rows bear it. They are taken for the standard category.

    An administrator makes a category of it, or an alias (``/admin/categories``).
    """
    good = (RollRow.import_id == import_id, RollRow.fault == "", RollRow.line > 0)
    query = select(RollRow.category, func.count()).where(*good).group_by(RollRow.category)
    known = words()
    rows = db.session.execute(query).all()
    return Counter({word: count for word, count in rows if word_key(word) and word_key(word) not in known})
