"""Ends a test server when the test run is gone, however that run ended (kill -9 included).

``watch.py OWNER SERVER SIGNAL [FOLDER]`` waits until the process OWNER has ended, then sends SIGNAL to the process
SERVER and removes FOLDER; it leaves by itself when the server ends first. Standard library only: it runs as a script.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

POLL_S = 0.5
GRACE_S = 10.0


def start(owner: int, server: int, how: int = signal.SIGTERM, folder: Path | None = None) -> None:
    """Have a process of its own watch over `server` on behalf of `owner`."""
    words = [sys.executable, __file__, str(owner), str(server), str(int(how))]
    subprocess.run(
        [*words, str(folder)] if folder else words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C ends the run; what follows from it for the server is decided here, a moment later.
        start_new_session=True,
        check=True,
    )


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(server: int, how: int) -> None:
    """Send the signal, wait a while, then use force."""
    deadline = time.monotonic() + GRACE_S
    os.kill(server, how)
    while is_alive(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    if is_alive(server):
        os.kill(server, signal.SIGKILL)


def main(owner: int, server: int, how: int, folder: str | None = None) -> None:
    """Step into the background, so that nobody has to wait for this process; watch until either side has ended."""
    if os.fork():
        return
    while is_alive(owner) and is_alive(server):
        time.sleep(POLL_S)
    if is_alive(owner):
        return
    if is_alive(server):
        end(server, how)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5])
