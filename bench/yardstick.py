"""The yardstick: a Flask view that returns a constant string, on the exchange's own server.

``python -m bench.yardstick PORT LENGTH``; started by ``python -m bench``.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from flask import Flask  # noqa: E402

from knowledge_exchange.realtime.server import run_embedded  # noqa: E402

PORT, LENGTH = int(sys.argv[1]), int(sys.argv[2])
PAGE = "x" * LENGTH
app = Flask(__name__)


@app.get("/")
def page() -> str:
    """As little as a Flask page can be."""
    return PAGE


if __name__ == "__main__":
    run_embedded(app, "127.0.0.1", PORT)
