"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import func, select, update

from knowledge_exchange.core import hooks, keeping, rekeying
from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.threads.curation.curation_models import HeldPost
from knowledge_exchange.threads.files.attachment_models import Attachment, Mark
from knowledge_exchange.threads.files.sweeping import sweep
from knowledge_exchange.threads.models import Post, Submission, Thread, Voice, WaitingPost


def init_app(app: Flask) -> None:
    """Register both."""
    rekeying.register(app, Submission.key_hash)
    rekeying.register(app, WaitingPost.key_hash)
    rekeying.register(app, WaitingPost.content, rekeying.SEAL)
    rekeying.register(app, Attachment.by_hash)
    rekeying.register(app, Attachment.name, rekeying.SEAL)
    rekeying.register(app, Mark.by_hash)
    rekeying.register(app, HeldPost.key_hash)
    rekeying.register(app, HeldPost.content, rekeying.SEAL)
    keeping.register(app, "KE_KEEP_UNUSED_FILES_DAYS", sweep, Attachment)
    keeping.register(app, "KE_KEEP_HELD_DAYS", forget_held, HeldPost)
    keeping.register(app, "KE_KEEP_SUBMISSIONS_DAYS", forget_submissions, Submission)
    keeping.register(app, "KE_KEEP_WAITING_DAYS", forget_waiting, WaitingPost)
    hooks.provide(app, "voices_erased", erase_voices)


def forget_submissions(before: datetime) -> None:
    """After that a form that is sent again is a new one."""
    keeping.delete_all(Submission, Submission.at < before)


def forget_waiting(before: datetime) -> None:
    """What waited and could not be posted, once its author has had time to take it back."""
    keeping.delete_all(WaitingPost, WaitingPost.failed != "", WaitingPost.due_at < before)


def forget_held(before: datetime) -> None:
    """What was not approved, once its author has had time to take it back."""
    keeping.delete_all(HeldPost, HeldPost.outcome != "", HeldPost.held_on < before.date())


def erase_voices(member_id: int) -> None:
    """What somebody wrote under their own name, or for their office, stays, in voices that name them no more (hook).

    Their pseudonyms are left as they are: ``notifications/sealed.py`` finds nobody behind them any more.
    """
    places = select(Participant.id).where(Participant.member_id == member_id)
    own = (Voice.participant_id.in_(places), Voice.kind.in_(("own", "role")))
    voices = db.session.execute(select(Voice.id, Voice.name).where(*own)).all()
    ids = [voice.id for voice in voices]
    for name in {voice.name for voice in voices if voice.name}:
        _take_out_of_notices(name, ids)
    spoken_in = select(Post.thread_id).where(Post.voice_id.in_(ids))
    # Bodies of pages are kept under the thread's version.
    db.session.execute(update(Thread).where(Thread.id.in_(spoken_in)).values(version=Thread.version + 1))
    db.session.execute(update(Voice).where(*own).values(name=_("A former member"), handle=None, title=""))


def _take_out_of_notices(name: str, voice_ids: list[int]) -> None:
    """Of what others were told about these posts, the name of who wrote them."""
    posts = select(Post.id).where(Post.voice_id.in_(voice_ids))
    text = func.replace(Notification.text, name, _("A former member"))
    db.session.execute(update(Notification).where(Notification.post_id.in_(posts)).values(text=text))
