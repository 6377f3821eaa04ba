"""Work that repeats: in the server's process by default, in ``worker`` when there are several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask


@dataclass(frozen=True)
class Job:
    """One repeating piece of work."""

    name: str
    every_s: float
    run: Callable[[], None]


def init_app(app: Flask) -> None:
    """Start with no jobs; the rooms register theirs."""
    app.extensions["ke_jobs"] = []


def register(app: Flask, name: str, every_s: float, run: Callable[[], None]) -> None:
    """Have ``run`` called in an app context every ``every_s`` seconds."""
    app.extensions["ke_jobs"].append(Job(name, every_s, run))


def jobs_of(app: Flask) -> list[Job]:
    """All registered jobs."""
    jobs: list[Job] = app.extensions["ke_jobs"]
    return jobs
