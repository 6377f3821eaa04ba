"""The check of a submission: what stops it, what its author may say to that, and that a changed text is asked anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from knowledge_exchange.guard.organisations import Organisations
from knowledge_exchange.guard.reviewing import SHOWN, STOPPED, Review, review

HARMLESS = {"title": "A rota with holes in it", "body": "What do you do on Sundays?"}
NUMBER = {"title": "Numbers", "body": "She is 943 476 5919."}
NAMES = {"title": "Talking to Priya Shah", "body": "I asked Priya Shah, twice."}
BOTH = {"body": "Dr Patel wrote 943 476 5919 and 943 476 5919, dob 12/03/1958."}

Ask = Callable[..., Review | None]


@pytest.fixture
def ask(words_app: Flask, index: Organisations) -> Iterator[Ask]:
    """``ask(texts, strict=…, few=…, mask=…, declared=[…])``."""

    def asked(texts: dict[str, str], *, strict: bool = False, few: bool = False, **pressed: Any) -> Review | None:
        form = MultiDict(pressed)
        return review(form, texts, strict=strict, known=lambda: ((), index), few=lambda _text: few)

    with words_app.test_request_context():
        yield asked


def stopped(found: Review | None) -> Review:
    """The review that there must be."""
    assert found is not None
    return found


def test_a_harmless_text_goes_on(ask: Ask) -> None:
    assert ask(HARMLESS) is None
    assert ask(HARMLESS, strict=True) is None


def test_names_stop_a_pseudonym_but_not_ones_own_name(ask: Ask) -> None:
    assert ask(NAMES) is None
    found = stopped(ask(NAMES, strict=True))
    assert (len(found.hard), len(found.soft), found.status) == (0, 2, STOPPED)


@pytest.mark.parametrize("strict", [False, True])
def test_what_may_be_a_patients_stops_everybody(ask: Ask, strict: bool) -> None:
    found = stopped(ask(NUMBER, strict=strict))
    assert [item.finding.kind for item in found.hard] == ["nhs"]
    assert found.texts == NUMBER


def test_nothing_is_asked_of_the_database_while_nothing_is_found(words_app: Flask) -> None:
    def known() -> Any:
        raise AssertionError("asked")

    with words_app.test_request_context():
        assert review(MultiDict(), HARMLESS, strict=False, known=known) is None


def test_one_press_masks_one_finding_in_its_field(ask: Ask) -> None:
    found = stopped(ask(NAMES, strict=True))
    title = found.soft[0]
    assert title.field == "title"
    now = stopped(ask(NAMES, strict=True, mask=title.key))
    assert now.texts == {"title": "Talking to [name]", "body": NAMES["body"]}
    assert (now.masked, now.status, len(now.soft)) == (1, SHOWN, 1)


def test_of_two_that_read_the_same_only_the_one_that_was_pressed_is_masked(ask: Ask) -> None:
    second = stopped(ask(BOTH)).hard[1]
    now = stopped(ask(BOTH, mask=second.key))
    assert now.texts["body"] == "Dr Patel wrote 943 476 5919 and [NHS number], dob 12/03/1958."


def test_whoever_has_written_on_since_masks_what_they_had_read(ask: Ask) -> None:
    first = stopped(ask(NUMBER)).hard[0]
    longer = {**NUMBER, "body": "Born on 1 May 1950. " + NUMBER["body"]}
    assert stopped(ask(longer, mask=first.key)).texts["body"] == "Born on 1 May 1950. She is [NHS number]."


def test_a_press_for_something_that_is_gone_changes_nothing_and_posts_nothing(ask: Ask) -> None:
    found = stopped(ask(HARMLESS, mask="body.0123.1"))
    assert (found.texts, found.masked, found.count, found.status) == (HARMLESS, 0, 0, SHOWN)


def test_all_may_be_masked_or_only_what_may_be_a_patients(ask: Ask) -> None:
    everything = stopped(ask(BOTH, mask="all"))
    assert everything.texts["body"] == "[name] wrote [NHS number] and [NHS number], dob [date of birth]."
    assert (everything.masked, everything.count) == (4, 0)
    assert ask(everything.texts, strict=True) is None
    hard = stopped(ask(BOTH, mask="hard"))
    assert hard.texts["body"].startswith("Dr Patel wrote [NHS number]")
    assert ask(hard.texts) is None


def test_a_declaration_of_every_kind_lets_it_go_on(ask: Ask) -> None:
    found = stopped(ask(BOTH))
    assert [one.kind for one in found.declarations] == ["nhs", "birth"]
    one, other = (declaration.digest for declaration in found.declarations)
    assert [said.is_made for said in stopped(ask(BOTH, declared=[one])).declarations] == [True, False]
    assert ask(BOTH, declared=[one, other]) is None


def test_a_declaration_holds_for_those_very_numbers_and_no_others(ask: Ask) -> None:
    said = stopped(ask(NUMBER)).declarations[0].digest
    assert ask(NUMBER, declared=[said]) is None
    assert ask({**NUMBER, "body": "Yes: " + NUMBER["body"]}, declared=[said]) is None
    assert ask({**NUMBER, "body": NUMBER["body"] + " And 450 557 7104."}, declared=[said]) is not None
    assert ask({**NUMBER, "body": "She is 450 557 7104."}, declared=[said]) is not None


def test_a_pseudonym_is_stopped_once_and_then_goes_on_as_it_is(ask: Ask) -> None:
    seen = stopped(ask(NAMES, strict=True)).looked_at
    assert ask(NAMES, strict=True, looked_at=seen) is None
    further = {**NAMES, "body": NAMES["body"] + " And Dr Jones."}
    assert ask(further, strict=True, looked_at=seen) is not None


def test_having_looked_is_no_declaration(ask: Ask) -> None:
    found = stopped(ask(BOTH, strict=True))
    again = stopped(ask(BOTH, strict=True, looked_at=found.looked_at))
    assert again.is_undeclared
    said = [declaration.digest for declaration in found.declarations]
    assert ask(BOTH, strict=True, looked_at=found.looked_at, declared=said) is None


def test_few_who_fit_stop_a_pseudonym_once(ask: Ask) -> None:
    assert ask(HARMLESS, few=True) is None
    found = stopped(ask(HARMLESS, strict=True, few=True))
    assert found.few
    assert ask(HARMLESS, strict=True, few=True, looked_at=found.looked_at) is None
    # Whoever looked while many fitted has not looked at this.
    many = stopped(ask(NAMES, strict=True)).looked_at
    assert ask(NAMES, strict=True, few=True, looked_at=many) is not None


def test_looking_shows_everything_and_posts_nothing(ask: Ask) -> None:
    assert len(stopped(ask(NAMES, check="1")).soft) == 2
    nothing = stopped(ask(HARMLESS, check="1"))
    assert (nothing.count, nothing.status) == (0, SHOWN)


def test_a_finding_is_shown_in_a_stretch_of_its_text(ask: Ask) -> None:
    text = "word " * 40 + "943 476 5919" + " word" * 40
    item = stopped(ask({"body": text})).hard[0]
    assert item.before.startswith("…word")
    assert item.after.endswith("word…")
    assert len(item.before) < 80
    assert len(item.after) < 80
