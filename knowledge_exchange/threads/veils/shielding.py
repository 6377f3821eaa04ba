"""From whom an author hides a thread: as they choose it with the post, and from further people later.

Handles are taken as they are typed, whether or not anybody has them: to tell would be to answer who is a member.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select, update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.policy import handle_key, has_handle_form
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks import shield
from knowledge_exchange.networks.shield import MOST_NAMED, Hidden
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.realtime import shielded_rooms
from knowledge_exchange.threads.finding.indexing import index_thread
from knowledge_exchange.threads.forms import Errors
from knowledge_exchange.threads.models import Thread, Voice
from knowledge_exchange.threads.policy import is_mine
from knowledge_exchange.threads.veils.speaking import OWN

#: The field of a form.
FIELD = "hide_from"
#: Ids of one statement.
_CHUNK = 500
_BETWEEN = re.compile(r"[\s,;]+")


def handles_in(typed: str) -> list[str]:
    """The handles that were typed, each once, as they are stored; with or without ``@``."""
    return list(dict.fromkeys(filter(None, map(handle_key, _BETWEEN.split(typed)))))


def check_handles(typed: str) -> Errors:
    """What is wrong with a list of handles, by the look of it alone."""
    handles = handles_in(typed)
    if len(handles) > MOST_NAMED:
        return {FIELD: ngettext("Name at most %(num)s person.", "Name at most %(num)s people.", MOST_NAMED)}
    if not all(map(has_handle_form, handles)):
        return {FIELD: _("A handle has letters, digits and single hyphens. Put spaces or commas between several.")}
    return {}


def hidden_for(me: Me, shield: bool, handles: str) -> Hidden | None:
    """From whom a new thread of this author is to be hidden; None: from nobody.

    ``shield``: from everybody at their organisation, if it is known. ``handles``: from whoever has one of these, too.
    What was typed has passed :func:`check_handles`.
    """
    named = handles_in(handles)
    organisations = organisation_of(me) if shield else frozenset()
    if not organisations and not named:
        return None
    return Hidden(me.id, organisations, members_named(named))


def organisation_of(me: Me) -> frozenset[str]:
    """The author's organisation, if it is known."""
    return frozenset({me.organisation_code} if me.organisation_code else ())


def members_named(handles: Collection[str]) -> frozenset[int]:
    """Whoever has one of these handles, or had it when they wrote something: that is what pages show of them.

    One statement, whether there is anybody or not.
    """
    now = select(Member.id).where(Member.handle.in_(handles))
    then = (
        select(Participant.member_id)
        .join(Voice, Voice.participant_id == Participant.id)
        .where(Voice.kind == OWN, Voice.handle.in_(handles), Participant.member_id.is_not(None))
    )
    return frozenset(db.session.scalars(now.union(then)))


def is_authors(thread: AnyRow) -> bool:
    """Whether the reader of a thread (as ``queries.thread_visible_to`` gives it) is its author."""
    return is_mine(thread, thread.author_participant_id)


def extend_shield(me: Me, thread: AnyRow, organisations: Collection[str] = (), members: Collection[int] = ()) -> None:
    """Hide a thread of one's own from more; who has it open is out of its room at once, and in the new one otherwise.

    In a unit of work that has the thread's turn (``locking.locked_thread``). Nothing that is written names anybody.
    """
    if shield.hidden_from(thread.id) is None:
        named = thread.sealed_id is None
        shield.raise_shield(thread.id, Hidden(me.id, frozenset(organisations), frozenset(members), named))
    else:
        shield.extend(thread.id, organisations, members)
    db.session.execute(update(Thread).where(Thread.id == thread.id).values(is_shielded=True))
    index_thread(thread.id)
    shield_extended([thread.id])


def shield_extended(thread_ids: Sequence[int]) -> None:
    """Threads are hidden from more than before: their events go to other rooms, whoever may is moved there (hook)."""
    for begin in range(0, len(thread_ids), _CHUNK):
        some = Thread.id.in_(thread_ids[begin : begin + _CHUNK])
        # In order, so that no two who do it at once wait for each other.
        db.session.execute(select(Thread.id).where(some).order_by(Thread.id).with_for_update(key_share=True)).all()
        db.session.execute(update(Thread).where(some).values(epoch=Thread.epoch + 1))
    if thread_ids:
        shielded_rooms.look_again()
