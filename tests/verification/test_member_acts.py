"""What officers do with one account: by whom, with which reasons, and what comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from knowledge_exchange.auth.factors_models import Passkey
from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from tests.support.persons import Person, facts_of, person
from tests.verification.members import WHY, acts_on_record, record_of

pytestmark = pytest.mark.usefixtures("networks")


@pytest.fixture
def officer(app: Flask) -> Person:
    return person(app, "Olu Officer", role="membership_officer")


@pytest.fixture
def ann(app: Flask) -> Person:
    return person(app, "Ann Example", region="north-west")


def test_an_act_needs_both_a_chosen_reason_and_words(officer: Person, ann: Person) -> None:
    path = f"{record_of(ann)}/do/suspend"
    for form in ({}, {"chosen": "rules"}, {"words": "A reason."}, {"chosen": "no such", "words": "x"}):
        answer = officer.post(path, **form)
        assert (answer.status_code, "needs a correction" in answer.text or "need a correction" in answer.text) == (
            422,
            True,
        )
        assert form.get("words", "") in answer.text
    assert officer.post(path, chosen="rules", words="x" * 501).status_code == 422
    assert facts_of(ann.id).standing == "active"
    officer.post(path, chosen="rules", words=" You named\n a colleague. ")
    assert facts_of(ann.id).standing_cause == "The rules of the exchange were broken. You named a colleague."


def test_nobody_decides_about_themselves_or_an_administrator(app: Flask, officer: Person) -> None:
    admin = person(app, "Ada Admin", role="administrator")
    assert "Nobody decides about themselves" in officer.get(record_of(officer)).text
    assert "another administrator looks after it" in officer.get(record_of(admin)).text
    for whom in (officer, admin):
        for act in ("suspend", "close", "sign-out", "reset-link", "reset-factors", "role"):
            assert officer.get(f"{record_of(whom)}/do/{act}").status_code == 404
            assert officer.post(f"{record_of(whom)}/do/{act}", role="member", **WHY).status_code == 404
    assert (facts_of(admin.id).standing, facts_of(officer.id).standing) == ("active", "active")
    assert officer.get("/networks").status_code == 200


def test_an_account_that_changed_meanwhile_is_looked_at_again(app: Flask, officer: Person, ann: Person) -> None:
    second = person(app, "Second Officer", role="membership_officer")
    assert officer.get(f"{record_of(ann)}/do/suspend").status_code == 200
    second.post(f"{record_of(ann)}/do/suspend", **WHY)
    assert officer.post(f"{record_of(ann)}/do/suspend", **WHY).status_code == 404
    assert len(acts_on_record("standing.changed")) == 1


def test_signing_somebody_out_everywhere_ends_their_sign_ins_and_no_others(officer: Person, ann: Person) -> None:
    answer = officer.post_and_follow(f"{record_of(ann)}/do/sign-out", **WHY)
    assert "Done: “Sign out everywhere”" in answer.text
    assert db.session.scalars(select(SignIn.member_id)).all() == [officer.id]
    assert acts_on_record("member.sign-out") == [(officer.id, ann.id, "A reason.")]


def test_the_link_for_a_new_password_goes_to_the_accounts_address_and_is_not_shown(
    officer: Person, ann: Person
) -> None:
    answer = officer.post_and_follow(f"{record_of(ann)}/do/reset-link", **WHY)
    assert "/reset/" not in answer.text
    [letter] = db.session.scalars(select(MailMessage).where(MailMessage.recipient == ann.email))
    assert "/reset/" in letter.text
    assert acts_on_record("member.reset-link") == [(officer.id, ann.id, "A reason.")]


def test_second_factors_are_taken_away_and_their_owner_told(officer: Person, ann: Person) -> None:
    assert "reset-factors" not in officer.get(record_of(ann)).text
    with unit_of_work():
        key = {"credential_id": b"1", "public_key": b"2", "sign_count": 0, "name": "A key"}
        db.session.add(Passkey(member_id=ann.id, **key))
    assert "reset-factors" in officer.get(record_of(ann)).text
    officer.post(f"{record_of(ann)}/do/reset-factors", **WHY)
    assert db.session.scalar(select(func.count()).select_from(Passkey)) == 0
    assert acts_on_record("factor.reset") == [(officer.id, ann.id, "1 removed")]
    [letter] = db.session.scalars(select(MailMessage).where(MailMessage.recipient == ann.email))
    assert letter.subject == "How you sign in has changed"


def test_an_administrator_gives_an_office_and_the_sign_ins_under_the_old_one_end(app: Flask, ann: Person) -> None:
    admin = person(app, "Ada Admin", role="administrator")
    path = f"{record_of(ann)}/do/role"
    assert admin.post(path, role="king", **WHY).status_code == 422
    assert admin.post(path, role="membership_officer", **WHY).status_code == 303
    assert facts_of(ann.id).role == "membership_officer"
    assert acts_on_record("role.changed") == [(admin.id, ann.id, "member > membership_officer: A reason.")]
    assert ann.get("/networks").headers["Location"].startswith("/sign-in")


def test_an_act_asks_whether_it_is_still_the_officer_and_goes_on_with_the_form(app: Flask, ann: Person) -> None:
    old = person(app, "Olu Officer", role="membership_officer")
    with unit_of_work():
        before = clock.now() - timedelta(hours=1)
        stale = update(SignIn).where(SignIn.member_id == old.id)
        db.session.execute(stale.values(created_at=before, confirmed_at=before))
    answer = old.post(f"{record_of(ann)}/do/suspend", **WHY)
    assert answer.status_code == 403
    assert "A reason." in answer.text
    assert facts_of(ann.id).standing == "active"
