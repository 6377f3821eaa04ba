"""The log of acts: every act of a moderator is one row, and on record. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import new_rounded_id
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.threads.models import Post, Thread, Voice

#: What is kept to undo an act is sealed in pieces of this size: its length says little.
KEPT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a house rule in words as it stands now (``2 · Patients stay private``), what the actor wrote, or both."""

    rule: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Of:
    """What an act is about. ``network_id``: where it happened; of a move, from where."""

    network_id: int | None
    thread_id: int | None = None
    post_id: int | None = None
    sanction_id: int | None = None


def note_act(
    me: Me | None,
    acted_as: str,
    action: str,
    of: Of,
    reason: Reason,
    *,
    details: Mapping[str, Any] | None = None,
    kept: Mapping[str, Any] | None = None,
    final_at: datetime | None = None,
    batch_id: int | None = None,
) -> int:
    """Write an act down, in the unit of work that does it; returns its id. ``me`` is None for the exchange itself.

    ``acted_as``: a word of ``act_models.ACTING``. ``details``: facts for words, never text of posts (``nth`` is added:
    the number of the act on its thread). ``kept``: what undoes it, until ``final_at`` or for good. Its author is told
    by :mod:`moderation.telling_acts`.
    """
    act_id, number = new_rounded_id(), _number_of(of)
    facts = {**(details or {}), **({"nth": number} if number else {})}
    row = ModerationAct(
        id=act_id,
        action=action,
        network_id=of.network_id,
        thread_id=of.thread_id,
        post_id=of.post_id,
        sanction_id=of.sanction_id,
        participant_id=_author_of(of),
        actor_id=me.id if me is not None else None,
        acted_as=acted_as,
        rule=reason.rule,
        reason=reason.text,
        details=json.dumps(facts) if facts else "",
        kept=seal_kept(kept) if kept else None,
        final_at=final_at,
        batch_id=batch_id,
    )
    db.session.add(row)
    record(f"moderation.{action}", actor=me.id if me is not None else None, note=str(act_id))
    db.session.flush()
    return act_id


def _number_of(of: Of) -> int | None:
    """Which act on its thread it is; None where it is about none."""
    return None if of.thread_id is None else count_act(of.thread_id)


def count_act(thread_id: int) -> int | None:
    """One act more on a thread (an undoing is one, too): forms that were opened before are told. Returns its number."""
    more = update(Thread).where(Thread.id == thread_id).values(acts=Thread.acts + 1).returning(Thread.acts)
    return db.session.scalar(more, execution_options={"synchronize_session": False})


def _author_of(of: Of) -> int | None:
    """Whose post it is about, or whose thread, as a participant."""
    if of.post_id is not None:
        voice = select(Post.voice_id).where(Post.id == of.post_id)
    elif of.thread_id is not None:
        voice = select(Thread.voice_id).where(Thread.id == of.thread_id)
    else:
        return None
    return db.session.scalar(select(Voice.participant_id).where(Voice.id == voice.scalar_subquery()))


def seal_kept(kept: Mapping[str, Any]) -> bytes:
    """As ``moderation_act.kept`` holds it."""
    plain = json.dumps(kept, ensure_ascii=False).encode()
    return crypto.seal(plain.ljust(-(-len(plain) // KEPT_BYTES) * KEPT_BYTES))


def details_of(act: AnyRow) -> dict[str, Any]:
    """The facts of an act (a row with ``details``)."""
    found: dict[str, Any] = json.loads(act.details or "{}")
    return found


def kept_of(act: AnyRow) -> dict[str, Any] | None:
    """What undoes an act (a row with ``kept``); None once it is final, or where another key file sealed it."""
    if act.kept is None:
        return None
    try:
        found: dict[str, Any] = json.loads(crypto.unseal(act.kept))
    except ValueError:
        return None
    return found
