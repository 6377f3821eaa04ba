"""The preview of a form without scripts: the form again with how it will look, and nothing else."""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth.limits import THREAD_LIMIT, TYPING_LIMIT
from knowledge_exchange.cli.backing_up import tables
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.i18n import today
from knowledge_exchange.networks.care_models import NetworkMute
from knowledge_exchange.threads.limits import MAX_BODY_CHARS
from knowledge_exchange.threads.models import Thread
from tests.support import hostile
from tests.support.community import Community, settle
from tests.support.persons import Person, person

NEW = "/n/north-west/new"
ASKED = {"preview": "1", "guard": "1"}
TEXT = "Two **bold** words,\n\n  indented & “signed”: </textarea><b>é\u200d</b>\t100 %."
HOSTILE = (
    '<script>alert(1)</script>\n\n<img src=x onerror=alert(2)>\n\n[a](javascript:alert(3))\n\n"><svg onload=alert(4)>'
)
PANEL = '<section class="preview" id="preview" aria-label="Preview"'


def counts(app: Flask) -> dict[str, int]:
    """How many rows each table has."""
    with app.app_context():
        return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables()}


def panel(page: str) -> str:
    """What stands in the preview of a page, or nothing."""
    found = page.partition(PANEL)[2].partition('<div class="prose">')[2]
    return found.partition("</section>")[0].strip().removesuffix("</div>")


def typed(page: str) -> str:
    """What stands in the text box, as a browser reads it."""
    box = page.partition('<textarea id="body"')[2].partition(">")[2].partition("</textarea>")[0]
    return html.unescape(box)


def key_of(page: str) -> str:
    """The key of the form on a page."""
    return page.partition('name="key" value="')[2].partition('"')[0]


@pytest.mark.parametrize("kind", ["problem", "advice", "case_study", "discussion"])
def test_a_new_thread_is_shown_and_its_form_comes_back_whole_and_nothing_is_written(here: Community, kind: str) -> None:
    before = counts(here.app)
    day = (today() + timedelta(days=5)).isoformat()
    fields = {"kind": kind, "title": "A rota with holes", "body": TEXT, "tried": "HR <i>twice</i>", "answer_by": day}
    chosen = {"voice": "pseudonym", "opened": "pseudonym", "hide_from": "@somebody", "wait": "1", "key": "k-1"}
    answer = here.author.post(NEW, **fields, **chosen, **ASKED)
    assert answer.status_code == 200
    page = answer.text
    assert counts(here.app) == before
    assert typed(page) == TEXT
    assert panel(page) == here.author.post("/preview", body=TEXT, tried=fields["tried"]).text
    assert "<strong>bold</strong>" in panel(page)
    assert "<strong>What have you tried?</strong>" in panel(page)
    assert f'value="{kind}" data-post=' in page
    assert page.partition(f'value="{kind}" data-post=')[2].partition(">")[0].endswith(" checked")
    assert 'id="title" name="title" value="A rota with holes"' in page
    assert ">HR &lt;i&gt;twice&lt;/i&gt;</textarea>" in page
    assert f'name="answer_by" value="{day}"' in page
    assert 'name="voice" value="pseudonym" checked' in page
    assert 'value="@somebody"' in page
    assert 'id="wait" name="wait" value="1" checked' in page
    assert key_of(page) == "k-1"
    assert "/drafts" in page.partition("<noscript>")[2]
    # The key is not spent: the form is posted after that.
    here.post_thread(here.author, **{**fields, "voice": "own", "key": "k-1"})


def test_a_title_and_a_day_are_asked_for_when_it_is_posted_only(here: Community) -> None:
    answer = here.author.post(NEW, kind="problem", title="", body=TEXT, answer_by="soon", **ASKED)
    assert answer.status_code == 200
    assert panel(answer.text)
    assert "Say in a few words" not in answer.text
    assert 'name="answer_by" value="soon"' in answer.text


def test_what_is_asked_once_of_network_and_shield_is_said_with_a_preview_too(here: Community) -> None:
    fields = {"kind": "problem", "title": "A rota with holes", "body": TEXT}
    answer = here.author.post(NEW, **fields, network="reps", shown="north-west", **ASKED)
    assert answer.status_code == 422
    assert "It goes to Reps now" in answer.text
    assert '<option value="reps" selected>' in answer.text
    assert panel(answer.text)
    refused = here.peer.post(NEW, **fields, network="reps", **ASKED)
    assert refused.status_code == 422
    assert "Choose one of your networks." in refused.text


def test_a_reply_is_shown_with_whom_it_answers_and_nothing_is_written(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    parent = here.reply(here.peer, thread_id)
    here.peer.get(f"/t/{thread_id}", follow_redirects=True)
    before, notices = counts(here.app), here.notices(here.author)
    fields = {"body": TEXT, "parent": str(parent), "key": "k-2", "voice": "pseudonym", "wait": "1"}
    answer = here.moderator.post(f"/t/{thread_id}/replies", **fields, **ASKED)
    assert answer.status_code == 200
    assert counts(here.app) == before
    assert here.notices(here.author) == notices
    page = answer.text
    assert typed(page) == TEXT
    assert panel(page) == here.moderator.post("/preview", body=TEXT).text
    assert f'name="parent" value="{parent}"' in page
    assert key_of(page) == "k-2"
    assert 'name="voice" value="pseudonym" checked' in page
    assert f'formaction="/t/{thread_id}/replies#preview"' in page
    # Nobody else, and not the next page, gets it from what is kept of pages.
    for who in (here.moderator, here.peer):
        assert PANEL not in who.get(f"/t/{thread_id}", follow_redirects=True).text
    assert here.reply(here.moderator, thread_id, **fields | {"wait": "", "voice": "own"})


def test_a_change_of_a_post_is_shown_and_the_post_stays_as_it_was(here: Community) -> None:
    thread_id = here.post_thread(here.author, answer_by=(today() + timedelta(days=5)).isoformat())
    edit = f"/p/{here.opening(thread_id)}/edit"
    before = counts(here.app)
    answer = here.author.post(edit, title="", body=TEXT, answer_by="", **ASKED)
    assert answer.status_code == 200
    assert counts(here.app) == before
    assert typed(answer.text) == TEXT
    assert panel(answer.text) == here.author.post("/preview", body=TEXT).text
    assert 'name="title" value=""' in answer.text
    assert 'name="answer_by" value=""' in answer.text
    assert here.posts(thread_id)[0].body == "What do you do?"
    assert here.row(Thread, thread_id).title == "A rota with holes in it"
    assert here.row(Thread, thread_id).answer_by is not None


def test_the_draft_in_hand_stays_the_one_that_is_saved(here: Community) -> None:
    here.author.post("/drafts", draft_of="new:north-west", kind="problem", title="A rota", body="First.")
    form = here.author.get(NEW).text
    number = form.partition('name="draft" value="')[2].partition('"')[0]
    version = form.partition('name="draft_version" value="')[2].partition('"')[0]
    drafts = {"draft": number, "draft_version": version}
    page = here.author.post(NEW, kind="problem", title="A rota", body="Second.", **drafts, **ASKED).text
    assert f'name="draft" value="{number}"' in page
    assert f'name="draft_version" value="{version}"' in page
    here.author.post("/drafts", draft_of="new:north-west", kind="problem", title="A rota", body="Second.", **drafts)
    found = here.author.get("/drafts/of?form=new:north-west").get_json()
    assert found["draft"]["id"] == number
    assert found["draft"]["values"]["body"] == "Second."
    assert found["others"] == 0


def places(here: Community) -> list[tuple[str, dict[str, str]]]:
    """Each form with a preview: where it is sent, and what it needs beside the text."""
    thread_id = here.post_thread(here.author)
    thread = {"kind": "problem", "title": "A rota with holes"}
    edit = f"/p/{here.opening(thread_id)}/edit"
    return [(NEW, thread), (f"/t/{thread_id}/replies", {}), (edit, {"title": "A rota"})]


def test_what_would_run_is_inert_in_every_form(here: Community) -> None:
    for path, fields in places(here):
        page = here.author.post(path, **fields, body=HOSTILE, **ASKED).text
        assert typed(page) == HOSTILE
        shown = panel(page)
        assert shown == here.author.post("/preview", body=HOSTILE).text
        for bad in ("<script", "<img", "<svg", 'href="javascript'):
            assert bad not in shown
        assert "alert(1)" in shown


def test_a_text_that_is_empty_or_too_long_is_told_so_and_comes_back(here: Community) -> None:
    long = "x" * (MAX_BODY_CHARS + 3)
    for path, fields in places(here):
        before = counts(here.app)
        answer = here.author.post(path, **fields, body=long, **ASKED)
        assert answer.status_code == 422
        assert "This is 3 characters too long." in answer.text
        assert typed(answer.text) == long
        assert PANEL not in answer.text
        answer = here.author.post(path, **fields, body=" ", **ASKED)
        assert answer.status_code == 422
        assert "Write something first." in answer.text
        assert PANEL not in answer.text
        assert counts(here.app) == before


def test_who_may_not_write_gets_what_a_form_that_is_posted_gets(here: Community) -> None:
    pending = person(here.app, "Pia Pending", standing="pending")
    of_reps = here.post_thread(here.author, slug="reps")
    in_national = {"kind": "problem", "title": "A rota with holes", "body": TEXT}
    tries: list[tuple[Person, str, dict[str, str]]] = [
        *((here.outsider, path, fields) for path, fields in places(here)),
        *((pending, path, fields) for path, fields in places(here)),
        (here.peer, f"/t/{of_reps}/replies", {}),
        (here.peer, f"/p/{here.opening(of_reps)}/edit", {}),
        (here.outsider, "/n/reps/new", in_national),
        (here.outsider, "/n/national/new", in_national),
    ]
    for who, path, fields in tries:
        plain = who.post(path, **{"body": TEXT, **fields})
        shown = who.post(path, **{"body": TEXT, **fields}, **ASKED)
        assert (shown.status_code, shown.location) == (plain.status_code, plain.location), path
        assert plain.status_code in (302, 303, 404, 422)


def test_who_is_muted_or_too_late_is_told_and_keeps_the_text(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    with here.app.app_context(), unit_of_work() as work:
        who = {"network_id": here.north_west, "member_id": here.peer.id}
        work.add(NetworkMute(**who, muted_on=today(), until=now() + timedelta(days=3), cause="others"))
    for path, fields in ((NEW, {"kind": "problem", "title": "A rota"}), (f"/t/{thread_id}/replies", {})):
        plain = here.peer.post(path, **fields, body=TEXT)
        answer = here.peer.post(path, **fields, body=TEXT, **ASKED)
        assert answer.status_code == plain.status_code
        assert answer.status_code in (403, 422)
        assert PANEL not in answer.text
        assert html.escape("Two **bold** words,") in answer.text


def test_a_file_that_comes_with_it_is_kept_and_shown_as_when_a_form_comes_back(here: Community) -> None:
    data: dict[str, Any] = {"csrf_token": here.author.csrf_token, "kind": "problem", "title": "A rota", "body": "Look:"}
    data |= {**ASKED, "alt": "A rota", "file": (io.BytesIO(hostile.picture(size=(1300, 900))), "rota.jpg")}
    page = here.author.client.post(NEW, data=data).text
    assert typed(page).startswith("Look:\n\n![A rota](/files/")
    assert '<a class="zoom" href="/files/' in panel(page)
    assert "srcset=" in panel(page)
    assert panel(page) == here.author.post("/preview", body=typed(page)).text


@pytest.mark.databases("sqlite")
def test_previews_count_as_those_of_a_script_and_leave_the_posts_of_an_hour_alone(
    make_app: Callable[..., Flask],
) -> None:
    most = int(THREAD_LIMIT.partition(" ")[0])
    assert most < int(TYPING_LIMIT.partition(" ")[0])
    here = settle(make_app(KE_RATE_LIMITS=True))
    fields = {"kind": "problem", "title": "A rota with holes", "body": "x"}
    shown = [here.author.post(NEW, **fields, **ASKED).status_code for _time in range(most + 1)]
    assert set(shown) == {200}
    assert here.author.post(NEW, **fields).status_code == 303
