"""What moderators do to posts, they do to their files; and of what is held they see the files, too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock, keeping
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.threads.curation.curation_models import HeldPost
from tests.moderation.acting import Bench, build
from tests.support import hostile
from tests.support.community import Community, settle
from tests.threads.test_attachments import WORDS, file_of, row, sees, stored

CARE = {"kind": "problem", "title": "Which agency for nights?", "voice": "pseudonym", "opened": "pseudonym"}


@pytest.fixture
def bench(app: Flask) -> Bench:
    """A thread with a reply."""
    return build(app)


def with_file(bench: Bench) -> tuple[int, str]:
    """The reply gets a file; its id, and the text that names it."""
    file_id, text = file_of(bench.here.peer)
    assert bench.here.peer.post(f"/p/{bench.reply}/edit", body=f"Look here. {text}").status_code == 303
    assert sees(bench.here.author, file_id)
    return file_id, text


@pytest.mark.parametrize("action", ["hide", "remove", "redact", "edit"])
def test_what_a_moderator_takes_away_takes_its_files_and_undoing_brings_them_back(bench: Bench, action: str) -> None:
    file_id, text = with_file(bench)
    fields = {"redact": {"passage": text}, "edit": {"body": "Look elsewhere."}}.get(action, {})
    assert bench.on_reply(bench.here.moderator, action, **fields).status_code == 303
    assert not any(sees(who, file_id) for who in (bench.here.author, bench.here.peer, bench.here.moderator))
    assert bench.undo(bench.here.moderator).status_code == 303
    assert sees(bench.here.author, file_id)


def test_a_name_that_is_taken_out_of_a_link_does_not_come_with_the_file_until_that_is_undone(bench: Bench) -> None:
    here = bench.here
    file_id, text = file_of(here.peer, b"Nights, and who had them.", "Larkspur [nights].txt")
    here.peer.post(f"/p/{bench.reply}/edit", body=f"Look here. {text}")
    named = here.author.get(f"/files/{file_id}").headers["Content-Disposition"]
    assert "Larkspur" in named
    bench.on_reply(here.moderator, "redact", passage="Look")
    assert here.author.get(f"/files/{file_id}").headers["Content-Disposition"] == named
    bench.on_reply(here.moderator, "redact", passage="Larkspur")
    assert 'filename="file-1.txt"' in here.author.get(f"/files/{file_id}").headers["Content-Disposition"]
    assert bench.undo(here.moderator).status_code == 303
    assert here.author.get(f"/files/{file_id}").headers["Content-Disposition"] == named


@pytest.mark.parametrize("action", ["hide_thread", "remove_thread"])
def test_with_a_thread_the_files_of_all_its_posts_go_and_come(bench: Bench, action: str) -> None:
    file_id, _text = with_file(bench)
    assert bench.on_thread(bench.here.moderator, action).status_code == 303
    assert not any(sees(who, file_id) for who in (bench.here.author, bench.here.peer, bench.here.moderator))
    assert bench.undo(bench.here.moderator).status_code == 303
    assert sees(bench.here.author, file_id)


def test_files_of_what_is_removed_are_deleted_when_it_is_final_and_of_what_is_hidden_never(bench: Bench) -> None:
    file_id, _text = with_file(bench)
    bench.on_reply(bench.here.moderator, "hide")
    look(bench.here, days=400)
    bench.undo(bench.here.moderator)
    assert sees(bench.here.author, file_id)
    bench.on_reply(bench.here.moderator, "remove")
    look(bench.here, days=7)
    assert row(bench.here, file_id) is not None
    look(bench.here, days=15)
    assert row(bench.here, file_id) is None
    assert stored(bench.here) == []


def look(here: Community, days: int) -> None:
    """Have forgotten what is due so many days later."""
    with here.app.app_context(), clock.held(clock.now() + timedelta(days=days)):
        for kept in keeping.registered():
            if kept.setting == "KE_KEEP_UNUSED_FILES_DAYS":
                kept.forget(clock.now() - timedelta(days=kept.days))


def test_who_decides_about_a_held_post_sees_its_files_under_made_up_names_and_nobody_else_does(app: Flask) -> None:
    here = settle(app)
    with app.app_context(), unit_of_work():
        db.session.add(NetworkCare(network_id=here.north_west, watched_words="agency"))
    picture, shown = file_of(here.author)
    table, link = file_of(here.author, WORDS, "ashas own.csv")
    assert here.author.post("/n/north-west/new", **CARE, body=f"{shown} {link}").status_code == 303
    with app.app_context():
        held = db.session.scalars(select(HeldPost.id)).one()
    page = here.moderator.get("/moderation").text
    assert f'src="/moderation/held/{held}/files/{picture}"' in page
    assert "ashas" not in page
    answer = here.moderator.get(f"/moderation/held/{held}/files/{table}")
    assert (answer.status_code, answer.data) == (200, WORDS)
    assert "ashas" not in str(answer.headers)
    for who in (here.peer, here.author, here.outsider):
        assert who.get(f"/moderation/held/{held}/files/{picture}").status_code == 404
    other, _text = file_of(here.peer, hostile.PDF, "a.pdf")
    assert here.moderator.get(f"/moderation/held/{held}/files/{other}").status_code == 404
    assert not sees(here.moderator, picture)
    look(here, days=60)
    assert here.moderator.get(f"/moderation/held/{held}/files/{picture}").status_code == 200
