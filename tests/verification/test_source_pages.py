"""The page of a source of rolls: who reads it, who changes it, what it never shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import unseal
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import RollImport, RollSource
from knowledge_exchange.verification.pulling import state as pull_state
from knowledge_exchange.verification.pulling.source_settings import Changes, change
from tests.support.persons import Person, person

pytestmark = pytest.mark.usefixtures("networks")

PATH = "/admin/rolls/sources/unison"
URL = "https://registry.example/roll"
TOKEN = "never-to-be-shown"
FORM = {"name": "UNISON", "renew_url": "https://join.example/", "kind": "https", "url": URL, "every_hours": "12"}


@pytest.fixture
def source(networks: dict[str, int]) -> None:
    """``unison`` is pulled, and has just been tried."""
    with unit_of_work():
        change("unison", Changes(name="UNISON", kind="https", url=URL, token=TOKEN), actor=None)
        pull_state.note("unison", pull_state.FAILED, "The token was refused (401).")


@pytest.fixture
def administrator(app: Flask) -> Person:
    return person(app, "Ada Admin", role="administrator")


def row() -> RollSource:
    db.session.rollback()
    return db.session.scalars(select(RollSource)).one()


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("role", ["membership_officer", "administrator"])
def test_officers_read_what_is_set_and_what_came_of_it(app: Flask, role: str) -> None:
    page = person(app, "Olu Officer", role=role).get(PATH)
    assert page.status_code == 200
    for words in ("UNISON", URL, "The token was refused (401).", "failed once", "set, and shown to nobody", "Pull now"):
        assert words in page.text
    assert TOKEN not in page.text
    assert ("Change this" in page.text) == (role == "administrator")


@pytest.mark.usefixtures("source")
def test_what_was_pulled_is_listed_and_what_waits_leads_to_its_preview(app: Flask) -> None:
    facts = {"source": "unison", "origin": "pull", "added": 7, "changed": 0, "unreadable": 0}
    with unit_of_work() as work:
        work.add(RollImport(id=7001, state="applied", applied_at=now(), **facts))
        work.add(RollImport(id=7002, state="ready", **facts))
    page = person(app, "Olu Officer", role="membership_officer").get(PATH).text
    assert "A roll that was pulled waits for your word." in page
    assert 'href="/admin/rolls/7001"' in page
    assert 'href="/admin/rolls/7002"' in page
    assert "Pull now" not in page


@pytest.mark.usefixtures("source")
def test_while_it_is_pulled_it_says_so(app: Flask) -> None:
    with unit_of_work():
        pull_state.make_due("unison", actor=None)
    pull_state.claim("unison")
    page = person(app, "Olu Officer", role="membership_officer").get(PATH).text
    assert "it is being pulled now" in page
    assert "Pull now" not in page


@pytest.mark.usefixtures("source")
def test_others_find_no_such_page(app: Flask) -> None:
    member = person(app, "Mo Member")
    for answer in (member.get(PATH), member.get(PATH + "/change"), member.post(PATH), member.post(PATH + "/change")):
        assert answer.status_code == 404


@pytest.mark.usefixtures("source")
def test_a_membership_officer_changes_nothing(app: Flask) -> None:
    officer = person(app, "Olu Officer", role="membership_officer")
    assert officer.get(PATH + "/change").status_code == 404
    assert officer.post(PATH + "/change", **FORM).status_code == 404
    assert row().pull_every_hours == 24


def test_a_source_that_nobody_knows_has_no_page(administrator: Person) -> None:
    for path in ("/admin/rolls/sources/nobody", "/admin/rolls/sources/No%20Name", "/admin/rolls/sources/nobody/change"):
        assert administrator.get(path).status_code == 404


@pytest.mark.usefixtures("source")
def test_pulling_now_makes_it_due_and_is_on_record(app: Flask) -> None:
    officer = person(app, "Olu Officer", role="membership_officer")
    assert pull_state.due_sources() == []
    answer = officer.post(PATH)
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    assert pull_state.due_sources() == ["unison"]
    page = officer.get(PATH)
    assert "is pulled within a minute or two" in page.text
    assert "Pull now" not in page.text
    actors = db.session.scalars(select(AuditEntry.actor_id).where(AuditEntry.action == "roll.pull_asked")).all()
    assert actors == [officer.id]


@pytest.mark.usefixtures("source")
def test_an_administrator_changes_what_is_set(administrator: Person) -> None:
    form = administrator.get(PATH + "/change")
    assert URL in form.text
    assert TOKEN not in form.text
    answer = administrator.post(PATH + "/change", **FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    changed = row()
    assert (changed.pull_every_hours, changed.renew_url) == (12, "https://join.example/")
    assert unseal(changed.pull_token or b"").decode() == TOKEN
    notes = db.session.scalars(select(AuditEntry.note).where(AuditEntry.actor_id == administrator.id)).all()
    assert notes == ["unison: renewal address, every 12 h"]


@pytest.mark.usefixtures("source")
def test_a_token_is_replaced_or_taken_away(administrator: Person) -> None:
    administrator.post(PATH + "/change", **FORM, token="another")
    assert unseal(row().pull_token or b"") == b"another"
    administrator.post(PATH + "/change", **FORM, token="third", forget_token="y")
    assert row().pull_token is None


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("url", "http://registry.example/", "must begin with https://"),
        ("url", "", "Give the address"),
        ("renew_url", "javascript:alert(1)", "not a whole address"),
        ("every_hours", "0", "Choose from 1"),
        ("every_hours", "often", "Not a valid integer value"),
        ("token", "two words", "no spaces"),
        ("kind", "pigeon", "no registry of that kind"),
    ],
)
def test_what_can_t_be_comes_back_with_what_was_typed(administrator: Person, field: str, value: str, said: str) -> None:
    answer = administrator.post(PATH + "/change", **{**FORM, "every_hours": "7", field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert "https://join.example/" in answer.text or field == "renew_url"
    assert "two words" not in answer.text
    assert row().pull_every_hours == 24


@pytest.mark.usefixtures("source")
def test_a_change_asks_whether_it_is_still_the_administrator(administrator: Person) -> None:
    with unit_of_work():
        db.session.execute(update(SignIn).values(confirmed_at=now() - timedelta(hours=1)))
    assert "/confirm" in administrator.get(PATH + "/change").headers["Location"]
    answer = administrator.post(PATH + "/change", **FORM, token="typed-again-later")
    assert answer.status_code == 403
    assert "typed-again-later" not in answer.text
    assert row().pull_every_hours == 24
