"""One's own page and membership: leaving by oneself, renewing, who took which step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import RollEntry, RollSource
from tests.support.persons import Person, facts_of, known, person
from tests.verification.members import WHY, owned, record_of

pytestmark = pytest.mark.usefixtures("networks")


@pytest.fixture
def officer(app: Flask) -> Person:
    return person(app, "Olu Officer", role="membership_officer")


@pytest.fixture
def ann(app: Flask) -> Person:
    return person(app, "Ann Example", region="north-west")


def test_leaving_asks_whether_it_is_still_the_member(ann: Person) -> None:
    with unit_of_work():
        before = clock.now() - timedelta(hours=1)
        db.session.execute(update(SignIn).values(created_at=before, confirmed_at=before))
    assert ann.post("/me/leave").status_code == 403
    assert facts_of(ann.id).standing == "active"


def test_who_has_left_is_signed_out_with_a_word_and_reads_nothing_more(ann: Person) -> None:
    answer = ann.post_and_follow("/me/leave")
    assert "Your account is closed, and you are signed out." in answer.text
    assert ann.get("/me").headers["Location"].startswith("/sign-in")


def test_where_to_renew_stands_on_the_page_of_who_has_lapsed_or_is_about_to(app: Flask, ann: Person) -> None:
    lapsed = person(app, "Lee Lapsed", standing="lapsed")
    with unit_of_work():
        db.session.add(RollSource(source="unison", name="UNISON", renew_url="https://renew.example/unison"))
        db.session.add(RollSource(source="fda", name="FDA", renew_url="https://renew.example/fda"))
    owned(ann)
    owned(lapsed, number="2", gone_at=clock.now())
    assert "renew.example" not in ann.get("/me").text
    with unit_of_work():
        db.session.execute(update(RollEntry).where(RollEntry.member_id == ann.id).values(gone_at=clock.now()))
    for who in (ann, lapsed):
        page = who.get("/me").text
        assert 'href="https://renew.example/unison"' in page
        assert "Renew with UNISON" in page
        assert "renew.example/fda" not in page


@pytest.mark.parametrize("standing", ["pending", "active", "lapsed", "suspended"])
def test_ones_own_page_offers_in_every_standing_the_data_and_the_way_out(app: Flask, standing: str) -> None:
    page = person(app, "Ann Example", standing=standing, cause="Because.").get("/me").text
    for part in ("/me/data.json", "/me/leave", "membership card" if standing != "active" else "active member"):
        assert part in page


def test_ones_own_page_says_who_took_each_step_without_naming_the_officer(
    app: Flask, officer: Person, ann: Person
) -> None:
    officer.post(f"{record_of(ann)}/do/suspend", **WHY)
    officer.post(f"{record_of(ann)}/do/reinstate", **WHY)
    assert facts_of(ann.id).standing == "active"
    page = " ".join(known(app, ann.email).get("/me").text.split())
    history = page.split("How it came about")[1].split("Who looked")[0]
    assert history.count("by the membership team") == 2
    assert "Olu Officer" not in history
