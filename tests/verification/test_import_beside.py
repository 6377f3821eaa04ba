"""An import and the rest of the world: killed half-way it leaves the old roll; meanwhile the exchange answers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.cli.roll import group
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollEntry, RollImport
from tests.realtime.support.listening import cookie_of
from tests.support.community import settle
from tests.support.databases import SQLITE
from tests.support.servers import Server, environment
from tests.verification import brutal_roll
from tests.verification.killed_import import import_killed

#: Two seconds are promised; the machine may be busy with other tests. Between two replies a person breathes.
ALLOWED_S, PAUSE_S = 5.0, 0.1
OLD = ["1001,Smith,Ann", "1002,Okonedo,Bola", "1003,Brown,Cleo"]
ROWS = 2_000


def entries() -> list[tuple[Any, ...]]:
    """The roll, as it is used."""
    columns = (RollEntry.number_hash, RollEntry.surname, RollEntry.first_name, RollEntry.gone_at)
    found = [tuple(row) for row in db.session.execute(select(*columns).order_by(RollEntry.number_hash))]
    db.session.remove()
    return found


@pytest.mark.server
@pytest.mark.parametrize("where", ["staging", "applying"])
def test_an_import_that_is_killed_half_way_leaves_the_old_roll_and_can_be_begun_again(
    where: str, in_app: None, settings: dict[str, Any], tmp_path: Path
) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    header = "membership_number,surname,first_name"
    old.write_text("\n".join([header, *OLD]), "utf-8")
    # Ann is another, Cleo is gone, and so many come that staging takes several batches.
    joiners = [f"{number},Joiner,Jo" for number in range(2000, 3200)]
    new.write_text("\n".join([header, "1001,Smith,Anna", OLD[1], *joiners]), "utf-8")
    words = ["import", str(old), "--source", "unison"]
    assert CliRunner().invoke(group, words).exit_code == 0
    before = entries()

    import_killed(where, new, settings=settings, folder=tmp_path)

    assert entries() == before
    again = CliRunner().invoke(group, ["import", str(new), "--source", "unison"])
    assert again.exit_code == 0, again.output
    assert "1,200 added, 1 changed, 1 unchanged, 0 unreadable" in again.stdout
    assert "1 gone from the roll" in again.stdout
    applied = select(func.count()).select_from(RollImport).where(RollImport.applied_at.is_not(None))
    assert db.session.scalar(applied) == 2


@pytest.mark.server
@pytest.mark.databases(SQLITE)
def test_a_running_exchange_takes_posts_while_a_roll_is_imported_by_command(
    make_app: Callable[..., Flask], serve: Callable[..., Server], tmp_path: Path
) -> None:
    import requests

    here = settle(make_app(KE_DEMO=True))
    thread_id = here.post_thread(here.author)
    server = serve()
    roll = brutal_roll.make(ROWS, in_text=True)
    brutal_roll.write_csv(tmp_path / "roll.csv", roll.new)
    words = [sys.executable, "-m", "knowledge_exchange", "roll", "import", str(tmp_path / "roll.csv")]
    took: list[float] = []
    with (tmp_path / "import.log").open("w") as log:
        importing = subprocess.Popen(
            [*words, "--source", "unison"], env=environment(server.settings), stdout=log, stderr=log, cwd=tmp_path
        )
        while importing.poll() is None:
            data = {"csrf_token": here.peer.csrf_token, "body": f"Reply {len(took)}"}
            began = time.monotonic()
            answer = requests.post(
                f"{server.url}/t/{thread_id}/replies",
                data=data,
                headers={"Cookie": cookie_of(here.peer)},
                allow_redirects=False,
                timeout=60,
            )
            took.append(time.monotonic() - began)
            assert answer.status_code == 303
            time.sleep(PAUSE_S)
    said = (tmp_path / "import.log").read_text("utf-8")
    assert importing.returncode == 0, said[-2000:]
    assert f"{len(roll.faults):,} unreadable" in said
    assert len(took) > 1
    assert max(took) < ALLOWED_S, f"of {len(took)} replies the slowest took {max(took):.2f} s"
