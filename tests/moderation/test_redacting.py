"""Passages that are taken out: what other acts keep of them, what was told with them, and the way back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.threads.curation.redacting import MARK
from knowledge_exchange.threads.models import PostRevision
from tests.moderation.acting import WORDS, Bench, build


@pytest.fixture
def bench(app: Flask) -> Bench:
    """A thread, a reply, and everybody who may want to act on them."""
    return build(app)


def test_redactions_are_undone_one_after_the_other(bench: Bench) -> None:
    here = bench.here
    bench.on_reply(here.moderator, "redact", passage="**Larkspur**")
    bench.on_reply(here.moderator, "redact", passage="nights")
    first, second = (act.id for act in bench.acts()[-2:])
    assert bench.undo(here.moderator, second).status_code == 303
    assert bench.undo(here.moderator, first).status_code == 303
    assert bench.post().body == WORDS


def test_a_passage_with_tags_in_it_does_not_come_back_with_another_one(bench: Bench) -> None:
    here = bench.here
    bench.on_reply(here.moderator, "redact", passage="nights")
    first = bench.acts()[-1].id
    bench.on_reply(here.moderator, "redact", passage="**Larkspur** and the holes")
    assert bench.undo(here.moderator, first).status_code == 303
    assert bench.post().body == f"The ward is {MARK} are on Larkspur nights."
    assert "and the holes" not in bench.post().html


@pytest.mark.parametrize("passage", ["hidden", "problem", "22", "2026"])
def test_a_passage_that_reads_like_a_fact_of_other_acts_leaves_these_undoable(bench: Bench, passage: str) -> None:
    here = bench.here
    opening = here.opening(bench.thread)
    bench.on_reply(here.moderator, "hide")
    bench.on_thread(here.moderator, "change_kind", kind="advice")
    bench.on_thread(here.moderator, "lock")
    bench.send(here.moderator, f"/p/{opening}/moderate/edit", body="A hidden problem of 22 nights in 2026.")
    acts = bench.acts()[-4:]
    bench.send(here.moderator, f"/p/{opening}/moderate/redact", passage=passage)
    assert MARK in bench.post(opening).body
    undone = {act.action: bench.undo(here.moderator, act.id).status_code for act in acts}
    assert undone == {"hide": 303, "change_kind": 303, "lock": 303, "edit": 409}
    assert bench.post().body == WORDS


def test_a_redacted_title_of_the_past_goes_from_what_was_told_and_comes_back_with_it(bench: Bench) -> None:
    here = bench.here
    opening = here.opening(bench.thread)
    here.author.post(f"/p/{opening}/edit", title="The rota of Larkspur", body=WORDS)
    here.reply(here.peer, bench.thread)
    here.author.post(f"/p/{opening}/edit", title="A rota with holes in it", body=WORDS)
    assert "The rota of Larkspur" in here.author.get("/notifications").text
    bench.send(here.moderator, f"/p/{opening}/moderate/redact", passage="Larkspur")
    assert "Larkspur" not in here.author.get("/notifications").text
    assert bench.undo(here.moderator).status_code == 303
    assert "The rota of Larkspur" in here.author.get("/notifications").text
    with bench.app.app_context():
        assert "The rota of Larkspur" in db.session.scalars(select(PostRevision.title)).all()


def test_what_its_author_took_out_already_is_taken_out_of_the_history(bench: Bench) -> None:
    here = bench.here
    here.peer.post(f"/p/{bench.reply}/edit", body="The ward has holes in its nights.")
    assert "Larkspur" in here.author.get(f"/p/{bench.reply}/history").text
    assert bench.on_reply(here.moderator, "redact", passage="Larkspur").status_code == 303
    assert "Larkspur" not in here.author.get(f"/p/{bench.reply}/history").text
    assert bench.post().body == "The ward has holes in its nights."
    assert bench.undo(here.moderator).status_code == 303
    assert "Larkspur" in here.author.get(f"/p/{bench.reply}/history").text


def test_a_passage_of_a_title_alone_is_taken_out_of_it(bench: Bench) -> None:
    here = bench.here
    opening = here.opening(bench.thread)
    bench.send(here.moderator, f"/p/{opening}/moderate/redact", passage="holes in it")
    assert bench.facts().title == f"A rota with {MARK}"
    assert bench.undo(here.moderator).status_code == 303
    assert bench.facts().title == "A rota with holes in it"
