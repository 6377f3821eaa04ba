"""Words for categories of membership that the rolls use and nobody here knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select, update

from knowledge_exchange.auth.categories import STANDARD, word_key, words
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollEntry, RollRow


def unknown_in(import_id: int) -> Counter[str]:
    """Of a staged file: each such word, and how many good rows bear it. They are taken for the standard category.

    An administrator makes a category of it, or an alias (``/admin/categories``).
    """
    good = (RollRow.import_id == import_id, RollRow.fault == "", RollRow.line > 0)
    query = select(RollRow.category, func.count()).where(*good).group_by(RollRow.category)
    known = words()
    rows = db.session.execute(query).all()
    return Counter({word: count for word, count in rows if word_key(word) and word_key(word) not in known})


def take_up(slug: str, keys: Collection[str]) -> bool:
    """These words (as :func:`word_key` gives them) mean this category now: so do those that rolls have brought (hook).

    Whoever was taken for a standard member because nobody knew the word has it from now on; whether there was anybody.
    """
    brought = db.session.scalars(select(RollEntry.category).distinct())
    meant = [word for word in brought if word_key(word) in keys]
    theirs = select(RollEntry.member_id).where(RollEntry.category.in_(meant), RollEntry.gone_at.is_(None))
    of_them = (Member.id.in_(theirs), Member.category == STANDARD)
    changed: Any = db.session.execute(update(Member).where(*of_them).values(category=slug)) if meant else None
    return slug != STANDARD and changed is not None and bool(changed.rowcount)
