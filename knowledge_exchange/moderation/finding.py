"""What every page of this room about a post begins with: the post, in sight of whoever asks, under a pseudonym."""

from __future__ import annotations

from typing import NamedTuple

from flask import abort

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import MAX_ID
from knowledge_exchange.moderation import policy
from knowledge_exchange.threads import queries


class Found(NamedTuple):
    """A post under a pseudonym (a row of ``queries.post_by_id``), and its thread as this reader sees it."""

    thread: AnyRow
    post: AnyRow


def pseudonymous_post(me: Me, thread_id: int, post_id: int) -> Found:
    """The post; 404 where it is not to be seen, is in another thread, or was not written under a pseudonym."""
    thread = queries.thread_visible_to(me, min(thread_id, MAX_ID)) or abort(404)
    post = queries.post_by_id(post_id) or abort(404)
    if post.thread_id != thread.id or not policy.is_pseudonym(post):
        abort(404)
    return Found(thread, post)
