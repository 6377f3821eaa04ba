"""Files that no post names (any more) are deleted after a time; so is what a broken upload left over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select

from knowledge_exchange.core import keeping
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.threads.curation.curation_models import HeldPost
from knowledge_exchange.threads.curation.post_curating import HIDDEN
from knowledge_exchange.threads.drafts.sealed_drafts import opened
from knowledge_exchange.threads.files.attachment_models import Attachment
from knowledge_exchange.threads.files.attachments import delete_files, named_in
from knowledge_exchange.threads.files.file_store import id_of, store
from knowledge_exchange.threads.models import Post, WaitingPost

#: What a moderator took away can be brought back for seven days, whatever an operator has set.
AT_LEAST = timedelta(days=8)
#: A file that no row names is left over; one that is being uploaded is younger.
_LEFT_OVER_S = 3600.0


def sweep(before: datetime) -> None:
    """Delete what has been unused since before that moment (a class of ``core/keeping.py``)."""
    due = _due(min(before, now() - AT_LEAST))
    last, waiting = 0, None
    while ids := db.session.scalars(due.where(Attachment.id > last).limit(keeping.BATCH)).all():
        waiting = _waiting() if waiting is None else waiting
        end_read()
        with unit_of_work():
            # Taken, so that none of them is posted before it is deleted.
            still = db.session.scalars(due.where(Attachment.id.in_(ids)).with_for_update()).all()
            delete_files([file_id for file_id in still if file_id not in waiting])
        last = ids[-1]
    end_read()
    _sweep_left_over()


def _due(before: datetime) -> Select[int]:
    hidden = select(Post.id).where(Post.gone == HIDDEN)
    stands = or_(Attachment.post_id.is_(None), Attachment.post_id.not_in(hidden))
    return select(Attachment.id).where(Attachment.unused_since < before.date(), stands).order_by(Attachment.id)


def _waiting() -> set[int]:
    """Files of posts that wait for their hour or a moderator: each is opened, and there are not many."""
    rows: list[AnyRow] = []
    for model in (WaitingPost, HeldPost):
        rows += db.session.execute(select(model.content)).all()
    drafts = [said[1] for row in rows if (said := opened(row.content)) is not None]
    return {file_id for draft in drafts for file_id in named_in(draft.body)}


def _sweep_left_over() -> None:
    names = list(store().names(unchanged_for_s=_LEFT_OVER_S))
    for start in range(0, len(names), keeping.BATCH):
        batch = names[start : start + keeping.BATCH]
        known = set(db.session.scalars(select(Attachment.id).where(Attachment.id.in_({id_of(name) for name in batch}))))
        end_read()
        store().drop([name for name in batch if id_of(name) not in known])
