"""Files of posts: taken, bound by the text that names them, given out to those who may read it, and to nobody else."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.models import Locker
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core import clock, crypto, keeping
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.threads.files import attaching, attachments, sweeping
from knowledge_exchange.threads.files.attachment_models import Attachment
from knowledge_exchange.threads.files.file_store import FOLDER, FolderStore, name_of
from tests.support import hostile
from tests.support.community import Community
from tests.support.persons import Person, Statements, visitor
from tests.threads.test_pseudonyms import NEW, TEXT

WORDS = b"who,when\nnights,later\n"
PICTURE = hostile.picture(size=(1300, 900))
UNDER = {"voice": "pseudonym", "shield": "", "opened": "pseudonym"}


def upload(who: Person, content: bytes = PICTURE, name: str = "rota of Ward 6.jpg") -> TestResponse:
    """Send one file, as the script does."""
    data: dict[str, Any] = {"csrf_token": who.csrf_token, "file": (io.BytesIO(content), name)}
    return who.client.post("/files", data=data, headers={"Accept": "application/json"})


def file_of(who: Person, content: bytes = PICTURE, name: str = "rota of Ward 6.jpg") -> tuple[int, str]:
    """Send one file that is taken; its id, and the text that names it."""
    answer = upload(who, content, name)
    assert answer.status_code == 201, answer.text
    return int(answer.json["id"]), answer.json["text"]  # type: ignore[index]


def sees(who: Person, file_id: int, width: str = "") -> bool:
    """Whether somebody is given a file."""
    answer = who.get(f"/files/{file_id}{width}")
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


def row(here: Community, file_id: int) -> Attachment | None:
    """A file's row."""
    with here.app.app_context():
        return db.session.get(Attachment, file_id)


def stored(here: Community) -> list[str]:
    """The names of all that is stored."""
    folder = Path(here.app.config["KE_DATA_DIR"]) / FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def sweep(here: Community, after: timedelta) -> None:
    """Forget what is due so much later."""
    with here.app.app_context(), clock.held(clock.now() + after):
        keeping.forget_what_is_due()


def test_a_file_is_its_uploaders_alone_until_it_is_posted_and_then_its_readers(here: Community) -> None:
    file_id, text = file_of(here.author)
    assert sees(here.author, file_id)
    assert not sees(here.peer, file_id)
    assert not sees(here.moderator, file_id)
    thread = here.post_thread(here.author, body=f"Look: {text}")
    for who in (here.author, here.peer, here.watcher, here.moderator):
        assert sees(who, file_id)
        assert sees(who, file_id, "/480")
    assert not sees(here.outsider, file_id)
    assert visitor(here.app).get(f"/files/{file_id}").status_code == 302
    page = here.peer.get(f"/t/{thread}/a-rota-with-holes-in-it").text
    assert f'src="/files/{file_id}/1080"' in page
    assert 'width="1300" height="900"' in page
    assert f"/files/{file_id}/480 480w, /files/{file_id}/1080 1080w, /files/{file_id} 1300w" in page


def test_no_row_and_no_name_of_a_file_says_whose_it_is_or_when_it_came(here: Community) -> None:
    file_id, text = file_of(here.author, WORDS, "Asha Author's rota.csv")
    before = row(here, file_id)
    assert before is not None
    assert b"Asha" not in before.name
    assert str(here.author.id) not in str(before.by_hash)
    here.post_thread(here.author, body=text)
    after = row(here, file_id)
    assert after is not None
    assert (after.by_hash, after.unused_since) == (None, None)
    folder = Path(here.app.config["KE_DATA_DIR"]) / FOLDER
    for path in (folder, *folder.iterdir()):
        assert path.stat().st_mtime == 0
        assert path.stat().st_mode & 0o077 == 0
    assert all(WORDS not in path.read_bytes() for path in folder.iterdir())


def test_what_is_given_out_does_nothing_where_it_is_opened(here: Community) -> None:
    shown, text = file_of(here.author)
    saved, link = file_of(here.author, WORDS, "r\u00f4ta [x].csv")
    here.post_thread(here.author, body=f"{text}\n\n{link}")
    picture, table = here.peer.get(f"/files/{shown}"), here.peer.get(f"/files/{saved}")
    assert picture.content_type == "image/jpeg"
    assert picture.headers["Content-Disposition"].startswith("inline;")
    assert table.headers["Content-Disposition"].startswith('attachment; filename="r_ta x.csv"; filename*=UTF-8')
    assert table.data == WORDS
    for answer in (picture, table):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"].startswith("private")
        policies = answer.headers.getlist("Content-Security-Policy")
        assert any("sandbox" in policy for policy in policies)
    assert here.peer.get(f"/files/{shown}/481").status_code == 404


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", ["an SVG drawing", "a zip bomb", "a picture of 108 megapixels", "macros", "nothing"])
def test_a_refusal_says_why_and_leaves_nothing(here: Community, name: str) -> None:
    content, words = hostile.HOSTILE[name]
    answer = upload(here.author, content, "../../../x.png")
    assert answer.status_code == 422
    assert words in answer.json["error"]  # type: ignore[index]
    assert stored(here) == []


def test_a_file_that_is_too_large_or_one_too_many_for_the_month_is_refused(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = upload(here.author, b"x" * (attachments.MAX_FILE_BYTES + 1), "x.txt")
    assert (answer.status_code, answer.json) == (422, {"error": "A file can have at most 10 MB."})
    assert upload(here.author, b"x" * (attachments.MAX_FILE_BYTES * 2), "x.txt").status_code == 413
    monkeypatch.setattr(attachments, "MONTHLY_BYTES", 2 * len(WORDS))
    for _turn in range(2):
        file_of(here.author, WORDS, "a.csv")
    assert upload(here.author, WORDS, "a.csv").status_code == 422
    file_of(here.peer, WORDS, "a.csv")
    assert len(stored(here)) == 3
    with here.app.app_context(), unit_of_work():
        lockers.put(here.author.id, {lockers.UPLOADS: b'{"month": "2026-01", "bytes": 999999999}'})
    file_of(here.author, WORDS, "a.csv")


def test_the_total_is_one_number_that_no_row_ties_to_a_member_or_a_file(here: Community) -> None:
    file_id, _text = file_of(here.author, WORDS, "a.csv")
    with here.app.app_context():
        [locker] = db.session.scalars(select(Locker)).all()
        assert str(file_id).encode() not in locker.content
        found = lockers.read(here.author.id, [lockers.UPLOADS])[lockers.UPLOADS]
        assert str(len(WORDS)).encode() in found
        [told] = everything_about(here.author.id)["uploaded"]
        assert told == {"month": f"{clock.now():%Y-%m}", "bytes": len(WORDS)}
        assert str(file_id).encode() not in found


def test_with_the_total_others_change_the_same_each_time_and_its_day_tells_nothing(here: Community) -> None:
    people = (here.author, here.peer, here.watcher, here.moderator)
    for who in people:
        file_of(who, WORDS, "a.csv")

    def all_lockers() -> dict[str, bytes]:
        with here.app.app_context():
            assert {row.last_on.month for row in db.session.scalars(select(Locker))} == {12}
            return {row.key_hash: row.content for row in db.session.scalars(select(Locker))}

    before = all_lockers()
    file_of(here.author, WORDS, "b.csv")
    after = all_lockers()
    assert len(after) == len(people)
    assert all(before[key] != after[key] for key in after)
    with here.app.app_context():
        assert attachments.uploaded(here.peer.id)[1] == len(WORDS)


def test_nobody_posts_a_file_of_somebody_else_by_naming_it(here: Community) -> None:
    file_id, text = file_of(here.author)
    here.post_thread(here.peer, body=text)
    assert not sees(here.peer, file_id)
    assert not sees(here.watcher, file_id)
    here.post_thread(here.author, body=text)
    assert sees(here.peer, file_id)
    # Named again elsewhere it stays the file of its own post, and is seen by those who may read that.
    here.post_thread(here.author, body=text, slug="reps")
    assert sees(here.watcher, file_id)


def test_taking_it_out_of_the_text_takes_it_from_everybody_and_putting_it_back_brings_it(here: Community) -> None:
    file_id, text = file_of(here.author)
    thread = here.post_thread(here.author, body=f"Look: {text}")
    opening = here.opening(thread)
    here.author.post(f"/p/{opening}/edit", body="Nothing to see.", title="A rota with holes in it")
    assert not any(sees(who, file_id) for who in (here.author, here.peer, here.moderator))
    assert f"/files/{file_id}" in here.peer.get(f"/p/{opening}/history").text
    here.author.post(f"/p/{opening}/edit", body=text, title="A rota with holes in it")
    assert sees(here.peer, file_id)
    here.author.post(f"/p/{opening}/edit", body="Gone.", title="A rota with holes in it")
    sweep(here, timedelta(days=15))
    assert row(here, file_id) is None
    assert stored(here) == []


def test_with_a_post_that_its_author_takes_away_its_files_go_for_good(here: Community) -> None:
    thread = here.post_thread(here.author)
    file_id, text = file_of(here.peer)
    reply = here.reply(here.peer, thread, text)
    assert sees(here.author, file_id)
    here.peer.post(f"/p/{reply}/delete")
    assert not sees(here.peer, file_id)
    assert row(here, file_id) is None
    assert stored(here) == []


def test_under_a_pseudonym_no_document_is_posted_and_no_name_of_a_file_stays(here: Community) -> None:
    _id, document = file_of(here.author, hostile.office(), "by Asha.docx")
    refused = here.author.post(NEW, **{**TEXT, "body": document}, **UNDER)
    assert refused.status_code == 422
    assert "hold the name of who made them" in " ".join(refused.text.split())
    table, link = file_of(here.author, WORDS, "ashas own.csv")
    picture, shown = file_of(here.author)
    answer = here.author.post(NEW, **{**TEXT, "body": f"{link} {shown}"}, **UNDER)
    assert answer.status_code == 303, answer.text
    page = here.peer.get(answer.location).text
    assert "ashas" not in page
    assert "file-1.csv" in page
    assert "ashas" not in str(here.peer.get(f"/files/{table}").headers)
    assert "picture-2.jpg" in here.peer.get(f"/files/{picture}").headers["Content-Disposition"]
    bound = row(here, table)
    assert bound is not None
    with here.app.app_context():
        assert crypto.unseal(bound.name) == b"file-1.csv"


def test_without_scripts_files_come_with_the_form_and_stay_in_the_text_when_it_comes_back(here: Community) -> None:
    def send(**fields: Any) -> TestResponse:
        data = {"csrf_token": here.author.csrf_token, **TEXT, "alt": "The rota, with three gaps", **fields}
        return here.author.client.post(NEW, data=data, content_type="multipart/form-data")

    again = send(title="Short", file=(io.BytesIO(PICTURE), "rota.jpg"))
    assert again.status_code == 422
    [text] = re.findall(r"!\[The rota, with three gaps\]\(/files/\d+\)", again.text)
    files = [(io.BytesIO(hostile.PDF), "minutes.pdf"), (io.BytesIO(b"<svg>"), "evil.svg")]
    wrong = send(body=f"What do you do? {text}", file=files)
    assert wrong.status_code == 422
    assert "evil.svg: Web pages and SVG drawings" in wrong.text
    body = re.search(r'<textarea id="body"[^>]*>([^<]*)</textarea>', wrong.text)
    assert body is not None
    assert "[minutes.pdf](/files/" in body[1]
    done = send(body=body[1], file=(io.BytesIO(b""), ""))
    assert done.status_code == 303
    page = here.peer.get(done.location).text
    assert 'alt="The rota, with three gaps"' in page
    assert re.search(
        r'class="file" href="/files/\d+"[^>]*>minutes.pdf</a> <span class="file-facts">\(PDF, 1 kB\)', page
    )


def test_more_files_than_a_post_can_have_are_named_as_left_out_and_nothing_is_posted(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "MOST_A_POST", 2)
    sent = [(io.BytesIO(PICTURE), f"number {number}.jpg") for number in range(3)]
    data = {"csrf_token": here.author.csrf_token, **TEXT, "file": sent}
    answer = here.author.client.post(NEW, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "those after “number 1.jpg” are left out" in answer.text
    # Those that were taken stand in the text, to be posted as it is now.
    body = re.search(r'<textarea id="body"[^>]*>([^<]*)</textarea>', answer.text)
    assert body is not None
    assert body[1].count("/files/") == 2


def test_what_is_taken_back_before_it_is_posted_goes_at_once_and_what_is_forgotten_after_a_time(
    here: Community,
) -> None:
    first, _text = file_of(here.author)
    second, _text = file_of(here.author)
    assert here.peer.post(f"/files/{first}/forget").status_code == 404
    assert here.author.post(f"/files/{first}/forget").status_code == 200
    assert not sees(here.author, first)
    sweep(here, timedelta(days=13))
    assert sees(here.author, second)
    sweep(here, timedelta(days=15))
    assert not sees(here.author, second)
    assert stored(here) == []


def test_what_waits_keeps_its_files_however_long(here: Community) -> None:
    file_id, text = file_of(here.author)
    here.author.post(NEW, **{**TEXT, "body": text}, wait="1")
    with here.app.app_context(), clock.held(clock.now() + timedelta(days=20)):
        sweeping.sweep(clock.now() - timedelta(days=14))
    assert sees(here.author, file_id)
    assert here.author.post("/files/1/forget").status_code == 404


def test_what_a_broken_upload_has_left_is_swept_and_what_is_being_uploaded_is_not(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    with here.app.app_context():
        FolderStore(Path(here.app.config["KE_DATA_DIR"]) / FOLDER).put(name_of(7, "480"), b"left")
        sweeping.sweep(clock.now())
        assert stored(here) == [name_of(7, "480")]
        monkeypatch.setattr(sweeping, "_LEFT_OVER_S", -1.0)
        sweeping.sweep(clock.now())
        end_read()
    assert stored(here) == []


def test_a_page_without_files_costs_no_statement_more_and_one_with_many_costs_one(here: Community) -> None:
    thread = here.post_thread(here.author)
    costs = []
    for body in ("Plain.", *(f"{file_of(here.author)[1]} {file_of(here.author)[1]}",)):
        here.reply(here.author, thread, body)
        with Statements(here.app) as counted:
            here.peer.get(f"/t/{thread}/a-rota-with-holes-in-it")
        costs.append([one for one in counted.sent if "attachment" in one])
    assert [len(asked) for asked in costs] == [0, 1]


def test_a_text_that_names_thousands_of_files_has_a_page_ask_for_the_first_alone() -> None:
    text = " ".join(f"/files/{number}" for number in range(1, 3000))
    assert attachments.named_in(text) == list(range(1, attachments.MOST_NAMED + 1))
