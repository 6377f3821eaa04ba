"""Posts that wait: sealed until then, published once, with the time and the rights of that moment."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from threading import Thread as Worker

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, update

from knowledge_exchange.auth.models import Category, Member
from knowledge_exchange.core import clock, crypto, keeping
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.jobs import jobs_of
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads import actions
from knowledge_exchange.threads.drafts.sealed_drafts import STEP_BYTES
from knowledge_exchange.threads.holding import waiting
from knowledge_exchange.threads.models import Post, Submission, Thread, WaitingPost
from tests.support.community import Community, settle
from tests.support.persons import Person
from tests.threads.test_pseudonyms import NEW, TEXT, voices_in, works_at

WAITS = {"wait": "1", "voice": "pseudonym"}
SECRET = "The words that nobody may find."


def ask(here: Community, who: Person, **fields: str) -> None:
    """Send a thread that is to wait."""
    answer = who.post(NEW, **{**TEXT, "body": SECRET, **WAITS, **fields})
    assert (answer.status_code, answer.location) == (303, "/me/waiting"), answer.text


def rows(here: Community) -> list[WaitingPost]:
    """What waits, as it is stored."""
    with here.app.app_context():
        return list(db.session.scalars(select(WaitingPost)))


def count(here: Community, model: type = Thread) -> int:
    """How many rows there are."""
    with here.app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def publish(here: Community, after: timedelta = waiting.LATEST) -> None:
    """Run the job as it runs so much later."""
    with here.app.app_context(), clock.held(clock.now() + after):
        waiting.publish_due()


def number(who: Person, which: int = 0) -> str:
    """The number of a waiting post, from its author's page."""
    return str(re.findall(r'name="post" value="(\d+)"', who.get("/me/waiting").text)[which])


def test_what_waits_is_seen_by_its_author_alone_and_by_nobody_in_the_table(here: Community) -> None:
    ask(here, here.author)
    assert SECRET in here.author.get("/me/waiting").text
    assert SECRET not in here.peer.get("/me/waiting").text
    assert "Nothing of yours waits" in here.peer.get("/me/waiting").text
    assert (count(here, Thread), count(here, Post)) == (0, 0)
    [row] = rows(here)
    for told in (SECRET, here.author.name, str(here.author.id), "pseudonym", TEXT["title"]):
        assert told.encode() not in row.content
    assert str(here.author.id) not in f"{row.id}{row.key_hash}"


def test_texts_of_all_lengths_are_sealed_in_steps(here: Community) -> None:
    for body in ("One.", "Two words.", "y" * 1500):
        ask(here, here.author, body=body)
    lengths = sorted(len(row.content) for row in rows(here))
    assert lengths[0] == lengths[1]
    assert lengths[2] - lengths[0] == 2 * STEP_BYTES or lengths[2] - lengths[0] == STEP_BYTES


def test_chance_decides_when_it_appears_and_neither_sooner_nor_later_than_is_said(here: Community) -> None:
    began = clock.now()
    for _time in range(waiting.MOST_EACH):
        ask(here, here.author)
    ended, dues = clock.now(), [row.due_at for row in rows(here)]
    assert len(set(dues)) == len(dues)
    assert all(began + waiting.SOONEST <= due <= ended + waiting.LATEST for due in dues)
    publish(here, after=timedelta(0))
    assert count(here) == 0
    publish(here)
    assert (count(here), rows(here)) == (waiting.MOST_EACH, [])


def test_ids_and_times_are_those_of_publication_and_the_shield_and_the_pseudonym_are_kept(here: Community) -> None:
    works_at(here, here.author, here.watcher)
    ask(here, here.author, shield="1")
    later = timedelta(hours=1)
    before = clock.now() + later
    publish(here, after=later)
    with here.app.app_context():
        thread = db.session.scalars(select(Thread)).one()
        post = db.session.scalars(select(Post)).one()
    assert all(at >= before for at in (thread.created_at, post.created_at, time_of(post.id) + timedelta(seconds=1)))
    [(kind, _name, _handle)] = voices_in(here, thread.id)
    assert kind == "pseudonym"
    assert here.watcher.get(f"/t/{thread.id}").status_code == 404
    assert here.peer.get(f"/t/{thread.id}").status_code == 302
    assert here.author.name not in here.peer.get(f"/t/{thread.id}", follow_redirects=True).text


def test_what_is_hidden_from_ones_organisation_is_hidden_from_the_one_to_which_one_moved_meanwhile(
    here: Community,
) -> None:
    works_at(here, here.author, here.watcher)
    works_at(here, here.peer, code="R0B", name="Southern Example Trust")
    ask(here, here.author, shield="1", title="Hidden from where I work")
    ask(here, here.author, hide_from=here.handle(here.moderator), title="Hidden from one person")
    works_at(here, here.author, code="R0B")
    publish(here)
    with here.app.app_context():
        ids = {row.title: row.id for row in db.session.execute(select(Thread.title, Thread.id))}
    whole, one = ids["Hidden from where I work"], ids["Hidden from one person"]
    seen = {who.name: [who.get(f"/t/{id_}").status_code for id_ in (whole, one)] for who in (here.watcher, here.peer)}
    assert seen == {here.watcher.name: [404, 302], here.peer.name: [404, 302]}
    assert [here.moderator.get(f"/t/{id_}").status_code for id_ in (whole, one)] == [302, 404]


def with_keys(here: Community, keys: bytes | None) -> bytes:
    """Another key file is in its place (None: a new one); returns the one that was. Sign-ins stay."""
    path, signing = here.app.config["KE_KEY_FILE"], here.app.secret_key
    before = bytes(path.read_bytes())
    path.unlink()
    if keys is not None:
        path.write_bytes(keys)
        path.chmod(0o600)
    with here.app.app_context():
        crypto.init_app(here.app)
    here.app.secret_key = signing
    return before


def test_what_another_key_file_sealed_is_a_fault_for_nobody_and_is_there_again_with_its_keys(
    here: Community, caplog: pytest.LogCaptureFixture
) -> None:
    ask(here, here.author)
    keys = with_keys(here, None)
    for who in (here.author, here.peer):
        page = who.get("/me/waiting")
        assert (page.status_code, "Nothing of yours waits" in page.text) == (200, True)
        assert who.get("/me").status_code == 200
    ask(here, here.peer, title="Sealed with the keys of now")
    publish(here)
    assert "will be tried again" not in caplog.text
    [row] = rows(here)
    assert (row.failed, count(here)) == ("lost", 1)
    with_keys(here, keys)
    assert "sealed with another key" in here.author.get("/me/waiting").text
    assert SECRET in here.author.post("/me/waiting/back", post=number(here.author)).text


def test_what_another_version_sealed_is_noted_as_lost_and_forgotten_after_its_days(here: Community) -> None:
    author = f'"author": {here.author.id}'
    shapes = (
        "[]",
        f"{{{author}}}",
        f'{{{author}, "hidden": null, "colour": "red"}}',
        f'{{{author}, "hidden": [1]}}',
        "{",
    )
    with here.app.app_context():
        for shape in shapes:
            with unit_of_work() as work:
                work.add(WaitingPost(content=crypto.seal(shape.encode()), due_at=clock.now()))
        assert waiting.of_member(here.author.id) == []
        waiting.publish_due()
        assert [row.failed for row in rows(here)] == ["lost"] * len(shapes)
        [kept] = [one for one in keeping.registered() if one.setting == "KE_KEEP_WAITING_DAYS"]
        kept.forget(clock.now() + timedelta(seconds=1))
    assert (rows(here), count(here)) == ([], 0)


def test_a_reply_waits_and_is_posted_where_it_belongs(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    answered = here.reply(here.watcher, thread_id, "First")
    sent = here.peer.post(f"/t/{thread_id}/replies", body="Second", parent=str(answered), **WAITS)
    assert sent.location == "/me/waiting"
    assert "Second" in here.peer.get("/me/waiting").text
    publish(here)
    assert [(post.body, post.parent_id) for post in here.posts(thread_id)][2] == ("Second", answered)
    assert ("direct_reply", here.posts(thread_id)[2].id) in here.notices(here.watcher)


def test_a_form_sent_twice_waits_once_and_leads_to_its_post_afterwards(here: Community) -> None:
    for _time in range(2):
        ask(here, here.author, key="k1")
    assert len(rows(here)) == 1
    publish(here)
    again = here.author.post(NEW, **TEXT, **WAITS, key="k1")
    assert "/t/" in again.location
    assert (count(here), count(here, Submission)) == (1, 1)


def test_the_same_form_sent_once_more_not_to_wait_is_posted_once(here: Community) -> None:
    ask(here, here.author, key="k1")
    here.post_thread(here.author, key="k1", voice="pseudonym")
    publish(here)
    assert (count(here), rows(here)) == (1, [])


def test_its_author_posts_it_now_and_nobody_else_can(here: Community) -> None:
    ask(here, here.author)
    mine = number(here.author)
    assert here.peer.post("/me/waiting/now", post=mine).location == "/me/waiting"
    assert here.peer.post("/me/waiting/back", post=mine).location == "/me/waiting"
    assert (count(here), len(rows(here))) == (0, 1)
    answer = here.author.post("/me/waiting/now", post=mine)
    assert answer.location.startswith("/p/")
    assert (count(here), rows(here)) == (1, [])
    assert here.author.post("/me/waiting/now", post=mine).location == "/me/waiting"
    assert count(here) == 1


def test_a_thread_taken_back_stands_in_the_form_again_as_it_was(here: Community) -> None:
    works_at(here, here.author)
    ask(here, here.author, shield="1", hide_from="someone-else")
    page = html.unescape(here.author.post("/me/waiting/back", post=number(here.author)).text)
    assert SECRET in page
    assert f'value="{TEXT["title"]}"' in page
    for chosen in ('name="voice" value="pseudonym" checked', 'name="shield" value="1" checked', 'value="someone-else"'):
        assert chosen in page
    assert rows(here) == []
    publish(here)
    assert count(here) == 0


def test_a_reply_taken_back_stands_in_a_form_again_or_as_text_where_there_is_no_form(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    for _time in range(2):
        here.peer.post(f"/t/{thread_id}/replies", body=SECRET, **WAITS)
    page = here.peer.post("/me/waiting/back", post=number(here.peer)).text
    assert f"{SECRET}</textarea>" in page
    assert f'action="/t/{thread_id}/replies"' in page
    with here.app.app_context(), unit_of_work():
        networks.leave(here.peer.id, here.north_west)
    assert f"{SECRET}</pre>" in here.peer.post("/me/waiting/back", post=number(here.peer)).text


def lapse(here: Community, _thread_id: int) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(Member).where(Member.id == here.peer.id).values(standing="suspended"))


def leave(here: Community, _thread_id: int) -> None:
    with here.app.app_context(), unit_of_work():
        networks.leave(here.peer.id, here.north_west)


def lock(here: Community, thread_id: int) -> None:
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(Thread).where(Thread.id == thread_id).values(locked_at=clock.now()))


def lose_the_right(here: Community, _thread_id: int) -> None:
    with here.app.app_context(), unit_of_work() as work:
        member = work.get_one(Member, here.peer.id)
        work.execute(update(Category).where(Category.slug == member.category).values(may_reply=False))


def speak_up(here: Community, thread_id: int) -> None:
    here.reply(here.peer, thread_id, "In my own name", voice="own")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lapse, "Your membership was not active"),
        (leave, "not yours to see any more"),
        (lock, "The thread took no more replies"),
        (lose_the_right, "The thread took no more replies"),
        (speak_up, "You had written in the thread under another name"),
    ],
)
def test_what_may_not_be_posted_at_that_moment_stays_with_the_reason(
    here: Community, happens: Callable[[Community, int], None], said: str
) -> None:
    thread_id = here.post_thread(here.author)
    here.peer.post(f"/t/{thread_id}/replies", body=SECRET, **WAITS)
    happens(here, thread_id)
    publish(here)
    publish(here)
    assert SECRET not in [post.body for post in here.posts(thread_id)]
    [row] = rows(here)
    assert row.failed
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(Member).where(Member.id == here.peer.id).values(standing="active"))
    page = here.peer.get("/me/waiting").text
    assert said in page
    assert "Post it now" not in page
    assert here.peer.post("/me/waiting/now", post=number(here.peer)).location == "/me/waiting"
    assert SECRET in here.peer.post("/me/waiting/back", post=number(here.peer)).text if happens is not leave else True


def test_what_could_not_be_posted_is_forgotten_after_its_days_and_what_waits_is_not(here: Community) -> None:
    ask(here, here.author)
    ask(here, here.peer)
    lapse(here, 0)
    with here.app.app_context(), unit_of_work() as work:
        work.execute(update(WaitingPost).values(due_at=clock.now() - timedelta(days=29)))
    with here.app.app_context():
        [kept] = [one for one in keeping.registered() if one.setting == "KE_KEEP_WAITING_DAYS"]
        assert kept.days == 30
        waiting.publish_due()
        kept.forget(clock.now() - timedelta(days=30))
        assert len(rows(here)) == 1
        kept.forget(clock.now() - timedelta(days=28))
    assert (rows(here), count(here)) == ([], 1)


def test_one_member_and_all_together_can_let_only_so_many_wait(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(waiting.MOST_EACH):
        ask(here, here.author)
    more = here.author.post(NEW, **{**TEXT, "body": SECRET}, **WAITS)
    assert (more.status_code, "posts of yours wait already" in more.text) == (422, True)
    assert f"{SECRET}</textarea>" in more.text
    monkeypatch.setattr(waiting, "MOST", waiting.MOST_EACH)
    thread_id = here.post_thread(here.watcher)
    full = here.peer.post(f"/t/{thread_id}/replies", body="My words", **WAITS)
    assert (full.status_code, "Too many posts wait just now" in full.text) == (422, True)
    assert "My words</textarea>" in full.text


def test_a_failure_of_ours_loses_nothing_and_is_logged_without_a_word_of_the_text(
    here: Community, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ask(here, here.author)
    ask(here, here.peer, body="Another text")
    really = actions.start_thread

    def fails(me: object, *given: object, **named: object) -> object:
        if getattr(me, "id", 0) == here.author.id:
            raise RuntimeError(SECRET)
        return really(me, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "start_thread", fails)
    with caplog.at_level(logging.DEBUG):
        publish(here)
    assert SECRET not in caplog.text
    assert (count(here), len(rows(here))) == (1, 1)
    monkeypatch.undo()
    publish(here, after=timedelta(hours=1))
    assert (count(here), rows(here)) == (2, [])


def test_of_two_workers_at_the_same_moment_one_publishes(here: Community) -> None:
    ask(here, here.author)
    [row] = rows(here)
    both, made = Barrier(2), list[int | None]()

    def work() -> None:
        with here.app.app_context():
            both.wait()
            made.append(waiting.publish(row.id))

    workers = [Worker(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(one is None for one in made) == [False, True]
    assert (count(here), count(here, Post), rows(here)) == (1, 1, [])


def test_the_job_is_registered_and_costs_one_look_when_nothing_waits(here: Community) -> None:
    from tests.support.persons import Statements

    [job] = [job for job in jobs_of(here.app) if job.run is waiting.publish_due]
    with here.app.app_context(), Statements(here.app) as said:
        job.run()
    assert len(said.sent) == 1


def test_what_waits_survives_a_change_of_keys(app: Flask) -> None:
    here = settle(app)
    ask(here, here.author, key="k1")
    from knowledge_exchange.cli.main import cli

    with app.app_context():
        done = CliRunner().invoke(cli, ["keys", "rotate"])
        assert done.exit_code == 0, done.output
    assert SECRET in here.author.get("/me/waiting").text
    ask(here, here.author, key="k1")
    assert len(rows(here)) == 1
    publish(here)
    assert count(here) == 1


def test_ones_own_page_counts_what_waits_and_says_what_could_not_be_posted(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    ask(here, here.peer)
    here.peer.post(f"/t/{thread_id}/replies", body=SECRET, **WAITS)
    assert "2 posts that wait for their moment" in here.peer.get("/me").text
    lock(here, thread_id)
    publish(here)
    page = here.peer.get("/me").text
    assert "1 post that waited could not be posted." in page
    assert 'href="/me/pseudonyms"' in page
