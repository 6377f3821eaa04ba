"""Telephone numbers, e-mail addresses, postcodes."""

from __future__ import annotations

import pytest

from tests.guard.conftest import Look


@pytest.mark.parametrize(
    "written",
    [
        "0161 276 1234",
        "01612761234",
        "(0161) 276 1234",
        "+44 161 276 1234",
        "+44 (0)161 276 1234",
        "0044 161 276 1234",
        "020 7946 0958",
        "07700 900123",
        "07700-900-123",
        "0800 1111 222",
        "+33 1 42 68 53 00",
        "+353 1 679 9000",
        "+1 212 555 1234",
        "０１６１ ２７６ １２３４",
    ],
)
def test_a_telephone_number_is_found(look: Look, written: str) -> None:
    assert look(f"Ring {written} after nine.") == [("phone", written)]


def test_two_numbers_beside_each_other_are_two(look: Look) -> None:
    assert look("0161 276 1234 0161 276 5678") == [("phone", "0161 276 1234"), ("phone", "0161 276 5678")]


@pytest.mark.parametrize(
    "written",
    ["2024 2025 2026", "01.02.2014 345", "14,000,000", "10-11 12-13", "07:30 to 19:30", "ISBN 978-0-306-40615-7"],
)
def test_other_figures_are_no_telephone_number(look: Look, written: str) -> None:
    assert look(f"It was {written} then.") == []


@pytest.mark.parametrize(
    "written",
    [
        "jane.smith@nhs.net",
        "jane_smith+rota@trust.nhs.uk",
        "name at trust dot nhs dot uk",
        "jane.smith at trust.nhs.uk",
        "jane dot smith at nhs dot net",
        "name (at) trust.nhs.uk",
        "name [at] trust [dot] nhs [dot] uk",
        "NAME AT TRUST DOT NHS DOT UK",
        "ｎａｍｅ＠trust.nhs.uk",
    ],
)
def test_an_address_is_found_also_spelled_out(look: Look, written: str) -> None:
    assert look(f"Write to {written} please.") == [("email", written)]


@pytest.mark.parametrize(
    "written", ["we looked at example.org", "look at the end. Then", "meet at ten. Bring it", "@handle"]
)
def test_other_words_are_no_address(look: Look, written: str) -> None:
    assert look(f"Yes, {written}") == []


@pytest.mark.parametrize(
    "written",
    [
        "M13 9WL",
        "m13 9wl",
        "M139WL",
        "m139wl",
        "SW1A 1AA",
        "EC1A 1BB",
        "BT1 5GS",
        "M13\u00a09WL",
        "M13  9WL",
        "IM1 1AA",
    ],
)
def test_a_whole_postcode_is_found(look: Look, written: str) -> None:
    assert look(f"lives in {written}, alone") == [("postcode", written)]


def test_a_postcode_in_two_cells_is_found(look: Look) -> None:
    assert look("| M13 | 9WL |") == [("postcode", "M13 | 9WL")]


@pytest.mark.parametrize(
    "written",
    [
        "M13",
        "band 8a",
        "S1 2nd floor",
        "e2 3rd",
        "B12 4th item",
        "ZZ1 1AA",
        "M6 at 8am",
        "N95 masks",
        "https://example.org/M139WL",
        "A4 1AM",
        "wing B, 2 1ab",
        "E. coli 0157",
        "G6V2S",
    ],
)
def test_other_codes_are_no_postcode(look: Look, written: str) -> None:
    assert [kind for kind, _text in look(f"in {written} there") if kind == "postcode"] == []
