"""The exchange's server and live sockets with nothing else on them: what the room itself costs.

``python -m bench.fanout_app PORT``; started by ``bench.fanout``.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from flask import Flask, request  # noqa: E402
from flask_babel import Babel  # noqa: E402
from flask_socketio import join_room  # noqa: E402

from knowledge_exchange.realtime.server import run_embedded  # noqa: E402
from knowledge_exchange.realtime.socketio_server import LiveSocketIO  # noqa: E402

LIVE = "/live"
app = Flask(__name__)
app.config.update(KE_DEMO=True, KE_BASE_URL="http://127.0.0.1", SECRET_KEY="bench")
Babel(app)
live = LiveSocketIO()
live.init_app(app)


@live.on("connect", namespace=LIVE)
def connect() -> None:
    """Into the room of one thread and into one's own."""
    join_room("thread:1:1")
    join_room(f"member:{request.sid}")  # type: ignore[attr-defined]


@app.post("/emit/<int:size>")
def emit(size: int) -> str:
    """One ``post`` of about ``size`` bytes to everybody who follows the thread."""
    payload = {"cursor": "1", "event": "1", "thread": "1", "post": "2", "parent": None, "html": "x" * size}
    live.emit("post", payload, namespace=LIVE, to="thread:1:1")
    return ""


@app.get("/")
def page() -> str:
    """The yardstick of FIGURES: a constant string."""
    return "<p>Good morning</p>" * 2000


if __name__ == "__main__":
    run_embedded(app, "127.0.0.1", int(sys.argv[1]))
