"""Names come in by a form, a command and a roll, and are shown on other people's pages."""

from __future__ import annotations

import pytest
from flask import Flask

from knowledge_exchange.auth.actions import create_member
from knowledge_exchange.auth.forms import JoinForm
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.verification.rolls.rows import BadCell, cells_by_name, read_values

NAMES = [
    ("Zoë \u202eO'Brien", "Zoë O'Brien"),
    ("\u2067Ann\u2069 Lee", "Ann Lee"),
    ("Ann\u200b\x07 \u2028 Lee", "Ann Lee"),
    # What marks the holes in a kept page: with it a name was a place where the page broke for all its readers.
    ("\x00csrf_token\x00 Lee", "csrf_token Lee"),
    ("می\u200cخواهم", "می\u200cخواهم"),
]
UNSEEN = ["\u200b", "\u2060\u202e", "\x01", "\u3164"]


@pytest.mark.parametrize(("typed", "kept"), NAMES)
def test_a_name_holds_nothing_that_cannot_be_seen_by_whichever_door_it_comes(app: Flask, typed: str, kept: str) -> None:
    with app.test_request_context(method="POST", data={"name": typed}):
        assert JoinForm().name.data == kept
    with app.app_context(), unit_of_work():
        assert create_member(email="ann@people.example", name=typed, password_hash="x").name == kept
    cells = cells_by_name(["surname", "first_name"], ["Lee", typed])
    assert read_values(cells)["first_name"] == kept


@pytest.mark.parametrize("typed", UNSEEN)
def test_a_name_that_cannot_be_seen_is_none(app: Flask, typed: str) -> None:
    with app.test_request_context(method="POST", data={"name": typed}):
        form = JoinForm()
        assert not form.validate()
        assert form.name.errors
    with app.app_context(), pytest.raises(BadCell):
        read_values(cells_by_name(["surname"], [typed]))
