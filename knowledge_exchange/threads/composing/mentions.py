"""Whom a text can mention: what the composer offers after ``@``.

Offered are those who write in the thread under their own names, whom its page names anyhow, and members who chose to
be found; of both, those alone who may read the network. Nobody else is, whatever is typed: a handle that is not
offered may be anybody's or nobody's. From whom a thread is hidden is *not* asked: somebody who stands in the directory
and is missing here would say where its author works (they are not told of the mention, as ever).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import and_, bindparam, exists, func, or_, select

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import TYPING_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member, Profile
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, Id
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.core.text import lowered_on_sqlite
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.models import Post, Voice
from knowledge_exchange.threads.routes import blueprint

#: So many are offered.
MOST_OFFERED = 6
#: Longer than any handle: what is typed beyond is no mention.
MOST_TYPED = 64

_me = bindparam("me", type_=Id)
_network = bindparam("network", type_=Id)
_start: Any = bindparam("start")


def _offered(handle: Any, name: Any) -> Any:
    """Up to so many readers of the network, by a handle and a name that fit what was typed."""
    named = [func.lower(name).like(bindparam(way), escape="\\") for way in ("start", "within", "started", "held")]
    fits = or_(handle.like(_start, escape="\\"), *named)
    reads = (Network.id == _network, Member.standing == "active", readable_by(Member.id), Member.id != _me)
    found = select(handle.label("handle"), name.label("name")).select_from(Network).where(*reads, fits)
    return found.order_by(handle).limit(MOST_OFFERED)


_stands = exists().where(Post.voice_id == Voice.id, Post.deleted_at.is_(None))
_WRITERS = Read(  # as the page names them
    _offered(Voice.handle, Voice.name)
    .join(Participant, Participant.thread_id == bindparam("thread", type_=Id))
    .join(Member, Member.id == Participant.member_id)
    .join(Voice, and_(Voice.participant_id == Participant.id, Voice.kind == "own", Voice.handle == Member.handle))
    .where(_stands)
)
_LISTED = Read(
    _offered(Member.handle, Member.name)
    .join(Profile, Profile.is_listed.is_(True))
    .join(Member, Member.id == Profile.member_id)
    # In the network of an organisation it would say of them where they work, in a region's, where that is.
    .where(
        or_(
            Network.kind.not_in(("organisation", "regional")),
            and_(Network.kind == "organisation", Profile.shows_organisation),
            and_(Network.kind == "regional", Profile.shows_region),
        )
    )
)


@blueprint.get("/mentions")
@active
@limiter.limit(TYPING_LIMIT)
def mentions() -> ResponseReturnValue:
    """Whom to offer for a handle or a name that begins with ``q``, in the ``thread`` or ``network`` where one writes.

    Answers JSON, ``[{"handle", "name"}]``; 404 for a place that one may not read.
    """
    me = require_me()
    typed = request.args.get("q", "").strip().lower()
    if len(typed) > MOST_TYPED or "\x00" in typed:
        return jsonify([])
    thread_id, network_id = _place(me)
    return jsonify([{"handle": row.handle, "name": row.name} for row in offered(me, typed, network_id, thread_id)])


def _place(me: Me) -> tuple[int, int]:
    """Thread (0 for a new one) and network in which somebody writes, or 404."""
    if "thread" in request.args:
        thread = queries.thread_visible_to(me, parse_id(request.args["thread"]) or 0) or abort(404)
        return thread.id, thread.network_id
    network = network_for(me, request.args.get("network", ""))
    return (0, network.id) if network is not None and network.may_read else abort(404)


def offered(me: Me, typed: str, network_id: int, thread_id: int = 0) -> Sequence[AnyRow]:
    """Handle and name of those who fit what was ``typed``; first who writes in the thread."""
    plain = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    titled = lowered_on_sqlite(plain.title())
    ways = {"start": f"{plain}%", "within": f"% {plain}%", "started": f"{titled}%", "held": f"% {titled}%"}
    asked = {"me": me.id, "network": network_id, **ways}
    found = list(_WRITERS.all(thread=thread_id, **asked)) if thread_id else []
    # Of those who write here everybody reads the names; of others something is to be known already.
    if typed and len(found) < MOST_OFFERED:
        named = {row.handle for row in found}
        found += [row for row in _LISTED.all(**asked) if row.handle not in named]
    return found[:MOST_OFFERED]
