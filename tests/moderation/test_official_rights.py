"""Who answers officially: officers alone, by name, where they may read; and nobody from whom a thread is hidden."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.insight.insight import work_out
from knowledge_exchange.moderation.official.official_reviews import open_reviews
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer
from knowledge_exchange.threads.models import Post, Thread, Voice
from tests.moderation.official_desk import FIELDS, NEXT_YEAR, Desk
from tests.support.addresses import Answer, answer_of
from tests.support.persons import Person, person, visitor
from tests.support.worlds import COLLEAGUES, World, at, minutes


def test_it_is_neither_edited_nor_taken_away_like_other_posts(desk: Desk) -> None:
    post_id = desk.give()
    for word in ("edit", "delete"):
        for answer in (
            desk.officer.get(f"/p/{post_id}/{word}"),
            desk.officer.post(f"/p/{post_id}/{word}", body="Gone."),
        ):
            assert (answer.status_code, answer.location) == (303, f"/p/{post_id}/official")
    assert "so that each of its versions is kept" in desk.officer.get(f"/p/{post_id}/official").text
    row = desk.here.row(Post, post_id)
    assert (row.body, row.deleted_at) == (FIELDS["body"], None)
    menu = desk.officer.get(f"/p/{post_id}/more").text
    assert f"/p/{post_id}/official" in menu
    assert f"/p/{post_id}/edit" not in menu


def test_an_officer_answers_under_their_name_and_keeps_it_in_that_thread(desk: Desk) -> None:
    post_id = desk.give()
    voices = desk.rows(Voice, Voice.id == desk.here.row(Post, post_id).voice_id)
    assert [(one.kind, one.name, one.title) for one in voices] == [("role", "Owen Officer", "National officer")]
    refused = desk.officer.post(f"/t/{desk.thread}/replies", body="Otherwise.", voice="pseudonym")
    assert refused.status_code == 422
    assert "under your own name" in refused.text
    reply = desk.here.reply(desk.officer, desk.thread, "As a colleague: it helped me.")
    mine = desk.rows(Voice, Voice.id == desk.here.row(Post, reply).voice_id)
    assert [one.kind for one in mine] == ["own"]


def test_who_writes_there_under_a_pseudonym_cannot_answer_officially(desk: Desk) -> None:
    desk.here.reply(desk.officer, desk.thread, "It happened to me.", voice="pseudonym")
    page = desk.officer.get(desk.form)
    assert "Ask another officer to answer" in page.text
    answer = desk.officer.post(desk.form, **FIELDS)
    assert answer.status_code == 409
    assert "Ask another officer to answer" in answer.text
    assert FIELDS["body"] in answer.text
    assert desk.rows(OfficialAnswer) == []
    post_id = desk.give(desk.second)
    assert desk.do(post_id, "withdraw", reason="Not by this one.").status_code == 409


PEOPLE = ("visitor", "pending", "outsider", "member", "moderator", "elsewhere", "administrator", "officer")


@pytest.mark.parametrize("who", PEOPLE)
def test_officers_alone_give_change_confirm_and_withdraw(desk: Desk, who: str, app: Flask) -> None:
    post_id = desk.give()
    someone = _somebody(desk, app, who)
    may = who == "officer"
    sent = {
        "give": someone.post(desk.form, **{**FIELDS, "seen": str(post_id), "body": "Another."}) if not may else None,
        "change": desk.do(post_id, "change", someone, **{**FIELDS, "seen": "1", "body": "Changed."}),
        "confirm": desk.do(post_id, "confirm", someone, review_on="2027-01-01"),
        "withdraw": desk.do(post_id, "withdraw", someone, reason="It is over."),
        "restore": desk.do(post_id, "restore", someone),
    }
    if may:
        assert [answer.status_code for answer in sent.values() if answer is not None] == [303] * 4
        assert someone.get(desk.form).status_code == someone.get(f"/p/{post_id}/official").status_code == 200
        return
    refused = {"visitor": 303, "pending": 303}.get(who, 404)
    assert {answer.status_code for answer in sent.values() if answer is not None} <= {refused, 302, 403, 404}
    assert someone.get(desk.form).status_code != 200
    assert desk.here.row(Post, post_id).body == FIELDS["body"]
    row = desk.here.row(OfficialAnswer, post_id)
    assert (row.version, row.withdrawn_at, row.review_on) == (1, None, NEXT_YEAR)
    reads = someone.get(f"/p/{post_id}/official/history").status_code == 200
    assert reads == (who in ("member", "moderator"))


def _somebody(desk: Desk, app: Flask, who: str) -> Person:
    people: dict[str, Callable[[], Person]] = {
        "visitor": lambda: visitor(app),
        "pending": lambda: person(app, "Penny Pending", standing="pending"),
        "outsider": lambda: desk.outsider,
        "member": lambda: desk.peer,
        "moderator": lambda: desk.moderator,
        "elsewhere": lambda: _moderator_elsewhere(desk, app),
        "administrator": lambda: person(app, "Ada Administrator", role="administrator"),
        "officer": lambda: desk.second,
    }
    return people[who]()


def _moderator_elsewhere(desk: Desk, app: Flask) -> Person:
    someone = person(app, "Elsa Elsewhere")
    with app.app_context(), unit_of_work():
        networks.add_member(someone.id, desk.here.reps)
        networks.set_role(someone.id, desk.here.reps, "moderator")
    return someone


def test_an_officer_from_whom_the_thread_is_hidden_finds_nothing(world: World) -> None:
    hidden = world.hide(world.author)
    with world.app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == world.peer.id).values(role="officer"))
    there = [f"/t/{hidden.thread}/official", f"/p/{hidden.opening}/official", f"/p/{hidden.opening}/official/history"]
    nowhere = [
        path.replace(str(hidden.thread), str(hidden.thread ^ 1)).replace(str(hidden.opening), "7") for path in there
    ]
    for path, other in zip(there, nowhere, strict=True):
        with clock.held(clock.now()):
            found, missed = world.officer.get(path), world.officer.get(other)
        assert answer_of(found) == answer_of(missed)
        assert found.status_code == 404
    fields = {**FIELDS, "dated": clock.now().date().isoformat(), "review_on": ""}
    fields["review_on"] = (clock.now() + timedelta(days=300)).date().isoformat()
    assert world.officer.post(there[0], **fields).status_code == 404
    answer = world.peer.post(there[0], **fields)
    assert answer.status_code == 303
    given = int(answer.location.rpartition("/")[2])
    assert world.officer.get(f"/p/{given}/official/history").status_code == 404
    assert world.author.get(f"/p/{given}/official/history").status_code == 200


def test_an_official_answer_in_a_hidden_thread_leaves_colleagues_no_trace_nor_do_its_case_and_insight(
    world: World,
) -> None:
    with world.app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == world.peer.id).values(role="officer"))
    with at(minutes(1)), world.app.app_context():
        world.ordinary.append(world.open_thread(world.control, "Known to everybody"))
        _work()
    paths = ("/", "/n/north-west", "/notifications", "/moderation", "/insight", "/insight.csv", "/n/north-west/insight")

    def seen() -> dict[tuple[str, str], Answer]:
        with at(minutes(300)):
            return {(who, path): answer_of(world.people[who].get(path)) for who in COLLEAGUES for path in paths}

    before = seen()
    with at(minutes(60)):
        hidden = world.hide(world.author)
        fields = {**FIELDS, "dated": clock.now().date().isoformat(), "review_on": "2026-11-03"}
        assert world.peer.post(f"/t/{hidden.thread}/official", **fields).status_code == 303
    with world.app.app_context(), unit_of_work():
        db.session.execute(update(OfficialAnswer).values(review_on=date(2026, 10, 31)))
        db.session.execute(
            update(Thread).where(Thread.id == hidden.thread).values(official_review_on=date(2026, 10, 31))
        )
    with at(minutes(61)), world.app.app_context():
        _work()
    assert before == seen()
    with at(minutes(300)):
        assert "Does this official answer still hold?" in world.peer.get("/moderation").text


def _work() -> None:
    """What the jobs do."""
    open_reviews()
    work_out()
