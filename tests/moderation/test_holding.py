"""Held posts: the author is told at once, a moderator decides without learning whose it is, no row names anybody."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.held import held_kind
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.curation.curation_models import HeldPost
from knowledge_exchange.threads.models import Post, Thread, Voice
from tests.support.persons import Person
from tests.support.worlds import TITLE, World, sent

WORDS = "Which agency do you all use for nights?"
NEW = {"kind": "problem", "title": TITLE, "body": WORDS}
ALIAS = {"voice": "pseudonym", "shield": "1"}
NOTHING = Reason()
WHY = Reason(text="Please leave the name of the firm out.")


@pytest.fixture
def care(world: World) -> World:
    """North West looks at first posts, links, and one word."""
    with world.app.app_context(), unit_of_work():
        care = db.session.get_one(NetworkCare, world.north_west)
        care.hold_first, care.hold_links, care.watched_words = True, True, "agency"
    return world


def _me(world: World, who: Person) -> Me:
    with world.app.app_context():
        found = me_of(who.id)
    assert found is not None
    return found


def _row(world: World, who: Person) -> AnyRow | None:
    with world.app.app_context():
        return next((row for row in cases.cases_for(_me(world, who)) if row.kind == "held"), None)


def _decide(world: World, who: Person, word: str, reason: Reason = NOTHING) -> tuple[AnyRow, str]:
    row = _row(world, who)
    assert row is not None
    with world.app.test_request_context(), unit_of_work():
        return row, held_kind.decide(_me(world, who), row, word, reason).undo


def _ask(who: Person, **fields: str) -> None:
    answer = sent(who, "/n/north-west/new", {**NEW, **fields})
    assert (answer.status_code, answer.location) == (303, "/me/waiting"), answer.status_code


def _moderated(world: World) -> list[AnyRow]:
    columns = (Notification.member_id, Notification.participant_id, Notification.url, Notification.text)
    return list(world.rows(select(*columns).where(Notification.kind == "moderated")))


def test_nothing_is_held_unless_a_network_says_so(world: World) -> None:
    assert world.open_thread(world.newcomer, body=f"{WORDS} https://example.org")
    assert not world.rows(select(HeldPost))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"body": "How do you plan nights?"}, "first"),
        ({"body": "See https://example.org/rota for it."}, "link"),
        ({"body": WORDS}, "word"),
        ({"body": "Nothing.", "title": "Your agency and its nights"}, "word"),
    ],
)
def test_what_is_held_appears_to_nobody_and_its_author_is_told_why(
    care: World, fields: dict[str, str], why: str
) -> None:
    _ask(care.newcomer, **fields)
    page = care.newcomer.get("/me/waiting").text
    assert "A moderator looks at it before it appears" in page
    assert not care.rows(select(Thread))
    assert [row.why for row in care.rows(select(HeldPost.why))] == [why]
    assert "Nothing of yours waits" in care.peer.get("/me/waiting").text


def test_moderators_and_officers_are_never_held_nor_whoever_has_posted_before(care: World) -> None:
    for who in (care.moderator, care.officer):
        assert care.open_thread(who, body=f"{WORDS} https://example.org")
    with care.app.app_context(), unit_of_work():
        db.session.get_one(NetworkCare, care.north_west).watched_words = ""
    national = care.open_thread(care.control, slug="national", body="My first, in a network that holds nothing.")
    assert national
    assert care.open_thread(care.control, body="How do you plan nights?")


def test_a_pseudonym_is_not_asked_whether_it_is_a_first_post_for_that_would_tell(care: World) -> None:
    assert care.hide(care.author, body="How do you plan nights?").thread


def test_a_moderators_pseudonym_is_held_like_anybodys_and_told_to_all_moderators_for_the_gap_would_name_them(
    care: World,
) -> None:
    with care.app.app_context(), unit_of_work():
        networks.set_role(care.peer.id, care.north_west, "moderator")
    _ask(care.moderator, voice="pseudonym", looked="1", shield_looked="1")
    assert len(care.rows(select(HeldPost.id))) == 1
    told = {row.member_id for row in care.rows(select(Notification.member_id).where(Notification.kind == "case"))}
    assert {care.moderator.id, care.peer.id} <= told
    assert _row(care, care.moderator) is None
    assert _row(care, care.peer) is not None


def test_the_table_holds_no_word_of_it_and_nobody_beside_it(care: World) -> None:
    _ask(care.author, **ALIAS)
    (row,) = care.rows(select(HeldPost.id, HeldPost.content, HeldPost.key_hash))
    for told in (WORDS, TITLE, care.author.name, str(care.author.id)):
        assert told.encode() not in row.content
    (case,) = care.rows(select(ModerationCase.held_id, ModerationCase.thread_id, ModerationCase.post_id))
    assert tuple(case) == (row.id, None, None)


def test_moderators_read_what_it_says_and_not_whose_it_is(care: World) -> None:
    _ask(care.newcomer)
    row = _row_of_a_moderator_from_elsewhere(care)
    with care.app.test_request_context():
        card = held_kind.card(_me(care, care.peer), row)
    said = " ".join([card.title, card.html, *(f"{label} {value}" for label, value in card.facts)])
    assert WORDS in card.html
    assert "under a name of their own" in said
    assert care.newcomer.name not in said


def _row_of_a_moderator_from_elsewhere(care: World) -> AnyRow:
    with care.app.app_context(), unit_of_work():
        networks.set_role(care.peer.id, care.north_west, "moderator")
    row = _row(care, care.peer)
    assert row is not None
    return row


def test_from_whom_the_thread_would_be_hidden_neither_sees_nor_hears_of_it_and_officers_elsewhere_decide(
    care: World,
) -> None:
    _ask(care.author, **ALIAS)
    assert _row(care, care.moderator) is None
    told = {row.member_id for row in care.rows(select(Notification.member_id).where(Notification.kind == "case"))}
    colleagues = {care.moderator.id, care.officer.id, care.administrator.id, care.author.id}
    assert not told & colleagues
    (case,) = care.rows(select(ModerationCase.held_by))
    assert case.held_by == "officers"
    with care.app.app_context(), unit_of_work():
        networks.set_role(care.peer.id, care.north_west, "moderator")
    assert _row(care, care.peer) is None, "it has gone up"


def test_sending_back_what_is_to_be_hidden_stands_on_the_record_and_in_no_log(care: World) -> None:
    with care.app.app_context(), unit_of_work():
        networks.set_role(care.peer.id, care.north_west, "moderator")
    _ask(care.author, **ALIAS)
    row, word = _decide(care, care.peer, "refuse", WHY)
    assert not care.rows(select(ModerationAct.id))
    assert [one.actor_id for one in care.rows(select(AuditEntry.actor_id).filter_by(action="moderation.refuse"))] == [
        care.peer.id
    ]
    with care.app.test_request_context(), unit_of_work():
        assert held_kind.undo(_me(care, care.peer), row, word)
    assert _row(care, care.peer) is not None


def test_approved_it_is_published_with_the_time_and_rights_of_that_moment_and_its_author_is_told(care: World) -> None:
    _ask(care.newcomer)
    _decide(care, care.moderator, "approve")
    (thread,) = care.rows(select(Thread.id, Thread.title, Voice.name).join(Voice, Voice.id == Thread.voice_id))
    assert (thread.title, thread.name) == (TITLE, care.newcomer.name)
    assert not care.rows(select(HeldPost))
    (told,) = _moderated(care)
    assert told.member_id == care.newcomer.id
    (case,) = care.rows(select(ModerationCase.decision, ModerationCase.held_id))
    assert tuple(case) == ("approve", None)


def test_a_held_reply_under_a_pseudonym_is_published_as_that_pseudonym_and_told_to_its_place(care: World) -> None:
    thread = care.hide(care.author, body="How do you plan nights?", shield="")
    answer = sent(care.author, f"/t/{thread.thread}/replies", {"body": WORDS})
    assert answer.location == "/me/waiting"
    _decide(care, care.moderator, "approve")
    voices = {row.voice_id for row in care.rows(select(Post.voice_id).where(Post.thread_id == thread.thread))}
    assert voices == {thread.voice}
    assert [(row.member_id, row.participant_id) for row in _moderated(care)] == [(None, thread.place)]


def test_sent_back_it_is_its_authors_again_with_the_reason_and_the_text(care: World) -> None:
    _ask(care.newcomer)
    _decide(care, care.moderator, "refuse", WHY)
    (told,) = _moderated(care)
    assert (told.member_id, told.text) == (
        care.newcomer.id,
        "A moderator sent a post of yours back. It was not published.",
    )
    page = care.newcomer.get("/me/waiting").text
    assert "leave the name of the firm out" in page
    number = re.findall(r'name="post" value="(\d+)"', page)[0]
    assert WORDS in care.newcomer.post("/me/waiting/held", post=number).text
    assert "Nothing of yours waits" in care.newcomer.get("/me/waiting").text


def test_a_pseudonym_that_has_no_place_is_told_on_its_authors_page_and_by_no_row(care: World) -> None:
    with care.app.app_context(), unit_of_work():
        networks.set_role(care.peer.id, care.north_west, "moderator")
    _ask(care.author, voice="pseudonym", looked="1", shield_looked="1")
    _decide(care, care.peer, "refuse", WHY)
    assert _moderated(care) == []
    assert "leave the name of the firm out" in care.author.get("/me/waiting").text


def test_sending_back_needs_a_reason_and_can_be_undone(care: World) -> None:
    _ask(care.newcomer)
    row = _row(care, care.moderator)
    assert row is not None
    me = _me(care, care.moderator)
    with care.app.test_request_context(), pytest.raises(CannotDecide, match="Say why"), unit_of_work():
        held_kind.decide(me, row, "refuse", Reason())
    row, word = _decide(care, care.moderator, "refuse", WHY)
    with care.app.test_request_context(), unit_of_work():
        assert held_kind.undo(me, row, word)
    assert _moderated(care) == []
    assert _row(care, care.moderator) is not None
    assert "A moderator looks at it before it appears" in care.newcomer.get("/me/waiting").text


def test_of_two_who_decide_one_wins(care: World) -> None:
    _ask(care.newcomer)
    row, _word = _decide(care, care.moderator, "approve")
    with care.app.test_request_context(), pytest.raises(CannotDecide, match="just decided"), unit_of_work():
        held_kind.decide(_me(care, care.moderator), row, "approve", Reason())
    assert len(care.rows(select(Thread.id))) == 1


def test_the_same_form_sent_twice_is_held_once_and_published_once(care: World) -> None:
    for _turn in range(2):
        _ask(care.newcomer, key="one-and-the-same")
    assert len(care.rows(select(HeldPost.id))) == 1
    _decide(care, care.moderator, "approve")
    again = sent(care.newcomer, "/n/north-west/new", {**NEW, "key": "one-and-the-same"})
    assert again.location.startswith("/t/")
    assert len(care.rows(select(Thread.id))) == 1


def test_taken_back_before_anybody_decided_no_case_is_left_open(care: World) -> None:
    _ask(care.newcomer)
    number = re.findall(r'name="post" value="(\d+)"', care.newcomer.get("/me/waiting").text)[0]
    assert care.peer.post("/me/waiting/held", post=number).status_code == 303
    assert WORDS in care.newcomer.post("/me/waiting/held", post=number).text
    assert _row(care, care.moderator) is None
    assert not care.rows(select(Notification.id).where(Notification.kind == "case"))


def test_what_waits_for_its_hour_is_held_when_that_comes(care: World) -> None:
    from datetime import timedelta

    from knowledge_exchange.core import clock
    from knowledge_exchange.threads.holding import waiting

    _ask(care.newcomer, wait="1")
    assert not care.rows(select(HeldPost.id))
    with care.app.app_context(), clock.held(clock.now() + waiting.LATEST + timedelta(seconds=1)):
        waiting.publish_due()
    assert len(care.rows(select(HeldPost.id))) == 1
    assert not care.rows(select(Thread.id))


def test_who_lost_the_right_meanwhile_reads_why_it_could_not_be_posted(care: World) -> None:
    _ask(care.newcomer)
    with care.app.app_context(), unit_of_work():
        networks.leave(care.newcomer.id, care.north_west)
    _decide(care, care.moderator, "approve")
    assert not care.rows(select(Thread.id))
    assert "not in the network any more" in care.newcomer.get("/me/waiting").text


def test_only_moderators_of_a_network_say_what_is_held_there_and_it_is_on_record(world: World) -> None:
    from knowledge_exchange.audit.models import AuditEntry

    for name, who in world.people.items():
        answer = who.get("/n/north-west/care")
        assert (answer.status_code == 200) is (name == "moderator"), name
    saved = world.moderator.post("/n/north-west/care", hold_links="1", watched_words="Agency\r\n\r\n bank shift ")
    assert saved.status_code == 303
    care = world.row(NetworkCare, world.north_west)
    assert (care.hold_first, care.hold_links, care.watched_words) == (False, True, "Agency\nbank shift")
    (entry,) = world.rows(select(AuditEntry.note).where(AuditEntry.action == "network.care"))
    assert entry.note.endswith("hold_links words=2")
    many = world.moderator.post("/n/north-west/care", watched_words="\n".join(f"word{n}" for n in range(101)))
    assert many.status_code == 422
    assert "at most 100 words" in many.text
