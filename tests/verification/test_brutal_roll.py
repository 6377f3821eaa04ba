"""A roll of which a fifth is broken: each broken row is told with line and reason, and costs nobody anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, insert, select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.cli.roll import group
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.rolls.leaving import follow_rolls
from tests.verification import brutal_roll
from tests.verification.brutal_roll import BrutalRoll

pytestmark = pytest.mark.usefixtures("in_app")

AMOUNT = 3_000
MEMBERS = 1_500
Write = Callable[..., None]


def load(path: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["import", str(path), "--source", "unison", *words])


def admit_some() -> None:
    """Every second entry is a member's."""
    entries = db.session.scalars(select(RollEntry.id).order_by(RollEntry.id)).all()
    end_read()
    people = [
        {
            "id": number,
            "email": f"m{number}@home.example",
            "name": "Ann",
            "handle": f"m{number}",
            "standing": "active",
            "confirmed_at": now(),
            "password_hash": "-",
            "zone": "Europe/London",
        }
        for number in range(1, MEMBERS + 1)
    ]
    with unit_of_work() as work:
        work.execute(insert(Member), people)
        for member, entry in zip(people, entries[::2], strict=False):
            work.execute(update(RollEntry).where(RollEntry.id == entry).values(member_id=member["id"]))


def facts() -> dict[str, tuple[str, str, str]]:
    """What the roll holds, by address."""
    columns = (RollEntry.email, RollEntry.surname, RollEntry.first_name, RollEntry.category)
    found = {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(select(*columns))}
    end_read()
    return found


def said(roll: BrutalRoll, lapsing: int) -> str:
    return (
        f"unison: {roll.added:,} added, {roll.changed:,} changed, {roll.unchanged:,} unchanged, "
        f"{len(roll.faults):,} unreadable (nobody changed by them), {roll.gone:,} gone from the roll, 0 back on it "
        f"({roll.spared:,} more not found, but spared for a row that may mean them); "
        f"{lapsing:,} of {MEMBERS:,} active members are to lapse."
    )


@pytest.mark.parametrize(
    ("kind", "write"), [("csv", brutal_roll.write_csv), ("xlsx", brutal_roll.write_xlsx)], ids=["csv", "xlsx"]
)
def test_a_roll_of_which_a_fifth_is_broken_is_told_exactly_and_costs_nobody_their_place(
    tmp_path: Path, kind: str, write: Write
) -> None:
    roll = brutal_roll.make(AMOUNT, in_text=kind == "csv")
    assert len(roll.faults) >= AMOUNT // 5
    write(tmp_path / f"old.{kind}", roll.old)
    write(tmp_path / f"new.{kind}", roll.new)
    assert load(tmp_path / f"old.{kind}").exit_code == 0
    before = facts()
    assert len(before) == len(roll.old)
    admit_some()

    done = load(tmp_path / f"new.{kind}")

    assert done.exit_code == 0, done.output[-2000:]
    told = [line for line in done.stdout.splitlines() if line.startswith("line ")]
    assert told == [f"line {line}: {reason}" for line, reason in sorted(roll.faults.items())]
    leavers = select(func.count()).where(RollEntry.gone_at.is_not(None), RollEntry.member_id.is_not(None))
    assert done.stdout.splitlines()[-1] == said(roll, db.session.scalar(leavers) or 0)
    gone = db.session.scalars(select(RollEntry.surname).where(RollEntry.gone_at.is_not(None))).all()
    assert len(gone) == roll.gone
    assert all(surname.startswith("Leaver-") for surname in gone)
    assert_only_good_rows_were_applied(roll, before)


def assert_only_good_rows_were_applied(roll: BrutalRoll, before: dict[str, tuple[str, str, str]]) -> None:
    after = facts()
    good = [cells for line, cells in roll.new if line not in roll.faults]
    retired = {cells[brutal_roll.EMAIL] for cells in good if cells[brutal_roll.CATEGORY] == "Retired"}
    differ = {address for address, known in before.items() if after[address] != known}
    assert differ == retired & before.keys()
    assert after.keys() - before.keys() == {cells[brutal_roll.EMAIL] for cells in good} - before.keys()


def test_nobody_lapses_by_a_broken_roll_when_the_grace_is_over(tmp_path: Path) -> None:
    from knowledge_exchange.core import clock
    from knowledge_exchange.verification.rolls.staging import grace

    roll = brutal_roll.make(300, in_text=True)
    brutal_roll.write_csv(tmp_path / "old.csv", roll.old)
    brutal_roll.write_csv(tmp_path / "new.csv", roll.new)
    load(tmp_path / "old.csv")
    admit_some()
    load(tmp_path / "new.csv")
    with clock.held(now() + 2 * grace()):
        follow_rolls()
    lapsed = select(RollEntry.surname).join(Member, Member.id == RollEntry.member_id).where(Member.standing == "lapsed")
    assert all(surname.startswith("Leaver-") for surname in db.session.scalars(lapsed))
