"""Run every check of the tree, show all that fail, not only the first. Exit status 1 if one did."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def checks() -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the command of each check, quick ones first."""
    yield "ruff check", [f"{BIN}/ruff", "check", "--quiet", "."]
    yield "ruff format", [f"{BIN}/ruff", "format", "--check", "--quiet", "."]
    yield "import layers", [f"{BIN}/lint-imports", "--no-cache"]
    if (ROOT / "templates").is_dir():
        yield "templates", [f"{BIN}/djlint", "templates", "--lint", "--quiet"]
    for script in sorted((ROOT / "tools").glob("check_*.py")):
        yield script.stem.replace("_", " "), [sys.executable, str(script)]
    yield "mypy", [f"{BIN}/mypy"]


def passes(name: str, command: list[str]) -> bool:
    """Run one check; print its output only when it fails."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<24} {verdict:<6} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return done.returncode == 0


def main() -> int:
    """Run all checks and return the exit status."""
    failed = [name for name, command in checks() if not passes(name, command)]
    if failed:
        print(f"\n{len(failed)} of the checks failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
