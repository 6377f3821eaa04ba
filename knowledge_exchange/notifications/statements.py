"""What telling of a post says to the database, each built once; for all who are told at once."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Text, and_, bindparam, case, func, insert, literal_column, or_, select, union_all

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnySelect, Id, UtcDateTime, table_of
from knowledge_exchange.core.reads import Write
from knowledge_exchange.notifications.models import NetworkLevel, Notification, Participant

_thread = bindparam("of_thread", type_=Id)
_network = bindparam("of_network", type_=Id)
_post = bindparam("of_post", type_=Id)
_author = bindparam("author", type_=Id)
#: The participant who speaks.
_by = bindparam("by", type_=Id)
#: The participant whose post is answered; 0 where it is nobody's.
_answered = bindparam("answered", type_=Id)
_base = bindparam("base", type_=Id)
_at = bindparam("moment", type_=UtcDateTime())
#: Why those who watch are told.
_why = bindparam("why", type_=Text())


def _word(word: str) -> Any:
    """A word of ours, written out: an index of part of a table is used for what is said, not for what is bound."""
    return literal_column(f"'{word}'", Text())


_watching = _word("watching")


def _loud(also_tracking: bool) -> Any:
    """Condition: the place's own level is one of those who are told."""
    return Participant.level.in_((_watching, _word("tracking"))) if also_tracking else Participant.level == _watching


def _quieter(also_tracking: bool) -> Any:
    """Condition: it is none of them, and not muted."""
    normal = _word("normal")
    return Participant.level == normal if also_tracking else Participant.level.in_((normal, _word("tracking")))


_their_network = and_(NetworkLevel.member_id == Participant.member_id, NetworkLevel.network_id == _network)


def _watch_it(also_tracking: bool) -> AnySelect:
    """Places whose own level is watching: chosen, or by having posted, which a network's level doesn't lower.

    ``also_tracking``: or those whose own is tracking.
    """
    why = case((Participant.id == _answered, _word("direct_reply")), else_=_why)
    return select(Participant.id, Participant.member_id, why.label("why")).where(
        Participant.thread_id == _thread, _loud(also_tracking)
    )


def _is_answered(also_tracking: bool) -> AnySelect:
    """The place whose post is answered, if it is quieter but not muted, by its own level or its network's."""
    heard = or_(
        Participant.level == _word("tracking"),
        Participant.level_chosen_at.is_not(None),
        func.coalesce(NetworkLevel.level, _word("normal")) != _word("muted"),
    )
    return (
        select(Participant.id, Participant.member_id, _word("direct_reply"))
        .outerjoin(NetworkLevel, _their_network)
        .where(Participant.id == _answered, _quieter(also_tracking), heard)
    )


def _watch_the_network(also_tracking: bool) -> AnySelect:
    """Those who watch the network, where they chose nothing for the thread; with their place in it, if any."""
    place = and_(Participant.member_id == NetworkLevel.member_id, Participant.thread_id == _thread)
    quieter = and_(_quieter(also_tracking), Participant.level_chosen_at.is_(None))
    return (
        select(Participant.id, NetworkLevel.member_id, _why)
        .select_from(NetworkLevel)
        .outerjoin(Participant, place)
        .where(NetworkLevel.network_id == _network, NetworkLevel.level == _watching)
        .where(or_(Participant.id.is_(None), and_(quieter, Participant.id != _answered)))
    )


def _sealed_places(also_tracking: bool) -> AnySelect:
    """Sealed places that watch the thread, or whose post is answered and that did not mute it; not the one that speaks.

    Whoever they belong to, and whatever became of them: that is asked when somebody is to see the notice.
    """
    why = case((Participant.id == _answered, _word("direct_reply")), else_=_why)
    heard = or_(_loud(also_tracking), and_(Participant.id == _answered, _quieter(also_tracking)))
    return select(Participant.member_id, Participant.id.label("place_id"), why.label("why")).where(
        Participant.thread_id == _thread, Participant.member_id.is_(None), Participant.id != _by, heard
    )


def _members(also_tracking: bool) -> AnySelect:
    """Those who watch thread or network, and whom the post answers, as far as they are to be told by name."""
    told = union_all(*(who(also_tracking) for who in (_watch_it, _is_answered, _watch_the_network))).subquery()
    before: Any = select(literal_column("1")).where(
        Notification.post_id == _post, Notification.member_id == told.c.member_id
    )
    return (
        select(told.c.member_id, told.c.id.label("place_id"), told.c.why)
        .select_from(told)
        .join(Member, Member.id == told.c.member_id)
        .where(Member.id != _author, Member.standing == _word("active"), ~before.exists())
        .where(hooks.call("network_readable", _network, Member.id))
    )


@cache
def tell_all(*, also_tracking: bool) -> Write:
    """Write the notices of a new post: of those who watch thread or network, and of whom it answers.

    Of active members who may read the network at this moment, but its author and those who have a notice of it
    already; and of sealed places. Whom the thread is hidden from has one like everybody, and never sees it: that they
    alone had none would tell where its author works. ``also_tracking``: and who tracks it. Numbered from ``base`` on.
    """
    told = union_all(_members(also_tracking), _sealed_places(also_tracking)).subquery()
    words = case(
        (told.c.why == _word("direct_reply"), bindparam("direct_text", type_=Text())),
        else_=bindparam("watching_text", type_=Text()),
    )
    rows: dict[str, Any] = {
        "id": _base + func.row_number().over(),
        "member_id": told.c.member_id,
        "participant_id": told.c.place_id,
        "by_participant_id": _by,
        "kind": told.c.why,
        "network_id": _network,
        "thread_id": _thread,
        "post_id": _post,
        "text": words,
        "url": bindparam("goal", type_=Text()),
        "created_at": _at,
    }
    found = select(*rows.values()).select_from(told)
    return Write(insert(table_of(Notification)).from_select(list(rows), found, include_defaults=False))
