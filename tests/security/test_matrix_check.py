"""What holds the leak matrix to the program finds each way in which the two can part."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.check_leak_matrix import MATRIX, app_for_asking, faults, found_in

Found = dict[str, set[str]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Everything that must have a row."""
    return found_in(app_for_asking(tmp_path_factory.mktemp("asked")))


@pytest.fixture
def matrix() -> dict[str, Any]:
    """The matrix as it stands."""
    return tomllib.loads(Path(MATRIX).read_text(encoding="utf-8"))


def test_the_matrix_is_whole(matrix: dict[str, Any], found: Found) -> None:
    assert list(faults(matrix, found)) == []


@pytest.mark.parametrize("kind", ["cell", "route", "table", "letter", "writer", "event", "said", "notice", "job"])
def test_what_is_new_has_no_row_and_what_is_gone_has_one_too_many(
    matrix: dict[str, Any], found: Found, kind: str
) -> None:
    more, less = copy.deepcopy(found), copy.deepcopy(found)
    more[kind].add("something new")
    gone = sorted(less[kind])[0]
    less[kind].remove(gone)
    assert list(faults(matrix, more)) == [f"no row for the {kind} “something new”"]
    [said] = faults(matrix, less)
    assert said.endswith(f"there is no {kind} “{gone}”")


def test_a_row_says_one_thing_and_names_what_is_there(matrix: dict[str, Any], found: Found) -> None:
    row = next(row for row in matrix["rows"] if "tests" in row)
    row["tests"] = ["no-such-test"]
    assert any("no test is called “no-such-test”" in said for said in faults(matrix, found))
    row["silent"] = "no-such-reason"
    said = list(faults(matrix, found))
    assert any(one.endswith("say one of tests, silent, comes_with") for one in said)
    assert any(one.endswith("no reason is called “no-such-reason”") for one in said)


def test_a_test_that_is_gone_is_found(matrix: dict[str, Any], found: Found) -> None:
    alias = next(iter(matrix["tests"]))
    matrix["tests"][alias] = "tests/security/test_leak_matrix.py::test_that_nobody_wrote"
    assert any(said.startswith(f"the test “{alias}” is not there") for said in faults(matrix, found))


def test_nothing_that_exists_is_put_off(matrix: dict[str, Any], found: Found) -> None:
    row = next(row for row in matrix["rows"] if row["kind"] == "route")
    for word in ("tests", "silent"):
        row.pop(word, None)
    row["comes_with"] = "issue 99"
    assert any("is no excuse" in said for said in faults(matrix, found))
