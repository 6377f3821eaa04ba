"""Above a problem: by when its asker needs an answer, as long as there is none."""

from __future__ import annotations

from flask import render_template

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import today
from knowledge_exchange.threads import policy


def needed_by(me: Me, thread: AnyRow) -> str:
    """The part of the page (see ``parts.py``); to the asker with the way to change it. No statement."""
    day = thread.answer_by
    is_open = thread.answer_id is None and thread.locked_at is None and thread.archived_at is None
    if day is None or not is_open or thread.kind not in policy.ANSWERABLE or day < today(me.zone):
        return ""
    is_mine = policy.is_mine(thread, thread.author_participant_id)
    return render_template("threads/_needed_by.html", me=me, thread=thread, is_mine=is_mine)
