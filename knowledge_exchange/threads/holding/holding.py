"""Posts that wait for a moderator's approval: one sealed row each, which names nobody.

They are published as what waits for its hour is: with the ids, the times and the rights of that moment. What opens a
case about one, and tells moderators of it, is asked through hooks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, func, insert, select, update
from werkzeug.exceptions import NotFound

from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.core.ids import random_id
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.networks.successors import follow, successors
from knowledge_exchange.threads import statements
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.composing import submissions
from knowledge_exchange.threads.curation.curation_models import HeldPost
from knowledge_exchange.threads.drafts.sealed_drafts import as_they_work_now, opened, sealed
from knowledge_exchange.threads.models import Post
from knowledge_exchange.threads.posting import Draft, Refused, post
from knowledge_exchange.threads.veils.speaking import PSEUDONYM

#: Posts of one member that may be held at a time, and of all: each is opened to find somebody's own.
MOST_EACH = 10
MOST = 1000
#: What became of it: not approved, or it could not be published when it was.
REFUSED, FAILED = "refused", "failed"


class Full(Exception):
    """No more posts can be held now."""


@dataclass(frozen=True, slots=True)
class Held:
    """A post that is held, opened: for its author, or for a moderator, who is not told whose it is."""

    id: int
    author_id: int
    draft: Draft
    text: Text
    renderer: int
    why: str
    held_on: date
    outcome: str
    reason: str


def hold(me: Me, draft: Draft, text: Text, why: str, network_id: int, key: str) -> int | None:
    """Take a post in, and have moderators told; if its form was taken before and posted by now, the id of that post.

    In a unit of work. ``key``: of the form. Raises :class:`Full`.
    """
    earlier = submissions.earlier_submission(me, key)
    if earlier is not None or _is_held_already(me, key):
        return earlier
    put(me, draft, text, why, network_id, submissions.submission_key(me, key))
    return None


def put(me: Me, draft: Draft, text: Text, why: str, network_id: int, key_hash: str | None) -> None:
    """Take a post in; ``key_hash``: of its form. In a unit of work. Raises :class:`Full`."""
    _check_room(me.id)
    content = sealed(me.id, draft, html=text.html, mentions=text.mentions, renderer=RENDERER_VERSION)
    row = {"id": random_id(), "key_hash": key_hash, "network_id": network_id, "thread_id": draft.thread_id or None}
    about = {"content": content, "why": why, "held_on": now().date(), "outcome": "", "reason": ""}
    db.session.execute(insert(table_of(HeldPost)).values(**row, **about))
    hooks.call("post_held", row["id"], network_id, row["thread_id"])


def _is_held_already(me: Me, key: str) -> bool:
    hashes = submissions.every_submission_key(me, key)
    return bool(hashes) and db.session.scalar(select(HeldPost.id).where(HeldPost.key_hash.in_(hashes))) is not None


def _check_room(member_id: int) -> None:
    if len([one for one in of_member(member_id) if not one.outcome]) >= MOST_EACH:
        raise Full
    if (db.session.scalar(select(func.count()).select_from(HeldPost)) or 0) >= MOST:
        raise Full


def of_member(member_id: int) -> list[Held]:
    """What is held of one member, and what was not approved; no column says whose a row is, so each is opened."""
    rows = db.session.execute(select(*_COLUMNS).order_by(HeldPost.held_on, HeldPost.id).limit(MOST))
    return [one for one in map(_held, rows) if one is not None and one.author_id == member_id]


def one_of(member_id: int, held_id: int) -> Held | None:
    """One of a member's held posts; None where it is not theirs, or not there any more."""
    one = by_id(held_id)
    return one if one is not None and one.author_id == member_id else None


def by_id(held_id: int) -> Held | None:
    """A held post, opened."""
    return by_ids([held_id]).get(held_id)


def by_ids(held_ids: Collection[int]) -> dict[int, Held]:
    """Held posts, opened; those that can't be are left out. One statement."""
    rows = db.session.execute(select(*_COLUMNS).where(HeldPost.id.in_(held_ids)))
    return {one.id: one for one in map(_held, rows) if one is not None}


_COLUMNS = (
    *(HeldPost.id, HeldPost.thread_id, HeldPost.content),
    *(HeldPost.why, HeldPost.held_on, HeldPost.outcome, HeldPost.reason),
)


def _held(row: AnyRow) -> Held | None:
    found = opened(row.content)
    if found is None:
        return None
    author_id, draft, further = found
    if row.thread_id is not None:  # it may have been merged into another since
        draft = replace(draft, thread_id=row.thread_id)
    text = Text(draft.body, further["html"], tuple(further["mentions"]))
    facts = (row.why, row.held_on, row.outcome, row.reason)
    return Held(row.id, author_id, draft, text, further["renderer"], *facts)


def is_hidden_from(held: Held, member_id: int, organisation_code: str | None) -> bool:
    """Whether somebody is not to know of it: its author, and whom the thread would be hidden from."""
    return member_id == held.author_id or _is_shielded_from(held, member_id, organisation_code)


def is_untold_to(held: Held, member_id: int, organisation_code: str | None) -> bool:
    """Whether no row is to be written for somebody about it.

    As :func:`is_hidden_from`, but for the author of a pseudonym's: that they alone of the moderators had none would
    name them.
    """
    if member_id == held.author_id and not _is_pseudonymous(held):
        return True
    return _is_shielded_from(held, member_id, organisation_code)


def _is_pseudonymous(held: Held) -> bool:
    return held.draft.voice == PSEUDONYM or held.draft.thread_id in places_of(held.author_id)


def _is_shielded_from(held: Held, member_id: int, organisation_code: str | None) -> bool:
    hidden = held.draft.hidden
    if hidden is None:
        return False
    return member_id in hidden.members or organisation_code in _with_successors(hidden.organisations)


def _with_successors(codes: frozenset[str]) -> frozenset[str]:
    """These organisations, and what has become of them."""
    merged = successors() if codes else {}
    return codes | {follow(code, merged) for code in codes}


def take_back(held_id: int) -> bool:
    """Take a post out; False where it has been decided, and published, meanwhile. In a unit of work."""
    there = db.session.scalar(select(HeldPost.id).where(HeldPost.id == held_id).with_for_update())
    if there is None:
        return False
    hooks.call("held_taken_back", held_id)
    db.session.execute(delete(HeldPost).where(HeldPost.id == held_id))
    return True


def publish(held_id: int) -> int | str | None:
    """Publish it, in a unit of work of whoever approves; the post's id.

    A word (of ``posting.Refused``) where it can't be: it stays for its author, and says why. None: it is gone.
    """
    waits = (HeldPost.id == held_id, HeldPost.outcome == "")
    row = db.session.execute(select(*_COLUMNS, HeldPost.key_hash).where(*waits).with_for_update()).first()
    if row is None:
        return None
    held = _held(row)
    try:
        post_id = _published(held, row.key_hash)
    except (Refused, NotFound) as wrong:
        reason = wrong.reason if isinstance(wrong, Refused) else "thread"
        fail(held_id, reason)
        return reason
    db.session.execute(delete(HeldPost).where(HeldPost.id == held_id))
    return post_id


def _published(held: Held | None, key_hash: str | None) -> int:
    if held is None:
        raise Refused("lost")
    me = me_of(held.author_id)
    if me is None or me.standing != "active":
        raise Refused("standing")
    post_id = post(me, as_they_work_now(me, held.draft), held.text)
    if key_hash is not None:
        statements.INSERT_SUBMISSION.run(key_hash=key_hash, post_id=post_id, at=now())
    if held.renderer != RENDERER_VERSION:  # a job makes it anew
        db.session.execute(update(Post).where(Post.id == post_id).values(renderer=held.renderer))
    return post_id


def refuse(held_id: int, reason: str) -> bool:
    """Don't publish it: it is its author's again, with the reason. False where it is not there, or was decided."""
    waits = (HeldPost.id == held_id, HeldPost.outcome == "")
    refused = update(HeldPost).where(*waits).values(outcome=REFUSED, reason=reason).returning(HeldPost.id)
    return db.session.execute(refused, execution_options={"synchronize_session": False}).first() is not None


def fail(held_id: int, reason: str) -> None:
    """It can't be published any more: its author reads why (a word of ``posting.Refused``)."""
    waits = (HeldPost.id == held_id, HeldPost.outcome == "")
    db.session.execute(update(HeldPost).where(*waits).values(outcome=FAILED, reason=reason))


def hold_again(held_id: int) -> bool:
    """Take back that it was refused; False where its author has taken it back meanwhile."""
    refused = (HeldPost.id == held_id, HeldPost.outcome == REFUSED)
    again = update(HeldPost).where(*refused).values(outcome="", reason="").returning(HeldPost.id)
    return db.session.execute(again, execution_options={"synchronize_session": False}).first() is not None
