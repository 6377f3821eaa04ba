"""A claim that fits and one that doesn't are told apart by nothing: page, status, headers, statements, messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from knowledge_exchange.core import clock
from knowledge_exchange.verification.claims.reminding import remind
from tests.support.persons import Person, Statements, person
from tests.verification.claiming import NOON, entry, letters

pytestmark = pytest.mark.usefixtures("networks")
RIGHT = {"source": "unison", "number": "40217788", "surname": "Okonedo"}
#: A number that is on no roll, another's surname, an entry without an address, one that is gone, another roll.
MISSES = [
    {**RIGHT, "number": "40217789"},
    {**RIGHT, "surname": "Smithson"},
    {**RIGHT, "number": "11111111"},
    {**RIGHT, "number": "22222222"},
    {**RIGHT, "source": "fda"},
]
STANDINGS = ("pending", "lapsed")


@pytest.fixture(autouse=True)
def on_the_roll(networks: dict[str, int]) -> None:
    entry()
    entry("11111111", email="")
    entry("22222222", gone_at=NOON - timedelta(days=1))


def pair(app: Flask, standing: str) -> tuple[Person, Person]:
    """Two whose names are equally long."""
    return person(app, "Claimant Anna", standing=standing), person(app, "Claimant Emma", standing=standing)


def as_sent(answer: TestResponse, who: Person) -> tuple[int, list[tuple[str, str]], str]:
    """Everything of an answer but who it is for and the chance in it: ids, tokens, the handle."""
    page = answer.text.replace(who.name, "NAME").replace(who.email, "EMAIL").replace(who.name.split()[0], "FIRST")
    page = re.sub(r'name="csrf_token" value="[^"]*"', 'name="csrf_token"', page)
    page = re.sub(r'name="csrf-token" content="[^"]*"', 'name="csrf-token"', page)
    page = re.sub(r"\d{15,}|@h\d{12}", "ID", page)
    headers = [(name, re.sub(r"=[^;]*", "", value)) for name, value in answer.headers if name not in ("X-Request-Id",)]
    return answer.status_code, sorted(headers), page


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("miss", MISSES, ids=["number", "surname", "no address", "gone", "other roll"])
def test_every_answer_is_the_same_byte_for_byte(app: Flask, standing: str, miss: dict[str, str]) -> None:
    with clock.held(NOON):
        anna, emma = pair(app, standing)
        steps: list[Callable[[Person, dict[str, str]], TestResponse]] = [
            lambda who, claim: who.post("/verify", **claim),
            lambda who, _claim: who.get("/me"),
            lambda who, _claim: who.post("/verify", code="ACDEFGHJ"),
            lambda who, _claim: who.post("/verify/evidence", evidence="I was Former until 2019."),
            lambda who, _claim: who.get("/me"),
            lambda who, claim: who.post("/verify", **{**claim, "surname": f" {claim['surname']}"}),
            lambda who, _claim: who.get("/me"),
        ]
        for number, step in enumerate(steps):
            one, other = as_sent(step(anna, RIGHT), anna), as_sent(step(emma, miss), emma)
            assert one == other, number
            assert one[2] != ""
    with clock.held(NOON + timedelta(days=3)):
        assert as_sent(anna.get("/me"), anna) == as_sent(emma.get("/me"), emma)


def test_ones_own_page_costs_the_same_statements(app: Flask) -> None:
    anna, emma = pair(app, "pending")
    anna.post("/verify", **RIGHT)
    emma.post("/verify", **MISSES[0])
    sent = []
    for who in (anna, emma):
        with Statements(app) as counted:
            who.get("/me")
        sent.append(counted.sent)
    assert sent[0] == sent[1]


def test_the_account_is_sent_the_same_messages(app: Flask) -> None:
    with clock.held(NOON):
        anna, emma = pair(app, "pending")
        anna.post("/verify", **RIGHT)
        emma.post("/verify", **MISSES[0])
    for days in range(1, 10):
        with clock.held(NOON + timedelta(days=days)):
            remind()
    mine, theirs = (
        [(letter.subject, letter.text, letter.not_before) for letter in letters() if letter.recipient == who.email]
        for who in (anna, emma)
    )
    assert mine == theirs
    assert len(mine) == 1
