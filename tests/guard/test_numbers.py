"""NHS, CHI, H&C and National Insurance numbers, however they are written; and numbers that are none."""

from __future__ import annotations

import pytest
from stdnum.gb import nhs

from tests.guard.conftest import Look

WRITTEN = [
    "9434765919",
    "943 476 5919",
    "943-476-5919",
    "943–476–5919",
    "943.476.5919",
    "943  476   5919",
    "943\n476 5919",
    "943476\n5919",
    "943 | 476 | 5919",
    "943   |   476   |   5919",
    "9 4 3 4 7 6 5 9 1 9",
    "943\t476\t5919",
    "943_476_5919",
    "943\u200b476\u200b5919",
    "9\u200d4\u200d3\u200d4765919",
    "943\u00ad476\u00ad5919",
    "943\u00a0476\u202f5919",
    "943&nbsp;476&#160;5919",
    "943&#52;765919",
    "９４３ ４７６ ５９１９",
    "٩٤٣ ٤٧٦ ٥٩١٩",
    "९४३४७६५९१९",
    "943\\-476\\-5919",
    "9️⃣4️⃣3️⃣ 476 5919",
    "943/476/5919",
    "943, 476, 5919",
    "943) 476 (5919",
    "[943476](http://example.org/12)5919",
    "943[476][1]5919",
    "943<b>476</b>5919",
    "943<span class='a1'>476</span><!-- 7 -->5919",
    "943<br>476<br/>5919",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_an_nhs_number_is_found_however_it_is_written(look: Look, written: str) -> None:
    assert look(f"She is {written}, as I said.") == [("nhs", written)]


@pytest.mark.parametrize("written", ["943 476 5918", "943 476 591", "943 476 59190", "9434765910", "94347659191"])
def test_ten_digits_with_a_wrong_check_digit_are_no_nhs_number(look: Look, written: str) -> None:
    assert look(f"She is {written}, as I said.") == []


def test_emphasis_between_the_parts_is_taken_along(look: Look) -> None:
    assert look("She is **943** 476 *5919*.") == [("nhs", "**943** 476 *5919*")]


def test_a_number_in_a_table_is_found_between_other_cells(look: Look) -> None:
    table = "| Name | NHS | | | Age |\n| --- | --- | --- | --- | --- |\n| x | 943 | 476 | 5919 | 67 |\n"
    assert look(table) == [("nhs", "943 | 476 | 5919")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NHS9434765919", "9434765919"),
        ("NHSno9434765919.", "9434765919"),
        ("pt9434765919", "9434765919"),
        ("She is 9434765919x.", "9434765919"),
        ("1. 943\n2. 476\n3. 5919", "943\n2. 476\n3. 5919"),
        ("> 1) 943\n> 2) 476\n> 3) 5919\n", "943\n> 2) 476\n> 3) 5919"),
        ("|part one|943 476|\n|part two|5919|", "943 476|\n|part two|5919"),
        ("first half: 943 476\nsecond half: 5919", "943 476\nsecond half: 5919"),
    ],
)
def test_labels_lists_and_stray_letters_hide_no_number(look: Look, text: str, said: str) -> None:
    assert look(text) == [("nhs", said)]


def test_unusual_grouping_counts_by_itself_or_where_something_says_what_it_is(look: Look) -> None:
    assert look("NHS no 94 34 76 59 19") == [("nhs", "94 34 76 59 19")]
    assert look("94 3476 5919") == [("nhs", "94 3476 5919")]
    assert look("points 12 94 34 76 59 19") == []
    assert look("NHS no 94 34 76 59 19 12") == [("nhs", "94 34 76 59 19")]


def test_scottish_and_northern_irish_numbers_are_named_as_such(look: Look) -> None:
    chi = next(f"010158{rest:04}" for rest in range(10_000) if nhs.is_valid(f"010158{rest:04}"))
    hc = next(f"3201234{rest:03}" for rest in range(1000) if nhs.is_valid(f"3201234{rest:03}"))
    assert look(f"CHI {chi}") == [("chi", chi)]
    assert look(f"H&C {hc}") == [("hc", hc)]


@pytest.mark.parametrize(
    "written",
    [
        "+44 161 276 1234",
        "https://example.org/articles/9434765919",
        "the years 2013-14 2014-15 2015-16",
        "3.9434765919",
        "£9434765919",
        "order RX9434765919Z",
        "matrix 0 0 0 0 0 0 0 0 0 0",
        "1 0 0 0 0 0 0 0 0 1 0 0 0 0 1",
        "000 000 0000",
        "order RX9434765919",
        "9434765919abc",
        "9434765919x7",
        "rooms 12, 943, 476, 5919",
        "in 943, 4765, 919 cases",
        "+1 (943) 476-5919",
        "| Beds | 943 |\n| Staff | 476 |\n| Cost | 5919 |",
        "Beds: 943\nStaff: 476\nCost: 5919",
        "[9434](https://example.org/765919)",
    ],
)
def test_other_long_numbers_are_not_taken_for_a_patients(look: Look, written: str) -> None:
    assert [kind for kind, _text in look(written) if kind in ("nhs", "chi", "hc")] == []


def test_an_address_that_speaks_of_patients_is_no_hiding_place(look: Look) -> None:
    assert look("https://example.org/patient/9434765919")[0][0] == "nhs"


@pytest.mark.parametrize(
    "written",
    [
        "AB123456C",
        "ab123456c",
        "AB 12 34 56 C",
        "ab 12 34 56 c",
        "AB 123456 C",
        "QQ 12 34 56 C",
        "AB-12-34-56-C",
        "AB\u00a012\u00a034\u00a056\u00a0C",
        "ＡＢ１２３４５６Ｃ",
        "A B 1 2 3 4 5 6 C",
        "AB 12 34\n56 C",
        "| AB | 12 | 34 | 56 | C |".strip("| "),
    ],
)
def test_a_national_insurance_number_is_found_however_it_is_written(look: Look, written: str) -> None:
    assert look(f"It is {written}.") == [("nino", written)]


def test_without_its_last_letter_it_needs_a_word_that_says_so(look: Look) -> None:
    assert look("NI number: AB 12 34 56") == [("nino", "AB 12 34 56")]
    assert look("AB 12 34 56 is her national insurance number") == [("nino", "AB 12 34 56")]
    assert look("NI AB<b>12</b>3456") == [("nino", "AB<b>12</b>3456")]
    assert look("room AB 12 34 56") == []


@pytest.mark.parametrize(
    "written",
    ["GB123456A", "DA123456A", "AO123456A", "AB123456E", "ABC123456C", "by 120000 a year", "at 25000 0 a"],
)
def test_other_letters_and_figures_are_no_national_insurance_number(look: Look, written: str) -> None:
    assert look(f"It rose {written}.") == []


def test_pay_is_not_taken_for_a_number_even_beside_the_words(look: Look) -> None:
    assert look("National Insurance went up by 120000 a year.") == []
