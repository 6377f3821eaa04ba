"""A member's page: only what they have shown under their own name where the reader may read."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, select

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, Id, db
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable
from knowledge_exchange.threads.routes import blueprint

MOST_SHOWN = 20

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
    .limit(MOST_SHOWN)
)


def posts_shown_to(me_id: int, handle: str) -> Sequence[AnyRow]:
    """The newest posts that this handle's owner wrote under their own name and this member may read."""
    return db.session.execute(_SHOWN, {"me": me_id, "handle": handle.lower()}).all()


@blueprint.get("/m/<handle>")
@active
def profile(handle: str) -> ResponseReturnValue:
    """Somebody's page; without a post that the reader may see it does not exist."""
    me = require_me()
    posts = posts_shown_to(me.id, handle) or abort(404)
    return render_template(
        "threads/profile.html", me=me, nav="", handle=handle.lower(), posts=posts, unread=unread_count(me.id)
    )
