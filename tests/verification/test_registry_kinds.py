"""Registries that come with installed packages: found by their entry points, and trusted with nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from knowledge_exchange.cli.roll_source import group
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.pulling import registry

Install = Callable[..., None]
DOCUMENT = Path(__file__).parents[2] / "docs" / "developers" / "registry.md"

WELL_BEHAVED = """
    from knowledge_exchange.verification.pulling.registry import Fetched, Unchanged

    class Registry:
        def __init__(self, access):
            self.access = access

        def fetch(self, known, into):
            if known == "3":
                return Unchanged()
            path = into / "roll.csv"
            path.write_text("membership_number,surname\\n12345678," + self.access.url + "\\n")
            return Fetched(path, "3")
"""
BAD = {
    "fails": "raise RuntimeError('the password is swordfish')",
    "leaves nothing": "return Fetched(into / 'none.csv', '')",
    "leaves it elsewhere": "return Fetched(Path(__file__), '')",
    "leaves a link": "(into / 'a').symlink_to(__file__); return Fetched(into / 'a', '')",
    "lies about changes": "return Unchanged()",
    "gives nothing": "return None",
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package as pip does: the module, and beside it what says which entry points it has."""
    names: list[str] = []

    def put(code: str, kind: str = "ledger", module: str = "ledger_registry", goal: str = "Registry") -> None:
        site = tmp_path / "site"
        info = site / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(dedent(code))
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{kind} = {module}:{goal}\n")
        monkeypatch.syspath_prepend(str(site))
        names.append(module)

    yield put
    import sys

    for name in names:
        sys.modules.pop(name, None)


def run(*words: str) -> str:
    db.session.rollback()
    done = CliRunner().invoke(group, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return str(done.output)


@pytest.mark.usefixtures("in_app")
def test_a_registry_of_an_installed_package_is_pulled_from_like_any_other(install: Install) -> None:
    install(WELL_BEHAVED)
    assert registry.kinds() == ["https", "ledger"]
    assert "pulling: ledger" in run("source", "set", "unison", "--kind", "ledger", "--url", "Smith")
    assert "1 added" in run("pull", "unison")
    assert db.session.scalars(select(RollEntry.surname)).all() == ["Smith"]
    assert "has not changed" in run("pull", "unison")


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("how", BAD)
def test_one_that_misbehaves_changes_nothing_and_says_nothing_of_its_own(install: Install, how: str) -> None:
    code = f"""
        from pathlib import Path
        from knowledge_exchange.verification.pulling.registry import Fetched, Unchanged

        class Registry:
            def __init__(self, access): ...
            def fetch(self, known, into): {BAD[how]}
    """
    install(code)
    run("source", "set", "unison", "--kind", "ledger", "--url", "x")
    said = run("pull", "unison")
    assert said.startswith("unison: ")
    assert "swordfish" not in said
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 0


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ImportError('its driver is missing')", "can't be loaded (ImportError)"),
        ("Registry = None", "can't be loaded (TypeError)"),
        ("Registry = lambda access: 1 / 0", "can't be loaded (ZeroDivisionError)"),
    ],
)
def test_one_that_can_t_be_loaded_is_a_failure_in_words(install: Install, code: str, said: str) -> None:
    install(code)
    run("source", "set", "unison", "--kind", "ledger", "--url", "x")
    assert said in run("pull", "unison")


@pytest.mark.usefixtures("in_app")
def test_one_that_is_not_installed_any_more_is_a_failure_in_words(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as path:
        import sys

        before = list(sys.path)
        install(WELL_BEHAVED)
        run("source", "set", "unison", "--kind", "ledger", "--url", "x")
        path.setattr("sys.path", before)
        assert "“ledger” is not installed here" in run("pull", "unison")


def test_the_built_in_kind_can_t_be_replaced(install: Install) -> None:
    install(WELL_BEHAVED, kind="https")
    assert registry.kinds() == ["https"]
    made = registry.open_registry("https", registry.Access("https://registry.example/"))
    assert type(made).__module__.startswith("knowledge_exchange.")


@pytest.mark.usefixtures("in_app")
def test_the_example_in_the_handbook_works(install: Install, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    install(found.group(1), kind="folder", module="folder_registry", goal="FolderRegistry")
    drop = tmp_path / "drop"
    drop.mkdir()
    run("source", "set", "unison", "--kind", "folder", "--url", str(drop))
    assert "no file" in run("pull", "unison")
    (drop / "roll-2026-11.csv").write_text("membership_number,surname\n12345678,Smith\n")
    assert "1 added" in run("pull", "unison")
    assert "has not changed" in run("pull", "unison")
