"""The same live sockets under ``gunicorn -k gevent``: what its worker lacks."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from typing import Any

import gevent
from flask import Flask

from knowledge_exchange.realtime.ground import require_ground, settle
from knowledge_exchange.realtime.server import close_sockets, keep_running
from knowledge_exchange.realtime.wsgi_guard import harden


def prepare_worker(app: Flask, background: Sequence[Callable[[], None]] = ()) -> None:
    """Do in a worker what ``run_embedded`` does in a process of its own.

    Raises ``NotReady`` where the process cannot serve. ``background`` runs beside
    the pages, in every worker, for as long as it lives.
    """
    require_ground()
    harden(app)
    settle()
    close_sockets_on_stop(app)
    for function in background:
        gevent.spawn(keep_running, function)


def close_sockets_on_stop(app: Flask) -> None:
    """Close the live sockets when the worker is told to stop.

    gunicorn waits for every connection up to --graceful-timeout, and a live
    socket never ends by itself: a restart took 30 seconds. gunicorn has set its
    own handler before it loads the application, and ours calls it first.
    """
    previous = signal.getsignal(signal.SIGTERM)
    if not callable(previous):
        return  # not in a worker

    def stop(number: int, frame: Any) -> None:
        previous(number, frame)
        gevent.spawn(close_sockets, app)

    signal.signal(signal.SIGTERM, stop)
