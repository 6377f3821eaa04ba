"""In which voice somebody speaks in a thread: chosen with their first post there, and kept.

What is told of a post names its speaker by what stands here and by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_exchange.auth import sealed_list
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, insert_or_ignore
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications.sealed import new_sealed_place
from knowledge_exchange.threads import statements
from knowledge_exchange.threads.models import Voice
from knowledge_exchange.threads.official.official_states import ROLE
from knowledge_exchange.threads.veils.pseudonyms import new_name

OWN, PSEUDONYM = "own", "pseudonym"
#: In place of a member where a pseudonym speaks: nobody has that id.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: the voice, the place that it hangs on, and the member, if it says who that is."""

    voice_id: int
    place_id: int
    name: str
    #: Who is not told of what they do themselves; of a pseudonym :data:`NOBODY`, for their place alone is left out.
    member_id: int
    #: What they had read when they began to speak.
    last_read_id: int = 0


def chosen_voice(me: Me, thread_id: int) -> str | None:
    """The voice in which a member writes in a thread already; None where they have not written yet."""
    # Read afresh: in another window they may just have made a place.
    if thread_id in sealed_list.places_of(me.id):
        return PSEUDONYM
    place = notices.place_of(me.id, thread_id)
    return OWN if place is not None and statements.VOICE.first(participant=place.id) is not None else None


def speak(me: Me, thread_id: int, voice: str) -> Speaker:
    """The member's place and voice in a thread; made with their first post, as they chose then."""
    sealed = sealed_list.places_of(me.id).get(thread_id)
    if sealed is not None or (voice == PSEUDONYM and chosen_voice(me, thread_id) is None):
        return _under_pseudonym(sealed or new_sealed_place(me.id, thread_id))
    place = notices.participate(me.id, thread_id, "watching")
    return Speaker(_own_voice(place.id, me), place.id, me.name, me.id, place.last_read_id)


def _under_pseudonym(place_id: int) -> Speaker:
    found = statements.VOICE.first(participant=place_id)
    # Another may take the name at the same moment: the row is passed over then, and the next name is tried.
    while found is None:
        facts = {"name": new_name(), "handle": None, "title": "", "source": ""}
        insert_or_ignore(Voice, {"id": new_id(), "participant_id": place_id, "kind": PSEUDONYM, **facts})
        found = statements.VOICE.first(participant=place_id)
    return Speaker(found.id, place_id, found.name, NOBODY, notices.last_read_at(place_id))


def _own_voice(participant_id: int, me: Me) -> int:
    """The voice of somebody's own name in a thread, made at their first post there."""
    found = statements.VOICE.first(participant=participant_id)
    if found is not None:
        return int(found.id)
    facts = {"name": me.name, "handle": me.handle, "title": me.title, "source": ""}
    insert_or_ignore(Voice, {"id": new_id(), "participant_id": participant_id, "kind": OWN, **facts})
    return int(statements.VOICE.all(participant=participant_id)[0].id)


def speak_for_office(me: Me, thread_id: int, office: str) -> Speaker:
    """The member's place in a thread, and the voice there that bears their office besides their name.

    Their own voice is settled with it: whoever has spoken for the union there does not go on under a pseudonym.
    """
    place = notices.participate(me.id, thread_id, "watching")
    _own_voice(place.id, me)
    facts = {"name": me.name, "handle": me.handle, "title": office, "source": ""}
    insert_or_ignore(Voice, {"id": new_id(), "participant_id": place.id, "kind": ROLE, **facts})
    voice_id = int(statements.VOICE_OF_OFFICE.all(participant=place.id)[0].id)
    return Speaker(voice_id, place.id, me.name, me.id, place.last_read_id)


def speaking(me: Me, thread: AnyRow) -> Speaker:
    """Who acts in a thread (as ``queries.thread_visible_to`` gives it) without writing a post of their own."""
    if thread.sealed_id is None:
        return Speaker(0, thread.my_participant_id or 0, me.name, me.id)
    found = statements.VOICE.all(participant=thread.sealed_id)[0]
    return Speaker(found.id, thread.sealed_id, found.name, NOBODY)
