"""What a stranger meets first: the Makefile, the locks, and what they say on a bare machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.shared import ROOT

TARGETS = ("run", "test", "test-fast", "setup", "check", "bench", "help")
LOCKS = ("run", "build", "test")
# Passes every question about its version, and has neither ensurepip nor venv: Debian without python3-venv.
BARE_PYTHON = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\nexit 0\n'
OLD_PYTHON = "#!/bin/sh\nexit 1\n"


def pins(name: str) -> dict[str, list[str]]:
    """Package -> the versions that a lock file allows (more than one where they hang on the Python)."""
    found: dict[str, list[str]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==([^ ;\\]+)", lock(name), re.MULTILINE):
        found.setdefault(package, []).append(version)
    return found


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def make_venv_with(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run tools/venv.sh where `python` (a script) is the only Python there is."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python", "apt-get"):
        (programs / name).write_text(python, encoding="utf-8")
        (programs / name).chmod(0o755)
    words = ["/bin/sh", str(ROOT / "tools" / "venv.sh"), str(folder / "venv")]
    return subprocess.run(words, env={"PATH": str(programs)}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("target", TARGETS)
def test_help_names_every_command(target: str) -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target} +\S", shown, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_its_hashes(name: str) -> None:
    for entry in re.split(r"\n(?=[a-z0-9])", lock(name)):
        if "==" in entry.splitlines()[0]:
            assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address(name: str) -> None:
    assert "://" not in lock(name)
    assert "--index" not in lock(name)
    assert "--find-links" not in lock(name)


@pytest.mark.parametrize("name", ["run", "build"])
def test_what_is_tested_is_what_runs(name: str) -> None:
    tested = pins("test")
    assert pins(name)
    assert {package: tested.get(package) for package in pins(name)} == pins(name)


def test_without_venv_one_line_says_how_to_install_it(tmp_path: Path) -> None:
    done = make_venv_with(tmp_path, BARE_PYTHON)
    assert done.returncode == 1
    assert "    sudo apt-get install -y python3-venv\n" in done.stderr


def test_without_a_new_python_one_line_says_how_to_install_it(tmp_path: Path) -> None:
    done = make_venv_with(tmp_path, OLD_PYTHON)
    assert done.returncode == 1
    assert "    sudo apt-get install -y python3 python3-venv\n" in done.stderr
