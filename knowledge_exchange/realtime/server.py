"""``serve``: one process with pages, live sockets and background tasks, until a signal.

gevent must have been patched in before anything else was imported; the command
line does that. What can go wrong at the start is said in one line.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence

import gevent
from flask import Flask
from gevent.event import Event

from knowledge_exchange.realtime.ground import NotReady, require_ground, settle
from knowledge_exchange.realtime.http_server import Server
from knowledge_exchange.realtime.limits import (
    RESTART_SECONDS,
    STOP_HOOKS_SECONDS,
    STOP_REQUESTS_SECONDS,
    STOP_SECONDS,
    STOP_SOCKETS_SECONDS,
)
from knowledge_exchange.realtime.listening import listen, most_connections
from knowledge_exchange.realtime.quiet import within
from knowledge_exchange.realtime.wsgi_guard import harden

_HOOKS = "knowledge_exchange.on_stop"
_POLL_SECONDS = 0.02
_KILL_SECONDS = 0.1

log = logging.getLogger("knowledge_exchange.server")


def on_stop(app: Flask, function: Callable[[], None]) -> None:
    """Have ``function`` called when the server ends, after the last request and socket."""
    app.extensions.setdefault(_HOOKS, []).append(function)


def run_embedded(app: Flask, host: str, port: int, background: Sequence[Callable[[], None]] = ()) -> None:
    """Serve ``app`` until SIGTERM or SIGINT, then end in order and return.

    ``background`` functions run beside it for as long; one that fails is logged
    and started again. Exits with 1 and one line where it cannot start.
    """
    try:
        require_ground()
    except NotReady as error:
        sys.exit(str(error))
    harden(app)
    server = Server(listen(host, port), app, most_connections())
    stop = Event()
    _heed_signals(stop)
    settle()
    server.start()
    tasks = [gevent.spawn(keep_running, function) for function in background]
    log.info("server_started port=%s", server.server_port)
    try:
        stop.wait()
    finally:
        _stop(app, server, tasks)


def _heed_signals(stop: Event) -> None:
    """Stop on SIGTERM and SIGINT, and end in time even if a task holds the loop.

    These are Python's handlers, not gevent's: gevent's wait for the loop, and a
    loop that is held is when the system's timer is needed.
    """

    def leave(*_: object) -> None:
        log.error("server_stop_overdue")
        os._exit(1)

    def begin(*_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)
        stop.set()

    signal.signal(signal.SIGALRM, leave)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, begin)


def _stop(app: Flask, server: Server, tasks: list[gevent.Greenlet[..., None]]) -> None:
    """End in order: the door, requests, sockets, tasks, hooks; then whatever is left."""
    started = time.monotonic()
    server.stopping = True
    server.close()
    _wait_until(lambda: server.in_flight == 0, STOP_REQUESTS_SECONDS)
    unfinished = server.in_flight
    close_sockets(app)
    if server.pool is not None:
        server.pool.kill(timeout=_KILL_SECONDS)
    gevent.killall(tasks, timeout=_KILL_SECONDS)
    _run_hooks(app)
    with within(_KILL_SECONDS):
        gevent.get_hub().threadpool.kill()  # its idle threads keep the interpreter from ending for 5 s
    signal.setitimer(signal.ITIMER_REAL, 0)
    log.info("server_stopped seconds=%.1f cut_off=%d", time.monotonic() - started, unfinished)


def close_sockets(app: Flask) -> None:
    """Close every live socket of this process with a clean close."""
    socketio = app.extensions.get("socketio")
    if socketio is not None:
        socketio.server.eio.close_all(STOP_SOCKETS_SECONDS)


def _run_hooks(app: Flask) -> None:
    """What is registered with ``on_stop``; none of them can keep the others from running."""
    hooks: list[Callable[[], None]] = app.extensions.get(_HOOKS, [])
    until = time.monotonic() + STOP_HOOKS_SECONDS
    for hook in hooks:
        try:
            with within(max(0.05, until - time.monotonic())):
                hook()
        except Exception:
            log.exception("stop_hook_failed")


def keep_running(function: Callable[[], None]) -> None:
    """Run a background function; after a failure again, for the mail must go out."""
    while True:
        try:
            function()
            return
        except Exception:
            log.exception("background_task_failed")
            gevent.sleep(RESTART_SECONDS)


def _wait_until(done: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        gevent.sleep(_POLL_SECONDS)
