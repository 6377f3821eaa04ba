"""The exchange as ``deploy/`` runs it: PostgreSQL, Valkey, gunicorn's workers, the jobs, and nginx in front."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from tests.deploy.support import files
from tests.deploy.support.browsing import Browser
from tests.deploy.support.certificate import write_certificate
from tests.deploy.support.stand_in import StandIn
from tests.realtime.support.listening import Listener
from tests.support import processes
from tests.support.processes import end
from tests.support.servers import environment
from tests.support.shared import free_port
from tests.support.valkey import RedisServer

WORKERS = 2
COMMAND_S = 120.0
MOST_SOCKETS = 60
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass
class Site:
    """One running exchange and everything around it."""

    folder: Path
    runtime: Path
    redis: RedisServer
    tls_port: int
    plain_port: int
    ca_file: Path
    metrics_token: str = field(default_factory=lambda: secrets.token_hex(32))
    pages: subprocess.Popen[bytes] | None = None
    browsers: list[Browser] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The data folder, which is also where everything is started."""
        return self.folder / "data"

    @property
    def origin(self) -> str:
        """What members type."""
        return f"https://localhost:{self.tls_port}"

    @property
    def places(self) -> dict[str, str]:
        """Where things are here."""
        return files.places(self.data, self.runtime, WORKERS)

    def log(self, name: str) -> str:
        """What one of the processes has written, or nginx in its logs."""
        return processes.text_of(self.folder / name)

    def write_settings(self, database_url: str) -> None:
        """The example, with what an operator fills in."""
        filled_in = {
            "KE_BASE_URL": self.origin,
            "KE_DATABASE_URL": database_url,
            "KE_REDIS_URL": self.redis.url,
            "KE_SECRET_KEY": secrets.token_hex(32),
            "KE_SMTP_URL": "",  # messages as files
            "KE_METRICS_TOKEN": self.metrics_token,
        }
        text = files.moved(files.ENVIRONMENT.read_text("utf-8"), self.places)
        (self.data / ".env").write_text(files.with_settings(text, filled_in), encoding="utf-8")

    def run(self, *words: str) -> str:
        """Run the operator's command; returns what it printed."""
        return self._done([f"{self.places['/opt/knowledge-exchange/bin']}/knowledge-exchange", *words])

    def migrate(self) -> None:
        """What the unit does before it starts."""
        self._done(files.command(files.PAGES, "ExecStartPre", self.places))

    def _done(self, words: Sequence[str]) -> str:
        done = subprocess.run(
            words,
            cwd=self.data,
            env=environment({}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, words: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a process that is ended with the test run at the latest."""
        return processes.launch(words, self.folder / f"{name}.log", folder=self.data, environment=environment({}))

    def start_pages(self) -> None:
        """Start gunicorn and wait until a page comes through the front."""
        self.pages = self.start("pages", files.command(files.PAGES, "ExecStart", self.places))
        processes.wait_until_up(self.pages, self._is_up, self.folder / "pages.log")

    def _is_up(self) -> bool:
        try:
            return self.browsers[0].get("/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop_pages(self) -> int:
        """Tell gunicorn to end, as systemd does; returns its exit status."""
        assert self.pages is not None
        return end(self.pages)

    def visitor(self, email: str = "") -> Browser:
        """A new browser."""
        self.browsers.append(Browser(self.origin, self.ca_file, email))
        return self.browsers[-1]

    def close_browsers(self) -> None:
        """Close the connections that they keep."""
        for browser in self.browsers:
            browser.close()

    def member(self, name: str) -> Browser:
        """Somebody whom the operator makes a member, in National, and who signs in."""
        browser = self.visitor(f"{name.lower()}.{secrets.token_hex(4)}@people.example")
        said = self.run("member", "create", "--email", browser.email, "--name", name, "--network", "national")
        link = re.search(rf"{self.origin}(/reset/\S+)", said)
        assert link is not None, said
        browser.choose_password(link.group(1), f"h{secrets.token_hex(6)}")
        browser.sign_in()
        return browser

    def sockets(self) -> dict[int, int]:
        """How many live sockets each worker holds, by its process id."""
        assert self.pages is not None
        workers = psutil.Process(self.pages.pid).children()
        return {worker.pid: _connections(worker, self.runtime / "exchange.sock") for worker in workers}

    def listen_everywhere(self, who: Browser, closing: ExitStack) -> list[Listener]:
        """So many sockets of one member that each worker holds one of them."""
        before, found = self.sockets(), list[Listener]()
        assert len(before) == WORKERS
        while not _all_more(before, self.sockets()):
            assert len(found) < MOST_SOCKETS, f"one worker took all: {self.sockets()}"
            found.append(Listener(self.origin, who.cookie, ca_file=self.ca_file))
            closing.callback(found[-1].close)
        return found


def _all_more(before: dict[int, int], now: dict[int, int]) -> bool:
    return all(now[pid] > count for pid, count in before.items())


def _connections(worker: psutil.Process, path: Path) -> int:
    """Accepted connections bear the path of the socket that accepted them, which is one more."""
    return len([one for one in worker.net_connections("unix") if str(one.laddr) == str(path)]) - 1


def _front(site: Site, closing: ExitStack) -> None:
    """nginx where it is installed, else TLS and nothing more."""
    if NGINX is None:
        stand_in = StandIn(site.tls_port, site.ca_file, site.folder / "privkey.pem", site.runtime / "exchange.sock")
        closing.callback(stand_in.close)
        return
    text = files.nginx_site(site.folder, site.runtime, site.tls_port, site.plain_port)
    (site.folder / "site.conf").write_text(text, encoding="utf-8")
    wrapper = site.folder / "nginx.conf"
    wrapper.write_text(files.nginx_wrapper(site.folder, as_root=os.geteuid() == 0), encoding="utf-8")
    nginx = site.start("nginx", [NGINX, "-e", str(site.folder / "nginx-main.log"), "-c", str(wrapper)])
    closing.callback(end, nginx)


@contextmanager
def running(folder: Path, make_database: Callable[[Path], str]) -> Iterator[Site]:
    """The whole exchange with its networks; ``make_database`` gets the data folder and returns an address."""
    with ExitStack() as closing:
        # Short: the path of a socket may have about 100 characters.
        runtime = Path(tempfile.mkdtemp(prefix="ke-run-", dir="/tmp"))
        closing.callback(shutil.rmtree, runtime, ignore_errors=True)
        redis = RedisServer()
        closing.callback(redis.close)
        redis.start()
        site = Site(folder, runtime, redis, free_port(), free_port(), write_certificate(folder))
        site.data.mkdir()
        site.write_settings(make_database(site.data))
        site.migrate()
        site.run("network", "standard")
        closing.callback(lambda: site.stop_pages() if site.pages else None)
        _front(site, closing)
        closing.callback(site.close_browsers)
        site.visitor()
        site.start_pages()
        closing.callback(end, site.start("jobs", files.command(files.JOBS, "ExecStart", site.places)))
        yield site
