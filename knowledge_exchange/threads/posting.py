"""What somebody has written, as it is posted: at once by its form, or later by the job that lets it wait.

Both go through :func:`post`, which asks everything of the moment in which it is posted.
"""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_exchange.auth.me import Me
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.networks.shield import Hidden
from knowledge_exchange.threads import actions, policy, queries
from knowledge_exchange.threads.composing import asking
from knowledge_exchange.threads.locking import locked_thread
from knowledge_exchange.threads.veils.speaking import OWN, PSEUDONYM, chosen_voice


@dataclass(frozen=True, slots=True)
class Draft:
    """A new thread (with the ``slug`` of its network) or a reply (with its thread and the post that it answers)."""

    body: str
    #: None: as they write there already, else under their own name.
    voice: str | None = None
    slug: str = ""
    kind: str = ""
    title: str = ""
    hidden: Hidden | None = None
    #: The handles of further people, as they were typed.
    hide_from: str = ""
    thread_id: int = 0
    parent_id: int = 0
    #: Of a problem: the day by which an answer is needed, as ``YYYY-MM-DD``.
    answer_by: str = ""

    @property
    def is_shielded(self) -> bool:
        """Whether it is to be hidden from the author's organisation."""
        return self.hidden is not None and bool(self.hidden.organisations)


class Refused(Exception):
    """It can't be posted. ``reason``: ``network``, ``rights``, ``name``, ``thread``, ``closed`` or ``voice``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def post(me: Me, draft: Draft, text: actions.Text) -> int:
    """Post it, in a unit of work of the caller; returns the post's id. Raises :class:`Refused`, or 404."""
    return _start(me, draft, text) if draft.slug else _reply(me, draft, text)


def _start(me: Me, draft: Draft, text: actions.Text) -> int:
    network = network_for(me, draft.slug)
    if network is None or not network.may_read:
        raise Refused("network")
    if not policy.may_start(me, draft.kind, network.my_role, network.muted_until):
        raise Refused("rights")
    if draft.kind in policy.NAMED and draft.voice == PSEUDONYM:
        raise Refused("name")
    voice = draft.voice or OWN
    thread_id, post_id = actions.start_thread(me, network.id, draft.kind, draft.title, text, voice, draft.hidden)
    day = asking.day_of(draft.answer_by)
    if day is not None:
        asking.set_answer_by(thread_id, day)
    return post_id


def _reply(me: Me, draft: Draft, text: actions.Text) -> int:
    thread = locked_thread(me, draft.thread_id)
    parent = queries.post_by_id(draft.parent_id)
    if parent is None or parent.thread_id != thread.id:
        raise Refused("thread")
    if not policy.may_reply(me, thread):
        raise Refused("closed")
    # Asked under the thread's lock: in another window they may just have written here otherwise.
    if draft.voice is not None and chosen_voice(me, thread.id) not in (None, draft.voice):
        raise Refused("voice")
    return actions.reply(me, thread, parent, text, draft.voice or OWN)
