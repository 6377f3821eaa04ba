"""Masks stand where the findings stood, in the text as it was given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from knowledge_exchange.guard.findings import HARD, KINDS, Finding
from knowledge_exchange.guard.masking import mask

Find = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("She is 943 476 5919.", "She is [NHS number]."),
        ("ｎｏ ９４３\u200b４７６５９１９ &amp; so", "ｎｏ [NHS number] &amp; so"),
        ("**943** 476 *5919*", "[NHS number]"),
        ("**943 476 5919**", "**[NHS number]**"),
        ("| 943 | 476 | 5919 |", "| [NHS number] |"),
        ("so [943476](https://a.b)5919.", "so [NHS number]."),
        ("1. 943\n2. 476\n3. 5919\n", "1. [NHS number]\n"),
        ("Ring 0161 276 1234, Dr Patel", "Ring [phone number], [name]"),
        ("dob 12/03/1958 in M13 9WL", "dob [date of birth] in [postcode]"),
        ("Priya Shah's ward at Wythenshawe Hospital", "[name]'s ward at [organisation]"),
        ("AB123456C, name at trust dot nhs dot uk", "[National Insurance number], [e-mail address]"),
    ],
)
def test_masks_take_the_place_of_what_was_found(findings: Find, text: str, masked: str) -> None:
    assert mask(text, findings(text)) == masked


def test_a_masked_text_holds_nothing_more_to_find(findings: Find) -> None:
    text = "Dr Patel, 943 476 5919, AB123456C, dob 12/03/1958, M13 9WL, a@b.uk, 0161 276 1234, Wythenshawe Hospital"
    assert findings(mask(text, findings(text))) == []


def test_findings_tell_their_place_and_whether_they_are_a_patients(findings: Find) -> None:
    text = "😀 &nbsp; Dr Patel, ９４３４７６５９１９, a@b.uk"
    for one in findings(text):
        assert text[one.start : one.end] == one.text
        assert one.is_patient == (one.kind in HARD)
        assert one.kind in KINDS


def test_one_place_is_found_once_as_the_graver_kind(findings: Find) -> None:
    assert [one.kind for one in findings("Ring 0944 943 476 5919 now")] in (["phone"], ["nhs"])
    assert [one.kind for one in findings("dob M13 9WL 12/03/1958")] == ["postcode"]


def test_only_some_may_be_masked(findings: Find) -> None:
    text = "Dr Patel and Dr Shah"
    assert mask(text, findings(text)[1:]) == "Dr Patel and [name]"
