"""Organisations: those that the exchange knows, in the ways people call them, and others by their shape."""

from __future__ import annotations

import pytest

from knowledge_exchange.guard.folding import fold
from knowledge_exchange.guard.organisations import Organisations
from tests.guard.conftest import Look

CALLED = [
    ("R0A", "R0A"),
    ("R0A", "Manchester University NHS Foundation Trust"),
    ("R0A", "Manchester University Foundation Trust"),
    ("R0A", "manchester university foundation trust"),
    ("R0A", "MANCHESTER UNIVERSITY TRUST"),
    ("R0A", "MFT"),
    ("R0A", "Manchester **University**"),
    ("R0A", "Manchester **University** NHS FT"),
    ("RJ1", "Guy’s & St Thomas’"),
    ("RJ1", "Guys and St. Thomas"),
    ("RJ1", "GSTFT"),
    ("RTG", "University Hospitals of Derby and Burton"),
    ("RTG", "UHDB"),
    ("RP4", "Great Ormond Street Hospital for Children"),
    ("RP4", "GOSH"),
    ("RDU", "Frimley Health"),
    ("RAT", "North East London NHS Foundation Trust"),
    ("A81001", "Densham Surgery"),
    ("RM3", "Northern Care Alliance"),
    ("RM3", "Northern Care Alliance NHS FT"),
    ("RWJ", "Stockport NHS FT"),
    ("RWJ", "Stockport FT"),
    ("RBV", "the Christie"),
    ("RBV", "The Christie NHS Foundation Trust"),
    ("RBS", "Alder Hey"),
    ("RBS", "Alder Hey Childrens"),
    ("RT2", "Pennine Care"),
    ("RRF", "Wrightington, Wigan and Leigh"),
    ("RRF", "Wrightington Wigan & Leigh FT"),
]


@pytest.mark.parametrize(("code", "called"), CALLED)
def test_an_organisation_is_found_by_what_people_call_it(
    look: Look, index: Organisations, code: str, called: str
) -> None:
    text = f"I work at {called} since May."
    assert [kind for kind, _text in look(text)] == ["organisation"]
    assert index.codes_in(fold(text).text) == {code}


@pytest.mark.parametrize(
    "called",
    [
        "Wythenshawe Hospital",
        "St Mary's Hospital",
        "North Manchester General Hospital",
        "Maple Ward",
        "Leeds Teaching Hospitals",
        "Cwm Taf Morgannwg University Health Board",
        "the Larkfield Medical Centre".removeprefix("the "),
        "Queen Elizabeth Hospital",
        "Salford Royal NHS FT",
    ],
)
def test_places_of_work_are_found_by_their_shape(look: Look, called: str) -> None:
    assert look(f"She moved to {called} since May.") == [("organisation", called)]


@pytest.mark.parametrize(
    "text",
    [
        "The Trust asked the Hospital, and the Ward said no.",
        "Every NHS Foundation Trust and each Acute Trust has one.",
        "Our University Hospital, a Community Hospital, the Mental Health Trust.",
        "I live in North East London, near a North West border.",
        "It was a RAT, and the RAT was grey; our LFT was negative.",
        "The Acute Medical Unit and the Intensive Care Unit are full.",
        "Any Integrated Care Board or Health Board may ask.",
        "The isle of wight is an island.",
        "She reads a Christie novel, and the christie is small.",
        "In Stockport the northern care alliance of pennine care workers met; alder, hey and ash.",
        "It is a Band 6 NHS FT post, FT or part time, in any NHS FT.",
        "Queen Victoria stood there.",
        "https://www.r0a.example.org/MFT is somewhere else, at r0a.",
    ],
)
def test_general_words_are_no_organisation(look: Look, text: str) -> None:
    assert [one for one in look(text) if one[0] == "organisation"] == []


def test_a_code_of_letters_alone_needs_a_word_that_says_so(look: Look) -> None:
    assert look("ODS code RAT") == [("organisation", "RAT")]


def test_initials_that_two_share_name_both() -> None:
    both = Organisations([("R01", "Ash Vale NHS Trust"), ("R02", "Apple View NHS Trust")])
    assert both.codes_in("we at AVT say") == {"R01", "R02"}
