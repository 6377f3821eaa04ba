"""A member's page: what they chose to show, and what they wrote under their own name where the reader may read.

Whoever is not in the directory has one only for those who may read something that they wrote, and then it holds that
alone. Nothing written under a pseudonym is listed, nor counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, select

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, Id, db
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.profiles import card_of
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable
from knowledge_exchange.threads.routes import blueprint

MOST_SHOWN = 20
#: Of answers that were accepted.
MOST_ANSWERS = 5

_SHOWN = (
    select(
        Post.id,
        Post.created_at,
        Post.parent_id,
        Voice.name,
        Voice.title.label("role"),
        Thread.title,
        Network.name.label("network_name"),
        Network.slug,
    )
    .join(Voice, Voice.id == Post.voice_id)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Network, Network.id == Thread.network_id)
    .where(
        Voice.handle == bindparam("handle"),
        Voice.kind == "own",
        Post.deleted_at.is_(None),
        readable(bindparam("me", type_=Id)),
    )
    .order_by(Post.id.desc())
)
_LATELY = _SHOWN.limit(MOST_SHOWN)
_ANSWERS = _SHOWN.where(Thread.answer_id == Post.id).limit(MOST_ANSWERS)


def posts_shown_to(me_id: int, handle: str) -> Sequence[AnyRow]:
    """The newest posts that this handle's owner wrote under their own name and this member may read."""
    return db.session.execute(_LATELY, {"me": me_id, "handle": handle.lower()}).all()


def answers_shown_to(me_id: int, handle: str) -> Sequence[AnyRow]:
    """The newest of them that were accepted as the answer."""
    return db.session.execute(_ANSWERS, {"me": me_id, "handle": handle.lower()}).all()


@blueprint.get("/m/<handle>")
@active
def profile(handle: str) -> ResponseReturnValue:
    """Somebody's page. Three statements, whoever it is; without a card or a post to be seen it does not exist."""
    me = require_me()
    card, posts = card_of(handle), posts_shown_to(me.id, handle)
    if card is None and not posts:
        abort(404)
    return render_template(
        "threads/profile.html",
        me=me,
        nav="",
        handle=handle.lower(),
        card=card,
        name=card.name if card else posts[0].name,
        role=card.title if card else posts[0].role,
        answers=answers_shown_to(me.id, handle),
        posts=posts,
        unread=unread_count(me.id),
    )
