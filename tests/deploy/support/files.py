"""The files of ``deploy/`` as they are, with nothing changed but the places where a test must stay."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.shared import ROOT

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
PAGES = UNITS / "knowledge-exchange.service"
JOBS = UNITS / "knowledge-exchange-worker.service"
NGINX = DEPLOY / "nginx.conf"
ENVIRONMENT = DEPLOY / "environment.example"
HOST = "exchange.example.org"

Places = Mapping[str, str]


def places(data: Path, runtime: Path, workers: int) -> dict[str, str]:
    """What stands elsewhere in a test: the virtual environment, the two folders, fewer processes."""
    return {
        "/opt/knowledge-exchange/bin": str(Path(sys.executable).parent),
        "/var/lib/knowledge-exchange": str(data),
        "/run/knowledge-exchange": str(runtime),
        " -w 4 ": f" -w {workers} ",
    }


def moved(text: str, places: Places) -> str:
    """``text`` with every place moved."""
    for old, new in places.items():
        text = text.replace(old, new)
    return text


def unit_values(unit: str, name: str) -> list[str]:
    """Every value of a setting of a unit, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", unit)
    return re.findall(rf"^{name}=(.*)$", joined, re.MULTILINE)


def command(unit: Path, name: str, places: Places) -> list[str]:
    """The words of a unit's one ``ExecStart`` (or ``ExecStartPre``)."""
    (line,) = unit_values(unit.read_text("utf-8"), name)
    return shlex.split(moved(line, places))


def settings_of(text: str) -> dict[str, str]:
    """Names and values of an environment file."""
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def with_settings(text: str, changed: Mapping[str, str]) -> str:
    """An environment file with other values; each name must stand there once."""
    for name, value in changed.items():
        (old,) = re.findall(rf"^{name}=.*$", text, re.MULTILINE)
        text = text.replace(f"\n{old}\n", f"\n{name}={value}\n")
    return text


def nginx_site(folder: Path, runtime: Path, tls_port: int, plain_port: int) -> str:
    """``nginx.conf`` on two ports of the loopback address, with its files in ``folder``."""
    text = re.sub(r"^ *listen \[::\].*\n", "", NGINX.read_text("utf-8"), flags=re.MULTILINE)
    there = {
        "listen 443": f"listen 127.0.0.1:{tls_port}",
        "listen 80": f"listen 127.0.0.1:{plain_port}",
        f"/etc/letsencrypt/live/{HOST}": str(folder),
        "/var/log/nginx": str(folder),
        "/var/lib/nginx/knowledge-exchange": str(folder / "cache"),
        "/run/knowledge-exchange": str(runtime),
        f"https://{HOST}": f"https://localhost:{tls_port}",
        HOST: "localhost",
    }
    for old in there:
        assert old in text or old == HOST, old
    return moved(text, there)


def nginx_wrapper(folder: Path, *, as_root: bool) -> str:
    """The least that nginx wants around a site: what a distribution's nginx.conf holds."""
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    inner = [f"{name}_temp_path {folder / name};" for name in temporary]
    return "\n".join(
        [
            *(["user root;"] if as_root else []),  # its own user could not reach a test's folders
            "daemon off;",
            "worker_processes 1;",
            f"pid {folder / 'nginx.pid'};",
            f"error_log {folder / 'nginx-main.log'};",
            "events { worker_connections 512; }",
            "http {",
            f"access_log {folder / 'others-access.log'};",
            *inner,
            f"include {folder / 'site.conf'};",
            "}",
            "",
        ]
    )
