"""A roll that says another region, organisation or category: its members move, networks and all, or nobody does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import automatic, link_managers
from knowledge_exchange.networks.mergers import merge
from knowledge_exchange.notifications.models import NetworkLevel
from knowledge_exchange.realtime.models import LiveEvent
from knowledge_exchange.verification.matching import normal_number, number_hash, number_tail
from knowledge_exchange.verification.models import RollEntry, RollImport
from knowledge_exchange.verification.rolls import applying, categories, staging
from knowledge_exchange.verification.rolls.file import open_roll
from tests.networks.employers import manages, network, origin, settle, worker
from tests.networks.visiting import inside
from tests.support.persons import Person, Statements, facts_of, person

pytestmark = pytest.mark.usefixtures("networks", "employers")
FileOf = Callable[..., Path]
SHORT = "membership_number,surname,ods_code,region,category"


@pytest.fixture
def employers(in_app: None) -> None:
    settle()


def on_roll(who: Person, number: str, code: str = "AAA", category: str = "full") -> Person:
    """Put somebody who is a member already on the roll, as they are."""
    normal = normal_number(number)
    hashed = {"number_hash": number_hash("unison", normal), "number_tail": number_tail(normal)}
    facts = {"surname": "Smith", "ods_code": code, "region": "north-west", "category": category}
    with unit_of_work() as work:
        work.add(RollEntry(source="unison", member_id=who.id, **hashed, **facts))
    return who


def stage(path: Path) -> int:
    db.session.rollback()
    return staging.stage(open_roll(path, "unison"), actor=None)


def load(path: Path) -> None:
    import_id = stage(path)
    with unit_of_work():
        applying.apply(import_id, actor=None)


def moved(number: int = 0, code: str = "CCC", region: str = "London", category: str = "full") -> str:
    return f"{1001 + number},Smith,{code},{region},{category}"


def test_another_region_and_organisation_move_the_networks_too(app: Flask, roll_file: FileOf) -> None:
    ours, theirs = network("AAA"), network("CCC")
    ann = on_roll(worker(app, "Ann"), "1001")
    officer = person(app, "Olu", role="officer")
    with unit_of_work() as work:
        link_managers.appoint("AAA", ann.id, actor=officer.id)
        work.add(NetworkLevel(member_id=ann.id, network_id=ours, level="watching"))
    assert inside(ann.id) == {"north-west", "national", "ask-an-officer", "trust-aaa"}
    load(roll_file(moved(), header=SHORT))
    assert inside(ann.id) == {"london", "national", "ask-an-officer", "trust-ccc"}
    assert (facts_of(ann.id).region, facts_of(ann.id).organisation_code) == ("london", "CCC")
    assert origin(ann, theirs) == "automatic"
    assert manages(ann) == [(False, "moved")]
    assert db.session.scalars(select(NetworkLevel).where(NetworkLevel.member_id == ann.id)).all() == []
    left = select(LiveEvent.network_id).where(LiveEvent.kind == "left", LiveEvent.member_id == ann.id)
    assert ours in db.session.scalars(left).all()


@pytest.mark.parametrize("step", ["take_out", "join_of_members"])
def test_a_failure_in_the_middle_leaves_all_as_it_was(
    app: Flask, roll_file: FileOf, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    network("AAA")
    ann = on_roll(worker(app, "Ann"), "1001")
    before = inside(ann.id)
    import_id = stage(roll_file(moved(), header=SHORT))

    def fail(*_given: object) -> None:
        raise RuntimeError("no room left")

    monkeypatch.setattr(automatic, step, fail)
    with pytest.raises(RuntimeError), unit_of_work():
        applying.apply(import_id, actor=None)
    db.session.rollback()
    assert inside(ann.id) == before
    assert (facts_of(ann.id).region, facts_of(ann.id).organisation_code) == ("north-west", "AAA")
    assert db.session.scalar(select(RollEntry.ods_code)) == "AAA"
    assert db.session.scalar(select(RollImport.applied_at)) is None
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "roll.imported")) == 0


def test_whoever_left_a_network_by_themselves_is_not_put_in_by_another_change(app: Flask, roll_file: FileOf) -> None:
    ann = on_roll(worker(app, "Ann"), "1001")
    ann.post("/n/national/leave")
    load(roll_file(moved(), header=SHORT))
    assert inside(ann.id) == {"london", "ask-an-officer"}


def test_a_code_that_was_merged_leads_to_the_successor_and_an_unknown_one_changes_nothing(
    app: Flask, roll_file: FileOf
) -> None:
    with unit_of_work():
        merge("CCC", "DDD", actor=None)
    ann, bea = (on_roll(worker(app, name), number) for name, number in (("Ann", "1001"), ("Bea", "1002")))
    load(roll_file(moved(), moved(1, code="ZZZ"), header=SHORT))
    assert [facts_of(who.id).organisation_code for who in (ann, bea)] == ["DDD", "AAA"]
    assert db.session.scalars(select(RollEntry.ods_code).order_by(RollEntry.id)).all() == ["CCC", "ZZZ"]


def test_another_category_moves_the_rights_and_the_networks_and_unknown_words_are_told(
    app: Flask, roll_file: FileOf
) -> None:
    ann, bea = (on_roll(worker(app, name), number) for name, number in (("Ann", "1001"), ("Bea", "1002")))
    lines = moved(category="RETIRED MEMBER"), moved(1, category="Emeritus"), moved(2, category="emeritus")
    import_id = stage(roll_file(*lines, header=SHORT))
    assert categories.unknown_in(import_id) == {"emeritus": 2}
    with unit_of_work():
        applying.apply(import_id, actor=None)
    assert [facts_of(who.id).category for who in (ann, bea)] == ["retired", "full"]


def test_a_file_without_a_column_for_the_category_changes_nobodys(app: Flask, roll_file: FileOf) -> None:
    ann = on_roll(worker(app, "Ann", category="retired"), "1001", category="retired")
    load(roll_file("1001,Smith,CCC", header="membership_number,surname,ods_code"))
    assert (facts_of(ann.id).category, facts_of(ann.id).organisation_code) == ("retired", "CCC")


@pytest.mark.parametrize("standing", ["suspended", "lapsed"])
def test_who_has_no_standing_moves_out_but_comes_in_only_on_their_return(
    app: Flask, roll_file: FileOf, standing: str
) -> None:
    ann = on_roll(worker(app, "Ann"), "1001")
    with unit_of_work() as work:
        work.get_one(Member, ann.id).standing = standing
    load(roll_file(moved(), header=SHORT))
    assert inside(ann.id) == {"national", "ask-an-officer"}
    assert facts_of(ann.id).region == "london"


def test_the_statements_do_not_grow_with_those_who_move(app: Flask, roll_file: FileOf) -> None:
    network("AAA")
    network("CCC")
    people = [on_roll(worker(app, f"Member {number}"), str(1001 + number)) for number in range(7)]

    def statements(*lines: str) -> int:
        stay = [f"{1001 + number},Smith,AAA,North West,full" for number in range(7)]
        import_id = stage(roll_file(*lines, *stay[len(lines) :], header=SHORT))
        with Statements(app) as said, unit_of_work():
            applying.apply(import_id, actor=None)
        return len(said.sent)

    one = statements(moved())
    assert statements(*(moved(number) for number in range(7))) <= one
    assert {facts_of(who.id).region for who in people} == {"london"}
