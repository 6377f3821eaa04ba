"""Importing a real forum: the dump that lies beside the checkout, where there is one."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

from bench.community import settings_for
from bench.processes import ROOT, command

#: Another place can be named by BENCH_DUMP.
DUMP = ROOT.parent / "shared" / "data" / "stackexchange-matheducators-posts.xml.xz"
_COUNTS = re.compile(r"([\d,]+) problems, ([\d,]+) replies")


def import_rate(folder: Path) -> dict[str, Any] | None:
    """Posts per second of the whole command (its start included), and its CPU; None without a dump."""
    dump = Path(os.environ.get("BENCH_DUMP", DUMP))
    if not dump.is_file():
        return None
    settings = {**settings_for(folder), "KE_DEMO": "1"}
    command("migrate", settings=settings)
    command("demo", settings=settings)
    before, began = os.times(), time.monotonic()
    said = command("import", "stackexchange", dump, "--network", "national", settings=settings)
    took, after = time.monotonic() - began, os.times()
    found = _COUNTS.search(said)
    assert found is not None, said
    posts = sum(int(text.replace(",", "")) for text in found.groups())
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "posts": posts,
        "seconds": round(took, 2),
        "cpu_s": round(cpu, 2),
        "posts_per_s": round(posts / took, 1),
        "posts_per_cpu_s": round(posts / cpu, 1),
    }
