"""The brake: a roll that would end many memberships, or is cut or empty, takes an officer's second factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollEntry
from tests.auth.factor_people import (
    ORIGIN,
    PAGE,
    Device,
    add_passkey,
    code_of,
    give_app,
    give_codes,
    options,
    wrong_code,
)
from tests.support.persons import Person, person
from tests.verification.conftest import HEADER
from tests.verification.rolling import (
    ANN,
    applied,
    latest,
    members_on_the_roll,
    officer_of,
    on_the_record,
    own,
    read_all,
    send,
    sent_and_read,
    settle,
)

WHY = "The branch in Wales was wound up"


@pytest.fixture
def officer(app: Flask, in_app: None) -> Person:
    return officer_of(app)


@pytest.fixture
def braked(app: Flask, officer: Person) -> str:
    """The page of a file that leaves out four of the ten members on the roll; the officer makes eleven active."""
    members_on_the_roll(app, officer, 10)
    return sent_and_read(officer, *(f"{5000 + n},Name,Pat,p{n}@home.example,R0A,Wales,full,," for n in range(6)))


def gone() -> int:
    settle()
    return db.session.scalar(select(func.count()).select_from(RollEntry).where(RollEntry.gone_at.is_not(None))) or 0


def confirm(who: Person, page: str, percent: str = "36.4", **fields: str) -> int:
    return who.post(page, do="apply", percent=percent, why=WHY, **fields).status_code


def test_the_page_says_what_is_wrong_how_far_off_and_where(officer: Person, braked: str) -> None:
    page = officer.get(braked).text
    for words in (
        "The brake is on: this roll would end 4 memberships",
        "4 of 11 active members would lapse, 36.4%; the limit is 5%",
        "36.4 per cent would lapse; the limit is 5 per cent",
        "Wales",
        "Throw this file away",
    ):
        assert words in page, words
    assert ">Apply the roll<" not in page


def test_without_a_second_factor_nothing_is_applied_and_the_page_says_how_to_get_one(
    officer: Person, braked: str
) -> None:
    page = officer.get(braked).text
    assert 'href="/settings/factors"' in page
    assert "--allow-lapse" in page
    assert confirm(officer, braked) == 403
    assert confirm(officer, braked, confirm_password="kettle-harbour-eleven") == 403
    assert confirm(officer, braked, confirm_code="123456") == 403
    assert (gone(), latest().state) == (0, "ready")


def test_a_fresh_sign_in_is_not_enough_and_neither_is_a_wrong_code(app: Flask, officer: Person, braked: str) -> None:
    secret = give_app(app, officer.id)
    assert confirm(officer, braked) == 403
    assert confirm(officer, braked, confirm_code=wrong_code(secret)) == 403
    assert "isn’t right" in officer.post(braked, do="apply", percent="36.4", why=WHY, confirm_code="x").text
    assert (gone(), on_the_record("roll.imported")[1:]) == (0, [])


def test_the_code_of_this_moment_lets_it_through_and_who_what_and_why_are_on_record(
    app: Flask, officer: Person, braked: str
) -> None:
    secret = give_app(app, officer.id)
    assert confirm(officer, braked, confirm_code=code_of(secret)) == 303
    assert (gone(), latest().state) == (4, "applied")
    actor, note = on_the_record("roll.imported")[-1]
    assert actor == officer.id
    assert f"confirmed: up to 36.4 % of the members may lapse ({WHY})" in note


def test_a_code_is_good_for_one_roll(app: Flask, officer: Person, braked: str) -> None:
    secret = give_app(app, officer.id)
    code = code_of(secret)
    assert confirm(officer, braked, confirm_code=code) == 303
    again = sent_and_read(officer, "5000,Name,Pat,p0@home.example,R0A,Wales,full,,")
    assert confirm(officer, again, percent="45.5", confirm_code=code) == 403


def test_a_recovery_code_does_it_too(app: Flask, officer: Person, braked: str) -> None:
    give_app(app, officer.id)
    [code, *_others] = give_codes(app, officer.id)
    assert confirm(officer, braked, confirm_code=code) == 303


def test_a_passkey_does_it_too(make_app: Callable[..., Flask]) -> None:
    app, device = make_app(KE_BASE_URL=ORIGIN), Device()
    with app.app_context():
        officer = officer_of(app)
        members_on_the_roll(app, officer, 10)
        page = sent_and_read(officer, ANN)
        add_passkey(officer.client, device)
        answer = device.use(options(officer.client, "/settings/confirm/options", PAGE))
        shown = officer.get(page).text
        percent = shown.split('name="percent" value="')[1].split('"')[0]
        assert confirm(officer, page, percent=percent, confirm_credential=answer) == 303
        assert gone() == 10


def test_in_the_demo_it_is_asked_for_as_everywhere(make_app: Callable[..., Flask]) -> None:
    app = make_app(KE_DEMO=True)
    with app.app_context():
        officer = officer_of(app)
        members_on_the_roll(app, officer, 10)
        page = sent_and_read(officer, ANN)
        assert confirm(officer, page, percent="91") == 403
        assert gone() == 0


@pytest.mark.parametrize("percent", ["", "nan", "inf", "-1", "5", "36.3", "100", "1e3", "36.4 "])
def test_only_the_percentage_that_the_page_shows_can_be_confirmed(
    app: Flask, officer: Person, braked: str, percent: str
) -> None:
    secret = give_app(app, officer.id)
    assert confirm(officer, braked, percent=percent, confirm_code=code_of(secret)) == 409
    assert gone() == 0


def test_without_a_reason_it_is_not_applied(app: Flask, officer: Person, braked: str) -> None:
    secret = give_app(app, officer.id)
    answer = officer.post(braked, do="apply", percent="36.4", why=" ", confirm_code=code_of(secret))
    assert answer.status_code == 422
    assert "Say in a few words" in answer.text
    assert gone() == 0


def test_when_more_would_go_by_now_the_officer_looks_again(app: Flask, officer: Person, braked: str) -> None:
    secret = give_app(app, officer.id)
    own("5009", person(app, "Newly Confirmed").id)
    answer = officer.post(braked, do="apply", percent="36.4", why=WHY, confirm_code=code_of(secret))
    assert answer.status_code == 409
    assert "The numbers have changed" in answer.text
    assert gone() == 0


def test_a_file_that_is_cut_is_braked_although_nobody_would_lapse(app: Flask, officer: Person) -> None:
    applied(officer, ANN)
    whole = f"{HEADER}\n{ANN}\n1002,Okonedo,Bo"
    page = str(send(officer, whole.encode()).location)
    read_all()
    assert "breaks off" in officer.get(page).text
    secret = give_app(app, officer.id)
    assert officer.post(page, do="apply").status_code == 422
    assert confirm(officer, page, percent="0", confirm_code=code_of(secret)) == 303


def test_an_empty_file_is_braked_although_nobody_would_lapse(app: Flask, officer: Person) -> None:
    applied(officer, ANN)
    page = sent_and_read(officer)
    assert "The file is empty" in officer.get(page).text
    secret = give_app(app, officer.id)
    with clock.held(clock.now() + timedelta(seconds=1)):
        assert confirm(officer, page, percent="0") == 403
        assert confirm(officer, page, percent="0", confirm_code=code_of(secret)) == 303
    assert gone() == 1


def test_a_braked_file_can_be_thrown_away_without_more(officer: Person, braked: str) -> None:
    assert officer.post(braked, do="drop").status_code == 303
    assert gone() == 0
