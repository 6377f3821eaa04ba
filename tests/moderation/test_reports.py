"""Reports: two taps, several make one case, who reported is told to nobody, and each hears what came of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.moderation.cases.case_models import ModerationCase, Report
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide
from knowledge_exchange.moderation.reports import report_kind
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Post
from tests.support.persons import Person, person
from tests.support.worlds import World

REFUSED = 422
NOTHING = Reason()
WHY = Reason(rule="1 · Be kind")


@pytest.fixture
def post(world: World) -> int:
    """A post of somebody's under their own name."""
    return world.opening(world.open_thread(world.peer))


def _report(who: Person, post_id: int, category: str = "attack", note: str = "") -> int:
    return who.post(f"/p/{post_id}/report", category=category, note=note).status_code


def _me(world: World, who: Person) -> Me:
    with world.app.app_context():
        found = me_of(who.id)
    assert found is not None
    return found


def _row(world: World, who: Person, case_id: int) -> AnyRow | None:
    with world.app.app_context():
        return cases.case_for(_me(world, who), case_id)


def _only_case(world: World) -> ModerationCase:
    (row,) = world.rows(select(ModerationCase))
    found: ModerationCase = row[0]
    return found


def _decide(world: World, who: Person, word: str, reason: Reason = NOTHING) -> tuple[AnyRow, str]:
    """The case as it was, and what takes the decision back."""
    me = _me(world, who)
    with world.app.test_request_context(), unit_of_work():
        row = cases.case_for(me, _only_case(world).id)
        assert row is not None
        return row, report_kind.decide(me, row, word, reason).undo


def _outcomes(world: World) -> list[tuple[int | None, str]]:
    columns = (Notification.member_id, Notification.text)
    found = world.rows(select(*columns).where(Notification.kind == "report_outcome").order_by(Notification.id))
    return [(row.member_id, row.text) for row in found]


def test_two_taps_report_a_post_from_its_place(world: World, post: int) -> None:
    page = world.control.get(world.control.get(f"/p/{post}").location.partition("#")[0]).text
    first = re.search(rf'href="(/p/{post}/report)"', page)
    assert first is not None, "no Report among the post's actions"
    form = world.control.get(first.group(1)).text
    second = re.search(r'<button type="submit" name="category" value="(\w+)"', form)
    assert second is not None, "no category to tap"
    answer = world.control.post(first.group(1), category=second.group(1))
    assert (answer.status_code, answer.location) == (303, f"/p/{post}")
    assert _only_case(world).post_id == post


def test_several_reports_make_one_case_and_say_how_many_and_what_never_who(world: World, post: int) -> None:
    for who, category, note in (
        (world.control, "attack", "This is unkind."),
        (world.watcher, "attack", ""),
        (world.newcomer, "spam", ""),
    ):
        assert _report(who, post, category, note) == 303
    row = _row(world, world.moderator, _only_case(world).id)
    assert row is not None
    with world.app.test_request_context():
        card = report_kind.card(_me(world, world.moderator), row)
    said = " ".join(f"{label} {value}" for label, value in card.facts)
    assert "3 times: It attacks or mocks somebody, Advertising or spam" in said
    assert "This is unkind." in said
    assert "Marmalade" in card.html
    reporters = (world.control, world.watcher, world.newcomer)
    assert not [who.name for who in reporters if who.name in said + card.html + card.title]


def test_one_member_reports_a_post_once(world: World, post: int) -> None:
    assert _report(world.control, post) == 303
    again = world.control.post(f"/p/{post}/report", category="spam", note="Once more.")
    assert again.status_code == REFUSED
    assert "reported this post already" in again.text
    assert len(world.rows(select(Report))) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"category": "nonsense"}, "Choose what is wrong with it."),
        ({"category": "spam", "note": "x" * 1001}, "The note is too long."),
    ],
)
def test_what_is_wrong_with_a_report_is_said_and_the_note_kept(
    world: World, post: int, fields: dict[str, str], sentence: str
) -> None:
    answer = world.control.post(f"/p/{post}/report", **{"note": "Kept words.", **fields})
    assert answer.status_code == REFUSED
    assert sentence in answer.text
    assert fields.get("note", "Kept words.") in answer.text
    assert not world.rows(select(Report))


def test_nobody_reports_what_they_wrote_or_what_is_gone(world: World, post: int) -> None:
    own = world.peer.post(f"/p/{post}/report", category="spam")
    assert own.status_code == REFUSED
    assert "your own" in own.text
    reply = world.reply(world.control, world.open_thread(world.peer, "Another question"), "Gone soon.")
    hanging = world.reply(world.watcher, _thread_of(world, reply), "Under it.", parent=str(reply))
    assert hanging
    world.control.post(f"/p/{reply}/delete")
    gone = world.watcher.post(f"/p/{reply}/report", category="spam")
    assert gone.status_code == REFUSED
    assert "any more" in gone.text
    assert not world.rows(select(Report))


def _thread_of(world: World, post_id: int) -> int:
    return int(world.row(Post, post_id).thread_id)


def test_whoever_reported_hears_what_came_of_it_and_nothing_else(world: World, post: int) -> None:
    _report(world.control, post)
    _report(world.watcher, post)
    assert "stand" not in world.control.get("/me/reports").text.partition("<h1>")[2].partition("section")[0]
    _decide(world, world.moderator, "keep")
    told = _outcomes(world)
    assert {member for member, _text in told} == {world.control.id, world.watcher.id}
    assert {text for _member, text in told} == {
        "About a post that you reported: Moderators looked at it, and it stands as it is."
    }
    assert "it stands as it is" in world.control.get("/me/reports").text


def test_of_two_who_decide_one_wins_and_the_other_is_told(world: World, post: int) -> None:
    _report(world.control, post)
    me = _me(world, world.moderator)
    with world.app.app_context():
        row = cases.case_for(me, _only_case(world).id)
    _decide(world, world.moderator, "keep")
    with world.app.test_request_context(), pytest.raises(CannotDecide, match="just decided"), unit_of_work():
        report_kind.decide(me, row, "keep", Reason())  # type: ignore[arg-type]
    assert len(_outcomes(world)) == 1


def test_a_decision_is_taken_back_and_nobody_has_heard_of_it(world: World, post: int) -> None:
    _report(world.control, post)
    me = _me(world, world.moderator)
    with world.app.app_context():
        row = cases.case_for(me, _only_case(world).id)
    assert row is not None
    _decide(world, world.moderator, "keep")
    with world.app.test_request_context(), unit_of_work():
        assert report_kind.undo(me, row, "keep")
    assert _outcomes(world) == []
    assert _row(world, world.moderator, row.id) is not None


def test_a_danger_is_the_officers_at_once_and_due_within_an_hour(world: World, post: int) -> None:
    _report(world.control, post, "danger")
    case = _only_case(world)
    assert (case.due_at - case.opened_at).total_seconds() == 3600
    told = {row.member_id for row in world.rows(select(Notification.member_id).where(Notification.kind == "case"))}
    assert {world.moderator.id, world.officer.id} <= told
    assert _row(world, world.officer, case.id) is not None


def test_whoever_writes_there_under_a_pseudonym_reports_as_that_place(world: World, post: int) -> None:
    thread = _thread_of(world, post)
    world.reply(world.author, thread, "Under another name.", voice="pseudonym")
    assert _report(world.author, post, note="It names a ward.") == 303
    (row,) = world.rows(select(Report.member_id, Report.participant_id))
    assert row.member_id is None
    assert row.participant_id in {place.id for place in world.places_in(thread) if place.member_id is None}
    assert _report(world.author, post) == REFUSED
    _decide(world, world.moderator, "keep")
    told = world.rows(
        select(Notification.member_id, Notification.participant_id).where(Notification.kind == "report_outcome")
    )
    assert [(one.member_id, one.participant_id) for one in told] == [(None, row.participant_id)]
    assert "it stands as it is" in world.author.get("/me/reports").text
    assert "it stands as it is" in world.author.get("/notifications").text


@pytest.mark.parametrize(("word", "outcome"), [("hide", "Moderators hid it."), ("remove", "Moderators removed it.")])
def test_what_is_taken_away_is_gone_its_author_hears_why_and_undoing_brings_it_all_back(
    world: World, post: int, word: str, outcome: str
) -> None:
    _report(world.control, post)
    row, undo = _decide(world, world.moderator, word, WHY)
    assert world.row(Post, post).body == ""
    assert outcome in world.control.get("/me/reports").text
    (told,) = world.rows(select(Notification.url).where(Notification.member_id == world.peer.id, _KIND == "moderated"))
    assert "Be kind" in world.peer.get(told.url).text
    me = _me(world, world.moderator)
    with world.app.test_request_context(), unit_of_work():
        assert report_kind.undo(me, row, undo)
    assert "Marmalade" in world.row(Post, post).body
    assert _outcomes(world) == []
    assert _row(world, world.moderator, row.id) is not None


_KIND = Notification.kind


@pytest.mark.parametrize("word", ["hide", "remove"])
def test_taking_away_needs_a_reason_and_without_one_nothing_changes(world: World, post: int, word: str) -> None:
    _report(world.control, post)
    with pytest.raises(CannotDecide, match="Say why"):
        _decide(world, world.moderator, word)
    assert world.row(Post, post).deleted_at is None
    assert _only_case(world).decided_at is None


def test_an_officer_decides_what_went_up_from_a_network_that_they_are_not_in(world: World, post: int) -> None:
    _report(world.control, post)
    officer = person(world.app, "Olu Officer", role="officer")
    _row_now, undo = _decide(world, world.moderator, "pass")
    assert undo == "pass"
    assert _row(world, world.moderator, _only_case(world).id) is None
    _decide(world, officer, "hide", WHY)
    assert world.row(Post, post).gone == "hidden"


def test_passing_to_officers_is_taken_back_while_nobody_has_decided(world: World, post: int) -> None:
    _report(world.control, post)
    row, undo = _decide(world, world.moderator, "pass")
    me = _me(world, world.moderator)
    with world.app.test_request_context(), unit_of_work():
        assert report_kind.undo(me, row, undo)
    assert _row(world, world.moderator, row.id) is not None
    assert _only_case(world).held_by == "moderators"


def test_whoever_may_read_a_post_may_report_it_and_nobody_else(world: World, post: int) -> None:
    pending = person(world.app, "Penny Pending", standing="pending")
    found = {name: _report(who, post) for name, who in (*world.people.items(), ("pending", pending)) if name != "peer"}
    others = {name: found.pop(name) for name in ("visitor", "pending", "outsider")}
    assert set(found.values()) == {303}
    assert others["outsider"] == 404
    assert len(world.rows(select(Report))) == len(found)
