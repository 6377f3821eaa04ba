"""A restore in a process of its own that ends half-way, as by `kill -9`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.servers import run_python

_SCRIPT = """
import os, sys
from knowledge_exchange import create_app
from knowledge_exchange.cli import backing_up, backup_file, restoring

def die(rows):
    if rows > 300:
        os.kill(os.getpid(), 9)

with create_app().app_context(), open(sys.argv[1], 'rb') as file:
    restoring.restore(backup_file.open_backup(file), backing_up.tables(), die, replace=sys.argv[2:] == ["--replace"])
"""


def restore_killed_half_way(backup: Path, *words: str, settings: Mapping[str, object], folder: Path) -> None:
    """Begin to restore ``backup`` (with ``--replace``, if that is among ``words``), and see it killed."""
    done = run_python("-c", _SCRIPT, str(backup), *words, settings=settings, folder=folder)
    assert done.returncode == -9, done.stderr
