"""What the ledger asks of threads: a post, and what it was and is to one member (hook)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member, StandingChange
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, db
from knowledge_exchange.core.markup import mentions_in
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.queries import is_in
from knowledge_exchange.notifications.mine import given, of_me, read_at
from knowledge_exchange.notifications.models import NetworkLevel, Notification, Participant
from knowledge_exchange.notifications.why_rules import Call, Notice, PostFacts
from knowledge_exchange.threads.composing import network_mentions
from knowledge_exchange.threads.models import Post, PostRevision, Thread, Voice
from knowledge_exchange.threads.official.official_states import ROLE
from knowledge_exchange.threads.queries import readable
from knowledge_exchange.threads.veils.speaking import PSEUDONYM

_me = bindparam("me", type_=Id)
_Author = aliased(Participant)
_Parent = aliased(Post)
_ParentVoice = aliased(Voice)
_first = select(func.min(PostRevision.id)).where(PostRevision.post_id == Post.id).correlate(Post).scalar_subquery()
#: A member's standing at the time is what the first step after it began with; without one, it is as it is.
_standing_then = (
    select(StandingChange.before)
    .where(StandingChange.member_id == _me, StandingChange.at > Post.created_at)
    .order_by(StandingChange.at, StandingChange.id)
    .limit(1)
    .correlate(Post)
    .scalar_subquery()
)


_COLUMNS = (
    Post.id,
    Post.thread_id,
    Post.parent_id,
    Post.html,
    Post.created_at,
    Post.edited_at,
    Post.deleted_at,
    Post.external_key,
    Voice.kind.label("voice_kind"),
    Voice.participant_id,
    _Author.member_id.label("author_id"),
    _ParentVoice.participant_id.label("parent_participant_id"),
    PostRevision.html.label("first_html"),
    PostRevision.replaced_at.label("first_edited_at"),
    Thread.title,
    Network.id.label("network_id"),
    Network.slug,
    Network.name,
    Network.visibility,
    NetworkMembership.joined_at,
    NetworkLevel.level.label("network_level"),
    Participant.id.label("place_id"),
    Participant.member_id.label("place_of"),
    Participant.level,
    Participant.level_chosen_at,
    Member.created_at.label("member_since"),
    Member.handle_changed_at,
    func.coalesce(_standing_then, "active").label("standing_then"),
    Notification.id.label("notice_id"),
    Notification.kind,
    Notification.created_at.label("told_at"),
    Notification.mail,
    Notification.mail_at,
)


def _facts(*, sealed: bool) -> AnySelect:
    """The facts as they are from the member's place in the thread, plain or sealed."""
    plain = and_(Participant.thread_id == Thread.id, Participant.member_id == _me)
    in_sealed = and_(Participant.thread_id == Thread.id, Participant.id == bindparam("place", type_=Id))
    my_place, my_notice, was_read = in_sealed if sealed else plain, of_me(sealed=sealed), read_at(sealed=sealed)
    return (
        select(*_COLUMNS, was_read.label("read_at"))
        .join(Voice, Voice.id == Post.voice_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Network, Network.id == Thread.network_id)
        .join(Member, Member.id == _me)
        .outerjoin(_Author, _Author.id == Voice.participant_id)
        .outerjoin(_Parent, _Parent.id == Post.parent_id)
        .outerjoin(_ParentVoice, _ParentVoice.id == _Parent.voice_id)
        .outerjoin(PostRevision, PostRevision.id == _first)
        .outerjoin(
            NetworkMembership, and_(NetworkMembership.network_id == Network.id, NetworkMembership.member_id == _me)
        )
        .outerjoin(NetworkLevel, and_(NetworkLevel.network_id == Network.id, NetworkLevel.member_id == _me))
        .outerjoin(Participant, my_place)
        .outerjoin(Notification, and_(Notification.post_id == Post.id, my_notice))
        .where(Post.id == bindparam("post", type_=Id), readable(_me))
    )


_FACTS = Read(_facts(sealed=False))
# Of a mention there may be two notices, that of the place and that by name: the page tells of one.
_FACTS_IN_SEALED = _facts(sealed=True).order_by(Notification.id).limit(1)


def post_in_question(me: Me, post_id: int) -> PostFacts | None:
    """What the rules need to know of a post, or None where the member may not see it. One statement, or two.

    One more for those who write under a pseudonym somewhere.
    """
    row = _facts_of(me, post_id)
    if row is None:
        return None
    first, last = mentions_in(row.first_html or row.html), mentions_in(row.html)
    return PostFacts(
        id=row.id,
        thread_id=row.thread_id,
        title=row.title,
        is_opening=row.parent_id is None,
        network_id=row.network_id,
        network_slug=row.slug,
        network_name=row.name,
        is_open=row.visibility == "open",
        written_at=row.created_at,
        edited_at=row.edited_at,
        first_edited_at=row.first_edited_at,
        is_mine=row.place_id is not None and row.participant_id == row.place_id,
        is_gone=row.deleted_at is not None,
        is_imported=row.voice_kind == "imported" or row.external_key is not None,
        answers_me=row.place_id is not None and row.parent_participant_id == row.place_id,
        names_me_since=_named_since(me, row, first, last),
        call=_call(me, row, [word for word in {*first, *last} if word != me.handle]),
        was_active=row.standing_then == "active" and row.member_since <= row.created_at,
        belongs_since=row.joined_at,
        place_id=row.place_id,
        is_sealed=row.place_id is not None and row.place_of is None,
        level=row.level,
        level_chosen_at=row.level_chosen_at,
        network_level=row.network_level,
        notice=_notice(row),
        is_official=row.voice_kind == ROLE,
    )


def _facts_of(me: Me, post_id: int) -> AnyRow | None:
    thread_id = db.session.scalar(select(Post.thread_id).where(Post.id == post_id)) if me.places else None
    if thread_id is None or thread_id not in me.places:
        return cast("AnyRow | None", _FACTS.first(me=me.id, post=post_id))
    asked = {**given(me.id, me.places), "post": post_id, "place": me.places[thread_id]}
    return db.session.execute(_FACTS_IN_SEALED, asked).first()


def _notice(row: AnyRow) -> Notice | None:
    if row.notice_id is None:
        return None
    return Notice(row.notice_id, row.kind, row.told_at, row.read_at, row.mail, row.mail_at)


def _named_since(me: Me, row: AnyRow, first: Sequence[str], last: Sequence[str]) -> datetime | None:
    """Since when the post names the member by handle: from the first, or since its last edit.

    Not by a handle that they took later. (Of which edit it came with only the last is tried.)
    """
    since: datetime | None = row.created_at if me.handle in first else row.edited_at if me.handle in last else None
    taken: datetime | None = row.handle_changed_at
    return since if since is None or taken is None or taken <= since else None


def _call(me: Me, row: AnyRow, words: Sequence[str]) -> Call | None:
    """The network that the post calls as a whole, if the member and its author belong to it.

    Of several the one that tells them soonest: a small one, and that which they came into first. Under a pseudonym
    the thread's own counts alone, to which whoever writes there belongs.
    """
    is_hidden = row.voice_kind == PSEUDONYM
    if not words or (row.author_id is None and not is_hidden):
        return None
    called = Network.id == row.network_id if is_hidden else is_in(row.author_id)
    size = select(func.count()).select_from(_Insider).where(_Insider.network_id == Network.id)
    found = (
        select(Network.name, NetworkMembership.joined_at, size.correlate(Network).scalar_subquery().label("size"))
        .join(NetworkMembership, NetworkMembership.network_id == Network.id)
        .where(Network.slug.in_(words), NetworkMembership.member_id == me.id, called)
    )
    calls = [
        Call(row.name, row.size > network_mentions.MOST_MENTIONED, row.joined_at) for row in db.session.execute(found)
    ]
    return min(calls, key=lambda call: (call.is_too_large, call.joined_at), default=None)


_Insider = aliased(NetworkMembership)
