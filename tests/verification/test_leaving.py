"""Who is on no roll any more: found without error, braked, warned, ended after the grace, and let back in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask, current_app
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing, create_member
from knowledge_exchange.auth.models import Member
from knowledge_exchange.cli.roll import group
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.verification.claims.actions import make_member, take_entry
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow
from knowledge_exchange.verification.policy import GONE, why_no_code
from knowledge_exchange.verification.rolls import applying, staging
from knowledge_exchange.verification.rolls.file import open_roll
from knowledge_exchange.verification.rolls.leaving import follow_rolls
from tests.auth.door import enter

pytestmark = pytest.mark.usefixtures("in_app")

FileOf = Callable[..., Path]
SMITH = "1001,Smith,Ann,ann@home.example,R0A,North West,Full,2019-03-31,31/12/2099"
OKONEDO = "1002,Okonedo,Bola,bola@home.example,RM3,london,full,,"
BROWN = "1003,Brown,Cleo,cleo@home.example,RM3,london,full,,"


def load(path: Path, source: str = "unison", *words: str) -> Result:
    return CliRunner().invoke(group, ["import", str(path), "--source", source, *words])


def admit(surname: str, source: str = "unison") -> int:
    """An account that has proved to be the one on the roll."""
    with unit_of_work():
        entry_id = db.session.scalar(
            select(RollEntry.id).where(RollEntry.surname == surname, RollEntry.source == source)
        )
        known = db.session.scalar(select(Member.id).where(Member.name.endswith(surname)))
        if known is None:
            address = f"{surname.lower()}@private.example"
            known = create_member(email=address, name=surname, password_hash="-", confirmed=True).id
        make_member(known, take_entry(entry_id, known), "Proved.", actor=None)
    return known


def standing(member_id: int) -> str:
    return db.session.execute(select(Member.standing).where(Member.id == member_id)).scalar_one()


def gone() -> list[str]:
    query = select(RollEntry.surname).where(RollEntry.gone_at.is_not(None)).order_by(RollEntry.surname)
    return list(db.session.scalars(query))


def after_the_grace() -> datetime:
    return clock.now() + timedelta(days=current_app.config["KE_LAPSE_GRACE_DAYS"], hours=1)


@pytest.fixture
def ann(roll_file: FileOf, networks: dict[str, int]) -> int:
    """Ann Smith is in; Okonedo and Brown are on the roll without an account."""
    load(roll_file(SMITH, OKONEDO, BROWN))
    return admit("Smith")


def test_who_is_missing_in_a_whole_file_lapses_after_the_grace_and_not_before(roll_file: FileOf, ann: int) -> None:
    done = load(roll_file(OKONEDO, BROWN), "unison", "--allow-lapse", "100")
    assert done.exit_code == 0, done.output
    assert "1 of 1 active members are to lapse" in done.stdout
    follow_rolls()
    assert (gone(), standing(ann)) == (["Smith"], "active")
    with clock.held(after_the_grace()):
        follow_rolls()
        assert standing(ann) == "lapsed"


def test_who_leaves_is_written_to_at_once_and_shortly_before_the_end(roll_file: FileOf, ann: int) -> None:
    load(roll_file(OKONEDO, BROWN), "unison", "--allow-lapse", "100")

    def letters() -> int:
        return len(db.session.scalars(select(MailMessage.id).where(MailMessage.member_id == ann)).all())

    follow_rolls()
    follow_rolls()
    assert letters() == 1
    with clock.held(after_the_grace() - timedelta(days=2)):
        follow_rolls()
        follow_rolls()
        assert letters() == 2
    for message in db.session.scalars(select(MailMessage)):
        for word in ("union", "member", "Managers"):
            assert word not in (message.subject + message.text).lower()


def test_whoever_stands_on_another_roll_stays(roll_file: FileOf, ann: int) -> None:
    load(roll_file(SMITH.replace("1001", "77")), "fda")
    with unit_of_work():
        take_entry(db.session.scalar(select(RollEntry.id).where(RollEntry.source == "fda")), ann)
    done = load(roll_file(OKONEDO, BROWN))
    assert "0 of 1 active members are to lapse" in done.stdout
    with clock.held(after_the_grace()):
        follow_rolls()
        assert standing(ann) == "active"


def test_whoever_is_back_on_the_roll_comes_in_again_with_their_networks(roll_file: FileOf, ann: int) -> None:
    load(roll_file(OKONEDO, BROWN), "unison", "--allow-lapse", "100")
    with clock.held(after_the_grace()):
        follow_rolls()
        done = load(roll_file(SMITH, OKONEDO, BROWN))
        assert "1 back on it" in done.stdout
        follow_rolls()
        assert standing(ann) == "active"
    assert gone() == []


def test_whoever_is_back_within_the_grace_never_lapses(roll_file: FileOf, ann: int) -> None:
    load(roll_file(OKONEDO, BROWN), "unison", "--allow-lapse", "100")
    load(roll_file(SMITH, OKONEDO, BROWN))
    with clock.held(after_the_grace()):
        follow_rolls()
        assert standing(ann) == "active"


def test_a_roll_does_not_bring_back_whoever_was_suspended(ann: int) -> None:
    with unit_of_work():
        change_standing(ann, "suspended", "A reason.", None)
    follow_rolls()
    assert standing(ann) == "suspended"


def test_a_membership_that_is_not_paid_for_longer_than_the_grace_ends(roll_file: FileOf, ann: int) -> None:
    load(roll_file(SMITH.replace("2099", "2020"), OKONEDO, BROWN), "unison", "--allow-lapse", "100")
    assert gone() == ["Smith"]
    load(roll_file(SMITH, OKONEDO, BROWN))
    assert gone() == []


def test_more_leavers_than_allowed_change_nothing_until_somebody_confirms(roll_file: FileOf, ann: int) -> None:
    done = load(roll_file(OKONEDO.replace("london", "Wales"), BROWN))
    assert done.exit_code == 1
    assert "1 of 1 active members (100.0 %) would lapse" in done.stderr
    assert "--allow-lapse" in done.stderr
    assert gone() == []
    regions = select(RollEntry.region).where(RollEntry.surname == "Okonedo")
    assert db.session.scalar(regions) == "london"
    assert db.session.scalars(select(RollRow.line)).all() == []
    assert len(db.session.scalars(select(RollImport.id)).all()) == 1


def test_the_confirmation_is_on_record(roll_file: FileOf, ann: int) -> None:
    load(roll_file(OKONEDO, BROWN), "unison", "--allow-lapse", "100")
    notes = db.session.scalars(select(AuditEntry.note).where(AuditEntry.action == "roll.imported"))
    assert any("confirmed: up to 100 %" in note for note in notes)


def test_a_file_whose_last_row_is_broken_off_changes_nothing(roll_file: FileOf, ann: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes(roll_file(SMITH, OKONEDO, BROWN).read_bytes().rstrip()[:-30])
    done = load(path)
    assert done.exit_code == 1
    assert "broken off" in done.stderr
    assert gone() == []


@pytest.mark.parametrize(
    ("bad", "left"),
    [
        ("1001,Smith,Ann,ann@home.example,R0A,Narnia,Full,,", ["Brown"]),  # the number was read
        (",Smith,Ann,,,,,,", ["Brown"]),  # the surname may be hers
        ("Smith,1001,Ann,,,,,,", ["Brown"]),  # swapped
        (",,,ANN@home.example,,,,,", ["Brown"]),
        ("1001;Smith;Ann", ["Brown", "Smith"]),  # says nothing that can be read as hers…
        (",,,,R0A,North West,,,", []),  # nobody knows whom it means
        ('"', []),
        ("9,\x81\x8d\x81,,,,,,,", ["Brown", "Smith"]),
    ],
)
def test_nobody_goes_whom_a_row_that_cannot_be_read_may_mean(
    roll_file: FileOf, ann: int, bad: str, left: list[str]
) -> None:
    load(roll_file(bad, OKONEDO, encoding="latin-1"), "unison", "--allow-lapse", "100")
    assert gone() == left


def test_of_rows_with_one_number_none_is_applied_and_nobody_goes(roll_file: FileOf, ann: int) -> None:
    done = load(roll_file(SMITH, OKONEDO, BROWN, SMITH.replace("Ann", "Anna").replace("1001", "00-1 001")))
    assert done.exit_code == 0, done.output
    assert "line 2: the same number also stands in line 5" in done.stdout
    assert "line 5: the same number also stands in line 2" in done.stdout
    assert gone() == []
    names = select(RollEntry.first_name).where(RollEntry.surname == "Smith")
    assert db.session.scalar(names) == "Ann"


def test_another_region_on_the_roll_moves_the_member_in_the_same_step(
    app: Flask, roll_file: FileOf, ann: int, networks: dict[str, int]
) -> None:
    def regions() -> set[str]:
        query = select(Network.slug).join(NetworkMembership, NetworkMembership.network_id == Network.id)
        return set(db.session.scalars(query.where(NetworkMembership.member_id == ann, Network.kind == "regional")))

    assert regions() == {"north-west"}
    load(roll_file(SMITH.replace("North West", "London"), OKONEDO, BROWN))
    assert regions() == {"london"}
    assert db.session.scalar(select(Member.region).where(Member.id == ann)) == "london"


def test_an_entry_that_is_gone_proves_nothing(roll_file: FileOf, ann: int) -> None:
    load(roll_file(SMITH, OKONEDO))
    assert gone() == ["Brown"]
    entry = db.session.scalars(select(RollEntry).where(RollEntry.surname == "Brown")).one()
    assert why_no_code(entry, "Brown") == GONE


def test_what_a_killed_import_left_behind_is_swept_away(roll_file: FileOf, ann: int) -> None:
    staging.stage(open_roll(roll_file(OKONEDO), "unison"), actor=None)
    staging.sweep()
    assert len(db.session.scalars(select(RollRow.line)).all()) > 0
    with clock.held(clock.now() + staging.STAGED_FOR * 2):
        staging.sweep()
    assert db.session.scalars(select(RollRow.line)).all() == []
    assert gone() == []


def test_ones_own_page_says_when_access_ends_and_what_to_do(roll_file: FileOf, ann: int, app: Flask) -> None:
    client = app.test_client()
    enter(client, ann)
    assert "Your access ends" not in client.get("/me").text
    load(roll_file(OKONEDO, BROWN), "unison", "--allow-lapse", "100")
    page = client.get("/me").text
    assert "Your access ends" in page
    assert "Renew it with your union" in page


def test_a_file_that_was_compared_with_an_earlier_roll_is_not_applied(roll_file: FileOf, ann: int) -> None:
    staged = staging.stage(open_roll(roll_file(SMITH, OKONEDO, BROWN, name="first.csv"), "unison"), actor=None)
    load(roll_file(SMITH, OKONEDO, BROWN, "1004,New,,,,,,,"))
    with pytest.raises(applying.Outdated), unit_of_work():
        applying.apply(staged, actor=None)
