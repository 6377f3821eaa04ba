"""A wheel built from this tree, installed where no checkout is, is the whole exchange."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.servers import Server
from tests.support.shared import ROOT

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(600)]

SOURCES = ("knowledge_exchange", "templates", "migrations", "requirements")
FILES = ("setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md")
UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc", "node_modules")


def run(*words: str, folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree: what older builds left in it must not get in."""
    tree = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        shutil.copytree(ROOT / name, tree / name, ignore=UNWANTED)
    for name in FILES:
        shutil.copy(ROOT / name, tree)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tree / "out"), folder=tree)
    (built,) = (tree / "out").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an empty virtual environment with the locked dependencies and the wheel."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "venv", folder=home)
    python = str(home / "venv" / "bin" / "python")
    locked = str(ROOT / "requirements" / "run.txt")
    run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", locked, folder=home)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel), folder=home)
    return python


@pytest.fixture(scope="module")
def server(installed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The installed exchange, migrated by its own command and serving."""
    folder = tmp_path_factory.mktemp("data")
    settings = {"KE_DATA_DIR": folder / "var", "KE_DEMO": True}
    command = Path(installed).with_name("knowledge-exchange")
    done = subprocess.run(
        [command, "migrate"], cwd=folder, env=servers.environment(settings), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    running = servers.start(settings, folder, python=installed)
    yield running
    running.stop()


def fetch(url: str) -> tuple[int, str, bytes]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.headers["Content-Type"], answer.read()


def test_the_wheel_carries_every_template_and_migration(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "migrations"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert files
        assert {f"knowledge_exchange/{path.relative_to(ROOT)}" for path in files} <= inside


def test_the_wheel_carries_what_else_lies_in_the_package(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "knowledge_exchange"
    others = {path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    wanted = {str(path.relative_to(ROOT)) for path in others if not path.is_relative_to(package / "static")}
    assert any(name.endswith(".toml") for name in wanted)
    assert wanted - inside == set()


def test_the_wheel_carries_one_build_of_the_front_end_and_nothing_of_the_tree_beside(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    sheets = [name for name in inside if re.search(r"static/dist/app-[^/]*\.css$", name)]
    assert len(sheets) == 1
    assert "knowledge_exchange/static/dist/manifest.json" in inside
    assert {name.split("/")[0].split("-")[0] for name in inside} == {"knowledge_exchange"}


def test_every_locked_dependency_that_it_names_is_there(installed: str) -> None:
    assert "No broken requirements" in run(installed, "-m", "pip", "check", folder=Path(installed).parent)


def test_the_package_comes_from_the_wheel_not_from_the_checkout(installed: str) -> None:
    told = run(installed, "-c", "import knowledge_exchange as k; print(k.__file__)", folder=Path(installed).parent)
    assert "site-packages" in told
    assert str(ROOT) not in told


def test_the_installed_exchange_serves_a_page_and_its_assets(server: Server) -> None:
    status, kind, page = fetch(f"{server.url}/sign-in")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    sheet = re.search(rb'href="(/static/dist/app-[^"]+\.css)"', page)
    assert sheet, page[:2000]
    status, kind, css = fetch(server.url + sheet[1].decode())
    assert (status, kind) == (200, "text/css; charset=utf-8")
    assert len(css) > 1000


def test_the_installed_exchange_is_ready(server: Server) -> None:
    assert fetch(f"{server.url}/readyz")[0] == 200
