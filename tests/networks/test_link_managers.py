"""Link managers: appointed by officers, named to their own organisation alone, once they agree."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.networks import link_managers
from knowledge_exchange.networks.models import LinkManager
from knowledge_exchange.networks.organisation_queries import members_told
from tests.networks.employers import manages, network, settle, worker
from tests.support.persons import Person, person, visitor

pytestmark = pytest.mark.usefixtures("networks", "employers")
OFFICE = "/admin/organisations/AAA"


@pytest.fixture
def employers(in_app: None) -> None:
    settle()


@pytest.fixture
def officer(app: Flask, employers: None) -> Person:
    return person(app, "Olu Officer", role="officer")


@pytest.fixture
def lin(app: Flask, employers: None) -> Person:
    """A member of AAA, to be its link manager."""
    return worker(app, "Lin Manager", title="Ward manager")


def ask(officer: Person, who: Person, code: str = "AAA") -> int:
    return officer.post(f"/admin/organisations/{code}/link-managers", email=who.email).status_code


def answer(who: Person, word: str = "consent") -> int:
    number = db.session.scalar(
        select(LinkManager.id).where(LinkManager.member_id == who.id).order_by(LinkManager.id.desc())
    )
    return who.post(f"/me/link-manager/{number}", do=word).status_code


def shown(who: Person, code: str = "AAA") -> bool:
    page = who.get(f"/organisations/{code}")
    assert page.status_code == 200
    return "Lin Manager" in page.text


def test_an_officer_asks_the_member_agrees_and_is_named_to_their_organisation(
    app: Flask, officer: Person, lin: Person
) -> None:
    colleague = worker(app, "Cole League")
    assert ask(officer, lin) == 303
    assert not shown(colleague)
    assert "whether you would be the link manager of Trust AAA" in lin.get("/me").text
    assert "has not answered" in officer.get(OFFICE).text
    assert answer(lin) == 303
    page = colleague.get("/organisations/AAA").text
    assert "Lin Manager" in page
    assert "Ward manager" in page
    assert "You are its link manager" in lin.get("/me").text
    assert 'href="/organisations/AAA"' in colleague.get("/me").text
    assert 'href="/organisations/AAA"' in colleague.get("/networks").text


def test_the_page_exists_for_its_members_and_officers_alone(app: Flask, officer: Person, lin: Person) -> None:
    outsider, nowhere = worker(app, "Outi Sider", "DDD"), worker(app, "Nora Where", None)
    for stranger in (outsider, nowhere):
        there, not_there = stranger.get("/organisations/AAA"), stranger.get("/organisations/ZZZ")
        assert there.status_code == not_there.status_code == 404
        assert "AAA" not in there.text.replace("/organisations/AAA", "")
    for role in ("membership_officer", "administrator"):
        assert person(app, f"An {role}", role=role).get("/organisations/AAA").status_code == 200
    assert officer.get("/organisations/AAA").status_code == 200
    assert officer.get("/organisations/ZZZ").status_code == 404
    for standing in ("pending", "lapsed", "suspended"):
        former = worker(app, f"For {standing}", standing=standing)
        assert former.get("/organisations/AAA").headers["Location"] == "/me"
    assert visitor(app).get("/organisations/AAA").status_code == 302


def test_the_mail_says_nothing_of_union_organisation_or_office(officer: Person, lin: Person) -> None:
    ask(officer, lin)
    letter = db.session.execute(select(MailMessage.recipient, MailMessage.subject, MailMessage.text)).one()
    assert letter.recipient == lin.email
    for word in ("union", "link manager", "Trust", "AAA", "organisation", "officer"):
        assert word.lower() not in (letter.subject + letter.text).lower()


@pytest.mark.parametrize("role", ["officer", "membership_officer", "administrator"])
def test_nobody_appoints_themselves_nor_somebody_of_elsewhere(app: Flask, role: str) -> None:
    officer = worker(app, "Olu Self", role=role)
    elsewhere, gone = worker(app, "Else Where", "DDD"), worker(app, "Gone Since", standing="lapsed")
    pages = []
    for who in (officer, elsewhere, gone):
        page = officer.post(f"{OFFICE}/link-managers", email=who.email)
        assert page.status_code == 422
        pages.append("No other active member of this organisation" in page.text)
    pages.append("No other active" in officer.post(f"{OFFICE}/link-managers", email="nobody@home.example").text)
    assert pages == [True] * 4
    assert db.session.scalars(select(LinkManager.id)).all() == []


def test_who_is_looked_up_reads_by_whom_and_why(app: Flask, officer: Person) -> None:
    elsewhere = worker(app, "Else Where", "DDD")
    ask(officer, elsewhere)
    page = elsewhere.get("/me").text
    assert "Olu Officer" in page
    assert "to ask you to be link manager" in page


def test_members_do_not_find_the_offices_pages(lin: Person) -> None:
    for path in ("/admin/organisations", OFFICE, "/admin/organisations/ZZZ"):
        assert lin.get(path).status_code == 404
    assert ask(lin, lin) == 404


def test_asking_twice_changes_nothing(officer: Person, lin: Person) -> None:
    assert [ask(officer, lin), ask(officer, lin)] == [303, 422]
    assert manages(lin) == [(False, "")]


@pytest.mark.parametrize(("agreed", "cause"), [(False, "declined"), (True, "given_up")])
def test_a_member_declines_or_gives_it_up(app: Flask, officer: Person, lin: Person, agreed: bool, cause: str) -> None:
    ask(officer, lin)
    if agreed:
        answer(lin)
    assert answer(lin, "give-up") == 303
    assert not shown(officer)
    assert manages(lin) == [(agreed, cause)]
    assert [answer(lin), answer(lin, "give-up")] == [404, 404]
    assert ask(officer, lin) == 303  # may be asked again


def test_nobody_answers_for_another(app: Flask, officer: Person, lin: Person) -> None:
    ask(officer, lin)
    other = worker(app, "Other One")
    number = db.session.scalar(select(LinkManager.id))
    for word in ("consent", "give-up"):
        assert other.post(f"/me/link-manager/{number}", do=word).status_code == 404
    assert lin.post(f"/me/link-manager/{number}", do="anything").status_code == 400
    assert manages(lin) == [(False, "")]


def test_an_officer_dismisses_but_not_themselves(app: Flask, officer: Person, lin: Person) -> None:
    both = worker(app, "Both Hats", role="officer")
    assert [ask(officer, lin), ask(officer, both)] == [303, 303]
    answer(lin)
    rows = {row.member_id: row.id for row in db.session.execute(select(LinkManager.id, LinkManager.member_id))}
    assert both.post(f"{OFFICE}/link-managers/{rows[both.id]}").status_code == 404
    assert both.post(f"/admin/organisations/DDD/link-managers/{rows[lin.id]}").status_code == 404
    assert both.post(f"{OFFICE}/link-managers/{rows[lin.id]}").status_code == 303
    assert not shown(officer)
    assert manages(lin) == [(True, "dismissed")]
    assert "dismissed by an officer" in officer.get(OFFICE).text


@pytest.mark.parametrize("standing", ["lapsed", "suspended", "left"])
def test_whoever_loses_standing_disappears_at_once_and_does_not_come_back_with_it(
    app: Flask, officer: Person, lin: Person, standing: str
) -> None:
    ask(officer, lin)
    answer(lin)
    with unit_of_work():
        change_standing(lin.id, standing, "For a test.", None)
    assert not shown(officer)
    assert manages(lin) == [(True, "standing")]
    with unit_of_work() as work:
        work.execute(update(Member).where(Member.id == lin.id).values(standing="active"))
    assert not shown(officer)


def test_whoever_moves_disappears_at_once_before_the_row_is_ended(app: Flask, officer: Person, lin: Person) -> None:
    ask(officer, lin)
    answer(lin)
    with unit_of_work() as work:
        work.execute(update(Member).where(Member.id == lin.id).values(organisation_code="DDD"))
    assert not shown(officer)
    assert "Lin Manager" not in officer.get(OFFICE).text
    assert lin.get("/organisations/AAA").status_code == 404
    with unit_of_work():
        link_managers.end_of_movers()
    assert manages(lin) == [(True, "moved")]


def test_every_act_is_on_record(officer: Person, lin: Person) -> None:
    ask(officer, lin)
    answer(lin)
    answer(lin, "give-up")
    rows = db.session.execute(
        select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id)
        .where(AuditEntry.action.like("link_manager.%"))
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("link_manager.sought", officer.id, lin.id),
        ("link_manager.appointed", officer.id, lin.id),
        ("link_manager.consented", lin.id, lin.id),
        ("link_manager.ended", lin.id, lin.id),
    ]


def test_it_stands_in_ones_own_data_without_who_decided(officer: Person, lin: Person) -> None:
    ask(officer, lin)
    (row,) = everything_about(lin.id)["link_manager"]
    assert row["organisation_code"] == "AAA"
    assert "appointed_by" not in row


def test_how_many_work_there_is_told_in_round_numbers_and_of_few_not_at_all(app: Flask, officer: Person) -> None:
    for number in range(9):
        worker(app, f"Member {number}")
    assert members_told("AAA") == 0
    assert "fewer than ten" in officer.get(OFFICE).text
    for number in range(4):
        worker(app, f"Another {number}")
    assert members_told("AAA") == 10
    assert "about 10" in officer.get(OFFICE).text


def test_an_organisation_is_found_by_code_and_by_words_of_its_name(officer: Person) -> None:
    for text in ("aaa", "trust aaa", "AAA TRUST"):
        assert OFFICE in officer.get("/admin/organisations", query_string={"q": text}).text
    for text in ("%", "trust ddd nowhere"):
        assert "No organisation has" in officer.get("/admin/organisations", query_string={"q": text}).text


def test_the_organisations_network_is_shown_to_who_may_know_of_it(app: Flask, officer: Person, lin: Person) -> None:
    network("AAA")
    ann = worker(app, "Ann Inside")
    assert 'href="/n/trust-aaa"' in ann.get("/organisations/AAA").text
    assert "trust-aaa" not in officer.get("/organisations/AAA").text
