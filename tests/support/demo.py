"""A running exchange with the demo community, for files whose tests can share one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import servers
from tests.support.databases import SQLITE, Templates

PASSWORD = "demo-Knowledge-1"


@contextmanager
def demo(templates: Templates, folder: Path, kind: str = SQLITE, **changed: object) -> Iterator[servers.Server]:
    """Serve the demo out of `folder`; nothing waits and nothing is limited, unless `changed` settings say so."""
    data = folder / "demo"
    data.mkdir()
    url = templates.fresh(kind, data, demo=True)
    given = {"KE_DATA_DIR": data, "KE_DATABASE_URL": url, "KE_DEMO": True, "KE_RATE_LIMITS": False}
    server = servers.start({**given, "KE_MIN_ANSWER_MS": 0, **changed}, folder)
    try:
        yield server
    finally:
        server.stop()
