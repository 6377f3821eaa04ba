"""What stands for each part of an address when every address is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.worlds import ELSEWHERE, HERE, World

#: Parts of which nobody has one here: what is asked for isn't there.
OF_NOBODY = (
    *("appeal_id", "claim_id", "import_id", "invitation_id", "number", "passkey_id", "request_id", "run_id"),
    *("sign_in_id", "notification_id", "voice_id", "participant_id", "waiting_id", "unsealing_id"),
    *("sanction_id", "act_id", "file_id", "held_id"),
)
#: Parts of addresses that name no thread: something that is there, or nothing that anybody could have.
PARTS: Mapping[str, list[object]] = {
    "slug": ["north-west", "national"],
    "code": [HERE, ELSEWHERE],
    "source": ["unison"],
    "kind": ["new"],
    "collection": ["start-here"],
    "word": ["suspend"],
    "action": ["lock", "hide"],
    "width": [480],
    "token": ["no-such-token"],
    **{name: ["4"] for name in OF_NOBODY},
}


def parts(world: World, **others: list[object]) -> dict[str, list[object]]:
    """What stands for each part of an address, of an ordinary thread unless others are given."""
    some = world.ordinary[0]
    people = [world.author, world.peer]
    return {
        **PARTS,
        "handle": [world.handle(one) for one in people],
        "member_id": [one.id for one in people],
        "thread_id": [some],
        "post_id": [world.opening(some)],
        **others,
    }
