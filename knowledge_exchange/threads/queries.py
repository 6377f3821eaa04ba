"""Named reads of threads. Each is one statement, built once, and sees what its reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, Id, db
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.care_models import NetworkMute, NetworkTag
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.queries import Whom, readable_by
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import NetworkLevel, Participant
from knowledge_exchange.threads.limits import MAX_UNREAD_COUNTED, POSTS_A_PAGE
from knowledge_exchange.threads.models import Post, Thread, Voice

_me = bindparam("me", type_=Id)
_thread = bindparam("thread", type_=Id)
_post = bindparam("post", type_=Id)

_Parent = aliased(Post)
_ParentVoice = aliased(Voice)


def readable(member_id: Whom) -> ColumnElement[bool]:
    """Condition on Thread joined with Network: this (active) member may read it."""
    return and_(
        Thread.deleted_at.is_(None),
        readable_by(member_id),
        thread_open_to(Thread.id, member_id, Thread.is_shielded),
    )


def threads_visible_to(member_id: int) -> Select[int]:
    """The ids of all threads that this active member may read."""
    return select(Thread.id).join(Network, Network.id == Thread.network_id).where(readable(member_id))


#: Threads that ask the same; who may read which is asked where they are shown.
_Copy = aliased(Thread)
#: A member's sealed place in the thread, if they write there under a pseudonym: it stands before the plain one.
_Sealed = aliased(Participant)


def _of_mine(sealed: Any, plain: Any) -> ColumnElement[Any]:
    return case((_Sealed.id.is_not(None), sealed), else_=plain)


#: The voice in which they write there, if they have written.
_MyVoice = aliased(Voice)
_SPOKEN = ("own", "pseudonym")
_last_read = _of_mine(_Sealed.last_read_id, Participant.last_read_id)
#: A thread with its network and the place of a member (``me``, ``place``) in both; who may see it is asked beside.
THREAD = (
    select(
        Thread.id,
        Thread.kind,
        Thread.title,
        Thread.network_id,
        Thread.reply_count,
        Thread.opening_post_id,
        Thread.last_post_id,
        Thread.answer_id,
        Thread.locked_at,
        Thread.is_shielded,
        Thread.pinned_until,
        Thread.archived_at,
        Thread.split_from,
        Thread.duplicate_of,
        exists().where(_Copy.duplicate_of == Thread.id).label("has_duplicates"),
        Thread.acts,
        Thread.summary_id,
        Thread.official_id,
        Thread.official_review_on,
        Thread.official_withdrawn_at,
        Thread.has_outcome,
        Thread.tags,
        Thread.answer_by,
        Thread.answered_at,
        Thread.answer_checked_at,
        Thread.too,
        Thread.version,
        Thread.epoch,
        Network.slug.label("network_slug"),
        Network.name.label("network_name"),
        Network.visibility,
        exists().where(NetworkTag.network_id == Network.id).label("network_has_tags"),
        NetworkMembership.role.label("my_role"),
        NetworkMembership.is_lead.label("i_lead"),
        NetworkMute.until.label("muted_until"),
        func.coalesce(_Sealed.id, Participant.id).label("my_participant_id"),
        _Sealed.id.label("sealed_id"),
        _MyVoice.kind.label("my_voice"),
        _MyVoice.name.label("my_voice_name"),
        _of_mine(_Sealed.level, Participant.level).label("level"),
        _of_mine(_Sealed.level_chosen_at, Participant.level_chosen_at).label("level_chosen_at"),
        NetworkLevel.level.label("network_level"),
        # By reading here, or by marking the whole network read.
        case(
            (NetworkLevel.read_up_to > func.coalesce(_last_read, 0), NetworkLevel.read_up_to),
            else_=_last_read,
        ).label("last_read_id"),
        Voice.participant_id.label("author_participant_id"),
        Voice.name.label("author_name"),
    )
    .join(Network, Network.id == Thread.network_id)
    .join(Voice, Voice.id == Thread.voice_id)
    .outerjoin(
        NetworkMembership,
        and_(NetworkMembership.network_id == Network.id, NetworkMembership.member_id == _me),
    )
    .outerjoin(NetworkMute, and_(NetworkMute.network_id == Network.id, NetworkMute.member_id == _me))
    .outerjoin(Participant, and_(Participant.thread_id == Thread.id, Participant.member_id == _me))
    .outerjoin(_Sealed, and_(_Sealed.id == bindparam("place", type_=Id), _Sealed.thread_id == Thread.id))
    .outerjoin(
        _MyVoice,
        and_(_MyVoice.participant_id == func.coalesce(_Sealed.id, Participant.id), _MyVoice.kind.in_(_SPOKEN)),
    )
    .outerjoin(NetworkLevel, and_(NetworkLevel.network_id == Thread.network_id, NetworkLevel.member_id == _me))
)
_THREAD_BY_ID = Read(THREAD.where(readable(_me), Thread.id == _thread))


def thread_visible_to(me: Me, thread_id: int) -> AnyRow | None:
    """A thread with its network and this member's place in both, or None if it isn't for them."""
    place = me.places.get(thread_id, 0)
    return cast("AnyRow | None", _THREAD_BY_ID.first(me=me.id, thread=thread_id, place=place))


_MERGED = Read(select(Thread.merged_into).where(Thread.id == _thread, Thread.merged_into.is_not(None)))


def merged_into(me: Me, thread_id: int) -> AnyRow | None:
    """Where a thread stands that was merged, perhaps more than once, if this member may read it there."""
    passed: set[int] = set()
    at: int | None = thread_id
    while at is not None and at not in passed:
        passed.add(at)
        merged = _MERGED.first(thread=at)
        if merged is None:
            return thread_visible_to(me, at) if at != thread_id else None
        at = merged.merged_into
    return None


_POSTS = (
    select(
        Post.id,
        Post.thread_id,
        Post.parent_id,
        Post.position,
        Post.depth,
        Post.html,
        Post.created_at,
        Post.edited_at,
        Post.deleted_at,
        Post.moderated_at,
        Post.gone,
        Post.helpful,
        Voice.kind.label("voice_kind"),
        Voice.name,
        Voice.handle,
        Voice.title.label("role"),
        Voice.source,
        Voice.participant_id,
        _ParentVoice.name.label("parent_name"),
        _Parent.depth.label("parent_depth"),
    )
    .join(Voice, Voice.id == Post.voice_id)
    .outerjoin(_Parent, _Parent.id == Post.parent_id)
    .outerjoin(_ParentVoice, _ParentVoice.id == _Parent.voice_id)
)
_IN_THREAD = _POSTS.where(Post.thread_id == _thread)
_PAGE = POSTS_A_PAGE + 1  # one more tells whether there is a next page


def _position_of(post: Any) -> Any:
    return select(Post.position).where(Post.id == post, Post.thread_id == _thread).scalar_subquery()


_TREE_FIRST = _IN_THREAD.order_by(Post.position).limit(_PAGE)
_TREE_AFTER = _TREE_FIRST.where(Post.position > _position_of(_post))
_FLAT_FIRST = _IN_THREAD.order_by(Post.id).limit(_PAGE)
_FLAT_AFTER = _FLAT_FIRST.where(Post.id > _post)
_BY_ID = Read(_POSTS.where(Post.id == _post))
_BY_IDS = _POSTS.where(Post.id.in_(bindparam("posts", expanding=True)))


def page_of_posts(thread_id: int, view: str, after: int | None) -> Sequence[AnyRow]:
    """Up to a page of posts and one more, as a tree is read or by time, after the given post."""
    first, further = (_TREE_FIRST, _TREE_AFTER) if view == "tree" else (_FLAT_FIRST, _FLAT_AFTER)
    if after is None:
        return db.session.execute(first, {"thread": thread_id}).all()
    return db.session.execute(further, {"thread": thread_id, "post": after}).all()


_MANY = _IN_THREAD.order_by(Post.position).limit(bindparam("most"))
_MANY_AFTER = _MANY.where(Post.position > _position_of(_post))


def many_posts(thread_id: int, after: int | None, most: int) -> Sequence[AnyRow]:
    """So many posts of a thread as its tree is read, after the given one: for paper, not for pages."""
    found = {"thread": thread_id, "most": most, "post": after}
    return db.session.execute(_MANY if after is None else _MANY_AFTER, found).all()


def post_by_id(post_id: int) -> AnyRow | None:
    """One post with its voice; whether it may be seen is asked of its thread."""
    return cast("AnyRow | None", _BY_ID.first(post=post_id))


def posts_by_id(post_ids: Sequence[int]) -> dict[int, AnyRow]:
    """Several posts with their voices, by id."""
    rows = db.session.execute(_BY_IDS, {"posts": list(post_ids)}).all()
    return {row.id: row for row in rows}


_BEFORE = {
    "tree": select(func.count())
    .select_from(Post)
    .where(Post.thread_id == _thread, Post.position <= _position_of(_post)),
    "flat": select(func.count()).select_from(Post).where(Post.thread_id == _thread, Post.id <= _post),
}


def posts_up_to(thread_id: int, view: str, post_id: int) -> int:
    """How many posts come up to and with this one, in the view's order."""
    found = {"thread": thread_id, "post": post_id}
    return int(db.session.execute(_BEFORE[view], found).scalar_one())


def post_at(thread_id: int, view: str, place: int) -> int | None:
    """The post that is the so-manieth in the view's order, counted from 1; None where there are not so many.

    The order is read from the index alone.
    """
    order = Post.position if view == "tree" else Post.id
    ids = select(Post.id).where(Post.thread_id == thread_id)
    ranked = ids.add_columns(func.row_number().over(order_by=order).label("n")).subquery()
    return db.session.scalar(select(ranked.c.id).where(ranked.c.n == place))


def page_keys(thread_id: int, view: str, post_id: int) -> tuple[int | None, int | None]:
    """Keys for ``after``: of the page that holds this post, and of the page before that one.

    None stands for the first page. The order is read from the index alone.
    """
    upto = posts_up_to(thread_id, view, post_id)
    page = (max(upto, 1) - 1) // POSTS_A_PAGE
    order = Post.position if view == "tree" else Post.id
    ids = select(Post.id).where(Post.thread_id == thread_id).order_by(order)
    ranked = ids.add_columns(func.row_number().over(order_by=order).label("n")).subquery()
    wanted = [n for n in (page * POSTS_A_PAGE, (page - 1) * POSTS_A_PAGE) if n > 0]
    rows = db.session.execute(select(ranked.c.n, ranked.c.id).where(ranked.c.n.in_(wanted)))
    found = {row.n: row.id for row in rows}
    return found.get(page * POSTS_A_PAGE), found.get((page - 1) * POSTS_A_PAGE)


_UNREAD = Read(
    select(Post.id)
    .join(Voice, Voice.id == Post.voice_id)
    .where(
        Post.thread_id == _thread,
        Post.id > bindparam("read", type_=Id),
        Post.deleted_at.is_(None),
        func.coalesce(Voice.participant_id, 0) != bindparam("participant", type_=Id),
    )
    .order_by(Post.id)
    .limit(MAX_UNREAD_COUNTED)
)


def unread_posts(thread_id: int, last_read_id: int, participant_id: int | None) -> Sequence[int]:
    """Ids of what others wrote since, oldest first, a hundred at most."""
    rows = _UNREAD.all(thread=thread_id, read=last_read_id, participant=participant_id or 0)
    return [row.id for row in rows]


def source_of(post_id: int) -> str:
    """A post's Markdown, for editing and quoting."""
    return str(db.session.scalar(select(Post.body).where(Post.id == post_id)) or "")
