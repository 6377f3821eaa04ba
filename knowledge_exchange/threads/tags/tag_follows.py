"""Following a tag: whoever does is told of each thread that comes to bear it, and finds it first on their home page.

A notice of it is written as for every event of a thread (``notifications/statements.py``): of the author of a thread
under a pseudonym, and of those from whom it is hidden, like of everybody else, and shown to none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import Text, and_, bindparam, delete, exists, func, insert, literal_column, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, Id, UtcDateTime, db, insert_or_ignore, table_of
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.networks.care_models import NetworkTag, TagFollow
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import network_readable, readable_by
from knowledge_exchange.notifications.models import NetworkLevel, Notification, Participant
from knowledge_exchange.realtime import push

#: The kind of notice.
TAGGED = "tagged"
_thread, _network = bindparam("of_thread", type_=Id), bindparam("of_network", type_=Id)
_post = bindparam("of_post", type_=Id)


def follow(member_id: int, tag_id: int) -> None:
    """Follow a tag; again is no more. In a unit of work."""
    insert_or_ignore(TagFollow, {"member_id": member_id, "tag_id": tag_id})


def unfollow(member_id: int, tag_id: int) -> None:
    """Follow it no longer. In a unit of work."""
    db.session.execute(delete(TagFollow).filter_by(member_id=member_id, tag_id=tag_id))


def tag_with(member_id: int, network_id: int, slug: str) -> AnyRow | None:
    """One tag of a network: slug and name, and whether that member follows it. One statement."""
    mine = exists().where(TagFollow.tag_id == NetworkTag.id, TagFollow.member_id == member_id)
    query = select(NetworkTag.slug, NetworkTag.name, mine.label("is_followed"))
    found = query.where(NetworkTag.network_id == network_id, NetworkTag.slug == slug)
    return db.session.execute(found).one_or_none()


def followed_by(member_id: int) -> Sequence[AnyRow]:
    """The tags that somebody follows in networks that they may read: slug, name, and slug and name of the network."""
    columns = (NetworkTag.slug, NetworkTag.name, Network.slug.label("network_slug"), Network.name.label("network_name"))
    mine = select(*columns).join(TagFollow, TagFollow.tag_id == NetworkTag.id)
    mine = mine.join(Network, Network.id == NetworkTag.network_id)
    mine = mine.where(TagFollow.member_id == member_id, readable_by(member_id))
    return db.session.execute(mine.order_by(Network.name, func.lower(NetworkTag.name))).all()


def tell_followers(me: Me, thread: AnyRow, slugs: Collection[str]) -> None:
    """A thread (as ``queries.thread_visible_to`` gives it to who has tagged it) now bears these tags of its network.

    Told are its followers who may read there, but who did it, who wrote it under their own name, who muted it, and who
    has a notice of its opening post. In the unit of work of the tagging; one statement, however many follow.
    """
    found = [tag for tag in _LISTED.all(network=thread.network_id) if tag.slug in slugs]
    if not found:
        return
    names = ", ".join(tag.name for tag in found)
    base = new_run()
    _TELL.run(
        base=base,
        tags=[tag.id for tag in found],
        of_network=thread.network_id,
        of_thread=thread.id,
        of_post=thread.opening_post_id,
        # Of a place that names nobody, no member is left out: their absence would name them.
        doer=me.id if thread.sealed_id is None else 0,
        by=thread.author_participant_id,
        text=_("“%(title)s” is about %(tags)s", title=thread.title, tags=names),
        url=f"/t/{thread.id}",
        moment=now(),
    )
    push.tell_run(base)


_LISTED = Read(
    select(NetworkTag.id, NetworkTag.slug, NetworkTag.name)
    .where(NetworkTag.network_id == bindparam("network", type_=Id))
    .order_by(NetworkTag.name)
)
_by = bindparam("by", type_=Id)
_author = select(func.coalesce(Participant.member_id, 0)).where(Participant.id == _by).scalar_subquery()
_followers = select(TagFollow.member_id).where(is_one_of(TagFollow.tag_id, "tags")).distinct().subquery()
_told_before = (
    select(literal_column("1"))
    .where(Notification.post_id == _post, Notification.member_id == Member.id)
    .correlate(Member)
    .exists()
)
#: By their choice for the thread, or by the network's where they chose nothing and take no part.
_is_muted = or_(
    func.coalesce(Participant.level, "") == "muted",
    and_(
        func.coalesce(NetworkLevel.level, "") == "muted",
        Participant.level_chosen_at.is_(None),
        func.coalesce(Participant.level, "normal") == "normal",
    ),
)
_ROW = {
    "id": bindparam("base", type_=Id) + func.row_number().over(),
    "member_id": Member.id,
    "participant_id": Participant.id,
    "by_participant_id": _by,
    "kind": literal_column(f"'{TAGGED}'", Text()),
    "network_id": _network,
    "thread_id": _thread,
    "post_id": _post,
    "text": bindparam("text", type_=Text()),
    "url": bindparam("url", type_=Text()),
    "created_at": bindparam("moment", type_=UtcDateTime()),
}
_told = (
    select(*_ROW.values())
    .select_from(_followers)
    .join(Member, Member.id == _followers.c.member_id)
    .outerjoin(Participant, and_(Participant.member_id == Member.id, Participant.thread_id == _thread))
    .outerjoin(NetworkLevel, and_(NetworkLevel.member_id == Member.id, NetworkLevel.network_id == _network))
    .where(
        Member.standing == "active",
        Member.id != bindparam("doer", type_=Id),
        Member.id != func.coalesce(_author, 0),
        network_readable(_network, Member.id),
        ~_is_muted,
        ~_told_before,
    )
)
_TELL = Write(insert(table_of(Notification)).from_select(list(_ROW), _told, include_defaults=False))


def tags_followed_by(member_id: int) -> list[dict[str, str]]:
    """For a member's own data: which tags they follow."""
    return [{"network": row.network_slug, "tag": row.slug} for row in followed_by(member_id)]
