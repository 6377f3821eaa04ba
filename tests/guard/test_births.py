"""Dates of birth: a day beside a word that says somebody was born on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from knowledge_exchange.core import clock
from tests.guard.conftest import Look

BORN = [
    ("Patient 12.03.1956", "12.03.1956"),
    ("patient (12/3/56) came", "12/3/56"),
    ("aged 67, b. 12/3/56", "12/3/56"),
    ("Somebody, b. 12 March 1956", "12 March 1956"),
    ("dob 12/<b>03</b>/1958", "12/<b>03</b>/1958"),
    ("dob 12/03/1958", "12/03/1958"),
    ("DOB: 12-03-58", "12-03-58"),
    ("D.O.B. 12.3.1958", "12.3.1958"),
    ("d.o.b 1958-03-12", "1958-03-12"),
    ("date of birth is 12 March 1958", "12 March 1958"),
    ("Date of birth: 3rd of March 1958", "3rd of March 1958"),
    ("**DOB** March 12, 1958", "March 12, 1958"),
    ("DOB\n12/03/1958", "12/03/1958"),
    ("dob 12031958", "12031958"),
    ("born on 12 March 1958", "12 March 1958"),
    ("born 12.03.58", "12.03.58"),
    ("was born in Leeds on 12 March 1958", "12 March 1958"),
    ("12/03/1958 (DOB)", "12/03/1958"),
    ("birthday is the 12th of March", "12th of March"),
    ("year of birth 1958", "1958"),
    ("born in March 1958", "March 1958"),
    ("aged 67 (12/03/1959)", "12/03/1959"),
    ("67 years old, 12 March 1959", "12 March 1959"),
    ("DOB １２/０３/１９５８", "１２/０３/１９５８"),
    ("(b. 12/03/1958)", "12/03/1958"),
]


@pytest.mark.parametrize(("text", "date"), BORN)
def test_a_date_of_birth_is_found(look: Look, text: str, date: str) -> None:
    with clock.held(datetime(2026, 11, 22, tzinfo=UTC)):
        assert ("birth", date) in look(f"It says {text} there.")


@pytest.mark.parametrize(
    "text",
    [
        "The NHS was born on 5 July 1948.",
        "The project was born on 3 March 2024.",
        "A lady aged 82, 12 March 2024 was the day she fell.",
        "The meeting is on 12/03/2026.",
        "born in 1948",
        "The patient, 12.03.2024, was seen; pt 12/3/24; patients 12/03/1956.",
        "Plan b. 12/3/56 of them.",
        "airborne 12/03/2020",
        "It costs 12/03 of that, and the baby is due.",
        "Aged 8, 12 March 2024.",
        "We have waited since 1 April 2013 for an answer.",
    ],
)
def test_other_dates_are_nobodys_day_of_birth(look: Look, text: str) -> None:
    with clock.held(datetime(2026, 11, 22, tzinfo=UTC)):
        assert [kind for kind, _text in look(text) if kind == "birth"] == []


@pytest.mark.parametrize("divider", ["|", "\t", ",", ";"])
def test_dates_under_a_heading_are_found_in_their_column_alone(look: Look, divider: str) -> None:
    rows = [["Ward", "DOB", "Seen"], ["a", "12/03/58", "01/02/2026"], ["b", "1944-01-02", "03/02/2026"]]
    text = "\n".join(divider.join(row) for row in rows) + "\n\nnothing, 04/05/2026, here"
    assert [said for kind, said in look(text) if kind == "birth"] == ["12/03/58", "1944-01-02"]


def test_a_markdown_table_is_read_with_its_rule(look: Look) -> None:
    text = "| Ward | Date of birth |\n|---|:---:|\n| a | **12/03/1958** |\n| b | 2 Jan 1944 |\n"
    assert [said for kind, said in look(text) if kind == "birth"] == ["12/03/1958", "2 Jan 1944"]
