"""Under gevent a text that hangs stops nobody: the waiting is cooperative."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.core.markup_pathology import pathological

ROOT = Path(__file__).resolve().parents[2]
HUNG = pathological(31_000)["brackets in brackets"]

GEVENT = """
    from gevent import monkey
    monkey.patch_all()
    import json, os, sys, time
    import gevent
    from gevent.pywsgi import WSGIServer
    from knowledge_exchange.core.markup import pool, render

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        if environ["PATH_INFO"] == "/healthz":
            return [b"ok"]
        return [render(sys.argv[1] if environ["PATH_INFO"] == "/hung" else "> - *a*\\n" * 300).encode()]

    server = WSGIServer(("127.0.0.1", 0), application, log=None)
    server.start()
    print(server.server_port, flush=True)
    gevent.get_hub().threadpool.apply(sys.stdin.readline)
    pool.close()
    try:
        os.waitpid(-1, os.WNOHANG)
        print("left behind")
    except ChildProcessError:
        print("nothing left")
"""


@pytest.mark.server
def test_a_gevent_server_answers_everybody_while_texts_hang() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(GEVENT), HUNG],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    base = f"http://127.0.0.1:{int(server.stdout.readline())}"
    bodies: dict[str, str] = {}

    def fetch(name: str, path: str) -> None:
        with urllib.request.urlopen(f"{base}/{path}", timeout=60) as response:
            bodies[name] = response.read().decode()

    def slowest_health(while_true: Callable[[], bool]) -> float:
        slowest = 0.0
        while while_true():
            started = time.monotonic()
            fetch("health", "healthz")
            slowest = max(slowest, time.monotonic() - started)
            time.sleep(0.05)
        return slowest

    quiet_until = time.monotonic() + 1.5
    quiet = slowest_health(lambda: time.monotonic() < quiet_until)
    members = [threading.Thread(target=fetch, args=(f"hung {n}", "hung")) for n in range(3)]
    members.append(threading.Thread(target=fetch, args=("long", "long")))
    for member in members:
        member.start()
    slowest = slowest_health(lambda: any(member.is_alive() for member in members))
    rest, _ = server.communicate("\n", timeout=30)
    # What the machine itself makes everybody wait, when it has too much to do, is not ours.
    assert slowest < max(0.3, 3 * quiet)
    assert bodies["long"].startswith("<blockquote>")
    assert all(bodies[f"hung {n}"].startswith("<p>first</p>") for n in range(3))
    assert rest.split("\n")[-2] == "nothing left"
