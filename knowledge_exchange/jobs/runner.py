"""Running the jobs, each in a greenlet (or thread) of its own."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

from flask import Flask

from knowledge_exchange.jobs import Job, jobs_of

#: Several processes that were started together don't all work at the same moment.
JITTER = 0.2

log = logging.getLogger(__name__)


def loops(app: Flask) -> list[Callable[[], None]]:
    """One endless function for each job."""
    return [lambda job=job: repeat(app, job) for job in jobs_of(app)]  # type: ignore[misc]


def run_once(app: Flask) -> None:
    """Every job once, now (for tests and for ``worker --once``)."""
    for job in jobs_of(app):
        _run(app, job)


def repeat(app: Flask, job: Job) -> None:
    """Run a job again and again, for ever."""
    while True:
        time.sleep(job.every_s * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311
        _run(app, job)


def _run(app: Flask, job: Job) -> None:
    try:
        with app.app_context():
            job.run()
    except Exception:
        log.exception("a job failed; it will be tried again", extra={"job": job.name})
