"""Live sockets come in a few at a time, each served until it has caught up, and nobody waits at the door for long.

After a restart or a broken line thousands come back within seconds, and each costs as much as two pages. If all were
let in at once, all would be served a little and none to the end: pages would stand behind them, browsers would give
up and begin again, and the work done for them would be lost. Who would wait too long is sent away instead, and
comes back by itself.
"""

from __future__ import annotations

from collections import deque

import gevent
from gevent.event import AsyncResult

from knowledge_exchange.realtime.limits import SOCKET_TURN_SECONDS, SOCKETS_AT_MOST, SOCKETS_AT_ONCE

_LOOK_S = 0.02


class Place:
    """Somebody who is being served. :meth:`leave` may be called again."""

    __slots__ = ("_doorway",)

    def __init__(self, doorway: Doorway) -> None:
        self._doorway: Doorway | None = doorway

    def leave(self) -> None:
        """They are served, or gone."""
        doorway, self._doorway = self._doorway, None
        if doorway is not None:
            doorway.make_room()


class Doorway:
    """The line before one process's live sockets."""

    def __init__(self) -> None:
        self._inside = 0
        self._line: deque[AsyncResult[Place]] = deque()
        self._porter: gevent.Greenlet[[], None] | None = None

    def enter(self) -> Place | None:
        """Wait for a place; None where there is none within ``SOCKET_TURN_SECONDS``."""
        if self._inside < SOCKETS_AT_ONCE:
            return self._place()
        turn: AsyncResult[Place] = AsyncResult()
        self._line.append(turn)
        if self._porter is None or self._porter.dead:
            self._porter = gevent.spawn(self._fill)
        try:
            turn.wait(SOCKET_TURN_SECONDS)
        except BaseException:  # ended while it waited
            if (place := turn.value) is not None:
                place.leave()
            raise
        finally:
            if not turn.ready():
                self._line.remove(turn)
        return turn.value

    def make_room(self) -> None:
        """Somebody left: who has waited longest takes the place."""
        self._inside -= 1
        if self._line and self._inside < SOCKETS_AT_ONCE:
            self._line.popleft().set(self._place())

    def _place(self) -> Place:
        self._inside += 1
        return Place(self)

    def _fill(self) -> None:
        """Let in some more while nobody has anything to do: those inside then wait for their own slow lines."""
        while self._line:
            gevent.idle()
            if self._line and self._inside < SOCKETS_AT_MOST:
                self._line.popleft().set(self._place())
            else:
                gevent.sleep(_LOOK_S)
