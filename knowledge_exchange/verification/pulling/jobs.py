"""The job that pulls the rolls when their time has come, each in a process of its own.

Fifty thousand rows would keep the server's loop from everybody else.
"""

from __future__ import annotations

import logging
import subprocess
import sys

from flask import current_app
from flask_babel import gettext as _

from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.verification.pulling import state as pull_state
from knowledge_exchange.verification.uploads.job import environment_of

PULL_EVERY_S = 60.0
#: Shorter than the lease, so that no other worker begins while this one still goes on.
_LONGEST_S = pull_state.LEASE.total_seconds() * 0.75

log = logging.getLogger(__name__)


def pull_rolls() -> None:
    """Pull what is due; of several workers one (a job)."""
    due = pull_state.due_sources()
    end_read()
    for source in due:
        until = pull_state.claim(source)
        if until is not None:
            _run(source)
            if pull_state.is_still_claimed(source, until):
                with unit_of_work():
                    pull_state.note(source, pull_state.FAILED, _("Pulling was interrupted; nothing was changed."))


def _run(source: str) -> None:
    words = [sys.executable, "-m", "knowledge_exchange", "roll", "pull", source]
    try:
        # The words are ours, and a source's name is of letters, digits and hyphens.
        done = subprocess.run(  # noqa: S603
            words,
            env=environment_of(current_app.config),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=_LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("roll_pull_too_long", extra={"source": source})
        return
    log.info("roll_pulled", extra={"source": source, "status": done.returncode})
