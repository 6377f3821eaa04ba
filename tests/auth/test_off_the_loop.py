"""Hashing under gevent: in real threads, at most two at once, and nobody else waits."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import time
import gevent
from knowledge_exchange.auth import passwords, timing

stored = passwords.hash_password("kettle-harbour")
most = running = 0
real = passwords._verified
def counted(*given):
    global most, running
    running += 1
    most = max(most, running)
    try:
        return real(*given)
    finally:
        running -= 1
passwords._verified = counted

ticks = []
def tick():
    while True:
        ticks.append(time.monotonic())
        time.sleep(0.005)
ticker = gevent.spawn(tick)
jobs = [gevent.spawn(passwords.matches, stored, "kettle-harbour") for _ in range(6)]
began = time.monotonic()
gevent.joinall(jobs)
whole = time.monotonic() - began
ticker.kill()
assert all(job.value for job in jobs)
longest = max(later - earlier for earlier, later in zip(ticks, ticks[1:]))
began = time.monotonic()
gevent.joinall([gevent.spawn(timing.sleep, 0.3) for _ in range(50)])
slept = time.monotonic() - began
print(most, longest < whole / 2, len(ticks) > 10, slept < 3)
"""


def test_hashing_takes_turns_and_the_loop_goes_on() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["2", "True", "True", "True"], done.stderr
