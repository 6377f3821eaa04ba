"""Organisations that are merged: their members follow, with region, networks and link managers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.cli.organisations import group
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.networks import actions, automatic, link_managers, mergers
from knowledge_exchange.networks.mergers import CannotMerge, current_code, merge
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.verification.claims.actions import make_member
from knowledge_exchange.verification.models import RollEntry
from tests.networks.employers import manages, network, origin, settle, worker
from tests.networks.visiting import inside
from tests.support.persons import facts_of, person

pytestmark = pytest.mark.usefixtures("networks", "employers")


@pytest.fixture
def employers(in_app: None) -> None:
    settle()


def merged(old: str, new: str, on: date | None = None) -> None:
    with unit_of_work():
        merge(old, new, on=on, actor=None)


def test_members_follow_with_region_and_networks(app: Flask) -> None:
    ann = worker(app, "Ann", "BBB")
    merged("BBB", "CCC")
    assert (facts_of(ann.id).organisation_code, facts_of(ann.id).region) == ("CCC", "london")
    assert inside(ann.id) == {"london", "national", "ask-an-officer"}


def test_whose_roll_says_another_region_than_the_organisations_keeps_it(app: Flask) -> None:
    ann = worker(app, "Ann", "BBB", region="scotland")
    merged("BBB", "CCC")
    assert (facts_of(ann.id).organisation_code, facts_of(ann.id).region) == ("CCC", "scotland")


def test_everybody_follows_over_as_many_mergers_as_there_are(app: Flask) -> None:
    ann, bea, cyd = (worker(app, name, code) for name, code in (("Ann", "AAA"), ("Bea", "BBB"), ("Cyd", "CCC")))
    merged("AAA", "BBB")
    merged("BBB", "CCC")
    assert [facts_of(who.id).organisation_code for who in (ann, bea, cyd)] == ["CCC", "CCC", "CCC"]
    assert [current_code(code) for code in ("AAA", "BBB", "CCC", "DDD", "ZZZ")] == ["CCC", "CCC", "CCC", "DDD", None]


def test_the_order_in_which_mergers_become_known_does_not_matter(app: Flask) -> None:
    ann = worker(app, "Ann", "AAA")
    merged("BBB", "CCC")
    merged("AAA", "BBB")
    assert facts_of(ann.id).organisation_code == "CCC"
    assert mergers.current_codes() == {"AAA": "CCC", "BBB": "CCC", "CCC": "CCC", "DDD": "DDD"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("CCC", "AAA", "was merged into"),  # the way back over two mergers
        ("AAA", "AAA", "into itself"),
        ("AAA", "ZZZ", "no organisation ZZZ"),
        ("ZZZ", "AAA", "no organisation ZZZ"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(old: str, new: str, words: str) -> None:
    merged("AAA", "BBB")
    merged("BBB", "CCC")
    with pytest.raises(CannotMerge, match=words):
        merged(old, new)
    db.session.rollback()
    assert mergers.successors() == {"AAA": "BBB", "BBB": "CCC"}


def test_a_merger_of_tomorrow_waits_until_then() -> None:
    with pytest.raises(CannotMerge, match="not come yet"):
        merged("AAA", "BBB", now().date() + timedelta(days=1))


def test_a_loop_that_is_there_all_the_same_ends() -> None:
    assert mergers.follow("AAA", {"AAA": "BBB", "BBB": "AAA"}) == "BBB"


def test_a_network_becomes_the_successors_where_that_has_none(app: Flask) -> None:
    ours = network("AAA")
    ann = worker(app, "Ann", "AAA")
    merged("AAA", "BBB")
    assert origin(ann, ours) == "automatic"
    assert origin(worker(app, "Bea", "BBB"), ours) == "automatic"


def test_members_move_into_the_network_that_the_successor_has(app: Flask) -> None:
    ours, theirs = network("AAA"), network("BBB")
    ann, guest = worker(app, "Ann", "AAA"), worker(app, "Gus Guest", "DDD")
    gone = worker(app, "Sue Suspended", "AAA", standing="suspended")
    with unit_of_work():
        actions.add_member(guest.id, ours, origin="invited")
    assert ann.get("/n/trust-aaa").status_code == 200
    merged("AAA", "BBB")
    assert (origin(ann, ours), origin(ann, theirs)) == (None, "automatic")
    assert (origin(guest, ours), origin(guest, theirs)) == ("invited", None)
    assert origin(gone, theirs) is None
    assert ann.get("/n/trust-aaa").status_code == 404
    assert ann.get("/n/trust-bbb").status_code == 200


def test_whoever_lost_standing_does_not_keep_the_old_network_for_their_return(app: Flask) -> None:
    ours = network("AAA")
    network("BBB")
    ann = worker(app, "Ann", "AAA")
    assert origin(ann, ours) == "automatic"
    with unit_of_work() as work:
        work.get_one(Member, ann.id).standing = "lapsed"
    merged("AAA", "BBB")
    assert origin(ann, ours) is None


def test_link_managers_are_asked_again(app: Flask) -> None:
    ann, ben = worker(app, "Ann", "AAA"), worker(app, "Ben", "AAA")
    officer = person(app, "Olu", role="officer")
    with unit_of_work():
        for who in (ann, ben):
            link_managers.appoint("AAA", who.id, actor=officer.id)
    ann.post(f"/me/link-manager/{link_managers.mine(ann.id)[0].id}", do="consent")
    merged("AAA", "BBB")
    assert manages(ann) == [(True, "merged")]
    assert manages(ann, "BBB") == manages(ben, "BBB") == [(False, "")]
    assert link_managers.named("BBB") == []
    letters = db.session.scalars(select(MailMessage.recipient).order_by(MailMessage.id)).all()
    assert sorted(letters) == sorted([ann.email, ben.email] * 2)


def test_a_failure_half_way_leaves_everything_as_it_was(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = worker(app, "Ann", "AAA")
    before = inside(ann.id)

    def fail(*_given: object) -> None:
        raise RuntimeError("no room left")

    monkeypatch.setattr(automatic, "join_of_members", fail)
    with pytest.raises(RuntimeError):
        merged("AAA", "CCC")
    db.session.rollback()
    assert (facts_of(ann.id).organisation_code, facts_of(ann.id).region) == ("AAA", "north-west")
    assert inside(ann.id) == before
    assert mergers.successors() == {}


def test_a_roll_that_names_the_old_code_leads_to_the_new_organisation(app: Flask) -> None:
    merged("AAA", "BBB")
    merged("BBB", "CCC")
    ann = person(app, "Ann", standing="pending")
    facts = {"surname": "Ann", "first_name": "A", "region": "london", "ods_code": "AAA", "category": "Retired-Member"}
    with unit_of_work() as work:
        work.add(RollEntry(source="fda", number_hash="1", number_tail="01", **facts))
        work.flush()
        entry = work.execute(select(*(getattr(RollEntry, name) for name in facts))).one()
        make_member(ann.id, entry, "for a test", actor=None)
    assert (facts_of(ann.id).organisation_code, facts_of(ann.id).category) == ("CCC", "retired")
    assert db.session.scalar(select(RollEntry.ods_code)) == "AAA"


def test_the_command_merges_and_says_why_it_does_not(app: Flask) -> None:
    ann = worker(app, "Ann", "AAA")
    done = CliRunner().invoke(group, ["merge", "aaa", "BBB", "--on", "2026-04-01"])
    assert (done.exit_code, done.output) == (0, "AAA was merged into BBB. Its members have moved.\n")
    assert facts_of(ann.id).organisation_code == "BBB"
    row = db.session.get_one(Organisation, "AAA")
    assert (row.closed_on, row.successor_code) == (date(2026, 4, 1), "BBB")
    assert db.session.scalar(select(AuditEntry.note).where(AuditEntry.action == "organisation.merged")) == "AAA > BBB"
    db.session.rollback()
    refused = CliRunner().invoke(group, ["merge", "BBB", "AAA"])
    assert refused.exit_code == 1
    assert "Nothing was changed." in refused.output


@pytest.mark.parametrize("role", ["membership_officer", "administrator"])
def test_officers_of_membership_merge_on_the_page_and_national_ones_do_not(app: Flask, role: str) -> None:
    officer, national = person(app, "Mel", role=role), person(app, "Nat", role="officer")
    assert "Move its members" in officer.get("/admin/organisations/AAA").text
    assert "Move its members" not in national.get("/admin/organisations/AAA").text
    assert national.post("/admin/organisations/AAA/merge", successor="BBB").status_code == 404
    assert officer.post("/admin/organisations/AAA/merge", successor="AAA").status_code == 422
    assert mergers.successors() == {}
    assert officer.post("/admin/organisations/AAA/merge", successor=" bbb ", on="2026-04-01").status_code == 303
    assert mergers.successors() == {"AAA": "BBB"}
    assert "Trust BBB" in national.get("/admin/organisations/AAA").text
