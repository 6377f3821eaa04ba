"""Ways to start that must not open a door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import Templates
from tests.support.servers import environment

ROOT = Path(__file__).parents[2]
START_S = 60


@pytest.mark.server
@pytest.mark.parametrize(("demo", "says"), [(True, "demo accounts"), (False, "")])
def test_gunicorn_too_refuses_accounts_whose_password_is_public(
    templates: Templates, database_kind: str, tmp_path: Path, demo: bool, says: str
) -> None:
    settings = {
        "KE_ENV": "production",
        "KE_DATA_DIR": tmp_path,
        "KE_DATABASE_URL": templates.fresh(database_kind, tmp_path, demo=demo),
        "KE_BASE_URL": "https://exchange.example",
        "KE_SECRET_KEY": "0123456789abcdef0123456789abcdef0123456789abcdef",
    }
    words = ["-m", "gunicorn", "-k", "gevent", "--check-config", "knowledge_exchange.wsgi:app"]
    ended = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert (ended.returncode != 0) == demo, ended.stderr
    assert says in ended.stderr
