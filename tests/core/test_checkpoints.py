"""SQLite's checkpoints are made by a thread, not by whoever happens to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core import checkpoints
from knowledge_exchange.core.db import db, unit_of_work

pytestmark = pytest.mark.databases("sqlite")


def test_connections_of_the_server_leave_checkpoints_alone(app: Flask) -> None:
    app.extensions["ke_checkpointer"] = True
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        assert db.session.execute(text("PRAGMA wal_autocheckpoint")).scalar_one() == 0


def test_a_checkpoint_moves_the_log_into_the_file_and_cuts_a_long_one(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    app.extensions["ke_checkpointer"] = True
    with app.app_context():
        db.engine.dispose()
        path = Path(str(db.engine.url.database))
        log = path.with_name(path.name + "-wal")
        with unit_of_work():
            db.session.add_all(AuditEntry(action="x" * 1000) for _ in range(500))
        db.session.remove()
        before, grown = path.stat().st_size, log.stat().st_size
        assert grown > 500_000
        checkpoints.checkpoint(path)
        assert path.stat().st_size > before
        assert log.stat().st_size == grown
        monkeypatch.setattr(checkpoints, "TRUNCATE_OVER_BYTES", 1000)
        checkpoints.checkpoint(path)
        assert log.stat().st_size == 0
