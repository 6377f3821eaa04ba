"""Fetching within bounds: into a folder that nobody else reads, and for so long and no longer."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import current_app
from flask_babel import gettext as _

from knowledge_exchange.verification.pulling.registry import Fetched, Registry, RegistryFailed, Unchanged

#: However a registry goes about it: whoever has not answered by then is given up.
DEADLINE_S = 900.0
#: What a process that was killed has left behind.
STALE_S = 24 * 3600.0
_FOLDER = "pull-"

log = logging.getLogger(__name__)


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for its owner alone, gone afterwards: a roll file holds what we keep only as hashes."""
    data = Path(current_app.config["KE_DATA_DIR"])
    for left in data.glob(f"{_FOLDER}*"):
        if time.time() - left.stat().st_mtime > STALE_S:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=_FOLDER, dir=data, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def fetch_within(registry: Registry, known: str, into: Path, seconds: float) -> Fetched | Unchanged:
    """Fetch, in a thread of its own, that is left to itself where it takes too long. Raises :class:`RegistryFailed`.

    A time limit of each read is not enough: names are looked up and headers dripped without one.
    """
    got: list[Fetched | Unchanged | RegistryFailed] = []
    thread = threading.Thread(target=copy_context().run, args=(_fetch, registry, known, into, got), daemon=True)
    thread.start()
    thread.join(seconds)
    if not got:
        raise RegistryFailed(_("It doesn't come to an end: it was given up."), try_again=True)
    if isinstance(got[0], RegistryFailed):
        raise got[0]
    return _checked(got[0], known, into)


def _fetch(registry: Registry, known: str, into: Path, got: list[Fetched | Unchanged | RegistryFailed]) -> None:
    try:
        got.append(registry.fetch(known, into))
    except RegistryFailed as failed:
        got.append(failed)
    except Exception as error:  # whatever a package may raise; what it says may hold anything
        kind = type(error).__name__
        log.warning("registry_broke", extra={"error": kind})
        got.append(RegistryFailed(_("The registry’s program has failed (%(kind)s).", kind=kind), try_again=True))


def _checked(got: object, known: str, into: Path) -> Fetched | Unchanged:
    """A registry may be anybody's program."""
    if isinstance(got, Unchanged):
        if known:
            return got
        raise RegistryFailed(_("It says “unchanged”, but nothing is known of it yet."), try_again=True)
    if not (isinstance(got, Fetched) and _is_own_file(got.path, into)):
        raise RegistryFailed(_("The registry’s program left no roll where it belongs."), try_again=True)
    return got


def _is_own_file(path: Path, folder: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(folder.resolve())
