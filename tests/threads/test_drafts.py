"""Drafts on the server: kept under seal, never written over, gone once posted, and nobody else's."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from threading import Barrier
from threading import Thread as Worker
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.models import Locker
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.threads.drafts.draft_forms import MOST_CHARS
from knowledge_exchange.threads.drafts.drafts import Drawer, turn_of
from knowledge_exchange.threads.drafts.typed import Typed
from tests.support.community import Community
from tests.support.persons import Person

SECRET = "Words that nobody else may find yet."
JSON = {"Accept": "application/json"}


def save(who: Person, form: str, body: str, number: str = "draft-one", **further: Any) -> dict[str, Any]:
    """Save a draft as the script does."""
    said = {"draft": number, "by": "page-one", "count": "1", "age": "0", **{k: str(v) for k, v in further.items()}}
    values = json.dumps({"body": body, "parent": said.pop("parent", "")})
    data = {"csrf_token": who.csrf_token, "draft_of": form, "values": values, **said}
    answer = who.client.post("/drafts", data=data, headers=JSON)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def of(who: Person, form: str, number: str = "") -> dict[str, Any]:
    """What a form that comes near is told."""
    answer = who.client.get(f"/drafts/of?form={form}&draft={number}", headers=JSON)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def bodies(here: Community, who: Person) -> list[str]:
    """The texts of somebody's drafts, what was typed last first."""
    with here.app.app_context():
        return [kept.text("body") for kept in Drawer(who.id).all()]


def rows(app: Flask) -> list[Locker]:
    """What is stored."""
    with app.app_context():
        return list(db.session.scalars(select(Locker)))


def test_a_draft_is_stored_under_seal_beside_nobody_and_without_a_time(here: Community) -> None:
    thread_id = here.post_thread(here.peer)
    save(here.author, f"reply:{thread_id}", SECRET)
    [row] = rows(here.app)
    for told in (SECRET, "reply", str(thread_id), here.author.name, str(here.author.id)):
        assert told.encode() not in row.content
        assert told not in row.key_hash
    assert row.last_on == clock.now().date()
    save(here.author, f"reply:{thread_id}", SECRET * 3, count=2, draft_version=1)
    assert len(rows(here.app)[0].content) == len(row.content), "its length tells nothing"


def test_the_form_is_told_what_was_typed_last_and_nobody_else_is(here: Community) -> None:
    thread_id = here.post_thread(here.peer)
    form = f"reply:{thread_id}"
    save(here.author, form, "An earlier text.", "draft-one", age=600)
    save(here.author, form, SECRET, "draft-two")
    told = of(here.author, form)
    assert (told["draft"]["values"]["body"], told["others"]) == (SECRET, 1)
    assert of(here.peer, form)["draft"] is None
    assert SECRET not in here.peer.get("/drafts").text
    assert here.author.get("/drafts").text.index(SECRET) < here.author.get("/drafts").text.index("An earlier text.")


def test_what_another_page_wrote_meanwhile_is_not_written_over(here: Community) -> None:
    form = f"reply:{here.post_thread(here.peer)}"
    first = save(here.author, form, "From the desk.", by="page-desk")
    # The telephone has it before its eyes and goes on; then the desk does, too, which has not heard of that.
    second = save(here.author, form, "From the telephone.", by="page-phone", draft_version=first["version"])
    third = save(here.author, form, "From the desk, later.", by="page-desk", count=2, draft_version=first["version"])
    assert second["id"] == first["id"] != third["id"]
    assert set(bodies(here, here.author)) == {"From the telephone.", "From the desk, later."}


def test_an_emptied_locker_looks_like_a_full_one_and_is_no_more_often_the_first(here: Community) -> None:
    chosen: set[str] = set()
    for n in range(12):
        save(here.author, "new:north-west", SECRET, f"number-{n}")
        with here.app.app_context(), unit_of_work():
            turn_of(here.author.id).finish(f"number-{n}")
        with here.app.app_context():
            chosen |= lockers.read(here.author.id, lockers.DRAFTS).keys()
    assert len(chosen) > 2
    assert {len(row.content) for row in rows(here.app)} == {len(rows(here.app)[0].content)}
    assert save(here.author, "new:north-west", SECRET, "number-0")["finished"]
    with here.app.app_context():
        assert SECRET.encode() not in b"".join(lockers.read(here.author.id, lockers.DRAFTS).values())


def test_saves_that_overtake_each_other_or_come_twice_change_nothing(here: Community) -> None:
    form = f"reply:{here.post_thread(here.peer)}"
    late = save(here.author, form, "The end of it.", count=5)
    assert save(here.author, form, "The beg", count=3) == late
    assert save(here.author, form, "The end of it.", count=5) == late
    assert bodies(here, here.author) == ["The end of it."]


def test_posting_forgets_the_draft_in_the_same_stroke_and_a_late_save_does_not_bring_it_back(here: Community) -> None:
    thread_id = here.post_thread(here.peer)
    form = f"reply:{thread_id}"
    save(here.author, form, "Posted.", "draft-one")
    save(here.author, form, "Kept.", "draft-two")
    here.reply(here.author, thread_id, "Posted.", draft="draft-one")
    assert bodies(here, here.author) == ["Kept."]
    assert save(here.author, form, "Poste", "draft-one", count=9)["finished"]
    assert bodies(here, here.author) == ["Kept."]
    assert of(here.author, form, "draft-one")["finished"]


def test_a_post_that_is_refused_keeps_its_draft_and_which_one_it_was(here: Community) -> None:
    thread_id = here.post_thread(here.peer)
    save(here.author, f"reply:{thread_id}", "Too little.")
    answer = here.author.post(f"/t/{thread_id}/replies", body=" ", draft="draft-one")
    assert answer.status_code == 422
    assert 'name="draft" value="draft-one"' in answer.text
    assert bodies(here, here.author) == ["Too little."]


@pytest.mark.parametrize("waits", [True, False])
def test_every_way_of_posting_forgets_it(here: Community, waits: bool) -> None:
    more = {"wait": "1", "voice": "pseudonym", "shield": ""} if waits else {}
    save(here.author, "new:north-west", "A problem.", "draft-new")
    fields = {"kind": "problem", "title": "A rota with holes", "body": "A problem.", "draft": "draft-new"}
    assert here.author.post("/n/north-west/new", **fields, **more, opened="pseudonym").status_code == 303
    assert bodies(here, here.author) == []


def test_a_change_of_a_post_has_its_draft_in_the_form_until_it_is_saved(here: Community) -> None:
    post_id = here.opening(here.post_thread(here.author))
    save(here.author, f"edit:{post_id}", "Half of a change.", "draft-edit")
    page = here.author.get(f"/p/{post_id}/edit").text
    assert "Half of a change." in page
    assert 'name="draft" value="draft-edit"' in page
    fields = {"title": "A rota with holes in it", "body": "A whole change.", "draft": "draft-edit"}
    assert here.author.post(f"/p/{post_id}/edit", **fields).status_code == 303
    assert "Half of a change." not in here.author.get(f"/p/{post_id}/edit").text


def test_without_scripts_a_button_keeps_it_and_the_list_leads_back_to_the_form(here: Community) -> None:
    thread_id = here.post_thread(here.peer, "A thread for drafts")
    reply = here.reply(here.peer, thread_id, "Somebody's answer.")
    fields = {"body": SECRET, "parent": str(reply), "voice": "pseudonym", "key": "x" * 20}
    page = here.author.post_and_follow("/drafts", draft_of=f"reply:{thread_id}", **fields).text
    assert "Your draft is kept" in page
    assert "A thread for drafts" in page
    back = html.unescape(re.findall(r'href="(/t/[^"]+draft=[^"]+)"', page)[0])
    form = here.author.client.get(back, follow_redirects=True).text
    assert SECRET in form
    assert f'name="parent" value="{reply}"' in form
    assert re.search(r'value="pseudonym" checked', form)
    [number] = re.findall(r'name="draft" value="([^"]+)"', form)
    # Kept once more from there, it is the same one.
    again = {**fields, "body": SECRET + " More.", "draft": number, "draft_version": "1"}
    here.author.post("/drafts", draft_of=f"reply:{thread_id}", **again)
    assert bodies(here, here.author) == [SECRET + " More."]
    assert here.author.post("/drafts/discard", draft=number, afresh=f"reply:{thread_id}").location.startswith("/t/")
    assert "You have no drafts" in here.author.get("/drafts").text


def test_a_new_thread_is_opened_with_its_draft_and_what_the_address_asks_for_stands(here: Community) -> None:
    fields = {"title": "Half a title", "body": SECRET, "kind": "problem", "voice": "own"}
    here.author.post("/drafts", draft_of="new:north-west", **fields)
    page = here.author.get("/n/north-west/new?kind=advice&voice=pseudonym").text
    assert SECRET in page
    assert 'value="Half a title"' in page
    assert re.search(r'value="advice"[^>]* checked', page)
    assert re.search(r'name="voice" value="pseudonym" checked', page)


def test_of_a_place_that_is_not_theirs_to_see_the_list_says_nothing_and_gives_the_text_back(here: Community) -> None:
    thread_id = here.post_thread(here.peer, "A title that is not for everybody")
    post_id = here.opening(thread_id)
    for form in (f"reply:{thread_id}", f"edit:{post_id}", "new:reps", "new:north-west"):
        save(here.outsider, form, f"{SECRET} {form}", f"number-{form[:4].strip(':')}-{form[-3:]}")
    page = here.outsider.get("/drafts").text
    assert "A title that is not" not in page
    assert "Reps" not in page
    assert page.count(SECRET) == 4
    assert "Continue" not in page


def test_there_is_room_for_forty_and_the_one_untouched_for_longest_goes_and_that_is_said(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        drawer = turn_of(here.author.id)
        for n in range(lockers.MOST_DRAFTS):
            at = clock.now() - timedelta(minutes=n)
            drawer.save(Typed(f"reply:{n + 1}", {"body": f"Text {n}."}, f"number-{n}", by="page-one", at=at))
    assert save(here.author, "reply:77", "One more.", "number-77")["dropped"] == 1
    kept = bodies(here, here.author)
    assert len(kept) == lockers.MOST_DRAFTS
    assert f"Text {lockers.MOST_DRAFTS - 1}." not in kept
    assert "Text 0." in kept


def test_two_devices_that_save_at_the_same_moment_keep_both(here: Community) -> None:
    barrier = Barrier(2)

    def write(n: int) -> None:
        barrier.wait()
        for count in range(5):
            save_in(
                here.app,
                here.author.id,
                Typed(f"reply:{n}", {"body": f"{n}.{count}"}, f"number-{n}", count, f"page-no-{n}", count + 1),
            )

    workers = [Worker(target=write, args=(n,)) for n in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(bodies(here, here.author)) == ["1.4", "2.4"]


def save_in(app: Flask, member_id: int, typed: Typed) -> None:
    """Save in a unit of work of its own."""
    with app.app_context(), unit_of_work():
        turn_of(member_id).save(typed)


def test_a_page_of_whoever_sat_here_before_saves_nothing_under_this_ones_name(here: Community) -> None:
    data = {"csrf_token": here.peer.csrf_token, "draft_of": "new:north-west", "body": SECRET, "me": str(here.author.id)}
    assert here.peer.client.post("/drafts", data=data, headers=JSON).status_code == 409
    assert rows(here.app) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"draft_of": "reply:x"},
        {"draft_of": "reply:1", "draft": "<b>"},
        {"values": "[1]"},
        {"values": "{"},
        {"values": "[" * 5000},
        {"values": '{"body": 1}'},
        {"values": '{"body": " "}'},
        {"values": json.dumps({"body": "x" * (MOST_CHARS + 1)})},
        {"values": json.dumps({f"a{n}": "x" for n in range(40)})},
    ],
)
def test_what_is_no_draft_is_refused_and_keeps_nothing(here: Community, wrong: dict[str, str]) -> None:
    data = {"csrf_token": here.author.csrf_token, "draft_of": "reply:1", "values": '{"body": "x"}', **wrong}
    assert here.author.client.post("/drafts", data=data, headers=JSON).status_code == 422
    assert rows(here.app) == []


@pytest.mark.parametrize("odd", ["\ud83d", "\0"])
def test_half_a_sign_or_a_zero_byte_keeps_nobody_from_their_drafts(here: Community, odd: str) -> None:
    save(here.author, "new:north-west", f"Before {odd} after")
    assert bodies(here, here.author) == ["Before \ufffd after"]
    assert "Before \ufffd after" in here.author.client.get("/drafts").text
    assert "Before \ufffd after" in here.author.client.get("/n/north-west/new").text


def test_ones_own_data_hold_drafts_and_nobody_elses_do(here: Community) -> None:
    save(here.author, "new:north-west", SECRET)
    with here.app.app_context():
        [draft] = everything_about(here.author.id)["drafts"]
        assert (draft["form"], draft["body"]) == ("new:north-west", SECRET)
        assert everything_about(here.peer.id)["drafts"] == []


def test_a_page_without_drafts_asks_the_tables_nothing_more(here: Community) -> None:
    with here.app.app_context():
        assert (db.session.scalar(select(func.count()).select_from(Locker)) or 0) == 0
    thread_id = here.post_thread(here.author)
    assert "data-draft-kept" not in here.author.client.get(f"/t/{thread_id}", follow_redirects=True).text
