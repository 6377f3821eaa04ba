"""Keeping the index quick: both databases put what is new beside the rest at first, and look it up more slowly there.

SQLite's index grows by a part with every commit; each word is looked up in each part. PostgreSQL keeps a list of what
is new, which every search goes through. Both are put in order bit by bit.
"""

from __future__ import annotations

import time

from sqlalchemy import text

from knowledge_exchange.core.db import db, end_read, is_sqlite, unit_of_work

TEND_EVERY_S = 5.0
#: Pages of 4 kB that a step may write, which holds up whoever writes for some 10 ms; and steps of one run.
PAGES_A_STEP, MOST_STEPS, PAUSE_S = 16, 20, 0.05
#: Of the operator's command, which does nothing else.
PAGES_A_STRIDE = 500
#: Parts of about the same size are joined from so many on.
_JOINED_FROM = 2
#: A step that had nothing to join changes this many rows, or fewer.
_NOTHING = 1

_CONFIGURE = text("INSERT INTO search_index (search_index, rank) VALUES ('usermerge', :parts)")
_MERGE = text("INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")
_IS_SET = text("SELECT 1 FROM search_index_config WHERE k = 'usermerge' AND v = :parts")
_CLEAN = text("SELECT gin_clean_pending_list('ix_search_document_words')")


def tend() -> None:
    """Put in order what is new, a bounded part of it (a job)."""
    if is_sqlite():
        for _step in range(MOST_STEPS):
            if not _join(PAGES_A_STEP):
                break
            time.sleep(PAUSE_S)
    else:
        _clean()


def settle() -> None:
    """Put all of it in order, after much has been written (the operator's commands)."""
    if is_sqlite():
        while _join(PAGES_A_STRIDE):
            pass
        return
    _clean()
    with unit_of_work() as work:
        # How common each word is decides how PostgreSQL looks for it.
        work.execute(text("ANALYZE search_document"))


def _join(pages: int) -> bool:
    """Write so many pages of parts that are being joined; returns whether there was anything to join."""
    with unit_of_work() as work:
        if work.execute(_IS_SET, {"parts": _JOINED_FROM}).first() is None:
            work.execute(_CONFIGURE, {"parts": _JOINED_FROM})
        before = int(work.execute(_CHANGES).scalar_one())
        work.execute(_MERGE, {"pages": pages})
        return int(work.execute(_CHANGES).scalar_one()) > before + _NOTHING


def _clean() -> None:
    db.session.execute(_CLEAN)
    db.session.commit()
    end_read()
