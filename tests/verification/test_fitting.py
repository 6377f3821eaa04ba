"""Few fit: whether a pseudonym's text narrows its author down to fewer than ten members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Category, Member
from knowledge_exchange.auth.sessions import current_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.verification.fitting import FEW, few_fit
from knowledge_exchange.verification.models import RollEntry
from tests.support.persons import Person, person

Ask = Callable[..., bool]


@pytest.fixture
def author(app: Flask) -> Person:
    """A trainee of R0A in the North West."""
    found = person(app, "Ana")
    with app.app_context(), unit_of_work():
        db.session.add(Organisation(code="R0A", name="Manchester University NHS Foundation Trust"))
        db.session.add(Organisation(code="RW3", name="Old Infirmary NHS Trust", successor_code="R0A"))
        if db.session.get(Category, "trainee") is None:
            db.session.add(Category(slug="trainee", name="Trainee", aliases="graduate trainee;scheme"))
        db.session.flush()
        facts = {"region": "north-west", "organisation_code": "R0A", "category": "trainee"}
        db.session.execute(update(Member).where(Member.id == found.id).values(**facts))
    return found


@pytest.fixture
def roll(app: Flask) -> Callable[..., None]:
    """``roll(9, region=…, ods_code=…)``: so many further entries."""
    made = iter(range(10_000))

    def add(count: int, **facts: Any) -> None:
        with app.app_context(), unit_of_work():
            for _ in range(count):
                mark = f"{next(made):05}"
                db.session.add(RollEntry(source="unison", number_hash=mark, number_tail=mark[-2:], **facts))

    return add


@pytest.fixture
def few(app: Flask, author: Person) -> Ask:
    """``few(text, network)``, asked by the author."""

    def asked(text: str, network: str = "national") -> bool:
        with app.test_request_context(), db.session.no_autoflush:
            return few_fit(_me(author), text, network)

    return asked


def _me(who: Person) -> Me:
    row = db.session.get_one(Member, who.id)
    return Me(
        id=row.id,
        name=row.name,
        handle=row.handle,
        region=row.region,
        organisation_code=row.organisation_code,
        standing=row.standing,
        role=row.role,
        title=row.title,
        zone=row.zone,
        thread_view=row.thread_view,
        sign_in_id=0,
        seen_at=now(),
        token="",
    )


def test_a_text_that_reveals_nothing_fits_everybody(few: Ask) -> None:
    assert few("What do you do on Sundays?") is False


@pytest.mark.parametrize("count", [0, 1, FEW - 2])  # and the author
@pytest.mark.parametrize("text", ["We in the North West", "here in north-west England", "region Y62"])
def test_a_region_of_few_is_told(few: Ask, roll: Callable[..., None], text: str, count: int) -> None:
    roll(count, region="north-west")
    roll(FEW, region="london")
    assert few(text) is True


@pytest.mark.parametrize("count", [FEW - 1, FEW, 25])
def test_a_region_of_many_is_not(few: Ask, roll: Callable[..., None], count: int) -> None:
    roll(count, region="north-west")
    assert few("We in the North West") is False
    assert few("Anything", "north-west") is False


def test_the_place_reveals_as_much_as_the_text(few: Ask, roll: Callable[..., None]) -> None:
    roll(3, region="north-west")
    assert few("Anything at all", "north-west") is True
    assert few("Anything at all", "national") is False


@pytest.mark.parametrize(
    "text", ["we at R0A", "Manchester University Foundation Trust", "at MFT we", "the Old Infirmary NHS Trust"]
)
def test_ones_organisation_counts_by_name_code_and_what_was_merged_into_it(
    few: Ask, roll: Callable[..., None], text: str
) -> None:
    roll(5, region="north-west", ods_code="R0A")
    roll(3, region="north-west", ods_code="RW3")
    assert few(text) is True
    roll(1, region="north-west", ods_code="RW3")
    assert few(text) is False


def test_attributes_are_counted_together(few: Ask, roll: Callable[..., None]) -> None:
    roll(40, region="north-west", ods_code="R0A", category="full")
    roll(4, region="north-west", ods_code="R0A", category="trainee")
    roll(40, region="london", ods_code="RXX", category="trainee")
    assert few("I am a trainee") is False
    assert few("I am at MFT") is False
    assert few("I am a graduate  Trainee at MFT") is True


def test_somebody_elses_attributes_reveal_nothing_about_the_author(few: Ask, roll: Callable[..., None]) -> None:
    roll(2, region="london")
    assert few("In London they do it otherwise", "london") is False


def test_those_who_have_left_the_roll_or_lost_their_standing_do_not_count(
    app: Flask, few: Ask, roll: Callable[..., None]
) -> None:
    roll(8, region="north-west")
    roll(5, region="north-west", gone_at=now())
    gone = person(app, "Bea")
    with app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == gone.id).values(standing="suspended"))
    roll(1, region="north-west", member_id=gone.id)
    assert few("We in the North West") is True


def test_somebody_on_two_rolls_is_one_person(app: Flask, few: Ask, roll: Callable[..., None]) -> None:
    both = person(app, "Bea")
    roll(7, region="north-west")
    roll(3, region="north-west", member_id=both.id)
    assert few("We in the North West") is True
    roll(1, region="north-west")
    assert few("We in the North West") is False


def test_whoever_was_admitted_without_a_roll_counts_too(app: Flask, few: Ask, roll: Callable[..., None]) -> None:
    roll(8, region="north-west")
    assert few("We in the North West") is True
    other = person(app, "Bea")
    with app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == other.id).values(region="north-west"))
    assert few("We in the North West") is False


def test_the_answer_is_one_bit_and_nothing_is_written(app: Flask, author: Person, roll: Callable[..., None]) -> None:
    roll(4, region="north-west")
    with app.test_request_context():
        answer = few_fit(_me(author), "We in the North West", "national")
        assert answer is True
        assert not db.session.new
        assert not db.session.dirty
        assert current_me() is None
