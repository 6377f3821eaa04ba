"""Keeping official answers up: changed, confirmed, withdrawn, restored, replaced; and what is wrong with a form."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer, OfficialVersion
from knowledge_exchange.threads.for_mail import posts_for_mail
from knowledge_exchange.threads.models import Post, Thread
from tests.moderation.official_desk import FIELDS, NOON, Desk
from tests.support.persons import known


def test_a_change_keeps_what_it_said_and_tells_once_more_in_place_of_the_first(desk: Desk) -> None:
    post_id = desk.give()
    changed = {**FIELDS, "body": "Put it in **writing**.", "nations": "wales"}
    changed.pop("seen")
    assert desk.do(post_id, "change", desk.second, **changed).status_code == 303
    assert desk.told(desk.watcher) == [("official", post_id)]
    assert "Opal Officer changed the official answer" in desk.watcher.get("/notifications").text
    page, history = desk.page(), desk.peer.get(f"/p/{post_id}/official/history").text
    assert "Version 2: what changed" in page
    assert "<strong>writing</strong>" in page
    assert "Wales" in page
    assert [word in history for word in ("Version 2, the latest", "Version 1", "step back", "England")] == [True] * 4
    kept = desk.rows(OfficialVersion, OfficialVersion.post_id == post_id)
    assert [(row.version, row.nations, row.body) for row in kept] == [(1, "england", FIELDS["body"])]
    assert ("moderated", None) in desk.told(desk.officer), "its author hears what another officer did"


def test_a_confirmation_sets_another_day_and_tells_nobody(desk: Desk) -> None:
    post_id = desk.give(review_on="2026-11-24")
    with clock.held(NOON + timedelta(days=3)):
        assert "under review" in desk.page()
        before = desk.rows(Notification, Notification.post_id == post_id)
        late = known(desk.app, desk.officer.email)
        assert desk.do(post_id, "confirm", late, review_on="2027-06-30").status_code == 303
        assert "under review" not in desk.page()
        assert [row.id for row in before] == [
            row.id for row in desk.rows(Notification, Notification.post_id == post_id)
        ]
    row = desk.here.row(OfficialAnswer, post_id)
    assert (row.version, row.review_on) == (2, date(2027, 6, 30))


def test_a_withdrawn_one_says_so_and_why_and_its_watchers_are_told(desk: Desk) -> None:
    post_id = desk.give()
    assert desk.do(post_id, "withdraw", reason="The agreement was replaced.").status_code == 303
    page = desk.page()
    assert "Withdrawn on 22 November 2026 because: The agreement was replaced." in page
    assert "<strong>step back</strong>" in page
    assert 'class="post official"' not in page
    assert "Official answer, withdrawn" in page
    assert "Official answer withdrawn" in desk.peer.get("/n/north-west").text
    for who in (desk.watcher, desk.peer):
        assert desk.told(who) == [("official", post_id)]
        assert "withdrew the official answer" in who.get("/notifications").text
    with desk.app.app_context():
        assert posts_for_mail([post_id], True)[post_id].name == "Owen Officer (Official answer, withdrawn)"


def test_a_withdrawal_is_taken_back_once(desk: Desk) -> None:
    post_id = desk.give()
    desk.do(post_id, "withdraw", reason="Withdrawn too soon.")
    assert desk.do(post_id, "restore", desk.second).status_code == 303
    assert 'class="post official"' in desk.page()
    assert "holds again" in desk.watcher.get("/notifications").text
    again = desk.do(post_id, "restore", desk.second)
    assert again.status_code == 409
    assert "It holds already" in again.text
    acts = desk.rows(ModerationAct, ModerationAct.post_id == post_id, ModerationAct.action == "official_withdrawn")
    assert [row.undone_by for row in acts] == [desk.second.id]


def test_a_second_answer_takes_the_place_of_the_first_which_stays_to_be_read(desk: Desk) -> None:
    first = desk.give()
    second = desk.give(desk.second, body="It has changed.", seen=str(first))
    thread = desk.here.row(Thread, desk.thread)
    assert thread.official_id == second
    page = desk.page()
    assert "Earlier official answer" in page
    assert "Earlier answer of 22 November 2026" in page
    refused = desk.do(first, "withdraw", reason="No longer so.", seen="1")
    assert refused.status_code == 409
    assert "Another official answer has taken its place" in refused.text


def test_of_two_officers_at_once_one_wins_and_the_other_keeps_their_text(desk: Desk) -> None:
    first = desk.give()
    late = desk.second.post(desk.form, **{**FIELDS, "body": "My own words."})
    assert late.status_code == 409
    assert "Meanwhile another official answer was given" in late.text
    assert "My own words." in late.text
    seen = desk.seen(first)
    fields = {**FIELDS, "body": "Changed first.", "seen": seen}
    assert desk.do(first, "change", desk.officer, **fields).status_code == 303
    lost = desk.do(first, "change", desk.second, **{**fields, "body": "Changed second."})
    assert lost.status_code == 409
    assert "Changed second." in lost.text
    assert desk.here.row(Post, first).body == "Changed first."


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("body", "  ", "Write something first"),
        ("nations", "atlantis", "Say where it holds"),
        ("dated", "soon", "Give the day of the answer"),
        ("dated", "2026-11-23", "Give the day of the answer"),
        ("review_on", "2026-11-22", "Choose a day of review after today, at the latest 22 November 2029."),
        ("review_on", "2029-11-23", "Choose a day of review after today"),
        ("review_on", "30.6.2027", "Choose a day of review after today"),
        ("sources", "x" * 4001, "Sources take at most 4,000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_comes_back(desk: Desk, field: str, value: str, sentence: str) -> None:
    typed = {**FIELDS, "body": "Typed with care.", field: value}
    answer = desk.officer.post(desk.form, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    if field != "body":
        assert "Typed with care." in answer.text
    assert desk.rows(OfficialAnswer) == []


def test_a_withdrawal_wants_a_reason_and_a_confirmation_a_day_ahead(desk: Desk) -> None:
    post_id = desk.give()
    for word, fields, sentence in (
        ("withdraw", {"reason": "No"}, "Say why in a sentence"),
        ("withdraw", {"reason": "x" * 501}, "Say why in a sentence"),
        ("confirm", {"review_on": "2026-11-22"}, "Choose a day of review after today"),
    ):
        answer = desk.do(post_id, word, desk.officer, **fields)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert desk.do(post_id, "shred").status_code == 400
    assert desk.here.row(OfficialAnswer, post_id).withdrawn_at is None
