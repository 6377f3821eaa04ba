"""Acting on many threads at once: each has its answer, and one click undoes all."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.threads.models import Thread
from tests.moderation.conftest import moderated
from tests.support.community import Community
from tests.support.persons import Person, visitor
from tests.threads.trees import faults

WHY = "A tidy list."


@pytest.fixture
def here(app: Flask) -> Community:
    return moderated(app)


def some(here: Community, number: int = 3) -> list[int]:
    return [here.post_thread(here.author, f"Thread number {turn}") for turn in range(number)]


def send(here: Community, who: Person, action: str, threads: list[int], **fields: str) -> tuple[int, str]:
    """Send the form for these threads, as they are now."""
    seen = {f"seen-{one}": str(here.row(Thread, one).acts) for one in threads if here_is(here, one)}
    data = {"csrf_token": who.csrf_token, "act": action, "reason": WHY, **seen, **fields}
    answer = who.client.post("/n/north-west/bulk", data={**data, "thread": [str(one) for one in threads]})
    return answer.status_code, answer.text


def here_is(here: Community, thread_id: int) -> bool:
    with here.app.app_context():
        return db.session.get(Thread, thread_id) is not None


def said(html: str) -> list[str]:
    """What the page says of each thread."""
    found = re.findall(r'<li class="(is-done|is-not)">', html)
    return [str(one) for one in found]


def undo(here: Community, html: str) -> str:
    batch = re.search(r'name="batch" value="(\d+)"', html)
    assert batch is not None
    return here.moderator.post("/n/north-west/bulk/undo", batch=batch.group(1)).text


def test_only_who_acts_in_the_network_chooses_from_its_list(here: Community) -> None:
    threads = some(here, 1)
    for who, code in ((visitor(here.app), 302), (here.outsider, 404), (here.peer, 404), (here.moderator, 200)):
        assert who.get("/n/north-west/choose").status_code == code
        assert who.get(f"/n/north-west/bulk?act=lock&thread={threads[0]}").status_code == code
        assert ("/n/north-west/choose" in who.get("/n/north-west").text) is (code == 200)
    for who in (visitor(here.app), here.outsider, here.peer):
        assert send(here, who, "lock", threads)[0] in (302, 404)
        assert who.post("/n/north-west/bulk/undo", batch="4").status_code in (302, 404)
    assert here.row(Thread, threads[0]).locked_at is None


@pytest.mark.parametrize(
    ("action", "fields", "column"),
    [
        ("lock", {}, "locked_at"),
        ("archive", {}, "archived_at"),
        ("hide_thread", {}, "deleted_at"),
        ("change_kind", {"kind": "advice"}, "kind"),
        ("move", {"network": "national"}, "network_id"),
    ],
)
def test_each_thread_is_done_and_one_click_undoes_all(
    here: Community, action: str, fields: dict[str, str], column: str
) -> None:
    threads = some(here)
    before = [getattr(here.row(Thread, one), column) for one in threads]
    asked = here.moderator.get(f"/n/north-west/bulk?act={action}&" + "&".join(f"thread={one}" for one in threads))
    assert asked.text.count('name="thread"') == 3
    code, html = send(here, here.moderator, action, threads, **fields)
    assert (code, said(html)) == (200, ["is-done"] * 3), html
    assert all(getattr(here.row(Thread, one), column) != was for one, was in zip(threads, before, strict=True))
    with here.app.app_context():
        assert len(set(db.session.scalars(select(ModerationAct.batch_id)))) == 1
    assert said(undo(here, html)) == ["is-done"] * 3
    assert [getattr(here.row(Thread, one), column) for one in threads] == before


def test_what_cannot_be_done_to_one_keeps_back_none_of_the_others(here: Community) -> None:
    fine, locked, acted_on, gone = some(here, 4)
    mine = here.post_thread(here.moderator, "A moderator's own question")
    foreign = here.post_thread(here.author, "Of the reps alone", slug="reps")
    assert send(here, here.moderator, "lock", [locked])[0] == 200
    assert here.author.post(f"/p/{here.opening(gone)}/delete").status_code == 303
    threads = [fine, locked, acted_on, gone, mine, foreign, 4]
    code, html = send(here, here.moderator, "lock", threads, **{f"seen-{acted_on}": "9"})
    assert code == 200
    assert said(html) == ["is-done", "is-not", "is-not", "is-not", "is-done", "is-not", "is-not"]
    for words in ("It is so already", "Somebody has acted on it meanwhile", "does not stand in this network any more"):
        assert words in html
    assert "Of the reps alone" not in html
    code, html = send(here, here.moderator, "remove_thread", [mine, fine])
    assert said(html) == ["is-not", "is-done"]
    assert "a thread of your own" in html


def test_many_are_merged_into_one_and_come_apart_again(here: Community) -> None:
    threads = some(here)
    for one in threads:
        here.reply(here.peer, one)
    asked = here.moderator.get("/n/north-west/bulk?act=merge&" + "&".join(f"thread={one}" for one in threads))
    assert asked.text.count('name="into"') == 3
    assert send(here, here.moderator, "merge", threads)[0] == 422
    code, html = send(here, here.moderator, "merge", threads, into=str(threads[1]))
    assert (code, said(html)) == (200, ["is-done"] * 2)
    assert len(here.posts(threads[1])) == 6
    with here.app.app_context():
        assert faults() == []
    undo(here, html)
    assert [len(here.posts(one)) for one in threads] == [2, 2, 2]
    with here.app.app_context():
        assert faults() == []


def test_without_a_reason_a_goal_or_a_thread_nothing_happens(here: Community) -> None:
    threads = some(here, 2)
    assert send(here, here.moderator, "lock", threads, reason="")[0] == 422
    assert send(here, here.moderator, "move", threads, network="reps")[0] == 422
    assert send(here, here.moderator, "lock", [])[0] == 422
    assert send(here, here.moderator, "dance", threads)[0] == 422
    assert here.moderator.get("/n/north-west/bulk?act=lock").status_code == 422
    assert here.moderator.get(f"/n/north-west/bulk?act=merge&thread={threads[0]}").status_code == 422
    assert {here.row(Thread, one).acts for one in threads} == {0}
