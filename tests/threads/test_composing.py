"""What helps with writing: a preview, quotes, questions by kind, the day of need, another network."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from sqlalchemy import select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.i18n import today
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.care_models import NetworkMute
from knowledge_exchange.threads.models import Post, PostRevision, Thread, WaitingPost
from tests.support.community import Community
from tests.support.persons import person
from tests.threads.test_pseudonyms import voices_in

NEW = "/n/north-west/new"
SOON = (today() + timedelta(days=5)).isoformat()
PROBLEM = {"kind": "problem", "title": "A rota with holes in it", "body": "What do you do?"}


def body_of(here: Community, thread_id: int) -> str:
    """What the opening post says."""
    return str(here.row(Post, here.opening(thread_id)).body)


def test_a_preview_is_what_the_post_will_be_with_what_stands_under_the_questions(here: Community) -> None:
    fields = {"body": "A **bold** word", "tried": "Asking <b>twice</b>"}
    shown = here.author.post("/preview", **fields).text
    thread_id = here.post_thread(here.author, **fields)
    assert shown == here.row(Post, here.opening(thread_id)).html
    assert "<strong>What have you tried?</strong>" in shown
    assert "<b>twice" not in shown
    assert here.author.post("/preview", body="x" * 200_000).status_code == 422
    assert "Nothing to show yet" in here.author.post("/preview", body=" ").text


def test_questions_become_text_only_where_something_stands_under_them(here: Community) -> None:
    plain = here.post_thread(here.author, tried="", works_where="  ")
    assert body_of(here, plain) == "What do you do?"
    # The kind was changed after something was written under a question of the other: it is not lost.
    both = here.post_thread(here.author, tried="HR\r\ntwice", otherwise="Ask first", kind="discussion")
    said = "What do you do?\n\n**What have you tried?**\n\nHR\ntwice\n\n**What would you do otherwise next time?**"
    assert body_of(here, both) == f"{said}\n\nAsk first"


def test_a_form_that_comes_back_holds_everything_that_was_typed_and_chosen(here: Community) -> None:
    fields = {**PROBLEM, "title": "No", "tried": "HR, twice", "answer_by": SOON, "guard": "1", "network": "north-west"}
    answer = here.author.post(NEW, **fields)
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert ">HR, twice</textarea>" in page
    assert f'name="answer_by" value="{SOON}"' in page
    assert "**What have you tried?**" not in page


def test_where_nothing_can_be_posted_all_that_was_typed_is_there_to_be_copied(here: Community) -> None:
    with here.app.app_context(), unit_of_work() as work:
        until = now() + timedelta(days=3)
        who = {"network_id": here.north_west, "member_id": here.author.id}
        work.add(NetworkMute(**who, muted_on=today(), until=until, cause="others"))
    answer = here.author.post(NEW, **PROBLEM, tried="HR, twice")
    assert answer.status_code == 403
    assert ">What do you do?\n\nHR, twice</pre>" in answer.text


def test_the_guard_looks_at_what_stands_under_the_questions_too(here: Community) -> None:
    fields = {"tried": "Her NHS number is 943 476 5919", "guard": "1"}
    answer = here.author.post(NEW, **PROBLEM, **fields)
    assert answer.status_code == 422
    assert "943 476 5919" in answer.text
    asked = here.author.post("/guard", **PROBLEM, tried=fields["tried"], network="north-west").get_json()
    assert asked["asks"] is True


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "Give the day as a date"),
        ((today() - timedelta(days=2)).isoformat(), "That day is over"),
        ((today() + timedelta(days=800)).isoformat(), "within a year"),
    ],
)
def test_a_day_of_need_is_one_to_come(here: Community, typed: str, said: str) -> None:
    answer = here.author.post(NEW, **PROBLEM, answer_by=typed)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    # Of another kind it means nothing, whatever it says.
    other = here.post_thread(here.author, kind="discussion", answer_by=typed)
    assert here.row(Thread, other).answer_by is None


def test_the_day_stands_above_the_problem_until_there_is_an_answer(here: Community) -> None:
    thread_id = here.post_thread(here.author, answer_by=SOON)
    assert here.row(Thread, thread_id).answer_by.isoformat() == SOON
    mine, others = (who.get(f"/t/{thread_id}", follow_redirects=True).text for who in (here.author, here.peer))
    assert "Needs an answer by" in mine
    assert "Needs an answer by" in others
    assert "Change the day" in mine
    assert "Change the day" not in others
    here.author.post(f"/p/{here.reply(here.peer, thread_id)}/accept")
    assert "Needs an answer by" not in here.peer.get(f"/t/{thread_id}", follow_redirects=True).text


def test_its_asker_changes_the_day_and_nobody_else_and_that_is_no_new_version_of_the_text(here: Community) -> None:
    thread_id = here.post_thread(here.author, answer_by=SOON)
    edit = f"/p/{here.opening(thread_id)}/edit"
    later = (today() + timedelta(days=9)).isoformat()
    text = {"title": PROBLEM["title"], "body": PROBLEM["body"]}
    assert here.peer.post(edit, **text, answer_by=later).status_code == 404
    assert here.author.post(edit, **text, answer_by="never").status_code == 422
    assert here.author.post(edit, **text, answer_by=later).status_code == 303
    assert here.row(Thread, thread_id).answer_by.isoformat() == later
    with here.app.app_context():
        assert db.session.scalars(select(PostRevision)).all() == []
    assert here.author.post(edit, title=text["title"], body="Said better").status_code == 303
    assert here.row(Thread, thread_id).answer_by.isoformat() == later
    assert here.author.post(edit, **text, answer_by="").status_code == 303
    assert here.row(Thread, thread_id).answer_by is None


def test_the_day_waits_with_a_problem_that_waits(here: Community) -> None:
    answer = here.author.post(NEW, **PROBLEM, answer_by=SOON, tried="HR", wait="1")
    assert answer.status_code == 303
    with here.app.app_context():
        waiting = db.session.scalars(select(WaitingPost.id)).one()
    here.author.post("/me/waiting/now", post=str(waiting))
    with here.app.app_context():
        thread = db.session.scalars(select(Thread)).one()
        assert thread.answer_by is not None
        assert thread.answer_by.isoformat() == SOON
    assert body_of(here, thread.id).endswith("HR")


def test_the_day_stands_in_the_form_again_when_a_problem_is_taken_back(here: Community) -> None:
    assert here.author.post(NEW, **PROBLEM, answer_by=SOON, wait="1").status_code == 303
    with here.app.app_context():
        waiting = db.session.scalars(select(WaitingPost.id)).one()
    page = here.author.post("/me/waiting/back", post=str(waiting)).text
    assert f'name="answer_by" value="{SOON}"' in page
    assert 'action="/n/north-west/new"' in page


def test_another_network_is_chosen_in_the_form_and_its_readers_are_shown_before_it_is_posted(here: Community) -> None:
    networks_of_author = here.author.get(NEW).text
    assert '<option value="reps"' in networks_of_author
    fields = {**PROBLEM, "tried": "HR", "network": "reps"}
    asked = here.author.post(NEW, **fields, shown="north-west")
    assert asked.status_code == 422
    page = html.unescape(asked.text)
    assert "It goes to Reps now" in page
    assert "fewer than 10 members of Reps" in page
    assert '<option value="reps" selected>' in page
    assert 'name="shown" value="reps"' in page
    assert "What do you do?</textarea>" in page
    assert ">HR</textarea>" in page
    assert 'data-draft-key="new:north-west"' in page  # one draft, wherever it goes
    assert here.author.post(NEW, **fields, shown="reps").status_code == 303
    with here.app.app_context():
        assert db.session.scalars(select(Thread.network_id)).all() == [here.reps]


def test_a_network_that_one_may_not_read_is_refused_like_one_that_is_not_there(here: Community) -> None:
    answers = [here.peer.post(NEW, **PROBLEM, network=slug) for slug in ("reps", "nowhere")]
    assert [answer.status_code for answer in answers] == [422, 422]
    for answer in answers:
        assert "Choose one of your networks." in answer.text
        assert "What do you do?</textarea>" in answer.text


def test_who_is_not_a_member_gets_neither_preview_nor_names(here: Community) -> None:
    pending = person(here.app, "Pia Pending", standing="pending")
    assert pending.get("/mentions?network=national&q=a").location == "/me"
    assert pending.post("/preview", body="x").location == "/me"


def test_a_quote_says_whose_words_they_are_in_the_voice_in_which_they_were_said(here: Community) -> None:
    thread_id = here.post_thread(here.author, body="They _blame_ me.\n\nAll of them.", voice="pseudonym")
    post_id = here.reply(here.peer, thread_id, "Keep a *diary*.")
    opening = here.opening(thread_id)
    [(_kind, pseudonym, _handle), _peer] = voices_in(here, thread_id)
    page = html.unescape(here.peer.get(f"/t/{thread_id}?quote={opening}", follow_redirects=True).text)
    assert f"> [{pseudonym}](/p/{opening}):\n>\n> They _blame_ me.\n>\n> All of them.\n\n</textarea>" in page
    page = html.unescape(here.author.get(f"/t/{thread_id}?quote={post_id}", follow_redirects=True).text)
    assert f"> [Piet Peer](/p/{post_id}):\n>\n> Keep a *diary*." in page
    here.peer.post(f"/p/{post_id}/delete")
    page = here.author.get(f"/t/{thread_id}?quote={post_id}", follow_redirects=True).text
    assert "[Piet Peer]" not in page
    assert "diary" not in page


def test_a_name_in_a_quote_is_no_sign_of_markdown(here: Community) -> None:
    odd = person(here.app, "Ida *Star* [x](y)")
    with here.app.app_context(), unit_of_work():
        networks.add_member(odd.id, here.north_west)
    thread_id = here.post_thread(odd)
    page = here.peer.get(f"/t/{thread_id}?quote={here.opening(thread_id)}", follow_redirects=True).text
    typed = html.unescape(page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])
    shown = here.peer.post("/preview", body=typed).text
    assert f'<a href="/p/{here.opening(thread_id)}"' in shown
    assert "Ida *Star* [x](y)</a>:" in shown
