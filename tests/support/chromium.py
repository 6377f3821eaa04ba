"""Finds a Chromium for the browser tests, or installs one by the means at hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
INSTALL_S = 900
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
MISSING = (
    "The browser tests need Chromium and none could be installed. Install the package 'chromium'"
    " (Debian and Ubuntu: sudo apt-get install -y chromium; macOS: brew install --cask chromium)"
    " or name one in KE_CHROMIUM."
)


class NoChromium(RuntimeError):
    """No browser is there and none could be installed; the message names the package."""


def find() -> str:
    """The path of a Chromium: KE_CHROMIUM, one on PATH, one freshly installed. Raises NoChromium."""
    named = os.environ.get("KE_CHROMIUM")
    if named:
        if not shutil.which(named):
            raise NoChromium(f"KE_CHROMIUM is {named!r}, and there is no such program.")
        return named
    return _present() or _by_apt() or _by_playwright() or _none()


def flags() -> list[str]:
    """What the browser is started with; its sandbox can't be had as root."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)


def _present() -> str | None:
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or next((app for app in MAC_APPS if Path(app).exists()), None)


def _by_apt() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
        _succeeds(command, quiet)
    return _present()


def _by_playwright() -> str | None:
    """Playwright's own build; only its library knows where that lands."""
    if not _succeeds([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ)):
        return None
    where = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    told = subprocess.run([sys.executable, "-c", where], capture_output=True, text=True, check=True)
    path = told.stdout.strip()
    return path if Path(path).exists() else None


def _succeeds(command: list[str], environment: dict[str, str]) -> bool:
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=INSTALL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _none() -> str:
    raise NoChromium(MISSING)
