"""Jobs: one that fails stops neither itself nor the others."""

from __future__ import annotations

import pytest
from flask import Flask, current_app

from knowledge_exchange.jobs import jobs_of, register
from knowledge_exchange.jobs.runner import run_once


def test_a_failing_job_leaves_the_others_alone(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("no")

    register(app, "fails", 1.0, fail)
    register(app, "works", 1.0, lambda: done.append(current_app.name))
    run_once(app)
    assert done == ["knowledge_exchange"]
    assert [record for record in caplog.records if getattr(record, "job", "") == "fails"]


def test_the_jobs_of_the_exchange_are_registered_once(app: Flask) -> None:
    names = [job.name for job in jobs_of(app)]
    assert sorted(names) == sorted(set(names))
    assert "mail" in names


def test_posts_of_an_older_renderer_are_rendered_again(app: Flask) -> None:
    from sqlalchemy import update

    from knowledge_exchange.core.db import db, unit_of_work
    from knowledge_exchange.threads.models import Post, Thread
    from tests.support.community import settle

    here = settle(app)
    thread_id = here.post_thread(here.author, body="**bold**")
    version = here.row(Thread, thread_id).version
    with app.app_context(), unit_of_work() as work:
        work.execute(update(Post).values(renderer=0, html="<p>old</p>"))
    run_once(app)
    with app.app_context():
        db.session.expire_all()
    assert here.row(Post, here.opening(thread_id)).html == "<p><strong>bold</strong></p>"
    assert here.row(Thread, thread_id).version == version + 1
