"""Stopping e-mail by the link that stands in every message: what the link holds, and what it does.

Whoever has the message may stop it, without a sign-in: the address itself is the key. It is sealed, so that
nobody who sees it learns whose it is; and it can only make things quieter.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import seal_steadily, unseal
from knowledge_exchange.core.db import db, insert_of_dialect, insert_or_ignore
from knowledge_exchange.notifications import actions
from knowledge_exchange.notifications.kinds import KINDS, choices_of
from knowledge_exchange.notifications.models import NoticeChoice, NoticeSettings

#: What is sealed says what it is for: nothing else that is ever sealed can be taken for it.
_FORM = struct.Struct(">8sBqq")
_PURPOSE = b"unsubsc1"
_NOTICES, _DIGEST = 0, 1
#: Longer than any link of ours: not even looked at.
_MOST_CHARS = 200


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a link is about: a member's mail of notices (of one thread, or none), or their digest."""

    member_id: int
    thread_id: int | None = None
    digest: bool = False


def unsubscribe_url(about: Subscription) -> str:
    """The address that stops this mail: the same whenever the mail is written, and good for ever."""
    kind = _DIGEST if about.digest else _NOTICES
    sealed = seal_steadily(_FORM.pack(_PURPOSE, kind, about.member_id, about.thread_id or 0))
    token = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
    return f"{current_app.config['KE_BASE_URL']}/unsubscribe/{token}"


def read_token(token: str) -> Subscription | None:
    """What the link is about; None for anything that isn't a link of ours, or is of nobody any more."""
    about = _opened(token)
    if about is None or db.session.scalar(select(Member.id).where(Member.id == about.member_id)) is None:
        return None
    return about


def _opened(token: str) -> Subscription | None:
    if len(token) > _MOST_CHARS or not token.isascii():
        return None
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        purpose, kind, member_id, thread_id = _FORM.unpack(unseal(sealed))
    except (ValueError, binascii.Error, struct.error):
        return None
    if purpose != _PURPOSE:
        return None
    return Subscription(member_id, thread_id or None, digest=kind == _DIGEST)


def stop_list(about: Subscription) -> None:
    """Stop the mail that the link came in: the digest, or all mail of notices (one click; RFC 8058)."""
    if about.digest:
        _set(about.member_id, digest="off")
    else:
        stop_all(about)


def stop_all(about: Subscription) -> None:
    """Stop all e-mail about notices, digests too."""
    _set(about.member_id, mail_stopped_at=now())


def only_digest(about: Subscription) -> None:
    """Nothing soon any more: what came so comes in a digest once a week, unless they have one daily."""
    settings = (NoticeSettings.member_id == about.member_id, NoticeSettings.digest == "off")
    _set(about.member_id)
    db.session.execute(update(NoticeSettings).where(*settings).values(digest="weekly"))
    chosen = choices_of([about.member_id])
    for kind in KINDS:
        choice = chosen[about.member_id, kind.code]
        if choice.mail == "soon":
            _choose(about.member_id, kind.code, toast=choice.toast)


def mute_thread(about: Subscription) -> None:
    """Mute the thread, on the site too, if it is still theirs to see; its page changes that again."""
    visible = hooks.call("visible_threads", about.member_id).subquery()
    if about.thread_id and db.session.scalar(select(visible.c.id).where(visible.c.id == about.thread_id)):
        actions.choose_level(about.member_id, about.thread_id, "muted")


def _choose(member_id: int, kind: str, *, toast: bool) -> None:
    insert = insert_of_dialect(NoticeChoice).values(member_id=member_id, kind=kind, toast=toast, mail="digest")
    key = [NoticeChoice.member_id, NoticeChoice.kind]
    db.session.execute(insert.on_conflict_do_update(index_elements=key, set_={"mail": "digest"}))


def _set(member_id: int, **values: Any) -> None:
    """Change the member's settings; the row is made if there is none yet."""
    insert_or_ignore(NoticeSettings, {"member_id": member_id})
    if values:
        db.session.execute(update(NoticeSettings).where(NoticeSettings.member_id == member_id).values(**values))
