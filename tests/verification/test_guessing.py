"""Guessing at numbers is held up, told to nobody who guesses, and alarmed; nobody else is locked out by it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from limits.storage import MemoryStorage
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.limits import limiter
from knowledge_exchange.core import clock
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.claims import guessing
from tests.support.persons import Person, person
from tests.verification.claiming import entry, latest, letters

pytestmark = pytest.mark.usefixtures("networks")
RIGHT = {"source": "unison", "number": "40217788", "surname": "Okonedo"}


@pytest.fixture
def limited(make_app: Callable[..., Flask], networks: dict[str, int]) -> Flask:
    """An exchange that counts."""
    return make_app(KE_RATE_LIMITS=True)


def claimant(app: Flask, name: str) -> Person:
    return person(app, name, standing="pending")


def alarms() -> list[str]:
    db.session.rollback()
    query = select(AuditEntry.note).where(AuditEntry.action == guessing.ALARM).order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def guess(who: Person, *numbers: object, **fields: str) -> set[int]:
    return {who.post("/verify", **{**RIGHT, "number": str(number), **fields}).status_code for number in numbers}


def test_one_account_has_so_many_claims_an_hour_however_the_number_is_written(limited: Flask) -> None:
    ann = claimant(limited, "Ann Guesser")
    spelt = ["1", "01", " 1", "1 ", "0-1", "１", "001", "0 1", "-1", "1-", "1\u00a0", "1"]
    statuses = [ann.post("/verify", **{**RIGHT, "number": one}).status_code for one in spelt]
    assert statuses == [303] * 10 + [429] * 2


def test_a_number_that_many_have_tried_brings_those_who_try_it_again_no_code(limited: Flask) -> None:
    entry()
    guessers = [claimant(limited, f"Guess Er{number}") for number in range(4)]
    spelt = ["40217788", "0040217788", "4021 7788", "４０２１７７８８"]
    for number in range(guessing.TRIES_OF_A_NUMBER + 2):
        source = "unison" if number % 2 else "fda"
        assert guess(guessers[number % 4], spelt[number % 4], surname=f"Guess{number}", source=source) == {303}
    assert letters_of_codes() == []
    # The right name at last: nobody is told, and no code is sent.
    assert guess(guessers[0], "40217788") == {303}
    assert letters_of_codes() == []
    assert latest().queue_cause == "guarded"


def letters_of_codes() -> list[str]:
    return [letter.recipient for letter in letters() if letter.recipient == "bola@roll.example"]


def test_its_owner_has_their_code_all_the_same(limited: Flask) -> None:
    entry()
    stranger, owner = claimant(limited, "Stran Ger"), claimant(limited, "Own Er")
    guess(stranger, *["40217788"] * 10, surname="Okonedo")
    sent = len(letters_of_codes())
    assert guess(owner, "40217788") == {303}
    assert len(letters_of_codes()) == sent + 1
    assert latest().queue_cause == "unused_code"


def test_others_at_the_same_address_hold_up_nobodys_first_claim(limited: Flask) -> None:
    entry()
    for number in range(3):
        assert guess(claimant(limited, f"Guess Er{number}"), *range(1, 11)) == {303}
    fourth = claimant(limited, "Fourth Guesser")
    # Nobody's first claim counts, so the address has three left.
    assert guess(fourth, 50, 51, 52, 53) == {303}
    assert guess(fourth, 54) == {429}
    owner = claimant(limited, "Own Er")
    assert guess(owner, "40217788") == {303}
    assert letters_of_codes() == ["bola@roll.example"]


@pytest.mark.parametrize("kind", ["account", "address", "number", "all"])
def test_too_many_misses_of_each_kind_raise_the_alarm(
    limited: Flask, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name in ("ACCOUNT", "ADDRESS", "NUMBER"):
        monkeypatch.setattr(guessing, f"MOST_BY_{name}", 3 if name.lower() == kind else 50)
    monkeypatch.setattr(guessing, "MOST_OF_ALL", 3 if kind == "all" else 50)
    entry()
    ann = claimant(limited, "Ann Guesser")
    # Three are not too many, and what fits doesn't count.
    assert guess(ann, "40217788", surname="a") == guess(ann, "40217788", "40217788") == {303}
    assert guess(ann, "40217788", "40217788", surname="b") == {303}
    assert alarms() == []
    assert guess(ann, "40217788", surname="d") == {303}
    assert alarms() == [kind]


def test_there_is_one_alarm_an_hour_to_officers_and_administrators_which_names_nobody(
    limited: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    officer = person(limited, "Olu Officer", role="membership_officer")
    admin = person(limited, "Ada Min", role="administrator")
    person(limited, "Former Officer", role="membership_officer", standing="lapsed")
    person(limited, "Nat Officer", role="officer")
    ann, ben = claimant(limited, "Ann Guesser"), claimant(limited, "Ben Guesser")
    with caplog.at_level(logging.WARNING):
        assert guess(ann, *range(1, 10)) == {303}
        assert guess(ben, *range(1, 10)) == {303}
    assert alarms() == ["account"]
    told = letters()
    assert [letter.recipient for letter in told] == [officer.email, admin.email]
    for letter in told:
        for word in ("union", "member", "claim", "guess", "exchange", "ann"):
            assert word not in (letter.subject + letter.text).lower()
    [logged] = [record for record in caplog.records if "may be guessing" in record.getMessage()]
    assert str(ann.id) not in str(vars(logged))
    assert "Ann" not in str(vars(logged))


def test_an_alarm_of_this_hour_outlives_the_counts(limited: Flask) -> None:
    ann = claimant(limited, "Ann Guesser")
    guess(ann, *range(1, 8))
    limiter.reset()
    guess(ann, *range(1, 8))
    assert alarms() == ["account"]
    limiter.reset()
    with clock.held(now() + timedelta(minutes=61)):
        guess(ann, *range(1, 8))
    assert alarms() == ["account", "account"]


def test_the_queue_shows_an_alarm_for_a_day(limited: Flask) -> None:
    officer = person(limited, "Olu Officer", role="membership_officer")
    assert "may be guessing" not in officer.get("/admin/claims").text
    guess(claimant(limited, "Ann Guesser"), *range(1, 8))
    page = officer.get("/admin/claims").text
    assert "Somebody may be guessing at numbers" in page
    assert "From one account." in page
    with clock.held(now() + timedelta(hours=25)):
        assert "may be guessing" not in officer.get("/admin/claims").text


def test_whoever_guesses_reads_the_same_before_and_after_the_alarm(limited: Flask) -> None:
    ann = claimant(limited, "Ann Guesser")
    answers = [ann.post("/verify", **{**RIGHT, "number": str(number)}) for number in range(1, 9)]
    assert alarms() == ["account"]
    assert {(one.status_code, one.headers["Location"], one.text) for one in answers} == {
        (303, "/me", answers[0].text),
    }


def test_an_alarm_that_fails_changes_no_answer(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the database is busy")

    monkeypatch.setattr(guessing, "settlers", fail)
    assert guess(claimant(limited, "Ann Guesser"), *range(1, 9)) == {303}
    assert alarms() == []


def test_with_the_store_of_the_counts_gone_claims_go_on(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    entry()
    ann = claimant(limited, "Ann Claimant")

    def gone(*_key: object) -> bool:
        raise ConnectionError("no store")

    with limited.app_context():
        monkeypatch.setattr(limiter.limiter, "test", gone)
        assert guessing.has_tried(ann.id) is False
    assert guess(ann, "40217788") == {303}
    assert letters_of_codes() == ["bola@roll.example"]


def test_no_number_and_no_address_stands_in_the_store(limited: Flask) -> None:
    guess(claimant(limited, "Ann Claimant"), "40217788")
    assert isinstance(limiter.storage, MemoryStorage)
    keys = str(list(limiter.storage.storage))
    assert "claims" in keys
    assert "40217788" not in keys
    assert "127.0.0.1" not in keys
