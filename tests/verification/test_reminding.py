"""Who is reminded of what waits, when, how often, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask

from knowledge_exchange.auth.actions import change_standing, create_member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.jobs import jobs_of
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.verification.claims import appealing, settling
from knowledge_exchange.verification.claims.reminding import remind
from tests.verification.claiming import NOON, account, claim, code_in, enter, entry, latest, letters

pytestmark = pytest.mark.usefixtures("networks")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def officer(name: str, role: str = "membership_officer", standing: str = "active") -> int:
    with unit_of_work():
        email = f"{name.lower()}@office.example"
        facts = {"password_hash": "x", "confirmed": True, "role": role, "standing": standing}
        return create_member(email=email, name=name, **facts).id  # type: ignore[arg-type]


def reminded(at: datetime) -> list[MailMessage]:
    """What the job writes at that moment."""
    before = {letter.id for letter in letters()}
    with clock.held(at):
        remind()
    return [letter for letter in letters() if letter.id not in before]


def to(found: list[MailMessage]) -> list[str]:
    return sorted(letter.recipient.split("@")[0] for letter in found)


@pytest.fixture(autouse=True)
def waiting(networks: dict[str, int]) -> tuple[int, int]:
    """Two who claimed at noon: one whose number fits, one whose doesn't."""
    with clock.held(NOON):
        entry()
        match, miss = account("Match Claimant"), account("Miss Claimant")
        claim(match)
        claim(miss, "999")
    return match, miss


def test_claimants_are_reminded_once_after_a_day_whatever_was_found() -> None:
    assert reminded(NOON + DAY - HOUR) == []
    found = reminded(NOON + DAY + HOUR)
    assert to(found) == ["match", "miss"]
    assert reminded(NOON + DAY + 2 * HOUR) == reminded(NOON + 9 * DAY) == []
    one, other = found
    assert (one.subject, one.text, one.essential) == (other.subject, other.text, other.essential)
    assert "/me" in one.text
    code = code_in(letters()[0])
    for word in ("union", "member", "claim", "code", "exchange", code.lower()):
        assert word not in (one.subject + one.text).lower()


def test_who_claims_again_is_not_reminded_again(waiting: tuple[int, int]) -> None:
    reminded(NOON + DAY + HOUR)
    with clock.held(NOON + DAY + 2 * HOUR):
        claim(waiting[0], "888")
    assert latest().reminded_at == NOON + DAY + HOUR
    assert reminded(NOON + 3 * DAY) == []


def test_who_is_in_or_has_an_answer_or_was_put_out_is_not_reminded(waiting: tuple[int, int]) -> None:
    decider = officer("Olu", "administrator")
    match, miss = waiting
    with clock.held(NOON + HOUR):
        claim(match)
        with unit_of_work():
            settling.refuse_claim(latest().id, officer_id=decider, reason="ended")
        with unit_of_work():
            change_standing(miss, "suspended", "for a test", decider)
    assert reminded(NOON + DAY + 2 * HOUR) == []


def test_who_entered_the_code_is_not_reminded(waiting: tuple[int, int]) -> None:
    with clock.held(NOON + HOUR / 4):
        enter(waiting[0], code_in(letters()[0]))
    assert to(reminded(NOON + DAY + HOUR)) == ["miss"]


def test_officers_are_told_how_many_have_waited_too_long_once_a_day() -> None:
    officer("Olu")
    officer("Pat")
    officer("Gone", standing="lapsed")
    officer("Nat", "officer")
    officer("Ada", "administrator")
    reminded(NOON + DAY + HOUR)
    assert reminded(NOON + 2 * DAY - HOUR) == []
    found = reminded(NOON + 2 * DAY + HOUR)
    assert to(found) == ["olu", "pat"]
    assert reminded(NOON + 3 * DAY) == []
    assert to(reminded(NOON + 3 * DAY + 2 * HOUR)) == ["olu", "pat"]
    letter = found[0]
    assert "2 people have waited for an answer for 2 days or longer" in letter.text
    for word in ("union", "member", "claim", "appeal", "exchange", "match"):
        assert word not in (letter.subject + letter.text).lower()


def test_where_nobody_waits_so_long_nobody_is_told(waiting: tuple[int, int]) -> None:
    decider = officer("Olu")
    for who in waiting:
        with clock.held(NOON + HOUR):
            claim(who, "777")
            with unit_of_work():
                settling.refuse_claim(latest().id, officer_id=decider, reason="ended")
    assert to(reminded(NOON + 5 * DAY)) == []


def test_administrators_are_told_where_there_is_no_officer() -> None:
    officer("Ada", "administrator")
    assert to(reminded(NOON + 3 * DAY)) == ["ada", "match", "miss"]


def test_an_appeal_that_no_officer_may_decide_is_the_administrators(waiting: tuple[int, int]) -> None:
    olu = officer("Olu")
    officer("Ada", "administrator")
    for who in waiting:
        with clock.held(NOON + HOUR):
            claim(who, "777")
            with unit_of_work():
                settling.refuse_claim(latest().id, officer_id=olu, reason="ended")
            with unit_of_work():
                appealing.make_appeal(who, "That was wrong.")
    found = reminded(NOON + 3 * DAY)
    assert to(found) == ["ada"]
    assert "2 people have waited" in found[0].text
    officer("Pat")
    assert to(reminded(NOON + 5 * DAY)) == ["pat"]


def test_how_long_is_too_long_is_a_setting(make_app: Callable[..., Flask]) -> None:
    officer("Olu")
    with make_app(KE_CLAIM_REMIND_DAYS=5).app_context():
        assert to(reminded(NOON + 4 * DAY)) == ["match", "miss"]
        found = reminded(NOON + 6 * DAY)
        assert to(found) == ["olu"]
        assert "for 5 days or longer" in found[0].text


def test_of_two_workers_at_once_one_writes(app: Flask) -> None:
    officer("Olu")
    db.session.remove()
    start = Barrier(2)

    def one(_number: int) -> None:
        with app.app_context():
            start.wait(timeout=20)
            remind()

    with clock.held(NOON + 3 * DAY), ThreadPoolExecutor(2) as pool:
        list(pool.map(one, [1, 2]))
    assert to(letters()[1:]) == ["match", "miss", "olu"]


def test_it_is_one_of_the_jobs(app: Flask) -> None:
    assert [job.name for job in jobs_of(app) if job.run is remind] == ["remind of claims"]
