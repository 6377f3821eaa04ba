"""What a thread says in a list: the same for all who may see it, so it is kept, by its version.

Every change of a thread that shows raises its version. Whether a reader may see the thread has been
asked in SQL before anything is looked up here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask.globals import app_ctx
from sqlalchemy import bindparam, select

from knowledge_exchange.core.db import AnyRow, Id
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.threads.forms import slug_of
from knowledge_exchange.threads.limits import MOST_PINNED_SHOWN, THREADS_A_PAGE
from knowledge_exchange.threads.models import Thread, Voice
from knowledge_exchange.threads.official.official_states import HOLDS, WITHDRAWN
from knowledge_exchange.threads.tags.tags import Tag, names_of

#: Outlines that are kept in each process, about 0.5 kB each.
MOST_KEPT = 4096
_MOST_AT_ONCE = THREADS_A_PAGE + 1 + MOST_PINNED_SHOWN


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a thread in one state says in a list."""

    id: int
    url: str
    title: str
    kind: str
    state: str
    locked: bool
    name: str
    pseudonym: bool
    at: datetime
    replies: int
    last_post_id: int
    #: An official answer holds to the end of that day; then it is under review.
    review_on: date | None
    #: By when its asker needs an answer.
    answer_by: date | None
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outline(Said):
    """The same, and whose it is: that is asked about each reader, and never shown."""

    author_participant_id: int | None


_IDS = [f"thread_{number}" for number in range(_MOST_AT_ONCE)]
_FACTS = Read(
    select(
        Thread.id,
        Thread.version,
        Thread.network_id,
        Thread.tags,
        Thread.kind,
        Thread.title,
        Thread.reply_count,
        Thread.last_post_id,
        Thread.answer_id,
        Thread.answer_by,
        Thread.locked_at,
        Thread.official_id,
        Thread.official_review_on,
        Thread.official_withdrawn_at,
        Voice.name,
        Voice.kind.label("voice_kind"),
        Voice.participant_id.label("author_participant_id"),
    )
    .join(Voice, Voice.id == Thread.voice_id)
    .where(Thread.id.in_([bindparam(name, type_=Id) for name in _IDS]))
)
_kept: OrderedDict[tuple[str, int, int], Outline] = OrderedDict()


def of(rows: Sequence[AnyRow]) -> dict[int, Outline]:
    """Outlines by thread, for a page of rows with ``id`` and ``version``.

    One statement if any is not kept, and one more if any of those bears tags.
    """
    app = app_ctx.app.name
    found: dict[int, Outline] = {}
    missing = []
    for row in rows:
        outline = _kept.get((app, row.id, row.version))
        if outline is None:
            missing.append(row.id)
        else:
            found[row.id] = outline
    return {**found, **_read(app, missing)} if missing else found


def forget_all() -> None:
    """Empty the store (tests; a restore)."""
    _kept.clear()


def _read(app: str, ids: Iterable[int]) -> dict[int, Outline]:
    asked = {**dict.fromkeys(_IDS, 0), **dict(zip(_IDS, ids, strict=False))}
    found = {}
    rows = _FACTS.all(**asked)
    tags = names_of(rows)
    for row in rows:
        # Under the version that came with it: a thread may have changed since the list was read.
        found[row.id] = _kept[(app, row.id, row.version)] = _outline(row, tags.get(row.id, ()))
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return found


def _outline(row: AnyRow, tags: tuple[Tag, ...]) -> Outline:
    return Outline(
        id=row.id,
        url=f"/t/{row.id}/{slug_of(row.title)}",
        title=row.title,
        kind=row.kind,
        state=_state(row),
        locked=row.locked_at is not None,
        name=row.name,
        pseudonym=row.voice_kind == "pseudonym",
        author_participant_id=row.author_participant_id,
        at=time_of(row.last_post_id),
        replies=row.reply_count,
        last_post_id=row.last_post_id,
        tags=tags,
        review_on=row.official_review_on,
        answer_by=row.answer_by,
    )


def _state(row: AnyRow) -> str:
    """Whether an official answer is under review depends on the day, and is asked when the row is set."""
    if row.official_id is not None:
        return HOLDS if row.official_withdrawn_at is None else WITHDRAWN
    if row.kind != "problem":
        return ""
    if row.answer_id is not None:
        return "answered"
    return "open" if row.reply_count else "unanswered"
