"""Broadcasts between processes; apart, so that one process alone need not load Redis's client.

What is published while Redis is away is lost to the other processes. Their
sockets would stay open and never know, so they are closed when it is back: a
browser then comes again and catches up from its cursor.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import gevent
from redis.exceptions import RedisError
from socketio.redis_manager import RedisManager

from knowledge_exchange.realtime.fanout import FanoutManager
from knowledge_exchange.realtime.live_socket import quiet

ANSWER_SECONDS = 2.0
"""Redis is taken for gone when it says nothing for so long."""
LISTEN_SECONDS = 10.0
RETRY_SECONDS = 1.0
"""After a failure nothing is published for so long: a thousand events must not each wait for it."""
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
        if self._others_missed:
            self._client().publish(self.channel, self.json.dumps({"method": MISSED, "host_id": self.host_id}))
            self._others_missed = False

    def _listen(self) -> Iterator[bytes]:
        """What the others publish, for ever; closes the sockets whenever something may have been missed."""
        listened = False
        for message in self._messages():
            if message["type"] == "subscribe":
                if listened:
                    self._catch_up()
                listened = True
            elif not self._is_confession(message["data"]):
                yield message["data"]

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
                    while True:
                        message = listening.get_message(timeout=LISTEN_SECONDS)
                        if message is not None:
                            yield message
            except (RedisError, OSError) as error:
                quiet.write(logging.WARNING, "live_redis_away", error=error)
                gevent.sleep(RETRY_SECONDS)

    def _subscription(self) -> Any:
        listening = self._client().pubsub()
        listening.subscribe(self.channel)
        return listening

    def _client(self) -> Any:
        if not self.connected:
            self._redis_connect()
        return self.redis

    def _catch_up(self) -> None:
        quiet.write(logging.WARNING, "live_events_missed")
        gevent.spawn(self.server.eio.close_all, 0)
