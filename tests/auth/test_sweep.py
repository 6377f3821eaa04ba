"""What nobody needs any more goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from knowledge_exchange.auth import jobs, tokens
from knowledge_exchange.auth.models import EmailToken, Member, SignIn
from knowledge_exchange.core import clock, keeping
from knowledge_exchange.core.db import db
from knowledge_exchange.jobs import jobs_of
from tests.auth.door import is_in, make_member, writing


def test_old_sign_ins_dead_links_and_unconfirmed_accounts_go(app: Flask, inside: FlaskClient, ann: int) -> None:
    half = make_member(app, "half@example.org", standing="pending", confirmed=False)
    with writing(app):
        tokens.issue(half, tokens.CONFIRM)
        tokens.issue(ann, tokens.RESET)
    begun = clock.now()

    def left_after(days: int) -> tuple[set[str], int, int]:
        with clock.held(begun + timedelta(days=days)), app.app_context():
            jobs.sweep()
            keeping.forget_what_is_due()
            emails = set(db.session.scalars(select(Member.email)))
            return (
                emails,
                len(db.session.scalars(select(EmailToken.id)).all()),
                len(db.session.scalars(select(SignIn.id)).all()),
            )

    everybody = {"ann@example.org", "half@example.org"}
    assert left_after(0) == (everybody, 2, 1)
    assert left_after(2) == (everybody, 1, 1)
    assert left_after(13) == (everybody, 0, 1)
    assert is_in(inside)
    assert left_after(15) == ({"ann@example.org"}, 0, 1)
    assert left_after(31) == ({"ann@example.org"}, 0, 0)


def test_it_runs_by_itself(app: Flask) -> None:
    assert jobs.sweep in [job.run for job in jobs_of(app)]
