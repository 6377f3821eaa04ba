"""The ledger: for any post, why a member was told of it or was not. Rules over plain facts; nothing here reads.

What was told stands in the notice. What was not leaves no trace, so it is worked out again: from the post, the
member's standing and networks at that time, and their level as it was then (``level_change``). An explanation
says what concerns the member alone: never who else was told, nor how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge_exchange.core.ids import floor_id, time_of
from knowledge_exchange.notifications.levels import effective

_MILLISECOND = timedelta(milliseconds=1)


class Outcome(StrEnum):
    """What was decided, the first rule that holds. Only :attr:`TOLD` left a notice."""

    TOLD = "told"
    OWN = "own"
    GONE = "gone"  # taken away, and its notices with it
    IMPORTED = "imported"  # from before the exchange: tells nobody
    NOT_ACTIVE = "not_active"  # their membership, at that time
    LEFT = "left"  # they left the network since, and what they had been told went along
    NO_ACCESS = "no_access"  # they came into its closed network later
    MUTED_THREAD = "muted_thread"
    MUTED_NETWORK = "muted_network"
    MISSING = "missing"  # the rules would have told them, and there is no notice
    TOO_LARGE = "too_large"  # it calls a network that is too large for that
    JOINED_LATER = "joined_later"  # it calls a network that they came into later
    NO_HISTORY = "no_history"  # they write in its thread under a pseudonym, of which none is kept
    NOT_ON_RECORD = "not_on_record"  # how loud the thread was to them then
    WATCHED_LATER = "watched_later"
    QUIETER = "quieter"  # it was not said to them, and they did not watch


@dataclass(frozen=True, slots=True)
class Notice:
    """What a member was told, and when; ``mail`` as ``notification.mail``."""

    id: int
    kind: str
    created_at: datetime
    read_at: datetime | None
    mail: str | None
    mail_at: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """A whole network that the post calls, and that both its author and the member belong to."""

    name: str
    is_too_large: bool
    joined_at: datetime  # the member


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post that the member may see, its thread and network, and what it was and is to the member."""

    id: int
    thread_id: int
    title: str
    is_opening: bool
    network_id: int
    network_slug: str
    network_name: str
    is_open: bool  # the network: every active member reads
    written_at: datetime
    edited_at: datetime | None  # last
    first_edited_at: datetime | None
    is_mine: bool
    is_gone: bool
    is_imported: bool
    answers_me: bool
    #: By handle: since when it does; None where it doesn't.
    names_me_since: datetime | None
    call: Call | None
    was_active: bool
    belongs_since: datetime | None
    #: The member's place in the thread, and their choice for the network, as they are now.
    place_id: int | None
    is_sealed: bool  # a pseudonym's place
    level: str | None
    level_chosen_at: datetime | None
    network_level: str | None
    notice: Notice | None
    is_official: bool = False  # an officer's answer for the union


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a level, of the thread or (``of_network``) of its network."""

    id: int
    of_network: bool
    level: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Level:
    """How loud the thread was to the member at some moment, and what made it so."""

    level: str
    is_network: bool = False  # the network's level, which the thread inherits
    chosen: bool = False  # by the member; else by taking part, or never touched
    since: datetime | None = None  # None: always, or not on record
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class _Own:
    """A level of the thread alone, or of the network alone."""

    level: str | None
    chosen: bool = False
    since: datetime | None = None
    is_known: bool = True


def level_at(post: PostFacts, changes: Sequence[Change], upto: int) -> Level:
    """How loud the post's thread was to the member when the id ``upto`` was made."""
    if post.is_sealed:
        return Level(post.level or "normal", is_known=False)
    own = _own_at(post, [change for change in changes if not change.of_network], upto)
    whole = _network_at(post, [change for change in changes if change.of_network], upto)
    level = effective(own.level, whole.level, chosen=own.chosen)
    if own.chosen or level == (own.level or "normal"):
        return Level(level, False, own.chosen, own.since, own.is_known)
    return Level(level, True, True, whole.since, own.is_known)


def level_now(post: PostFacts) -> Level:
    """How loud it is today."""
    chosen = post.level_chosen_at is not None
    if post.is_sealed:
        return Level(post.level or "normal", chosen=chosen)
    level = effective(post.level, post.network_level, chosen=chosen)
    return Level(level, not chosen and level != (post.level or "normal"), chosen)


def _own_at(post: PostFacts, changes: Sequence[Change], upto: int) -> _Own:
    before = [change for change in changes if change.id <= upto]
    if before:
        return _Own(before[-1].level, before[-1].chosen, time_of(before[-1].id))
    # A place is made with its first step; one without any is older than the history.
    if post.place_id is None or changes:
        return _Own(None)
    # Never changed since the history is kept, but by a choice, which says its time.
    if post.level_chosen_at is not None and floor_id(post.level_chosen_at) > upto:
        return _Own(None, is_known=False)
    return _Own(post.level, post.level_chosen_at is not None, post.level_chosen_at)


def _network_at(post: PostFacts, changes: Sequence[Change], upto: int) -> _Own:
    before = [change for change in changes if change.id <= upto]
    if before:
        return _Own(before[-1].level, before[-1].chosen, time_of(before[-1].id))
    return _Own(None if changes else post.network_level)


def decided_with(post: PostFacts) -> int:
    """An id of the moment at which it was decided: when the post was written, or first named the member."""
    if post.names_me_since is None or post.names_me_since <= post.written_at:
        return post.id
    return floor_id(post.names_me_since + _MILLISECOND)


def decide(post: PostFacts, level: Level, changes: Sequence[Change]) -> Outcome:
    """What was decided for the member; ``level`` is the one of that moment."""
    if post.notice is not None:
        return Outcome.TOLD
    if post.is_sealed:
        return _in_sealed_place(post)
    return _before_any_level(post, changes) or _muted(level) or _by_reason(post, level)


def _in_sealed_place(post: PostFacts) -> Outcome:
    """Of a post without a notice, where the member writes under a pseudonym: no step of theirs is kept there."""
    rules = ((post.is_mine, Outcome.OWN), (post.is_gone, Outcome.GONE), (post.is_imported, Outcome.IMPORTED))
    return next((outcome for holds, outcome in rules if holds), Outcome.NO_HISTORY)


def _before_any_level(post: PostFacts, changes: Sequence[Change]) -> Outcome | None:
    """What decides before it matters how loud the thread is."""
    rules = (
        (post.is_mine, Outcome.OWN),
        (post.is_gone, Outcome.GONE),
        (post.is_imported, Outcome.IMPORTED),
        (not post.was_active, Outcome.NOT_ACTIVE),
        (left_at(post, changes) is not None, Outcome.LEFT),
        (not (post.is_open or _belonged(post)), Outcome.NO_ACCESS),
    )
    return next((outcome for holds, outcome in rules if holds), None)


def left_at(post: PostFacts, changes: Sequence[Change]) -> datetime | None:
    """When the member left the network after the post was written, with what they had been told there."""
    leavings = [change.id for change in changes if change.of_network and not change.chosen]
    return next((time_of(id_) for id_ in leavings if id_ > post.id), None)


def _belonged(post: PostFacts) -> bool:
    moment = max(post.written_at, post.names_me_since or post.written_at)
    return post.belongs_since is not None and post.belongs_since <= moment


def _muted(level: Level) -> Outcome | None:
    if level.level != "muted":
        return None
    return Outcome.MUTED_NETWORK if level.is_network else Outcome.MUTED_THREAD


def _by_reason(post: PostFacts, level: Level) -> Outcome:
    """Of a post without a notice, in a thread that was not muted."""
    called = post.call is not None and not post.call.is_too_large and post.call.joined_at <= post.written_at
    if post.answers_me or post.names_me_since is not None or called:
        return Outcome.MISSING
    if not level.is_known:
        return Outcome.NOT_ON_RECORD
    if level.level == "watching" or (post.is_official and level.level == "tracking"):
        return Outcome.MISSING
    if post.call is not None:
        return Outcome.TOO_LARGE if post.call.is_too_large else Outcome.JOINED_LATER
    return Outcome.WATCHED_LATER if level_now(post).level == "watching" else Outcome.QUIETER


def came_by_an_edit(post: PostFacts, notice: Notice) -> bool:
    """Whether the post came to name them, and so to tell them, only when it was changed."""
    first = post.first_edited_at
    return notice.kind in ("mention", "network_mention") and first is not None and notice.created_at >= first
