"""What a lower room needs of an upper one, by name, without importing it.

``create_app`` fills the hooks. The names in use stand here, with what they take and give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app

#: name: what it does (arguments). A hook that nobody filled is a fault of create_app, not of use.
NAMES = {
    "voices_erased": "what somebody wrote under their own name names them no more (member_id)",
    "suspended_by_moderation": "whether a sanction suspends them, which is appealed there (member_id) -> bool",
    "access_lost": "a member's sessions just ended: sockets close (member_id, reason)",
    "account_left": "an account was closed: its networks, claims and appeals are over (member_id)",
    "standing_lost": "a member just lost standing: what they held in other rooms ends (member_id)",
    "network_left": "a member may no longer see a closed network's threads (member_id, network_id)",
    "network_removed": "likewise, over a post under a pseudonym: no row says when (member_id, network_id)",
    "removed_lately": "who was removed so lately, and may not see its threads: [(member_id, network_id)] ()",
    "networks_left": "likewise, for many at once: pairs of a member and a network (pairs)",
    "category_words": "a category is meant by these words: whom a roll has so comes to have it (slug, words) -> bool",
    "thread_room": "where a thread's events go, if they may see it (me, thread_id) -> Room | None",
    "shielded_rooms": "rooms of those of these threads of which some may know no more (thread_ids) -> {id: Room}",
    "readers_among": "who of these members may see that thread (thread_id, member_ids) -> [member_id]",
    "shield_extended": "threads are hidden from more than before: their events go elsewhere from now on (thread_ids)",
    "visible_threads": "SELECT of the ids of the threads that a member may see (me.id) -> Select",
    "post_payloads": "posts as browsers get them (post_ids) -> {id: dict}",
    "thread_payloads": "states of threads as browsers get them (thread_ids) -> {id: dict}",
    "notification_payloads": "what is still visible (member_id, ids) -> {id: dict}",
    "notices_between": "of those ids, in order: [(id, member_id)] (after, upto and with, members, most)",
    "sealed_notices": "those of sealed places: [(id, owner)] (after, upto and with, me or None: everybody's)",
    "unread_with": "unread entries of a member with these sealed places (member_id, places) -> int",
    "unread_counts": "unread entries after collapsing (member_ids) -> {member_id: int}",
    "unread_of": "scalar subquery: unread entries after collapsing (member column)",
    "network_readable": "condition: may that member read that network (network column, member column)",
    "thread_open_to": "condition: is that thread not hidden from that member (thread column, member column)",
    "thread_told_to": "condition: the same, an author under a pseudonym counted as their colleagues (likewise)",
    "network_known": "condition: may that member know of that network (network column, member column)",
    "moderates_some": "condition: does that member moderate a network (member column)",
    "answer_marked": "a moderator marked an answer, or took the mark away (me, thread as it was, post_id, is_marked)",
    "post_held": "a post waits for a moderator's approval: open a case (held_id, network_id, thread_id or None)",
    "held_taken_back": "a held post is its author's again: nothing is left to decide about it (held_id)",
    "queue_waiting": "how much waits for a moderator's or officer's decision (me) -> int",
    "official_words": "of official answers that hold no longer, how they stand that day (post_ids, day) -> {id: str}",
    "post_in_question": "what a post was and is to a member, for the ledger (me, post_id) -> PostFacts | None",
    "mark_read": "a member has read a thread up to a post (me, thread_id, post_id) -> None",
    "write_mail": "what a message says, as it is sent (message_id) -> Letter | None; may raise letter.Later",
    "mail_settled": "in the unit of work that notes it: what became of it (message_id, outcome, at) -> None",
    "holder_of_number": "whose entry a number on a roll is: an active or former member (source, number) -> id | None",
    "admit_by_number": "make a pending account a member by a number that is vouched for (id, source, number) -> bool",
    "above_page": "what asks something of an active member above every page, as safe HTML: mostly nothing (me) -> str",
    "posts_for_mail": "those that stand, as mail quotes them (post_ids, with_text) -> {id: QuotedPost}",
}


def provide(app: Flask, name: str, function: Callable[..., Any]) -> None:
    """Fill the hook ``name``; raises ``KeyError`` if it is not in :data:`NAMES`."""
    if name not in NAMES:
        raise KeyError(name)
    app.extensions.setdefault("ke_hooks", {})[name] = function


def call(name: str, *arguments: Any) -> Any:
    """Call the hook ``name``."""
    return current_app.extensions["ke_hooks"][name](*arguments)
