"""A roll as JSON: every shape that a member can have, and every way in which a document can be wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_exchange.core.csv_files import UNREADABLE
from knowledge_exchange.verification.pulling.json_body import MOST_COLUMNS, to_roll_file
from knowledge_exchange.verification.pulling.registry import RegistryFailed

Rows = list[list[str]]


@pytest.fixture
def rows_of(tmp_path: Path) -> Callable[[Any], Rows]:
    """The roll file that is made of a value, or of the text of a document."""

    def make(document: Any) -> Rows:
        source, goal = tmp_path / "in.json", tmp_path / "roll.csv"
        goal.unlink(missing_ok=True)
        text = document if isinstance(document, (bytes, str)) else json.dumps(document)
        source.write_bytes(text if isinstance(text, bytes) else text.encode())
        to_roll_file(source, goal)
        with goal.open(newline="") as file:
            return list(csv.reader(file))

    return make


ANN = {"membership_number": "12345678", "surname": "Smith"}


def test_a_list_may_be_all_or_stand_under_members(rows_of: Callable[[Any], Rows]) -> None:
    plain = rows_of([ANN])
    assert plain == [["membership_number", "surname"], ["12345678", "Smith"]]
    assert rows_of({"at": {"members": 3, "x": [{}]}, "members": [ANN], "total": 1, "next": None}) == plain
    assert rows_of(b"\xef\xbb\xbf" + json.dumps([ANN]).encode()) == plain


def test_names_may_come_late_and_cells_be_missing(rows_of: Callable[[Any], Rows]) -> None:
    assert rows_of([ANN, {"email": None, "surname": "Okonedo"}]) == [
        ["membership_number", "surname", "email"],
        ["12345678", "Smith", ""],
        ["", "Okonedo", ""],
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("12345678", "12345678"),
        ("12345678.0", "12345678"),
        ("1.2345678e7", "12345678"),
        ("1.23457E+12", "1.23457E+12"),
        ("1e999999", "1E+999999"),
        ("true", "true"),
        ('"two\\nlines"', "two lines"),
        ('["Smith", "Jones"]', "Smith; Jones"),
        ("[]", ""),
        ('[["Smith"]]', UNREADABLE),
        ('{"now": "Smith"}', UNREADABLE),
        ("[1]", UNREADABLE),
        ('["a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a"]', UNREADABLE),
    ],
)
def test_each_kind_of_value_is_a_cell_or_none(rows_of: Callable[[Any], Rows], value: str, cell: str) -> None:
    assert rows_of(f'[{{"membership_number": "1", "x": {value}}}, {{"x": "plain"}}]')[1] == ["1", cell]


def test_what_never_fits_a_cell_is_no_column(rows_of: Callable[[Any], Rows]) -> None:
    assert rows_of([{**ANN, "address": {"street": "A"}}, {**ANN, "address": {}}])[0] == ["membership_number", "surname"]


def test_a_name_that_stands_twice_leaves_the_row_unreadable(rows_of: Callable[[Any], Rows]) -> None:
    rows = rows_of('[{"surname": "A", "surname": "B"}, {"surname": "C"}]')
    assert rows == [["surname"], [UNREADABLE], ["C"]]


def test_an_element_that_is_no_member_is_a_row_that_can_t_be_read(rows_of: Callable[[Any], Rows]) -> None:
    assert rows_of([ANN, "Smith", None, [ANN]])[2:] == [[UNREADABLE, UNREADABLE]] * 3


def test_an_empty_list_is_an_empty_roll(rows_of: Callable[[Any], Rows]) -> None:
    assert rows_of([]) == rows_of({"members": []}) == [["membership_number", "surname"]]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("[", "broken"),
        ('[{"surname": "Sm', "broken"),
        ('[{"surname": "Smith"}', "broken"),
        ('[{"surname": "Smith"}] []', "broken"),
        ('{"members": [{"surname": "Smith"}]', "broken"),
        ('{"members": [{"surname": "Smith"}], "x": }', "broken"),
        ("[{'surname': 'Smith'}]", "broken"),
        (b'[{"surname": "\xff\xfe"}]', "broken"),
        ("", "broken"),
        ("{}", "no list"),
        ('{"people": [{"surname": "Smith"}]}', "no list"),
        ('{"members": {"surname": "Smith"}}', "no list"),
        ('"Smith"', "no list"),
        ('{"members": [{"surname": "Smith"}], "next": "/page/2"}', "several pages"),
        ('{"has_more": true, "members": [{"surname": "Smith"}]}', "several pages"),
    ],
)
def test_a_document_that_is_wrong_anywhere_is_refused_as_a_whole(
    rows_of: Callable[[Any], Rows], document: str | bytes, said: str
) -> None:
    with pytest.raises(RegistryFailed, match=said) as failed:
        rows_of(document)
    assert "Smith" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_a_member_with_hundreds_of_fields_is_no_member(rows_of: Callable[[Any], Rows]) -> None:
    with pytest.raises(RegistryFailed, match="different fields"):
        rows_of([{f"field-{number}": "" for number in range(MOST_COLUMNS + 1)}])
    with pytest.raises(RegistryFailed, match="different fields"):
        rows_of([{f"field-{number}": ""} for number in range(MOST_COLUMNS + 1)])


def test_nesting_without_end_takes_no_room(rows_of: Callable[[Any], Rows]) -> None:
    deep = 100_000
    with pytest.raises(RegistryFailed):
        rows_of("[" * deep)
    rows = rows_of('[{"surname": "Smith", "x": ' + "[" * 1000 + "]" * 1000 + "}]")
    assert rows == [["surname"], ["Smith"]]
