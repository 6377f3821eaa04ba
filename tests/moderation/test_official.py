"""Official answers: given, shown first, kept up, withdrawn; by officers alone, and in the open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select, update

from knowledge_exchange.auth.acting import acting
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation import official_kind
from knowledge_exchange.moderation.act_models import ModerationAct
from knowledge_exchange.moderation.acts import Reason
from knowledge_exchange.moderation.case_models import ModerationCase
from knowledge_exchange.moderation.cases import cases_for
from knowledge_exchange.moderation.insight import work_out
from knowledge_exchange.moderation.official_reviews import open_reviews
from knowledge_exchange.moderation.queue_kinds import CannotDecide, Done
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime.models import LiveEvent
from knowledge_exchange.threads.curation_models import OfficialAnswer, OfficialVersion
from knowledge_exchange.threads.for_mail import posts_for_mail
from knowledge_exchange.threads.keeping import erase_voices
from knowledge_exchange.threads.live import post_payloads
from knowledge_exchange.threads.models import Post, Thread, Voice
from tests.support.addresses import Answer, answer_of
from tests.support.community import Community, settle
from tests.support.persons import Person, Statements, known, person, visitor
from tests.support.worlds import COLLEAGUES, World, at, minutes

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY, NEXT_YEAR = date(2026, 11, 22), date(2027, 11, 22)
FIELDS = {
    "body": "You may **step back** from running it.",
    "nations": "england",
    "dated": TODAY.isoformat(),
    "review_on": NEXT_YEAR.isoformat(),
    "sources": "- [Guide](https://example.org/guide), section 4",
    "seen": "0",
}


@dataclass
class Desk:
    """A problem in North West that people watch and track, and officers who may read it."""

    app: Flask
    here: Community
    officer: Person
    second: Person
    thread: int

    def __getattr__(self, name: str) -> Person:
        """Somebody of the community."""
        found: Person = getattr(self.__dict__["here"], name)
        return found

    @property
    def form(self) -> str:
        """Where one is given."""
        return f"/t/{self.thread}/official"

    def give(self, who: Person | None = None, **fields: str) -> int:
        """Answer officially by the form; returns the post's id."""
        answer = (who or self.officer).post(self.form, **{**FIELDS, **fields})
        assert answer.status_code == 303, answer.text
        return int(answer.location.rpartition("/")[2])

    def do(self, post_id: int, word: str, who: Person | None = None, **fields: str) -> Any:
        """Send one of the forms of its page."""
        seen = fields.pop("seen", None) or self.seen(post_id)
        return (who or self.officer).post(f"/p/{post_id}/official", do=word, seen=seen, **fields)

    def seen(self, post_id: int) -> str:
        """The state as its page shows it now."""
        row = self.here.row(OfficialAnswer, post_id)
        return f"{row.version}{'w' if row.withdrawn_at else ''}"

    def page(self, who: Person | None = None) -> str:
        """The thread as somebody reads it."""
        return (who or self.peer).get(f"/t/{self.thread}", follow_redirects=True).text

    def told(self, who: Person) -> list[tuple[str, int | None]]:
        """Kinds and posts of their notices, oldest first."""
        return self.here.notices(who)

    def rows(self, model: Any, *where: Any) -> list[Any]:
        """Rows as they are now."""
        with self.app.app_context():
            return list(db.session.scalars(select(model).where(*where)))


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    """It is noon of a Sunday in November."""
    with clock.held(NOON):
        here = settle(app)
        officer = person(app, "Owen Officer", role="officer", organisation_code=None)
        second = person(app, "Opal Officer", role="officer")
        with app.app_context(), unit_of_work():
            for one in (officer, second):
                networks.add_member(one.id, here.north_west)
        thread = here.post_thread(here.author, "Consultation with 14 days of notice")
        for who, level in ((here.watcher, "watching"), (here.peer, "tracking"), (here.moderator, "muted")):
            assert who.post(f"/t/{thread}/level", level=level).status_code == 303
        yield Desk(app, here, officer, second, thread)


def test_it_stands_first_with_where_when_who_and_on_what_it_rests(desk: Desk) -> None:
    desk.here.reply(desk.peer, desk.thread, "I asked for thirty days.")
    post_id = desk.give()
    page = desk.page()
    band, talk = page.index('class="post official"'), page.index('class="talk"')
    first = page[band:talk]
    for said in (
        "Official answer",
        "England",
        "22 November 2026",
        "22 November 2027",
        "<strong>step back</strong>",
        "https://example.org/guide",
        "Owen Officer",
        "National officer",
        f'href="/p/{post_id}"',
    ):
        assert said in first
    assert f'href="/p/{post_id}/official/history"' in page[talk:]
    assert "Official answer" in desk.peer.get("/n/north-west").text
    assert "Official answer" in desk.peer.get("/").text


def test_who_watches_or_tracks_is_told_once_and_who_muted_it_is_not(desk: Desk) -> None:
    post_id = desk.give()
    assert desk.told(desk.watcher) == [("official", post_id)]
    assert desk.told(desk.peer) == [("official", post_id)]
    assert desk.told(desk.author) == [("direct_reply", post_id)]
    assert desk.told(desk.moderator) == []
    assert desk.told(desk.officer) == []
    assert "answered officially" in desk.watcher.get("/notifications").text


def test_a_mention_in_it_is_stronger_than_watching(desk: Desk) -> None:
    post_id = desk.give(body=f"Ask @{desk.here.handle(desk.watcher)} how it went.")
    assert desk.told(desk.watcher) == [("mention", post_id)]


def test_it_says_under_review_everywhere_from_the_day_after_its_date(desk: Desk) -> None:
    post_id = desk.give(review_on="2026-11-30")
    last_minute, next_day = datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, 0, 1, tzinfo=UTC)
    places = (f"/t/{desk.thread}", "/n/north-west", "/")

    def said() -> list[bool]:
        pages = [desk.peer.get(path, follow_redirects=True).text for path in places]
        return ["under review" in page.lower() for page in pages]

    with clock.held(last_minute):
        assert said() == [False, False, False]
    with clock.held(next_day):
        assert said() == [True, True, True]
        page = desk.page()
        assert "Review was due" in page
        assert page.count("Official answer, under review") >= 2
    with clock.held(last_minute):
        assert said() == [False, False, False]
    assert f"/p/{post_id}" in desk.page()


def test_notices_of_it_say_so_too(desk: Desk) -> None:
    post_id = desk.give(review_on="2026-11-24")
    assert "under review" not in desk.watcher.get("/notifications").text
    with clock.held(NOON + timedelta(days=3)):
        assert "Official answer, under review" in desk.watcher.get("/notifications").text
    desk.do(post_id, "withdraw", reason="It was replaced.")
    assert "Official answer, withdrawn" in desk.watcher.get("/notifications").text


def test_why_somebody_was_told_or_not_is_explained(desk: Desk) -> None:
    post_id = desk.give()
    assert "watch or track" in desk.peer.get(f"/notifications/why?post={post_id}").text
    assert "not told" in desk.moderator.get(f"/notifications/why?post={post_id}").text


def test_the_day_is_the_readers_own(desk: Desk) -> None:
    desk.give(review_on="2026-11-30")
    with desk.app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == desk.watcher.id).values(zone="Pacific/Auckland"))
    with clock.held(datetime(2026, 11, 30, 12, 0, tzinfo=UTC)):
        assert "under review" in desk.page(desk.watcher)
        assert "under review" not in desk.page(desk.peer)


def test_what_is_sent_to_sockets_and_quoted_in_mail_says_how_it_stands(desk: Desk) -> None:
    post_id = desk.give(review_on="2026-11-30")
    with desk.app.app_context():
        assert "Official answer</a>" in post_payloads([post_id])[post_id]["html"]
        assert posts_for_mail([post_id], True)[post_id].name == "Owen Officer (Official answer)"
    with clock.held(NOON + timedelta(days=30)), desk.app.app_context():
        assert "Official answer, under review" in post_payloads([post_id])[post_id]["html"]
        assert posts_for_mail([post_id], True)[post_id].name == "Owen Officer (Official answer, under review)"


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
    assert desk.do(first, "change", **fields).status_code == 303
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
        answer = desk.do(post_id, word, **fields)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert desk.do(post_id, "shred").status_code == 400
    assert desk.here.row(OfficialAnswer, post_id).withdrawn_at is None


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


def test_a_page_asks_nothing_of_it_where_there_is_none_or_where_it_is_kept(desk: Desk) -> None:
    desk.here.reply(desk.author, desk.thread, "Nobody yet?")
    path = desk.peer.get(f"/t/{desk.thread}").location
    desk.peer.get(path)
    with Statements(desk.app) as without:
        desk.peer.get(path)
    desk.give()
    desk.peer.get(path)
    with Statements(desk.app) as with_it:
        desk.peer.get(path)
    assert not any("official_answer" in statement for statement in without.sent + with_it.sent)


def test_when_its_date_has_passed_it_is_a_case_of_the_officers_once(desk: Desk) -> None:
    post_id = desk.give(review_on="2026-11-30")
    with clock.held(datetime(2026, 11, 30, 20, 0, tzinfo=UTC)):
        _look(desk)
        assert desk.rows(ModerationCase) == []
    with clock.held(datetime(2026, 12, 1, 9, 0, tzinfo=UTC)):
        _look(desk)
        _look(desk)
        cases = desk.rows(ModerationCase)
        assert [(case.kind, case.post_id, case.held_by) for case in cases] == [("official", post_id, "officers")]
        assert ("case", None) in desk.told(desk.second)
        assert ("case", None) not in desk.told(desk.moderator)


def test_in_the_queue_it_still_holds_or_is_withdrawn_and_either_can_be_undone(desk: Desk) -> None:
    post_id = desk.give(review_on="2026-11-24")
    with clock.held(datetime(2026, 11, 25, 9, 0, tzinfo=UTC)):
        _look(desk)
        with desk.app.app_context():
            me, row = _case(desk)
            shown = official_kind.card(me, row)
            assert [one.word for one in shown.decisions] == ["holds", "withdraw"]
            assert "step back" in shown.html
            done = _decided(me, row, "holds")
            assert desk_state(post_id) == (2, date(2027, 11, 25), False, True)
            assert _undone(me, row, done.undo)
            assert desk_state(post_id) == (1, date(2026, 11, 24), False, False)
            with pytest.raises(CannotDecide):
                _decided(me, row, "withdraw")
            done = _decided(me, row, "withdraw", "The law changed.")
            assert desk_state(post_id) == (1, date(2026, 11, 24), True, True)
            assert _undone(me, row, done.undo)
            assert desk_state(post_id) == (1, date(2026, 11, 24), False, False)
        late = known(desk.app, desk.officer.email)
        assert desk.do(post_id, "confirm", late, review_on="2027-06-30").status_code == 303
        assert [case.decision for case in desk.rows(ModerationCase)] == ["official_confirmed"]


def _look(desk: Desk) -> None:
    with desk.app.app_context():
        open_reviews()


def _case(desk: Desk) -> tuple[Me, Any]:
    me = acting(db.session.get_one(Member, desk.second.id))
    return me, next(iter(cases_for(me)))


def _decided(me: Me, row: Any, word: str, reason: str = "") -> Done:
    with current_app.test_request_context(), unit_of_work():
        return official_kind.decide(me, row, word, Reason(text=reason))


def _undone(me: Me, row: Any, word: str) -> bool:
    with current_app.test_request_context(), unit_of_work():
        return official_kind.take_back(me, row, word)


def desk_state(post_id: int) -> tuple[int, date, bool, bool]:
    """Version, review, whether it is withdrawn, whether its case is decided."""
    db.session.rollback()
    row = db.session.execute(
        select(OfficialAnswer.version, OfficialAnswer.review_on, OfficialAnswer.withdrawn_at).where(
            OfficialAnswer.post_id == post_id
        )
    ).one()
    decided = db.session.scalar(select(ModerationCase.decided_at).where(ModerationCase.post_id == post_id))
    return row.version, row.review_on, row.withdrawn_at is not None, decided is not None


def test_open_pages_hear_of_each_step(desk: Desk) -> None:
    post_id = desk.give()
    assert _heard(desk) == ["post", "thread_changed"]
    desk.do(post_id, "withdraw", reason="It was replaced.")
    assert _heard(desk)[2:] == ["post_changed", "thread_changed"]
    desk.give(desk.second, seen=str(post_id), body="What holds now.")
    assert _heard(desk)[4:] == ["post", "post_changed", "thread_changed"]


def _heard(desk: Desk) -> list[str]:
    rows = desk.rows(LiveEvent, LiveEvent.thread_id == desk.thread, LiveEvent.member_id.is_(None))
    return [row.kind for row in sorted(rows, key=lambda row: row.id)]


def test_an_officer_who_closes_their_account_is_named_no_more(desk: Desk) -> None:
    post_id = desk.give()
    assert "Owen Officer" in desk.page()
    with desk.app.app_context(), unit_of_work():
        erase_voices(desk.officer.id)
    page, history = desk.page(), desk.peer.get(f"/p/{post_id}/official/history").text
    assert "Owen Officer" not in page + history
    assert "step back" in page
    assert "Owen Officer" not in desk.watcher.get("/notifications").text
