"""Lifting to new keys in a process of its own that is killed in the middle, as by `kill -9`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.servers import run_python

_SCRIPT = """
import os, sys
from knowledge_exchange import create_app
from knowledge_exchange.core import crypto, rekeying

rekeying.BATCH = 3
lifts = 0
lift = rekeying.crypto.lift

def lift_or_die(*words):
    global lifts
    lifts += 1
    if lifts > 5:
        os.kill(os.getpid(), 9)
    return lift(*words)

rekeying.crypto.lift = lift_or_die
with create_app().app_context():
    rekeying.lift_waiting()
"""


def lifting_killed_in_a_batch(settings: Mapping[str, object], folder: Path) -> None:
    """Begin to lift what is registered, three rows at a time, and see it killed in the second batch."""
    done = run_python("-c", _SCRIPT, settings=settings, folder=folder)
    assert done.returncode == -9, done.stderr
