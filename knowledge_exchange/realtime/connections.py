"""Who is connected to this process, and which threads they follow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from flask import Flask, current_app

#: Sockets that one member may have in this process: tabs, a phone, a tablet.
MAX_SOCKETS = 20
#: Threads that one socket may follow at once: a page follows one, a curious client some.
MAX_WATCHED = 50


class Room(NamedTuple):
    """A thread's room; its name changes with the thread's epoch."""

    name: str
    network_id: int


@dataclass
class Connection:
    """One socket."""

    sid: str
    member_id: int
    sign_in_id: int
    watched: dict[int, Room] = field(default_factory=dict)


class Connections:
    """All sockets of this process, by socket and by member."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Connection] = {}
        self._by_member: dict[int, set[str]] = defaultdict(set)

    def add(self, connection: Connection) -> None:
        """A socket was let in."""
        self._by_sid[connection.sid] = connection
        self._by_member[connection.member_id].add(connection.sid)

    def remove(self, sid: str) -> None:
        """A socket is gone."""
        connection = self._by_sid.pop(sid, None)
        if connection is None:
            return
        sids = self._by_member[connection.member_id]
        sids.discard(sid)
        if not sids:
            del self._by_member[connection.member_id]

    def get(self, sid: str) -> Connection | None:
        """The connection behind a socket."""
        return self._by_sid.get(sid)

    def of_member(self, member_id: int) -> list[Connection]:
        """A member's sockets here."""
        return [self._by_sid[sid] for sid in self._by_member.get(member_id, ())]

    def all(self) -> list[Connection]:
        """Every socket here."""
        return list(self._by_sid.values())

    def members(self) -> list[int]:
        """Everybody who has a socket here."""
        return list(self._by_member)

    def has_member(self, member_id: int) -> bool:
        """Whether a member has a socket here."""
        return member_id in self._by_member


def init_app(app: Flask) -> None:
    """Start with nobody connected."""
    app.extensions["ke_connections"] = Connections()


def connections() -> Connections:
    """This process's sockets."""
    found: Connections = current_app.extensions["ke_connections"]
    return found
