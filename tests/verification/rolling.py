"""Rolls in tests: sending a file as an officer's browser does, having it read in this process, looking at the rows."""

from __future__ import annotations

import io
from contextvars import Context
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.matching import normal_number, number_hash
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow
from knowledge_exchange.verification.uploads import job as reading_job
from knowledge_exchange.verification.uploads import process as reading_process
from tests.support.persons import Person, person
from tests.verification.conftest import HEADER

PAGE = "/admin/rolls"
ANN = "1001,Smith,Ann,ann@home.example,R0A,North West,full,2019-03-31,2027-12-31"
BOLA = "1002,Okonedo,Bola,bola@home.example,RM3,London,retired,,"
CERI = "1003,Price,Ceri,ceri@home.example,RM3,Wales,full,,"


def officer_of(app: Flask, name: str = "Olu Officer") -> Person:
    """A membership officer who has just signed in."""
    return person(app, name, role="membership_officer")


def as_file(*lines: str, header: str = HEADER) -> bytes:
    """A CSV file with these lines below the header."""
    return "\n".join([header, *lines, ""]).encode()


def send(who: Person, content: bytes | None, *, name: str = "roll.csv", **fields: str) -> TestResponse:
    """Upload a file; None: a form without one. As a browser does, outside the test's own app context."""
    data: dict[str, Any] = {"csrf_token": who.csrf_token, "source": "unison", **fields}
    if content is not None:
        data["file"] = (io.BytesIO(content), name)
    answer: TestResponse = Context().run(lambda: who.client.post(PAGE, data=data, content_type="multipart/form-data"))
    settle()
    return answer


def settle() -> None:
    """What the test reads next is read afresh."""
    db.session.rollback()
    db.session.expire_all()


def read_all() -> None:
    """What the job does, without processes of their own."""
    while claimed := reading_job.claim_next():
        reading_process.read(*claimed)
    settle()


def sent_and_read(who: Person, *lines: str, header: str = HEADER, **fields: str) -> str:
    """Upload a roll and have it read; returns the address of its page."""
    answer = send(who, as_file(*lines, header=header), **fields)
    assert answer.status_code == 303, answer.text
    read_all()
    return str(answer.location)


def applied(who: Person, *lines: str) -> None:
    """Have a roll applied."""
    answer = who.post(sent_and_read(who, *lines), do="apply")
    assert answer.status_code == 303, answer.text
    reading_job.clear_away()
    settle()


def latest() -> RollImport:
    """The newest import."""
    settle()
    return db.session.scalars(select(RollImport).order_by(RollImport.id.desc())).first()  # type: ignore[return-value]


def imports() -> int:
    """How many imports there are, in whatever state."""
    settle()
    return db.session.scalar(select(func.count()).select_from(RollImport)) or 0


def own(number: str, member_id: int, source: str = "unison") -> None:
    """Make an entry a member's."""
    hashed = number_hash(source, normal_number(number))
    with unit_of_work() as work:
        work.execute(update(RollEntry).where(RollEntry.number_hash == hashed).values(member_id=member_id))


def members_on_the_roll(app: Flask, who: Person, amount: int) -> list[int]:
    """So many active members, each with an entry of the roll, numbers from 5000 on."""
    applied(who, *(f"{5000 + n},Name,Pat,p{n}@home.example,R0A,Wales,full,," for n in range(amount)))
    found = [person(app, f"Member {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n]}", region="wales").id for n in range(amount)]
    for n, member_id in enumerate(found):
        own(str(5000 + n), member_id)
    return found


def rows_staged() -> int:
    """How many rows are staged, of whichever file."""
    settle()
    return db.session.scalar(select(func.count()).select_from(RollRow)) or 0


def files_kept() -> list[Path]:
    """The files in the folder of uploads."""
    folder = Path(current_app.config["KE_DATA_DIR"]) / "rolls"
    return sorted(folder.iterdir()) if folder.exists() else []


def on_the_record(action: str) -> list[tuple[int | None, str]]:
    """Who did that, and the note."""
    settle()
    query = select(AuditEntry.actor_id, AuditEntry.note).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return [tuple(row) for row in db.session.execute(query)]  # type: ignore[misc]
