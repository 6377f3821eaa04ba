"""Appeals: to a moderator who had no part, then to an officer; with clocks; also for those who can no longer enter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from knowledge_exchange.auth import acting
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.moderation.acts.act_models import ActAppeal, Sanction
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.appeals import appeal_kind, appeals
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide
from knowledge_exchange.moderation.sanctions import sanctions
from knowledge_exchange.networks.care_models import NetworkMute
from knowledge_exchange.notifications.models import Notification
from tests.moderation.sanction_people import WHY, Court, court
from tests.support.persons import Person, known
from tests.support.worlds import Hidden, World

TEXT = "It was a quotation of what had been said to me."
ANSWER = "I have read the thread, and see it as you do."


@pytest.fixture
def here(app: Flask, world: World) -> Court:
    """North West and its people."""
    return court(app, world)


def me_of(here: Court, who: Person) -> Any:
    return acting.me_of(who.id)


def waits_for(here: Court, *names: str) -> set[str]:
    """Who of these finds an appeal to decide."""
    found = set()
    for name in names or ("moderator", "second", "lead", "elsewhere", "officer", "other_officer", "author", "watcher"):
        who = getattr(here, name) if name in here.__dataclass_fields__ else here.world.people[name]
        with here.app.app_context():
            if any(row.kind == "appeal" for row in cases.cases_for(me_of(here, who))):
                found.add(name)
    return found


def decide(here: Court, who: Person, word: str) -> str:
    """Decide the open appeal as the queue does; what it says."""
    with here.app.test_request_context(), unit_of_work():
        me = me_of(here, who)
        (row,) = [row for row in cases.cases_for(me) if row.kind == "appeal"]
        return appeal_kind.decide(me, row, word, Reason(text=ANSWER)).said


def card(here: Court, who: Person) -> str:
    """All that somebody reads of the open appeal."""
    with here.app.test_request_context():
        me = me_of(here, who)
        (row,) = [row for row in cases.cases_for(me) if row.kind == "appeal"]
        return repr(appeal_kind.card(me, row))


def outcomes(here: Court) -> list[tuple[int, str]]:
    return [(row.step, row.outcome) for row in sorted(here.rows(ActAppeal), key=lambda row: row.id)]


def test_a_moderator_without_part_in_it_decides_and_what_is_overturned_holds_no_more(here: Court) -> None:
    row = here.impose(here.moderator)
    path = f"/me/sanctions/{row.id}"
    assert here.author.post(path, text=TEXT).status_code == 303
    assert waits_for(here) == {"second", "lead"}
    assert TEXT in card(here, here.second)
    assert "Whoever covers these" in card(here, here.second)
    assert "waits for an answer" in here.author.get(path).text
    assert "Overturned and undone" in decide(here, here.second, "overturn")
    assert (outcomes(here), here.rows(NetworkMute)) == ([(1, "overturned")], [])
    assert here.sanctions()[0].ended_cause == "overturned"
    assert here.acts(action="mute")[0].undone_by == here.second.id
    assert ANSWER in here.author.get(path).text
    assert [one.url for one in here.rows(Notification, kind="appeal_answered")] == [path]
    assert here.author.post(path, text=TEXT).status_code == 303
    assert len(here.rows(ActAppeal)) == 1


def test_what_moderators_let_stand_is_appealed_once_more_to_an_officer_and_no_further(here: Court) -> None:
    path = f"/me/sanctions/{here.impose(here.moderator, 'removal', '').id}"
    here.author.post(path, text=TEXT)
    here.author.post(path, text=TEXT)
    assert len(here.rows(ActAppeal)) == 1, "one open appeal about one thing"
    decide(here, here.second, "uphold")
    assert "A national officer who had no part" in here.author.get(path).text
    here.author.post(path, text=f"{TEXT} Again.")
    assert waits_for(here) == {"officer", "other_officer"}
    decide(here, here.officer, "uphold")
    assert outcomes(here) == [(1, "upheld"), (2, "upheld")]
    assert "Send the appeal" not in here.author.get(path).text
    here.author.post(path, text=f"{TEXT} And again.")
    assert len(here.rows(ActAppeal)) == 2
    assert waits_for(here) == set()


def test_what_moderators_do_not_decide_in_time_goes_to_officers_by_itself(here: Court) -> None:
    here.author.post(f"/me/sanctions/{here.impose(here.moderator).id}", text=TEXT)
    here.run_jobs(days=4)
    assert waits_for(here) == {"second", "lead"}
    here.run_jobs(days=5, minutes=1)
    assert waits_for(here) == {"officer", "other_officer"}
    assert outcomes(here) == [(2, "")]
    decide(here, here.officer, "uphold")
    here.author.post(f"/me/sanctions/{here.sanctions()[0].id}", text=TEXT)
    assert len(here.rows(ActAppeal)) == 1, "an officer's answer is the last"


def test_who_is_suspended_by_an_officer_appeals_from_the_one_page_that_is_left_to_another_officer(here: Court) -> None:
    row = here.impose(here.officer, "suspension", "")
    author = known(here.app, here.author.email)
    page = author.get("/me").text
    assert f'href="/me/sanctions/{row.id}"' in page
    assert 'action="/me/appeal"' not in page, "no two doors for one thing"
    author.post("/me/appeal", text=TEXT)
    assert author.post(f"/me/sanctions/{row.id}", text=TEXT).status_code == 303
    assert waits_for(here) == {"other_officer"}
    decide(here, here.other_officer, "overturn")
    assert here.world.row(Member, here.author.id).standing == "active"
    assert ANSWER in known(here.app, here.author.email).get(f"/me/sanctions/{row.id}").text


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(here: Court) -> None:
    here.author.post(f"/me/sanctions/{here.impose(here.moderator).id}", text=TEXT)
    with here.app.test_request_context():
        (row,) = cases.cases_for(me_of(here, here.lead))
    decide(here, here.second, "uphold")
    with here.app.test_request_context(), pytest.raises(CannotDecide), unit_of_work():
        appeal_kind.decide(me_of(here, here.lead), row, "overturn", Reason(text=ANSWER))
    assert outcomes(here) == [(1, "upheld")]
    assert here.sanctions()[0].ended_on is None


def test_what_was_ended_meanwhile_waits_for_nobody_any_more(here: Court) -> None:
    row = here.impose(here.moderator)
    here.author.post(f"/me/sanctions/{row.id}", text=TEXT)
    here.moderator.post(f"/n/north-west/sanctions/{row.id}/end")
    here.run_jobs()
    assert outcomes(here) == [(1, "moot")]
    assert waits_for(here) == set()
    assert "undone before your appeal" in here.author.get(f"/me/sanctions/{row.id}").text


def test_an_appeal_says_enough_and_not_too_much_and_comes_back_with_its_text(here: Court) -> None:
    path = f"/me/sanctions/{here.impose(here.moderator, 'warning', '').id}"
    for text in ("", "Too short.", "x" * 4001):
        answer = here.author.post(path, text=text)
        assert (answer.status_code, text in answer.text) == (422, True)
    assert here.author.client.post(path, data={"text": TEXT}).status_code == 400
    assert here.rows(ActAppeal) == []


def note(here: Court, post_id: int, thread_id: int, who: Person, acted_as: str = "moderator") -> int:
    with here.app.app_context(), unit_of_work():
        of = Of(here.world.north_west, thread_id, post_id)
        return note_act(me_of(here, who), acted_as, "hide", of, Reason(text=WHY), kept={"html": "<p>Old words</p>"})


def test_an_act_is_appealed_by_whoever_wrote_the_post_and_nobody_else(here: Court) -> None:
    act = note(here, here.post, here.thread, here.moderator)
    path = f"/acts/{act}/appeal"
    for who in (here.moderator, here.officer, here.world.watcher, here.world.outsider, here.elsewhere):
        assert who.get(path).status_code == 404
        assert who.post(path, text=TEXT).status_code == 404
    assert here.world.visitor.get(path).status_code == 302
    assert WHY in here.author.get(path).text
    assert here.author.post(path, text=TEXT).status_code == 303
    assert waits_for(here) == {"second", "lead"}
    assert "Old words" in card(here, here.lead)
    decide(here, here.lead, "uphold")
    assert ANSWER in here.author.get(path).text
    with here.app.app_context():
        assert [row["text"] for row in everything_about(here.author.id)["appeals_against_moderation"]] == [TEXT]


def test_who_can_no_longer_enter_appeals_against_what_was_done_to_their_post(here: Court) -> None:
    act = note(here, here.post, here.thread, here.moderator)
    here.impose(here.officer, "suspension", "")
    author = known(here.app, here.author.email)
    path = f"/acts/{act}/appeal"
    assert f'href="{path}"' in author.get(f"/acts/{act}").text
    assert (author.get(path).status_code, author.post(path, text=TEXT).status_code) == (200, 303)
    assert waits_for(here) == {"second", "lead"}
    decide(here, here.second, "uphold")
    assert ANSWER in author.get(path).text


@pytest.fixture
def hidden(here: Court) -> Hidden:
    """A thread under a pseudonym, of somebody who moderates there."""
    return here.world.hide(here.second, shield="")


def test_an_author_under_a_pseudonym_appeals_as_the_pseudonym_alone(here: Court, hidden: Hidden) -> None:
    act = note(here, hidden.opening, hidden.thread, here.moderator)
    path = f"/acts/{act}/appeal"
    assert here.author.get(path).status_code == 404
    assert here.second.post(path, text=TEXT).status_code == 303
    (row,) = here.rows(ActAppeal)
    assert (row.member_id, row.participant_id) == (None, hidden.place)
    # Who moderates themselves is told as others are, and does not find it among what is theirs to decide.
    assert waits_for(here) == {"lead"}
    read = card(here, here.lead)
    assert hidden.name in read
    assert here.second.name not in read
    told = {one.member_id for one in here.rows(Notification, kind="case")}
    assert told == {here.second.id, here.lead.id}
    decide(here, here.lead, "uphold")
    (answer,) = here.rows(Notification, kind="appeal_answered")
    assert (answer.member_id, answer.participant_id) == (None, hidden.place)
    assert ANSWER in here.second.get(path).text


def test_of_what_was_aimed_through_a_pseudonym_officers_alone_decide_and_learn_no_more_than_the_name(
    here: Court,
) -> None:
    thread = here.world.hide(here.author, shield="")
    given = {"cause": "people", "reason": WHY, "days": "7"}
    assert here.moderator.post(f"/t/{thread.thread}/mute/{thread.opening}", **given).status_code == 303
    (row,) = here.sanctions()
    page = here.author.get(f"/me/sanctions/{row.id}").text
    assert "The officer who decides will learn who you are" in page
    here.author.post(f"/me/sanctions/{row.id}", text=TEXT)
    assert waits_for(here) == {"officer", "other_officer"}
    read = card(here, here.officer)
    assert here.author.name in read
    assert not [word for word in (thread.name, WHY, *thread.ids) if word in read]
    decide(here, here.officer, "overturn")
    assert here.rows(NetworkMute) == []


def test_who_aimed_at_a_pseudonym_does_not_read_the_appeal_that_would_say_whom_it_met(here: Court) -> None:
    thread = here.world.hide(here.author, shield="")
    given = {"cause": "people", "reason": WHY, "days": "7"}
    assert here.officer.post(f"/t/{thread.thread}/mute/{thread.opening}", **given).status_code == 303
    here.author.post(f"/me/sanctions/{here.sanctions()[0].id}", text=TEXT)
    assert waits_for(here) == {"other_officer"}
    assert here.author.name not in here.officer.get("/moderation").text
    decide(here, here.other_officer, "overturn")


def test_what_could_not_be_undone_is_said_in_the_answer(here: Court) -> None:
    act = note(here, here.post, here.thread, here.moderator)
    here.author.post(f"/acts/{act}/appeal", text=TEXT)
    said = decide(here, here.second, "overturn")  # the post was never hidden
    assert "can’t be undone" in said
    assert outcomes(here) == [(1, "overturned")]
    assert "nothing has changed" in here.author.get(f"/acts/{act}/appeal").text


def test_both_steps_are_with_whom_they_say(here: Court) -> None:
    here.author.post(f"/me/sanctions/{here.impose(here.officer, 'mute', '1').id}", text=TEXT)
    (case,) = here.rows(ModerationCase, kind="appeal")
    assert (case.held_by, case.due_at) == ("officers", case.opened_at + appeals.DECIDED_IN)
    assert case.due_at - clock.now() > timedelta(days=4)


def test_a_mute_that_is_over_by_time_can_still_be_overturned(here: Court) -> None:
    row = here.impose(here.moderator, days="1")
    here.author.post(f"/me/sanctions/{row.id}", text=TEXT)
    here.run_jobs(days=3)
    with here.app.app_context(), unit_of_work():
        sanctions.overturn(me_of(here, here.second), row.id)
    assert [one.ended_cause for one in here.rows(Sanction)] == ["overturned"]
