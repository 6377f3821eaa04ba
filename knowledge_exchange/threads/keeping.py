"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.core import hooks, keeping, rekeying
from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.models import Post, Submission, Thread, Voice


def init_app(app: Flask) -> None:
    """Register both."""
    rekeying.register(app, Submission.key_hash)
    keeping.register(app, "KE_KEEP_SUBMISSIONS_DAYS", forget_submissions, Submission)
    hooks.provide(app, "voices_erased", erase_voices)


def forget_submissions(before: datetime) -> None:
    """After that a form that is sent again is a new one."""
    keeping.delete_all(Submission, Submission.at < before)


def erase_voices(member_id: int) -> None:
    """What somebody wrote under their own name stays, in a voice that names them no more (hook)."""
    places = select(Participant.id).where(Participant.member_id == member_id)
    own = (Voice.participant_id.in_(places), Voice.kind == "own")
    spoken_in = select(Post.thread_id).join(Voice, Voice.id == Post.voice_id).where(*own).distinct()
    ids = db.session.scalars(spoken_in).all()
    db.session.execute(update(Voice).where(*own).values(name=_("A former member"), handle=None, title=""))
    # Bodies of pages are kept under the thread's version.
    db.session.execute(update(Thread).where(Thread.id.in_(ids)).values(version=Thread.version + 1))
