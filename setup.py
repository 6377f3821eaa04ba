"""Puts what lies beside the package into the wheel; everything else is in setup.cfg."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
BESIDE = ("templates", "migrations")
DIST = ROOT / "knowledge_exchange" / "static" / "dist"
DATA = ROOT / "knowledge_exchange" / "data"
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.part")


class BuildWithData(build_py):
    """The checkout keeps templates and migrations at the top; an installed exchange finds them inside."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "knowledge_exchange"
        for name in BESIDE:
            shutil.rmtree(target / name, ignore_errors=True)
            shutil.copytree(ROOT / name, target / name, ignore=LEFT_OUT)
        self.copy_assets(target / "static" / "dist")
        shutil.copytree(DATA, target / "data", dirs_exist_ok=True, ignore=LEFT_OUT)

    def copy_assets(self, target: Path) -> None:
        """Copy what the manifest names and nothing of older builds. Fails when there is no build."""
        manifest = DIST / "manifest.json"
        if not manifest.is_file():
            raise SystemExit("The front-end has not been built: run `make setup` first.")
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
        for name in (manifest.name, *names.values()):
            for path in DIST.glob(f"{name}*"):
                shutil.copy2(path, target / path.name)


setup(cmdclass={"build_py": BuildWithData})
