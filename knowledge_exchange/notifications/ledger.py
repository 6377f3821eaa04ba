"""The ledger: what was decided for a member about a post, by which rule, and on which channels it went.

The rules stand in ``why_rules.py``, the words in ``why_words.py``; here is what they go by. Visibility is asked as
ever: what one may not see has no explanation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import and_, bindparam, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnySelect, Id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.notifications import why_rules
from knowledge_exchange.notifications.kinds import default_of
from knowledge_exchange.notifications.mine import Asked, of_me, read_at
from knowledge_exchange.notifications.models import LevelChange, NoticeChoice, NoticeSettings, Notification
from knowledge_exchange.notifications.payloads import notification_payloads
from knowledge_exchange.notifications.quiet import quiet_until
from knowledge_exchange.notifications.why_rules import Change, Level, Notice, Outcome, PostFacts

_me = bindparam("me", type_=Id)
_HISTORY = Read(
    select(LevelChange.id, LevelChange.network_id, LevelChange.level, LevelChange.chosen)
    .where(
        LevelChange.member_id == _me,
        or_(
            LevelChange.thread_id == bindparam("thread", type_=Id),
            and_(LevelChange.thread_id.is_(None), LevelChange.network_id == bindparam("network", type_=Id)),
        ),
    )
    .order_by(LevelChange.id)
)
_SETTINGS = Read(
    select(
        NoticeSettings.paused_until,
        NoticeSettings.quiet_from,
        NoticeSettings.quiet_to,
        NoticeSettings.digest,
        NoticeChoice.toast,
    )
    .select_from(Member)
    .outerjoin(NoticeSettings, NoticeSettings.member_id == Member.id)
    .outerjoin(NoticeChoice, and_(NoticeChoice.member_id == Member.id, NoticeChoice.kind == bindparam("kind")))
    .where(Member.id == _me)
)


def _notice(sealed: bool) -> AnySelect:
    return select(
        Notification.id,
        Notification.kind,
        Notification.created_at,
        read_at(sealed=sealed).label("read_at"),
        Notification.mail,
        Notification.mail_at,
        Notification.post_id,
    ).where(Notification.id == bindparam("notice", type_=Id), of_me(sealed=sealed))


_NOTICE = Asked(_notice)
#: As the model has it, for who never opened the settings.
_DEFAULT_DIGEST = "weekly"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a notice was to hurry to the member, by their settings of today."""

    toast: bool
    was_quiet: bool  # it came within the hours in which they are not to be disturbed
    #: A pause that ends after it came; when they began it is not kept.
    paused_until: datetime | None
    digest: str  # off, daily, weekly


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of a post: what was decided, how loud the thread was then and is now, and what became of the notice."""

    post: PostFacts
    outcome: Outcome
    then: Level
    now: Level
    by_an_edit: bool
    #: When they left its network, with what they had been told there.
    left_at: datetime | None
    #: With a notice only.
    ways: Ways | None


@dataclass(frozen=True, slots=True)
class NoticeExplanation:
    """Of a notice outside any thread."""

    text: str
    url: str
    notice: Notice
    ways: Ways


def explain(me: Me, post_id: int) -> Explanation | None:
    """Why the member was told of a post, or was not; None where they may not see it. Three statements, or four."""
    post = cast("PostFacts | None", hooks.call("post_in_question", me, post_id))
    if post is None:
        return None
    changes = _changes(me, post)
    then = why_rules.level_at(post, changes, why_rules.decided_with(post))
    return Explanation(
        post=post,
        outcome=why_rules.decide(post, then, changes),
        then=then,
        now=why_rules.level_now(post),
        by_an_edit=post.notice is not None and why_rules.came_by_an_edit(post, post.notice),
        left_at=why_rules.left_at(post, changes),
        ways=_ways(me, post.notice) if post.notice else None,
    )


def explain_notice(me: Me, notice_id: int) -> Explanation | NoticeExplanation | None:
    """Why the member has that notice; None where it isn't theirs, or they may no longer see what it is about."""
    rows = _NOTICE.all(me.id, me.places, notice=notice_id)
    if not rows:
        return None
    row = rows[0]
    if row.post_id is not None:
        return explain(me, row.post_id)
    shown = notification_payloads(me.id, [notice_id]).get(notice_id)
    if shown is None:
        return None
    notice = Notice(row.id, row.kind, row.created_at, row.read_at, row.mail, row.mail_at)
    return NoticeExplanation(shown["text"], shown["url"], notice, _ways(me, notice))


def _changes(me: Me, post: PostFacts) -> Sequence[Change]:
    rows = _HISTORY.all(me=me.id, thread=post.thread_id, network=post.network_id)
    return [Change(row.id, row.network_id is not None, row.level, bool(row.chosen)) for row in rows]


def _ways(me: Me, notice: Notice) -> Ways:
    row = _SETTINGS.first(me=me.id, kind=notice.kind)
    at, paused = notice.created_at, row.paused_until
    hours = _Hours(row.quiet_from, row.quiet_to)
    return Ways(
        toast=default_of(notice.kind).toast if row.toast is None else bool(row.toast),
        was_quiet=quiet_until(hours, me.zone, at) is not None,
        paused_until=paused if paused is not None and paused > at else None,
        digest=row.digest or _DEFAULT_DIGEST,
    )


@dataclass(frozen=True, slots=True)
class _Hours:
    """The hours of peace alone, without the pause."""

    quiet_from: int | None
    quiet_to: int | None
    paused_until: datetime | None = None
