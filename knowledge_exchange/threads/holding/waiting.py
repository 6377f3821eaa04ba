"""Posts that wait a few minutes, so that their time is not that at which somebody sat down and wrote them.

While it waits, a post is one sealed row that names nobody; its ids and times are those of its publication. What it is
allowed to do is asked then, of its author as they are then.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from werkzeug.exceptions import NotFound

from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, table_of, unit_of_work
from knowledge_exchange.core.ids import random_id
from knowledge_exchange.threads import actions, statements
from knowledge_exchange.threads.composing import submissions
from knowledge_exchange.threads.drafts.sealed_drafts import as_they_work_now, opened, sealed
from knowledge_exchange.threads.holding import holding, holding_rules
from knowledge_exchange.threads.models import WaitingPost
from knowledge_exchange.threads.posting import Draft, Refused, post

#: A post waits at least and at most so long; between, chance decides.
SOONEST, LATEST = timedelta(minutes=2), timedelta(minutes=12)
PUBLISH_EVERY_S = 5.0
#: Posts that one round publishes at most.
AT_ONCE = 50
#: When something of ours failed, it is tried again after this.
AGAIN_AFTER = timedelta(minutes=5)
#: Posts of one member that may wait at a time, and of all: every one of them is opened to find somebody's own.
MOST_EACH = 5
MOST = 1000

log = logging.getLogger(__name__)


class Full(Exception):
    """No more posts can wait now. ``mine``: it is the member's own that are too many."""

    def __init__(self, *, mine: bool) -> None:
        super().__init__()
        self.mine = mine


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post that waits, as its author sees it; ``failed`` says why it could not be posted."""

    id: int
    draft: Draft
    due_at: datetime
    failed: str


def let_wait(me: Me, draft: Draft, key: str) -> int | None:
    """Take a post in; if its form was taken before and has been posted by now, the id of that post.

    Raises :class:`Full`.
    """
    content = sealed(me.id, draft)
    with unit_of_work():
        earlier = submissions.earlier_submission(me, key)
        if earlier is not None or _waits_already(me, key):
            return earlier
        _check_room(me.id)
        row = {"id": random_id(), "key_hash": submissions.submission_key(me, key), "content": content, "failed": ""}
        db.session.execute(insert(table_of(WaitingPost)).values(due_at=_some_time_on(), **row))
    return None


def _some_time_on() -> datetime:
    span = (LATEST - SOONEST) // timedelta(microseconds=1)
    return now() + SOONEST + timedelta(microseconds=secrets.randbelow(span))


def _waits_already(me: Me, key: str) -> bool:
    hashes = submissions.every_submission_key(me, key)
    return (
        bool(hashes) and db.session.scalar(select(WaitingPost.id).where(WaitingPost.key_hash.in_(hashes))) is not None
    )


def _check_room(member_id: int) -> None:
    if len(of_member(member_id)) >= MOST_EACH:
        raise Full(mine=True)
    if (db.session.scalar(select(func.count()).select_from(WaitingPost)) or 0) >= MOST:
        raise Full(mine=False)


def of_member(member_id: int) -> list[Waiting]:
    """What waits of one member, and what could not be posted; what comes first is first.

    No column says whose a row is, so each is opened; :data:`MOST` bounds them. What another key file sealed, or another
    version of the program, is nobody's.
    """
    columns = (WaitingPost.id, WaitingPost.content, WaitingPost.due_at, WaitingPost.failed)
    found = []
    for row in db.session.execute(select(*columns).order_by(WaitingPost.due_at).limit(MOST)):
        said = opened(row.content)
        if said is not None and said[0] == member_id:
            found.append(Waiting(row.id, said[1], row.due_at, row.failed))
    return found


def one_of(member_id: int, waiting_id: int) -> Waiting | None:
    """One of a member's waiting posts; None where it is not theirs, or not there any more."""
    return next((one for one in of_member(member_id) if one.id == waiting_id), None)


def take_back(waiting_id: int) -> bool:
    """Take a post out before it is published; False where it has gone meanwhile."""
    gone = delete(WaitingPost).where(WaitingPost.id == waiting_id).returning(WaitingPost.id)
    return db.session.execute(gone).first() is not None


def publish_due() -> None:
    """Publish what has waited long enough (a job); one that fails keeps no other."""
    due = (WaitingPost.due_at <= now(), WaitingPost.failed == "")
    ids = db.session.scalars(select(WaitingPost.id).where(*due).order_by(WaitingPost.due_at).limit(AT_ONCE)).all()
    end_read()
    for waiting_id in ids:
        try:
            publish(waiting_id)
        except Exception as error:
            # No traceback: what was written could stand in its last line.
            log.error("a waiting post was not published; it will be tried again", extra={"error": type(error).__name__})
            end_read()
            _put_off(waiting_id)


def _put_off(waiting_id: int) -> None:
    with unit_of_work() as work:
        later = update(WaitingPost).where(WaitingPost.id == waiting_id)
        work.execute(later.values(due_at=now() + AGAIN_AFTER))


def publish(waiting_id: int) -> int | None:
    """Publish one now; returns the post's id.

    None where it can't be (it then stays, and says why), is gone, or is held for a moderator to see it first.
    """
    content = db.session.scalar(
        select(WaitingPost.content).where(WaitingPost.id == waiting_id, WaitingPost.failed == "")
    )
    end_read()
    if content is None:
        return None
    said = opened(content)
    if said is None:
        _note(waiting_id, "lost")
        return None
    author_id, draft, _further = said
    text = actions.written(draft.body)
    try:
        with unit_of_work():
            return _published(waiting_id, author_id, draft, text)
    except Refused as refused:
        _note(waiting_id, refused.reason)
    except NotFound:
        _note(waiting_id, "thread")
    except holding.Full:
        _note(waiting_id, "full")
    return None


def _published(waiting_id: int, author_id: int, draft: Draft, text: actions.Text) -> int | None:
    """The row goes and the post comes in one: of two who try, one finds no row; of one who dies, the row is left."""
    claim = delete(WaitingPost).where(WaitingPost.id == waiting_id, WaitingPost.failed == "")
    row = db.session.execute(claim.returning(WaitingPost.key_hash)).first()
    if row is None:
        return None
    if row.key_hash is not None and (earlier := statements.SUBMITTED.first(key=row.key_hash)):
        return int(earlier.post_id)  # the same form was sent once more meanwhile, not to wait
    me = me_of(author_id)
    if me is None or me.standing != "active":
        raise Refused("standing")
    why, network_id = holding_rules.why_held(me, draft, text)
    if why:
        holding.put(me, draft, text, why, network_id, row.key_hash)
        return None
    post_id = post(me, as_they_work_now(me, draft), text)
    if row.key_hash is not None:
        statements.INSERT_SUBMISSION.run(key_hash=row.key_hash, post_id=post_id, at=now())
    return post_id


def _note(waiting_id: int, reason: str) -> None:
    with unit_of_work() as work:
        work.execute(update(WaitingPost).where(WaitingPost.id == waiting_id).values(failed=reason))
