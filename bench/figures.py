"""What all measurements write: where and when, percentiles, and JSON under ``var/bench``."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bench.processes import ROOT

FOLDER = ROOT / "var" / "bench"


def surroundings() -> dict[str, object]:
    """Where and when, and how busy the machine was."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }


def percentile(values: Sequence[float], share: float) -> float:
    """Of sorted values, that below which this share of them lies; NaN of none."""
    if not values:
        return float("nan")
    return values[min(len(values) - 1, int(len(values) * share))]


def write(name: str, found: Mapping[str, object]) -> None:
    """``var/bench/<name>.json``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
