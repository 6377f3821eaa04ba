"""Sending a roll: what is taken in, where it lies, who reads it, and that nothing of it stays."""

from __future__ import annotations

import io
import os
import random
import stat
import zipfile
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from knowledge_exchange.core import clock
from knowledge_exchange.core.config import MAX_BODY_BYTES
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.realtime.wsgi_guard import harden
from knowledge_exchange.verification.claims.queries import sources
from knowledge_exchange.verification.models import RollImport
from knowledge_exchange.verification.rolls import staging
from knowledge_exchange.verification.rolls.file import open_roll
from knowledge_exchange.verification.uploads import files as reading_files
from knowledge_exchange.verification.uploads import job as reading_job
from knowledge_exchange.verification.uploads import process as reading_process
from knowledge_exchange.verification.uploads import reading
from tests.support.persons import Person, person, visitor
from tests.verification.conftest import HEADER
from tests.verification.rolling import (
    ANN,
    BOLA,
    PAGE,
    as_file,
    files_kept,
    imports,
    latest,
    officer_of,
    on_the_record,
    read_all,
    rows_staged,
    send,
    sent_and_read,
)

pytestmark = pytest.mark.usefixtures("in_app")
GIB = 1024**3


@pytest.fixture
def officer(app: Flask) -> Person:
    return officer_of(app)


def test_a_file_is_kept_for_the_exchange_alone_by_a_name_that_nobody_can_guess(officer: Person) -> None:
    answer = send(officer, as_file(ANN), name="rolls/november.csv")
    row = latest()
    assert answer.location == f"{PAGE}/{row.id}"
    facts = (row.state, row.origin, row.source, row.file_name, row.actor_id)
    assert facts == ("waiting", "upload", "unison", "november.csv", officer.id)
    [path] = files_kept()
    assert path.name == row.stored_as
    assert len(path.name) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert on_the_record("roll.uploaded") == [(officer.id, "unison")]


def test_a_file_that_has_been_read_is_gone_and_its_rows_are_staged(officer: Person) -> None:
    sent_and_read(officer, ANN, BOLA)
    row = latest()
    assert (row.state, row.progress, row.stored_as, row.reading_until) == ("ready", 100, "", None)
    assert (files_kept(), rows_staged()) == ([], 2)


@pytest.mark.parametrize(
    ("content", "fields", "says"),
    [
        (None, {}, "Choose the file."),
        (b"", {}, "there is nothing in it at all"),
        (b"x", {"source": "nobody-knows"}, "Choose whose roll it is"),
        (b"x", {"source": "other", "new_source": "?"}, "Choose whose roll it is"),
        (b"x", {"source": "other", "new_source": "x" * 61}, "Choose whose roll it is"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    officer: Person, content: bytes | None, fields: dict[str, str], says: str
) -> None:
    answer = send(officer, content, **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert files_kept() == []


def test_a_new_source_keeps_the_name_that_the_officer_gave_it(officer: Person) -> None:
    send(officer, as_file(ANN), source="other", new_source="Prospect Union")
    assert latest().source == "prospect-union"
    assert "Prospect Union" in officer.get(PAGE).text
    read_all()
    page = f"{PAGE}/{latest().id}"
    assert officer.post(page, do="apply").status_code == 303
    # Claimants choose by that name, too.
    assert sources()["prospect-union"] == "Prospect Union"


def _claiming(who: Person, length: int) -> TestResponse:
    """A request that says it brings so many bytes."""
    kind, given = "multipart/form-data; boundary=x", {"CONTENT_LENGTH": str(length)}
    return who.client.post(PAGE, data=b"--x", content_type=kind, environ_overrides=given)


@pytest.mark.parametrize("claimed", [GIB, reading_files.MAX_ROLL_BYTES + 3 * 1024 * 1024])
def test_a_length_beyond_the_bound_is_refused_before_anything_is_read(officer: Person, claimed: int) -> None:
    answer = _claiming(officer, claimed)
    assert answer.status_code == 413
    assert "larger than 32 MB" in answer.text
    assert "<h1" in answer.text


def test_one_byte_too_many_is_not_kept(officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_files, "MAX_ROLL_BYTES", 100)
    answer = send(officer, b"x" * 101)
    assert answer.status_code == 413
    assert "That file is too large" in answer.text or "larger than" in answer.text
    assert files_kept() == []


def test_only_who_may_send_a_roll_may_send_more_than_a_form(app: Flask, officer: Person) -> None:
    harden(app)
    large = as_file(*(f"{n},Name,,,,,,," for n in range(200_000)))
    assert len(large) > MAX_BODY_BYTES
    assert send(officer, large).status_code == 303
    for who in (person(app, "Mo Member"), person(app, "Les Lapsed", role="membership_officer", standing="lapsed")):
        assert send(who, large).status_code == 413
    assert send(visitor(app), large).status_code == 413
    assert len(files_kept()) == 1


def test_the_guard_in_front_answers_an_officer_with_a_page(app: Flask, officer: Person) -> None:
    harden(app)
    answer = _claiming(officer, GIB)
    assert answer.status_code == 413
    assert answer.content_type.startswith("text/html")
    assert "larger than 32 MB" in answer.text


def test_so_many_files_wait_and_no_more(officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_files, "MOST_FILES", 1)
    send(officer, as_file(ANN))
    answer = send(officer, as_file(BOLA))
    assert answer.status_code == 503
    assert "still being read" in answer.text


def _workbook_that_swells() -> bytes:
    """A few kilobytes that unpack to hundreds of megabytes."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (300 * 1024 * 1024))
    return kept.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00",
        random.Random(3).randbytes(5000),
        b"\n\n\n",
        b"no header worth the name\n1\n2\n",
        ",".join(f"column {n}" for n in range(100_000)).encode() + b"\n1,2\n",
        b"PK\x03\x04 and then nothing that is a zip",
        b'membership_number,surname\n"' + b"x" * 200_000,
    ],
    ids=["picture", "noise", "blank", "one column", "100,000 columns", "no workbook", "endless quotation"],
)
def test_what_is_no_roll_fails_in_words_and_leaves_nothing(officer: Person, content: bytes) -> None:
    page = send(officer, content).location
    read_all()
    row = latest()
    assert row.state in ("failed", "ready")
    shown = officer.get(page)
    assert shown.status_code == 200
    if row.state == "failed":
        assert row.problem
        assert row.problem[:40] in shown.text.replace("&#39;", "'").replace("&#34;", '"')
        assert rows_staged() == 0
    assert files_kept() == []


def test_a_workbook_that_swells_is_refused(officer: Person) -> None:
    send(officer, _workbook_that_swells(), name="roll.xlsx")
    read_all()
    assert latest().state == "failed"
    assert (files_kept(), rows_staged()) == ([], 0)


def test_a_workbook_is_read_like_a_text_whatever_it_is_called(officer: Person) -> None:
    kept, book = io.BytesIO(), openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (HEADER, ANN, BOLA):
        sheet.append(row.split(","))
    book.save(kept)
    page = send(officer, kept.getvalue(), name="roll.csv").location
    read_all()
    assert (latest().state, rows_staged(), files_kept()) == ("ready", 2, [])
    assert "Okonedo, Bola" in officer.get(f"{page}/joiners").text


def test_the_officers_own_name_of_the_file_is_in_the_sentence(officer: Person) -> None:
    page = send(officer, b"\n\n", name="november.csv").location
    read_all()
    assert "november.csv is empty" in officer.get(page).text


def test_of_two_processes_one_reads(officer: Person) -> None:
    send(officer, as_file(ANN))
    assert reading_job.claim_next() == (latest().id, 1)
    assert reading_job.claim_next() is None


def told(who: Person, page: str | None) -> dict[str, Any]:
    """What the page that waits asks for."""
    answer: dict[str, Any] = who.get(f"{page}/progress", headers={"Accept": "application/json"}).get_json()
    return answer


def test_progress_is_told_while_it_is_read(officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = send(officer, as_file(*(f"{n},Name,,,,,,," for n in range(1, 1201)))).location
    seen: list[dict[str, Any]] = []
    whole = staging.stage

    def watched(*args: Any, tell: Any, **named: Any) -> int:
        def telling(read: int) -> None:
            tell(read)
            seen.append(told(officer, page))

        return whole(*args, tell=telling, **named)

    monkeypatch.setattr(staging, "stage", watched)
    read_all()
    assert [answer["state"] for answer in seen] == ["reading"] * 3
    percents = [answer["percent"] for answer in seen]
    assert percents == sorted(percents)
    assert 0 < percents[0] < percents[-1] < 100
    assert told(officer, page)["done"] is True


def test_a_page_that_waits_says_how_far_it_is_and_how_to_look_again(officer: Person) -> None:
    page = officer.get(str(send(officer, as_file(ANN)).location)).text
    assert "Waits for its turn" in page
    assert "Look again" in page
    assert "data-progress=" in page


def test_a_reader_that_died_is_followed_by_one_other_and_then_it_has_failed(officer: Person) -> None:
    page = send(officer, as_file(ANN)).location
    for attempt in (1, 2):
        assert reading_job.claim_next() == (latest().id, attempt)
        assert reading_job.claim_next() is None
        with unit_of_work() as work:
            work.execute(update(RollImport).values(reading_until=clock.now() - timedelta(seconds=1)))
    assert reading_job.claim_next() is None
    assert latest().state == "failed"
    assert "broken off twice" in officer.get(page).text
    assert files_kept() == []


def test_what_a_dead_reader_has_staged_is_not_in_the_way_of_the_next(officer: Person) -> None:
    send(officer, as_file(ANN, BOLA))
    claimed = reading_job.claim_next()
    assert claimed is not None
    staged = open_roll(reading_files.path_of(latest().stored_as), "unison")
    staging.stage(staged, actor=None, import_id=claimed[0])
    with unit_of_work() as work:
        ago = clock.now() - timedelta(seconds=1)
        work.execute(update(RollImport).values(state="reading", reading_until=ago))
    read_all()
    assert (latest().state, rows_staged()) == ("ready", 2)


def test_a_reader_stops_where_another_has_taken_over(officer: Person) -> None:
    send(officer, as_file(ANN))
    claimed = reading_job.claim_next()
    assert claimed is not None
    reading_process.read(claimed[0], 7)
    assert latest().state == "reading"
    tell = reading_process._teller(claimed[0], 7, 10)
    with pytest.raises(reading_process.Superseded):
        tell(5)


def test_what_is_dropped_while_it_waits_is_cleared_away_with_its_file(officer: Person) -> None:
    page = str(send(officer, as_file(ANN)).location)
    assert officer.post(page, do="drop").status_code == 303
    reading_job.clear_away()
    assert (files_kept(), imports(), rows_staged()) == ([], 0, 0)
    assert officer.get(page).status_code == 404
    assert on_the_record("roll.dropped") == [(officer.id, "unison")]


def test_a_file_that_no_machine_could_read_is_given_up(officer: Person) -> None:
    page = str(send(officer, as_file(ANN)).location)
    [path] = files_kept()
    path.unlink()
    assert reading_job.claim_next() is None
    assert latest().state == "waiting"
    with clock.held(clock.now() + reading_job.WAITS_FOR + timedelta(minutes=1)):
        reading_job.claim_next()
    assert "another machine" in officer.get(page).text


def test_the_sweep_takes_what_nobody_applied_and_files_that_nothing_names(officer: Person) -> None:
    sent_and_read(officer, ANN)
    orphan = reading_files.path_of(reading_files.keep(io.BytesIO(b"left over")))
    os.utime(orphan, (1, 1))
    with clock.held(clock.now() + staging.STAGED_FOR + timedelta(minutes=1)):
        reading_job.sweep()
    assert (files_kept(), imports(), rows_staged()) == ([], 0, 0)


@pytest.mark.server
def test_the_job_has_a_file_read_by_a_process_of_its_own(app: Flask, officer: Person) -> None:
    send(officer, as_file(ANN, BOLA))
    reading_job.read_waiting()
    row = latest()
    assert (row.state, row.tries, rows_staged(), files_kept()) == ("ready", 1, 2, [])


@pytest.mark.parametrize("role", ["member", "officer"])
def test_to_other_members_there_are_no_rolls(app: Flask, officer: Person, role: str) -> None:
    page = sent_and_read(officer, ANN)
    other = person(app, "Mo Member", role=role)
    for path in (PAGE, page, f"{page}/progress", f"{page}/joiners", f"{PAGE}/columns/unison"):
        assert other.get(path).status_code == 404
    assert send(other, as_file(ANN)).status_code == 404
    assert other.post(page, do="drop").status_code == 404
    assert latest().state == "ready"


def test_a_read_import_is_not_read_again(officer: Person) -> None:
    sent_and_read(officer, ANN)
    assert not reading.read_again(latest().id)
    db.session.rollback()
