"""What a roll, claims and invitations leave behind is forgotten in its time, and nothing before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.core import clock, keeping
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.verification.models import (
    Appeal,
    Claim,
    InvitationRun,
    RollEntry,
    RollImport,
    RollInvitation,
    RollRow,
)
from tests.verification.claiming import account, claim, entry, member

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def forget(later: timedelta) -> None:
    with clock.held(now() + later):
        keeping.forget_what_is_due()
    db.session.rollback()


def amount(model: type[Base]) -> int:
    found = db.session.scalar(select(func.count()).select_from(model)) or 0
    db.session.rollback()
    return found


def add(*rows: Base) -> None:
    with unit_of_work() as work:
        work.add_all(rows)


def change(row: Any, **facts: Any) -> None:
    with unit_of_work() as work:
        found = work.get(type(row), row.id)
        for name, value in facts.items():
            setattr(found, name, value)


def test_an_entry_that_is_gone_and_nobodys_goes_after_a_year() -> None:
    held, gone, owned = entry("1"), entry("2"), entry("3")
    ann = account(standing="active")
    with unit_of_work() as work:
        for entry_id in (gone, owned):
            found = work.get(RollEntry, entry_id)
            assert found is not None
            found.gone_at = now()
            found.member_id = ann if entry_id == owned else None
    forget(YEAR - DAY)
    assert amount(RollEntry) == 3
    forget(YEAR + DAY)
    assert set(db.session.scalars(select(RollEntry.id))) == {held, owned}


def test_decided_claims_and_appeals_go_after_a_year_and_open_ones_stay() -> None:
    ann, bo = account(), account("Bo Other")
    claim(ann)
    claim(ann)  # which settles the first
    claim(bo)
    refused = db.session.scalars(select(Claim).where(Claim.member_id == bo)).one()
    db.session.rollback()
    change(refused, decided_at=now(), accepted=False)
    add(Appeal(member_id=bo, claim_id=refused.id, text="Look again"))
    forget(YEAR - DAY)
    assert (amount(Claim), amount(Appeal)) == (3, 1)
    forget(YEAR + DAY)
    assert (amount(Claim), amount(Appeal)) == (2, 1), "an open claim, and one that an open appeal is about"
    appeal = db.session.scalars(select(Appeal)).one()
    db.session.rollback()
    change(appeal, decided_at=now())
    forget(YEAR + DAY)
    assert (amount(Claim), amount(Appeal)) == (1, 0)


def test_the_history_of_imports_goes_after_three_years_but_for_each_rolls_newest() -> None:
    facts = {"added": 1, "changed": 0, "unreadable": 0}
    rows = [
        RollImport(source="unison", state="applied", applied_at=now(), **facts),
        RollImport(source="unison", state="failed", **facts),
        RollImport(source="unison", state="applied", applied_at=now(), **facts),
        RollImport(source="fda", state="applied", applied_at=now(), **facts),
        RollImport(source="fda", state="ready", **facts),
    ]
    add(*rows)
    add(RollRow(import_id=rows[1].id, line=2))
    forget(3 * YEAR - DAY)
    assert amount(RollImport) == 5
    forget(3 * YEAR + 2 * DAY)
    assert set(db.session.scalars(select(RollImport.id))) == {row.id for row in rows[2:]}
    assert amount(RollRow) == 0


def test_used_and_expired_invitations_go_after_ninety_days_and_then_their_run() -> None:
    run = InvitationRun(source="unison", wanted=3, finished_at=now())
    add(run)
    entries = [entry(str(number)) for number in range(3)]
    facts = [{"used_at": now(), "expires_at": now() + YEAR}, {"expires_at": now()}, {"expires_at": now() + 100 * DAY}]
    for number, fact in enumerate(facts):
        add(RollInvitation(run_id=run.id, entry_id=entries[number], token_hash=str(number), **fact))
    forget(89 * DAY)
    assert amount(RollInvitation) == 3
    forget(91 * DAY)
    assert db.session.scalars(select(RollInvitation.token_hash)).all() == ["2"]
    assert amount(InvitationRun) == 1
    forget(200 * DAY)
    assert (amount(RollInvitation), amount(InvitationRun)) == (0, 0)


def test_an_account_that_never_proved_a_membership_is_closed_with_a_letter_and_goes_later() -> None:
    ann, bo = account(), account("Bo Waits")
    claim(bo)
    forget(179 * DAY)
    assert [member(each).standing for each in (ann, bo)] == ["pending", "pending"]
    with clock.held(now() + 181 * DAY):
        keeping.forget_what_is_due()
        assert [member(each).standing for each in (ann, bo)] == ["left", "pending"]
        told = db.session.scalars(select(MailMessage.subject).where(MailMessage.member_id == ann)).all()
        assert list(told) == ["Your account is closed"]
        db.session.rollback()
        forget(89 * DAY)
        assert member(ann).standing == "left"
        forget(91 * DAY)
        assert db.session.get(type(member(bo)), ann) is None


def test_somebody_who_lapsed_two_years_ago_is_closed_unless_an_appeal_is_open() -> None:
    ann, bo = account(standing="lapsed"), account("Bo Other", standing="lapsed")
    add(Appeal(member_id=bo, text="Look again"))
    forget(729 * DAY)
    assert [member(each).standing for each in (ann, bo)] == ["lapsed", "lapsed"]
    forget(731 * DAY)
    assert [member(each).standing for each in (ann, bo)] == ["left", "lapsed"]
