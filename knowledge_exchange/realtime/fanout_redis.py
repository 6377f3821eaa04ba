"""Broadcasts between processes; apart, so that one process alone need not load Redis's client.

What is published while Redis is away is lost to the other processes, and their browsers would sit in front of a
page that stands still and never know. So a process that hears nothing any more closes its sockets and takes no new
ones: browsers then ask by plain requests, and try a socket again from time to time. When it hears again it takes them
again; whoever was still connected is closed once, for they may have missed something. A browser that comes back
catches up from its cursor.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import gevent
from gevent.event import Event
from redis.exceptions import RedisError
from socketio.redis_manager import RedisManager

from knowledge_exchange.realtime.fanout import FanoutManager
from knowledge_exchange.realtime.live_socket import GOING_AWAY, quiet

ANSWER_SECONDS = 2.0
"""Redis is taken for gone when it says nothing for so long."""
LISTEN_SECONDS = 2.0
"""When nothing was said for so long, it is asked whether it is there."""
RETRY_SECONDS = 1.0
"""After a failure nothing is published for so long: a thousand events must not each wait for it."""
DEAF_SECONDS = 3.0
"""Sockets are kept for so long without hearing: it is over by then more often than not."""
SETTLE_SECONDS = 2 * RETRY_SECONDS
"""Sockets are taken again so long after hearing again: by then the others have said what they could not tell."""
MISSED = "missed"
"""What a process publishes, with its own name, when it could not publish something before."""

_CONFESSION = b'{"method": "missed"'


class RedisFanoutManager(RedisManager, FanoutManager):  # type: ignore[misc]
    """The same rooms and frames in each of several processes, which tell each other through Redis."""

    def __init__(self, url: str, channel: str) -> None:
        options = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        super().__init__(url, channel=channel, redis_options=options)
        self._away_until = 0.0
        self._others_missed = False
        self._confessor: gevent.Greenlet[..., None] | None = None
        self._hearing = Event()
        """Set while sockets may be taken."""
        self._deaf: gevent.Greenlet[..., None] | None = None
        """Closes the sockets soon, unless this process hears again."""

    def is_hearing(self) -> bool:
        """Whether this process hears the others; waits a little where it will in a moment."""
        if self._deaf is not None and self._deaf.ready():
            return False  # it has lasted too long already: who comes now isn't kept waiting
        return bool(self._hearing.wait(DEAF_SECONDS))

    def _publish(self, data: Any) -> None:
        """Tell the other processes, or remember that they were not told; never raises, never waits long."""
        if time.monotonic() < self._away_until:
            self._note_missed()
            return
        try:
            self._confess()
            self._client().publish(self.channel, self.json.dumps(data))
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + RETRY_SECONDS
            self._note_missed()
            quiet.write(logging.WARNING, "live_redis_away", error=error)

    def _note_missed(self) -> None:
        """The others were not told of something: tell them as soon as that can be done, event or none."""
        self._others_missed = True
        if self._confessor is None or self._confessor.dead:
            self._confessor = gevent.spawn(self._confess_soon)

    def _confess_soon(self) -> None:
        while self._others_missed:
            gevent.sleep(RETRY_SECONDS)
            with suppress(RedisError, OSError):
                self._confess()

    def _confess(self) -> None:
        """Tell the others that there was something which they were not told."""
        if not self._others_missed:
            return
        # Before, not after: what is missed while this is on its way is told of once more.
        self._others_missed = False
        try:
            self._client().publish(self.channel, self.json.dumps({"method": MISSED, "host_id": self.host_id}))
        except (RedisError, OSError):
            self._others_missed = True
            raise

    def _listen(self) -> Iterator[bytes]:
        """What the others publish, for ever."""
        listened = False
        for message in self._messages():
            if message["type"] == "subscribe":
                self._hears_again(listened)
                listened = True
            elif message["type"] == "message" and not self._is_confession(message["data"]):
                yield message["data"]

    def _hears_again(self, listened: bool) -> None:
        """Take sockets, at the first time at once; those from before may have missed something."""
        if self._deaf is not None:
            self._deaf.kill(block=False)
            self._deaf = None
        if not listened:
            self._hearing.set()
            return
        self._catch_up()
        gevent.spawn_later(SETTLE_SECONDS, self._settled)

    def _settled(self) -> None:
        if self._deaf is None:
            self._hearing.set()

    def _hears_nothing(self) -> None:
        """Take no more sockets; those that are here are closed if it lasts."""
        self._hearing.clear()
        if self._deaf is None:
            self._deaf = gevent.spawn_later(DEAF_SECONDS, self._catch_up)

    def _is_confession(self, data: bytes) -> bool:
        """Whether a process, perhaps this one, says that the others missed something."""
        if not data.startswith(_CONFESSION):
            return False
        if self.json.loads(data).get("host_id") != self.host_id:
            self._catch_up()
        return True

    def _messages(self) -> Iterator[dict[str, Any]]:
        """Everything on the channel, with a ``subscribe`` each time that listening begins (again)."""
        while True:
            try:
                with self._subscription() as listening:
                    yield from self._heard_on(listening)
            except (RedisError, OSError) as error:
                self._hears_nothing()
                quiet.write(logging.WARNING, "live_redis_away", error=error)
                gevent.sleep(RETRY_SECONDS)

    def _heard_on(self, listening: Any) -> Iterator[dict[str, Any]]:
        """What comes, until the line breaks or answers no more: a machine that is gone closes nothing."""
        asked = False
        while True:
            message = listening.get_message(timeout=LISTEN_SECONDS)
            if message is not None:
                asked = False
                yield message
            elif asked:
                raise TimeoutError("Redis says nothing")
            else:
                listening.ping()
                asked = True

    def _subscription(self) -> Any:
        listening = self._client().pubsub()
        listening.subscribe(self.channel)
        return listening

    def _client(self) -> Any:
        if not self.connected:
            self._redis_connect()
        return self.redis

    def _catch_up(self) -> None:
        """Close the sockets that were taken: browsers come again and ask for what they missed, or do without."""
        quiet.write(logging.WARNING, "live_events_missed")
        gevent.spawn(self._close_taken)

    def _close_taken(self) -> None:
        for live in list(self.server.eio.sockets.values()):
            if live.joined:  # who still waits to be taken has been told nothing yet, and will ask
                live.close(code=GOING_AWAY)
