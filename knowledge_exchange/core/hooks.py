"""What a lower room needs of an upper one, by name, without importing it.

``create_app`` fills the hooks. The names in use stand here, with what they take and give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app

#: name: what it does (arguments). A hook that nobody filled is a fault of create_app, not of use.
NAMES = {
    "access_lost": "a member's sessions just ended: sockets close, unsent mail goes (member_id, reason)",
    "network_left": "a member may no longer see a network's threads (member_id, network_id)",
    "thread_room": "where a thread's events go, if this member may see it (me, thread_id) -> room | None",
    "post_payload": "a post as browsers get it (post_id) -> dict | None",
    "thread_payload": "a thread's state as browsers get it (thread_id) -> dict | None",
    "visible_threads": "a SELECT of the ids of the threads that a member may see (me) -> Select",
    "joined_by_region": "the networks that everybody of a region joins (member_id, region)",
}


def provide(app: Flask, name: str, function: Callable[..., Any]) -> None:
    """Fill the hook ``name``; raises ``KeyError`` if it is not in :data:`NAMES`."""
    if name not in NAMES:
        raise KeyError(name)
    app.extensions.setdefault("ke_hooks", {})[name] = function


def call(name: str, *arguments: Any) -> Any:
    """Call the hook ``name``."""
    return current_app.extensions["ke_hooks"][name](*arguments)
