"""Acting on threads and posts: who may, what happens, who is told, and that each is undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from babel.dates import format_date
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acts import kept_of
from knowledge_exchange.threads.curation.redacting import MARK, shown
from knowledge_exchange.threads.models import Post, PostRevision
from tests.moderation.acting import TITLE, WHY, WORDS, Bench, build, text_of

#: What each act is done with.
ON_THREAD = {
    # Tomorrow: a run may go on past midnight.
    "pin": {"until": (clock.now().date() + timedelta(days=1)).isoformat()},
    "lock": {},
    "archive": {},
    "rename": {"title": "Who covers the holes in a rota"},
    "change_kind": {"kind": "advice"},
    "hide_thread": {},
    "remove_thread": {},
}
ON_REPLY: dict[str, dict[str, str]] = {
    "hide": {},
    "remove": {},
    "edit": {"body": "The ward has holes in its nights."},
    "redact": {"passage": "Larkspur"},
    "answer": {},
}
STATE = ("title", "kind", "answer_id", "locked_at", "pinned_until", "archived_at", "deleted_at", "gone", "reply_count")
SAID = ("body", "html", "deleted_at", "gone", "moderated_at")


@pytest.fixture
def bench(app: Flask) -> Bench:
    """A thread, a reply, and everybody who may want to act on them."""
    return build(app)


def state(bench: Bench) -> list[object]:
    """What acts can change."""
    thread, reply = bench.facts(), bench.post()
    return [getattr(thread, name) for name in STATE] + [getattr(reply, name) for name in SAID]


@pytest.mark.parametrize("action", [*ON_THREAD, *ON_REPLY])
def test_an_act_is_for_the_networks_moderators_and_officers_and_the_others_are_told_there_is_no_such_page(
    bench: Bench, action: str
) -> None:
    here, before = bench.here, state(bench)
    send, fields = (bench.on_thread, ON_THREAD) if action in ON_THREAD else (bench.on_reply, ON_REPLY)
    nobody = [bench.visitor, bench.pending, here.outsider, here.watcher, here.author, here.peer, bench.other_moderator]
    page = f"/t/{bench.thread}/moderate" if action in ON_THREAD else f"/p/{bench.reply}/moderate"
    for who in nobody:
        assert (who.get(page).status_code, send(who, action, **fields[action]).status_code) in (
            (404, 404),
            (302, 303),  # to the door, or to the page of those who wait
            (303, 303),
            (302, 302),
        ), who.name
    assert (state(bench), bench.acts()) == (before, [])
    for who, role in ((here.moderator, "moderator"), (bench.officer, "officer")):
        assert who.get(page).status_code == 200
        assert send(who, action, **fields[action]).status_code == 303
        act = bench.acts()[-1]
        assert (act.action, act.acted_as, act.actor_id, act.reason) == (action, role, who.id, WHY)
        assert state(bench) != before
        for other in nobody:
            assert bench.undo(other).status_code != 200
        assert state(bench) != before, "somebody undid it who may not"
        assert bench.undo(bench.officer).status_code == 303
        assert state(bench) == before


@pytest.mark.parametrize("action", [*ON_THREAD, *ON_REPLY])
def test_its_author_is_told_and_reads_why_and_that_it_was_undone(bench: Bench, action: str) -> None:
    here = bench.here
    send, fields = (bench.on_thread, ON_THREAD) if action in ON_THREAD else (bench.on_reply, ON_REPLY)
    author, other = (here.author, here.peer) if action in ON_THREAD else (here.peer, here.author)
    send(here.moderator, action, **fields[action])
    [notice] = bench.told(author)
    assert notice.text.startswith("A moderator ")
    assert TITLE not in notice.text
    page = text_of(author.get(notice.url))
    assert WHY in page
    assert f"{notice.url}/appeal" in author.get(notice.url).text
    assert here.moderator.name not in page
    assert here.moderator.name in text_of(bench.second.get(notice.url))
    assert other.get(notice.url).status_code == 404
    bench.undo(bench.second)
    assert [one.text.split()[2] for one in bench.told(author)][-1] == "undid"
    assert bench.told(other) == []


@pytest.mark.parametrize(
    ("action", "fields", "complaint"),
    [
        ("pin", {"until": "soon"}, "Choose the last day"),
        ("pin", {"until": (clock.now() + timedelta(days=120)).date().isoformat()}, "at most 90 days ahead"),
        ("pin", {"until": "2020-01-01"}, "from today on"),
        ("rename", {"title": "Hm"}, "Say in a few words"),
        ("change_kind", {"kind": "poem"}, "Choose what this is"),
        ("lock", {"reason": " "}, "Choose a rule, or say why"),
        ("lock", {"rule": "99 · Nobody wrote this"}, "The rules have changed"),
        ("lock", {"reason": "a" * 2001}, "at most 2,000 characters"),
    ],
)
def test_a_form_with_a_fault_comes_back_with_what_was_typed(
    bench: Bench, action: str, fields: dict[str, str], complaint: str
) -> None:
    before = state(bench)
    answer = bench.on_thread(bench.here.moderator, action, **fields)
    assert answer.status_code == 422
    assert complaint in text_of(answer)
    assert (state(bench), bench.acts()) == (before, [])


def test_two_who_act_at_once_do_one_act_and_the_other_is_told_what_was_done(bench: Bench) -> None:
    bench.on_thread(bench.here.moderator, "lock")
    late = bench.on_thread(bench.second, "rename", seen="0", title="Who covers the holes in a rota")
    words = text_of(late)
    assert (late.status_code, bench.facts().title) == (409, TITLE)
    assert "Somebody else was first" in words
    assert "Thread locked (A moderator" in words
    assert "Who covers the holes in a rota" in late.text
    assert bench.on_thread(bench.second, "lock").location == f"/t/{bench.thread}"
    assert len(bench.acts()) == 1, "what is so already is not done again"


def test_a_network_has_three_pins_and_shows_them_first_until_their_day_is_over(bench: Bench) -> None:
    here = bench.here
    threads = [here.post_thread(here.author, f"Another question {turn}") for turn in range(3)]
    today = {"until": clock.now().date().isoformat(), "reason": WHY, "seen": "0"}
    pinned = [here.moderator.post(f"/t/{id_}/moderate/pin", **today).status_code for id_ in (bench.thread, *threads)]
    assert pinned == [303, 303, 303, 422]
    page = here.peer.get("/n/north-west").text
    assert page.count(">Pinned<") == 3
    assert page.index(f"/t/{bench.thread}") < page.index(f"/t/{threads[2]}")
    assert page.count(f'data-thread="{bench.thread}"') == 1
    last_day = format_date(clock.now().date(), "long", locale="en_GB")
    assert f"Pinned by moderators until {last_day}." in text_of(
        here.peer.get(f"/t/{bench.thread}", follow_redirects=True)
    )
    with clock.held(clock.now() + timedelta(days=2)):
        later = here.peer.get("/n/north-west").text
    assert ">Pinned<" not in later
    assert later.index(f"/t/{threads[2]}") < later.index(f"/t/{bench.thread}")


def test_an_archived_thread_leaves_the_list_and_is_read_but_not_answered(bench: Bench) -> None:
    here = bench.here
    bench.on_thread(here.moderator, "archive")
    assert TITLE not in here.peer.get("/n/north-west").text
    assert TITLE in here.peer.get("/n/north-west?show=archived").text
    page = text_of(here.peer.get(f"/t/{bench.thread}", follow_redirects=True))
    assert "This thread is archived" in page
    assert here.peer.post(f"/t/{bench.thread}/replies", body="One more word.").status_code != 303


def test_a_hidden_post_leaves_a_stub_and_no_word_of_it_anywhere(bench: Bench) -> None:
    here = bench.here
    bench.on_reply(here.moderator, "answer")
    bench.on_reply(here.moderator, "hide")
    post, thread = bench.post(), bench.facts()
    assert (post.body, post.html, thread.reply_count, thread.answer_id) == ("", "", 0, None)
    page = here.author.get(f"/t/{bench.thread}", follow_redirects=True).text
    assert "Hidden by a moderator." in page
    assert [kind for kind, post_id in here.notices(here.author) if post_id == bench.reply] == []
    assert here.author.get(f"/p/{bench.reply}/history").status_code == 404
    assert WORDS in bench.here.peer.get(bench.told(here.peer)[-1].url).text.replace("&#39;", "'")
    bench.on_reply(here.moderator, "restore")
    assert (bench.post().body, bench.facts().answer_id, bench.facts().reply_count) == (WORDS, bench.reply, 1)


@pytest.mark.parametrize("action", ["remove", "redact"])
def test_what_is_removed_or_redacted_can_be_brought_back_for_a_week_and_is_then_gone(bench: Bench, action: str) -> None:
    bench.on_reply(bench.here.moderator, action, **ON_REPLY[action])
    bench.after(days=6)
    act = bench.acts()[-1]
    assert act.kept is not None
    bench.after(days=7, minutes=1)
    assert bench.acts()[-1].kept is None
    with clock.held(clock.now() + timedelta(days=8)):
        answer = bench.undo(bench.here.moderator, act.id)
        assert answer.status_code == 409
        assert "final" in text_of(answer)
    assert "Larkspur" not in bench.post().body


def test_what_is_hidden_is_kept_until_it_is_brought_back(bench: Bench) -> None:
    bench.on_reply(bench.here.moderator, "hide")
    bench.after(days=400)
    assert bench.undo(bench.here.moderator).status_code == 303
    assert bench.post().body == WORDS


def test_a_redacted_passage_is_gone_from_what_the_post_says_and_said(bench: Bench) -> None:
    here = bench.here
    here.peer.post(f"/p/{bench.reply}/edit", body="On Larkspur, as I said, **Larkspur**.")
    bench.on_reply(here.moderator, "edit", body="On Larkspur, as they said, nobody knows.")
    bench.on_reply(here.moderator, "redact", passage="Larkspur")
    assert bench.post().body == f"On {MARK}, as they said, nobody knows."
    page = here.author.get(f"/p/{bench.reply}/history").text
    assert "Larkspur" not in page
    assert page.count('class="redacted"') == 5
    assert "Edited by a moderator" in page
    thread = here.author.get(f"/t/{bench.thread}?view=flat", follow_redirects=True).text
    assert 'class="redacted"' in thread
    with bench.app.app_context():
        said = " ".join(db.session.scalars(select(PostRevision.body)))
        assert "Larkspur" not in said
        assert "Larkspur" not in str([kept_of(row) for row in _rows() if row.action == "edit"])
    bench.undo(here.moderator)
    assert bench.post().body == "On Larkspur, as they said, nobody knows."
    assert here.author.get(f"/p/{bench.reply}/history").text.count("Larkspur") == 5


def _rows() -> Sequence[AnyRow]:
    return db.session.execute(select(*table_of(ModerationAct).c)).all()


def test_a_passage_of_the_title_goes_from_what_people_were_told_and_from_the_titles_that_acts_keep(
    bench: Bench,
) -> None:
    here = bench.here
    bench.on_thread(here.moderator, "rename", title="The rota of Larkspur has holes")
    here.reply(here.peer, bench.thread)
    opening = here.opening(bench.thread)
    bench.send(here.moderator, f"/p/{opening}/moderate/redact", passage="Larkspur")
    assert bench.facts().title == f"The rota of {MARK} has holes"
    assert "Larkspur" not in here.author.get("/notifications").text
    with bench.app.app_context():
        kept = [kept_of(row) for row in _rows() if row.action == "rename"]
    assert "Larkspur" not in str(kept)


def test_marks_are_made_black_in_the_text_alone() -> None:
    html = f'<p><a href="/x" title="{MARK}">{MARK}</a></p>'
    black = shown(html)
    assert black.startswith(f'<p><a href="/x" title="{MARK}"><span class="redacted">')
    assert "a moderator took a passage out here" in black


@pytest.mark.parametrize("passage", ["", "L", "Foxglove"])
def test_a_passage_that_the_post_does_not_say_is_not_taken_out(bench: Bench, passage: str) -> None:
    answer = bench.on_reply(bench.here.moderator, "redact", passage=passage)
    assert (answer.status_code, bench.post().body) == (422, WORDS)


def test_an_edit_since_keeps_an_act_from_being_undone_over_it(bench: Bench) -> None:
    here = bench.here
    bench.on_reply(here.moderator, "edit", **ON_REPLY["edit"])
    here.peer.post(f"/p/{bench.reply}/edit", body="I say it in my own words.")
    answer = bench.undo(here.moderator)
    assert (answer.status_code, bench.post().body) == (409, "I say it in my own words.")
    assert "changed since" in text_of(answer)


def test_nobody_acts_on_a_post_of_their_own_nor_undoes_what_was_done_about_it(bench: Bench) -> None:
    here = bench.here
    mine = here.reply(bench.second, bench.thread)
    assert bench.second.get(f"/p/{mine}/moderate").status_code == 404
    bench.send(here.moderator, f"/p/{mine}/moderate/hide")
    assert bench.undo(bench.second).status_code in (404, 409)
    assert bench.post(mine).gone == "hidden"


def test_a_moderator_does_not_undo_what_an_officer_did(bench: Bench) -> None:
    bench.on_thread(bench.officer, "lock")
    assert bench.undo(bench.here.moderator).status_code == 409
    assert bench.facts().locked_at is not None


def test_a_hidden_thread_is_nowhere_and_its_moderators_bring_it_back(bench: Bench) -> None:
    here, epoch = bench.here, bench.facts().epoch
    bench.on_thread(here.moderator, "hide_thread")
    assert here.author.get(f"/t/{bench.thread}").status_code == 404
    assert TITLE not in here.peer.get("/n/north-west").text
    assert here.notices(here.author) == [("moderated", None)]
    assert bench.facts().epoch == epoch + 1
    assert here.moderator.get(f"/t/{bench.thread}/moderate").status_code == 200
    assert bench.on_thread(here.moderator, "restore_thread").status_code == 303
    assert TITLE in here.peer.get("/n/north-west").text


def test_of_a_removed_thread_no_text_stays_in_the_tables_but_sealed(bench: Bench) -> None:
    here = bench.here
    here.peer.post(f"/p/{bench.reply}/edit", body="Larkspur again.")
    bench.on_thread(here.moderator, "remove_thread")
    with bench.app.app_context():
        assert db.session.scalars(select(Post.body).where(Post.thread_id == bench.thread)).all() == ["", ""]
        assert db.session.scalar(select(func.count()).select_from(PostRevision)) == 0
    bench.on_thread(here.moderator, "restore_thread")
    assert (bench.post().body, bench.facts().title) == ("Larkspur again.", TITLE)
    with bench.app.app_context():
        assert db.session.scalars(select(PostRevision.body)).all() == [WORDS]


def test_a_kind_without_answers_takes_the_mark_away_and_undoing_brings_it_back(bench: Bench) -> None:
    bench.on_reply(bench.here.moderator, "answer")
    marked = bench.facts().answered_at
    bench.on_thread(bench.here.moderator, "change_kind", kind="discussion")
    assert bench.facts().answer_id is None
    bench.undo(bench.second)
    assert (bench.facts().kind, bench.facts().answer_id, bench.facts().answered_at) == ("problem", bench.reply, marked)


def test_what_is_gone_is_not_there_to_be_acted_on(bench: Bench) -> None:
    here = bench.here
    here.peer.post(f"/p/{bench.reply}/delete")
    assert here.moderator.get(f"/p/{bench.reply}/moderate").status_code == 404
    assert bench.on_reply(here.moderator, "hide").status_code == 404
    assert here.moderator.post("/t/1/moderate/lock", reason=WHY, seen="0").status_code == 404
    assert bench.on_thread(here.moderator, "explode").status_code == 404
    assert here.moderator.get("/acts/1").status_code == 404
    assert here.moderator.get("/acts/none").status_code == 404


def test_what_a_moderator_accepts_by_the_askers_button_stands_on_the_log_and_what_the_asker_accepts_does_not(
    bench: Bench,
) -> None:
    here = bench.here
    here.author.post(f"/p/{bench.reply}/accept")
    here.author.post(f"/p/{bench.reply}/unaccept")
    assert bench.acts() == []
    here.moderator.post(f"/p/{bench.reply}/accept")
    assert [(act.action, act.acted_as) for act in bench.acts()] == [("answer", "moderator")]
    assert bench.undo(bench.second).status_code == 303
    assert bench.facts().answer_id is None
    here.moderator.post(f"/p/{bench.reply}/accept")
    here.moderator.post(f"/p/{bench.reply}/unaccept")
    assert [act.action for act in bench.acts()] == ["answer", "answer", "unanswer"]
