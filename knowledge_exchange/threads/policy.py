"""Who may do what in a thread. Pure: each takes a row of ``thread_visible_to`` and facts.

To read, every active member who may read the network; to write, those who belong to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.threads.official.official_states import ROLE

#: Kinds that can have an accepted answer.
ANSWERABLE = frozenset({"problem"})
#: Kinds that bear a name: nobody starts one under a pseudonym.
NAMED = frozenset({"announcement"})
OFFICERS = frozenset({"officer", "administrator"})
OFFICER = "officer"


#: What readers say of posts with one touch (``marks.py``).
_TOO = "too"


class PostFacts(Protocol):
    """What the rules need to know of a post."""

    id: int
    parent_id: int | None
    deleted_at: Any


def may_start(me: Me, kind: str, my_role: str | None, muted_until: datetime | None = None) -> bool:
    """Members of a network whose category may, start threads; announcements come from its moderators and officers.

    Not as long as they are muted there.
    """
    if my_role is None or not me.may_start or is_muted(muted_until):
        return False
    return kind != "announcement" or my_role == "moderator" or me.role in OFFICERS


def may_reply(me: Me, thread: AnyRow) -> bool:
    """Members of the network whose category may, while the thread is open."""
    return me.may_reply and _is_open_to(thread)


def _is_open_to(thread: AnyRow) -> bool:
    is_closed = thread.locked_at is not None or thread.archived_at is not None
    return thread.my_role is not None and not is_closed and not is_muted(thread.muted_until)


def is_muted(until: datetime | None) -> bool:
    """Whether somebody whose mute in a network ends (or ended) then may not write there now."""
    return until is not None and until > now()


def barred(me: Me, thread: AnyRow) -> str:
    """What one's category of membership keeps one from here: ``reply``, ``join``; empty where it does not."""
    if not me.may_reply:
        return "reply"
    return "join" if thread.my_role is None and not me.may_join else ""


def is_mine(thread: AnyRow, participant_id: int | None) -> bool:
    """Whether a post in this thread, written in that participant's voice, is the reader's own."""
    return participant_id is not None and participant_id == thread.my_participant_id


def may_edit(thread: AnyRow, participant_id: int | None, post: PostFacts) -> bool:
    """One's own posts, in a thread that is open, in a network that one still belongs to."""
    return _is_open_to(thread) and is_mine(thread, participant_id) and post.deleted_at is None


def may_delete(thread: AnyRow, participant_id: int | None, post: PostFacts) -> bool:
    """One's own posts; a lock does not force anybody to leave their words standing."""
    return is_mine(thread, participant_id) and post.deleted_at is None


def is_official(post: AnyRow) -> bool:
    """Whether a post was written as an official answer: it is changed and withdrawn as such, with its history."""
    return bool(post.voice_kind == ROLE)


def may_answer_officially(me: Me) -> bool:
    """National officers answer for the union, in every thread that they may read; administrators run the machine."""
    return me.is_active and me.role == OFFICER


def may_accept(thread: AnyRow) -> bool:
    """Who asked may accept an answer, and so may the network's moderators.

    Not a moderator who writes there under a pseudonym: it would speak with an office that few hold.
    """
    if thread.kind not in ANSWERABLE or thread.my_role is None:
        return False
    if is_mine(thread, thread.author_participant_id):
        return True
    return bool(thread.my_role == "moderator" and thread.sealed_id is None)


def may_be_answer(post: PostFacts) -> bool:
    """A reply that still stands."""
    return post.parent_id is not None and post.deleted_at is None


def may_be_marked(thread: AnyRow, post: PostFacts, kind: str) -> bool:
    """Whoever may read says of problems that they have them, too, and of all other posts that they help.

    Of posts that stand, and but for one's own (:func:`is_mine`).
    """
    is_problem = thread.kind in ANSWERABLE and post.parent_id is None
    return post.deleted_at is None and (kind == _TOO) == is_problem


def may_tell_outcome(thread: AnyRow) -> bool:
    """Whoever asked, once an answer was accepted; and what they have told they may change in any case."""
    return is_mine(thread, thread.author_participant_id) and (thread.answer_id is not None or thread.has_outcome)


def may_say_whether_it_holds(thread: AnyRow) -> bool:
    """Whoever asked says whether the accepted answer still holds; moderators are asked after them."""
    return is_mine(thread, thread.author_participant_id) and thread.answer_id is not None
