"""No time that names somebody can be laid beside the time of a post: each such table is rounded, or says why not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, Table, select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import Base, UtcDateTime, db
from knowledge_exchange.core.ids import new_id, new_rounded_id, time_of
from knowledge_exchange.mail.jobs import send_waiting
from tests.auth.door import EMAIL, PASSWORD, link_in, mail_to, make_member, send, try_sign_in
from tests.auth.factor_people import give_codes

OTHER = "seven-spoons-in-a-drawer"
ROUNDED = {
    *("audit_entry", "email_token", "passkey", "recovery_code", "sign_in", "totp", "union_identity"),
    *("act_appeal", "case_note", "member_note", "moderation_act", "report", "thread_summary"),
}
_LEDGER = "why somebody was told of a post is worked out from it, in order with posts; a sealed place writes none"
_OFFICE = "asking for entry and the answer of an office: shown with its times to those who decide, never at posting"
_CARE = "acts and decisions of moderators, for which they answer; a moderator's own posts are not beside them"
_OWN = "settings and the beginnings of an account, not beside posting"
EXACT = {
    "level_change": _LEDGER,
    "live_event": _LEDGER,
    "network_membership": _LEDGER,
    "notification": _LEDGER,
    "participant": _LEDGER,
    "standing_change": _LEDGER,
    "appeal": _OFFICE,
    "claim": _OFFICE,
    "invitation_run": _OFFICE,
    "join_request": _OFFICE,
    "link_manager": _OFFICE,
    "network_invitation": _OFFICE,
    "roll_entry": _OFFICE,
    "roll_import": _OFFICE,
    "moderation_case": _CARE,
    "network_mute": "until a midnight",
    "queue_claim": _CARE,
    "unsealing": "acts of two officers, for which they answer",
    "notice_settings": _OWN,
    "mail_message": "notices are the job's; letters that follow an act are rounded (below)",
}


def is_time(column: Column[Any]) -> bool:
    return isinstance(column.type, UtcDateTime) or made_by(column) in (new_id.__name__, new_rounded_id.__name__)


def made_by(column: Column[Any]) -> str | None:
    """The name of the function that fills a column."""
    return getattr(getattr(column.default, "arg", None), "__name__", None)


def names_somebody(table: Table) -> bool:
    of_members = any(key.column.table.name == "member" for key in table.foreign_keys)
    return of_members or bool({"actor_id", "subject_id"} & set(table.columns.keys()))


def test_every_table_that_names_somebody_is_rounded_or_says_why_not(app: Flask) -> None:
    with_times = {
        table.name
        for table in Base.metadata.sorted_tables
        if names_somebody(table) and any(is_time(column) for column in table.columns)
    }
    assert with_times == ROUNDED | set(EXACT)


@pytest.mark.parametrize("name", sorted(ROUNDED))
def test_what_a_rounded_table_fills_in_by_itself_is_rounded(app: Flask, name: str) -> None:
    table = Base.metadata.tables[name]
    assert made_by(table.c.id) == "new_rounded_id"
    assert [column.name for column in table.columns if made_by(column) == "now"] == []


def exact_times(tables: set[str], five: datetime) -> list[tuple[str, str]]:
    """Where rows tell more than the five minutes that began at that moment, or another full five minutes."""
    found = []
    for table in (Base.metadata.tables[name] for name in sorted(tables)):
        for row in db.session.execute(select(table)).mappings():
            times = {name: row[name] for name, column in table.columns.items() if isinstance(column.type, UtcDateTime)}
            found += [(table.name, name) for name, at in times.items() if at is not None and at != clock.rounded(at)]
            if not five <= time_of(row["id"]) < five + clock.ROUNDED_TO:
                found.append((table.name, "id"))
    return found


def test_coming_and_going_leaves_no_exact_time(app: Flask, client: FlaskClient) -> None:
    five = clock.rounded(clock.now()) + timedelta(hours=1)
    with clock.held(five + timedelta(minutes=3, seconds=7, microseconds=41)):
        ann = make_member(app)
        give_codes(app, ann)
        try_sign_in(client)
        send(client, "/sign-out", page="/me")
        send(client, "/reset", email=EMAIL)
        link = link_in(mail_to(app, EMAIL)[-1])
        assert send(client, link, new_password=OTHER).status_code == 303
        assert try_sign_in(client, password=PASSWORD).status_code == 401
        assert try_sign_in(client, password=OTHER).status_code == 303
        with app.app_context():
            send_waiting()
    with app.app_context():
        tables = {"audit_entry", "email_token", "mail_message", "recovery_code", "sign_in"}
        assert all(db.session.execute(select(Base.metadata.tables[name])).first() for name in tables)
        assert exact_times(tables, five) == []
