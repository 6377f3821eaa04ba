"""A small application on the exchange's own server, to try the server alone.

``python -m tests.realtime.support.small_app PORT`` runs it embedded; gunicorn loads ``app`` from here.
It is started as a process: the tests themselves are never patched.
"""

from gevent import monkey

monkey.patch_all()

import hashlib  # noqa: E402
import json  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
import psutil  # noqa: E402
from flask import Flask, request  # noqa: E402
from flask_babel import Babel  # noqa: E402
from flask_socketio import join_room  # noqa: E402
from socketio.exceptions import ConnectionRefusedError as Refused  # noqa: E402

from knowledge_exchange.realtime import limits  # noqa: E402

# Tests of what happens after a minute must not take one: shorter limits, before anything reads them.
for _name, _value in json.loads(os.environ.get("SMALL_LIMITS", "{}")).items():
    assert hasattr(limits, _name), _name
    setattr(limits, _name, _value)

from knowledge_exchange.realtime.server import on_stop, run_embedded  # noqa: E402
from knowledge_exchange.realtime.socketio_server import LiveSocketIO  # noqa: E402
from knowledge_exchange.realtime.workers import prepare_worker  # noqa: E402

MAX_BODY = 100_000
LIVE = "/live"

app = Flask(__name__)
app.config.update(
    MAX_CONTENT_LENGTH=MAX_BODY,
    SECRET_KEY="a secret for tests",
    KE_DEMO=True,
    KE_BASE_URL="https://exchange.example.org",
    KE_TRUSTED_PROXIES=int(os.environ.get("SMALL_PROXIES", "0")),
    KE_REDIS_URL=os.environ.get("SMALL_REDIS_URL"),
)
Babel(app)
live = LiveSocketIO()
live.init_app(app)


@app.get("/")
def index() -> str:
    """A page of the size of a small one."""
    return "<p>Good morning</p>" * 300


@app.get("/large")
def large() -> bytes:
    """A page that no socket takes at once."""
    return b"x" * int(request.args["bytes"])


@app.get("/slow")
def slow() -> str:
    """Takes its time."""
    time.sleep(float(request.args["seconds"]))
    return "at last"


@app.post("/hold")
def hold() -> str:
    """Afterwards a task holds the loop and nobody else gets a turn."""

    def never_yields() -> None:
        while True:
            pass

    gevent.spawn_later(0.1, never_yields)
    return "held"


@app.route("/echo", methods=["POST"])
def echo() -> dict[str, Any]:
    """What arrived, so that a test can tell whether all of it did."""
    data = request.get_data()
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@app.get("/who")
def who() -> dict[str, Any]:
    """What the application believes about the client."""
    return {"address": request.remote_addr, "scheme": request.scheme, "host": request.host}


@app.get("/state")
def state() -> dict[str, Any]:
    """This process's memory in bytes and its live sockets."""
    return {"rss": psutil.Process().memory_info().rss, "sockets": live.open_sockets(), "pid": os.getpid()}


@app.post("/emit/<int:count>/<int:size>")
def emit(count: int, size: int) -> str:
    """``count`` events of ``size`` characters to everybody, each with its number."""
    for number in range(count):
        live.emit("post", {"number": number, "html": "é" * size}, namespace=LIVE, to="all")
    return "sent"


@live.on("connect", namespace=LIVE)
def connect(auth: dict[str, Any] | None = None) -> bool | None:
    """Everybody may, but those who say that they are nobody."""
    if auth and auth.get("boom"):
        raise RuntimeError("the connect handler failed")
    if not live.server.manager.is_hearing():
        raise Refused("away")
    join_room("all")
    return False if auth and auth.get("nobody") else None


@live.on("watch", namespace=LIVE)
def watch(payload: dict[str, Any]) -> dict[str, Any]:
    """Trusts its argument too much, as a careless handler would."""
    return {"ok": True, "thread": str(int(payload["thread"]))}


@live.on("resume", namespace=LIVE)
def resume(_payload: dict[str, Any]) -> dict[str, Any]:
    """Nothing was missed."""
    return {"events": [], "cursor": "1"}


def _note_end() -> None:
    path = os.environ.get("SMALL_STOP_FILE")
    if path:
        Path(path).write_text("ended", encoding="utf-8")


def _tick() -> None:
    while True:
        gevent.get_hub().threadpool.apply(time.monotonic)  # a real thread, as checkpoints use one
        time.sleep(0.05)


if __name__ != "__main__":
    prepare_worker(app, background=[_tick])
else:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    on_stop(app, _note_end)
    run_embedded(app, os.environ.get("SMALL_HOST", "127.0.0.1"), int(sys.argv[1]), background=[_tick])
