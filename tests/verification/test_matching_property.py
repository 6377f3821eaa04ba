"""However names and numbers are written: nobody passes for somebody else."""

from __future__ import annotations

import unicodedata

from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims.actions import find_entry
from knowledge_exchange.verification.matching import (
    is_number,
    normal_number,
    number_hash,
    number_tail,
    plain_surname,
    same_surname,
)
from knowledge_exchange.verification.models import RollEntry

#: Three letters at least, none of which is a particle or another spelling of one of the rest.
WORDS = st.sampled_from(
    [
        "Smith",
        "Jones",
        "Okonedo",
        "Nuñez",
        "Łaski",
        "Müßig",
        "Nguyễn",
        "Sørensen",
        "Иванов",
        "Παπάς",
        "Çelik",
        "Brontë",
        "Byrne",
    ]
)
APART = st.sampled_from(["-", " ", "‑", "–", "/", " - "])
BEFORE = st.sampled_from(["", "de ", "van der ", "O'", "Mc", "Mac ", "St. "])
NAMES = st.builds("{}{}{}{}".format, BEFORE, WORDS, APART, WORDS) | st.builds("{}{}".format, BEFORE, WORDS)
ANYTHING = st.text(max_size=30)
DIGITS = st.text("0123456789 -０１２", min_size=1, max_size=12)
LETTERS_TOO = st.text("0123456789OIlAB -", min_size=1, max_size=12)


def without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


@given(ANYTHING | NAMES, ANYTHING | NAMES)
def test_it_is_the_same_whichever_of_the_two_is_on_the_roll(one: str, other: str) -> None:
    assert same_surname(one, other) == same_surname(other, one)


@given(NAMES, NAMES)
def test_case_and_accents_make_no_difference(one: str, other: str) -> None:
    same = same_surname(one, other)
    for spelt in (one.upper(), one.lower(), without_accents(one), unicodedata.normalize("NFD", one)):
        assert same_surname(spelt, one)
        assert same_surname(spelt, other) == same


@given(ANYTHING)
def test_every_name_is_like_itself_in_any_case_and_only_nothing_is_not(name: str) -> None:
    for spelt in (name, name.upper(), name.lower(), name.casefold(), f" {name} "):
        assert same_surname(name, spelt) == (plain_surname(name) != "")


@given(NAMES, st.lists(NAMES, max_size=3), st.text("bdfghklmnprstvwxyz", min_size=3, max_size=12))
def test_an_unrelated_name_is_never_taken_for_any_on_file(name: str, former: list[str], stranger: str) -> None:
    on_file = "".join(map(plain_surname, (name, *former)))
    assume(plain_surname(stranger) not in on_file)
    assume(not stranger.startswith("mc"))
    assert not same_surname(name, stranger, ";".join(former))


@given(st.lists(DIGITS | LETTERS_TOO, min_size=1, max_size=8), DIGITS | LETTERS_TOO)
def test_a_number_typed_is_at_most_one_of_all_numbers_on_a_roll(on_roll: list[str], typed: str) -> None:
    roll = {normal_number(number) for number in on_roll if is_number(normal_number(number))}
    assert len([number for number in roll if number == normal_number(typed)]) <= 1
    assert normal_number(normal_number(typed)) == normal_number(typed)
    assert normal_number(f" 0{typed}-") == normal_number(typed)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(LETTERS_TOO.map(normal_number).filter(is_number), NAMES, min_size=1, max_size=6), st.data())
def test_no_claim_fits_two_entries_of_a_roll(app: Flask, roll: dict[str, str], data: st.DataObject) -> None:
    with app.app_context():
        _replace_roll(roll)
        typed = data.draw(st.sampled_from(sorted(roll)) | LETTERS_TOO)
        surname = data.draw(st.sampled_from(sorted(roll.values())) | NAMES)
        found = find_entry("unison", normal_number(typed))
        fitting = [number for number, name in roll.items() if number == normal_number(typed)]
        assert [found.number_tail] == [number_tail(number) for number in fitting] if found else not fitting
        everybody = db.session.scalars(select(RollEntry)).all()
        let_in = [entry.id for entry in everybody if entry is found and not policy.why_no_code(entry, surname)]
        assert len(let_in) <= 1
        if found is not None and let_in:
            assert same_surname(roll[normal_number(typed)], surname)


def _replace_roll(roll: dict[str, str]) -> None:
    with unit_of_work() as work:
        for entry in work.scalars(select(RollEntry)):
            work.delete(entry)
        work.flush()
        for number, surname in roll.items():
            facts = {"surname": surname, "email": "somebody@roll.example"}
            hashed = number_hash("unison", number)
            work.add(RollEntry(source="unison", number_hash=hashed, number_tail=number_tail(number), **facts))
