"""The office's page of invitations, as officers and as others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core import clock
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.inviting import invitations
from knowledge_exchange.verification.inviting import pages as invitation_pages
from tests.support.persons import Person, person
from tests.verification.claiming import entry, letters
from tests.verification.inviting import run

pytestmark = pytest.mark.usefixtures("networks")
PAGE = "/admin/invitations"
UNISON = f"{PAGE}?source=unison"


@pytest.fixture
def officer(app: Flask) -> Person:
    return person(app, "Olu Officer", role="membership_officer")


def test_the_page_tells_how_many_before_anything_starts(officer: Person) -> None:
    entry("1", email="a@roll.example")
    entry("2", email="b@roll.example", region="wales")
    entry("3", email="")
    page = officer.get(UNISON)
    assert "2 letters would be written" in page.text
    assert "3 people stand on this part" in page.text
    assert "1 letter would be written" in officer.get(f"{UNISON}&region=wales&category=retired").text
    assert run().id is None


def test_giving_word_is_on_record_and_the_job_writes(officer: Person) -> None:
    entry("1", email="a@roll.example")
    page = officer.post_and_follow(PAGE, source="unison", region="", category="")
    assert "0 of 1 written" in page.text
    assert "being written" in page.text
    [entry_] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "invitations.started")).all()
    assert (entry_.actor_id, entry_.note) == (officer.id, "unison, 1 people")
    invitations.invite_waiting()
    assert len(letters()) == 1
    page = officer.get(PAGE)
    assert "1 of 1 written" in page.text
    assert "all written" in page.text
    assert "Olu Officer" in page.text


def test_a_run_is_stopped_by_its_button(officer: Person) -> None:
    entry("1", email="a@roll.example")
    officer.post(PAGE, source="unison", region="", category="")
    path = f"{PAGE}/{run().id}/stop"
    assert path in officer.get(PAGE).text
    assert "Stopped. What was written" in officer.post_and_follow(path).text
    invitations.invite_waiting()
    assert letters() == []
    assert "There was nothing to stop" in officer.post_and_follow(path).text
    assert officer.post(f"{PAGE}/nonsense/stop").status_code == 404


def test_where_there_is_nobody_to_write_to_nothing_starts(officer: Person) -> None:
    page = officer.post_and_follow(PAGE, source="unison", region="", category="")
    assert "nothing was started" in page.text
    assert run().id is None


@pytest.mark.parametrize("wrong", [{"source": "x"}, {"region": "narnia"}, {"category": "wizard"}])
def test_a_choice_that_there_is_not_is_refused(officer: Person, wrong: dict[str, str]) -> None:
    fields = {"source": "unison", "region": "", "category": "", **wrong}
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    for answer in (officer.post(PAGE, **fields), officer.get(f"{PAGE}?{query}")):
        assert answer.status_code == invitation_pages.BAD_INPUT
    assert run().id is None


def test_starting_asks_whether_it_is_still_the_officer(app: Flask, officer: Person) -> None:
    entry("1", email="a@roll.example")
    with clock.held(now() + timedelta(hours=2)):
        answer = officer.post(PAGE, source="unison", region="", category="")
    assert answer.status_code == 403
    assert run().id is None


@pytest.mark.parametrize("role", ["member", "officer"])
def test_for_other_members_there_is_no_such_page(app: Flask, role: str) -> None:
    entry("1", email="a@roll.example")
    other = person(app, "Mo Member", role=role)
    answers = (other.get(PAGE), other.post(PAGE, source="unison"), other.post(f"{PAGE}/1/stop"))
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert run().id is None


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_officers_without_standing_are_sent_to_their_own_page(app: Flask, standing: str) -> None:
    other = person(app, "Olu Gone", role="membership_officer", standing=standing)
    assert other.get(PAGE).headers["Location"] == "/me"


def test_the_office_says_what_is_at_work(officer: Person) -> None:
    entry("1", email="a@roll.example")
    assert "Invitations" in officer.get("/admin").text
    officer.post(PAGE, source="unison", region="", category="")
    assert "One run is being written." in officer.get("/admin").text
