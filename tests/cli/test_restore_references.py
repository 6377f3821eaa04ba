"""Rows that refer to rows of their own table come back from a backup in whatever order they were written."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import insert

from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import mergers
from knowledge_exchange.networks.models import Organisation


def test_a_merged_organisation_comes_back_with_its_successor_whichever_stands_first(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        rows = [{"code": code, "name": code, "region": None, "closed_on": None} for code in ("AAA", "BBB", "CCC")]
        with unit_of_work() as work:
            work.execute(insert(Organisation), rows)
            mergers.merge("AAA", "BBB", actor=None)
            mergers.merge("CCC", "BBB", actor=None)
        db.session.remove()
        made = CliRunner().invoke(cli, ["backup", str(tmp_path / "all.tar.gz")])
        assert made.exit_code == 0, made.output
        (packed,) = tmp_path.glob("all*")
        done = CliRunner().invoke(cli, ["restore", str(packed), "--replace"])
        assert done.exit_code == 0, done.output
        db.session.remove()
        assert mergers.successors() == {"AAA": "BBB", "CCC": "BBB"}
