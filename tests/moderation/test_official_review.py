"""The day of review: under review everywhere from the next day on, and a case of the officers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, update

from knowledge_exchange.auth.acting import acting
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.cases.cases import cases_for
from knowledge_exchange.moderation.official import official_kind
from knowledge_exchange.moderation.official.official_reviews import open_reviews
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Done
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer
from tests.moderation.official_desk import NOON, Desk
from tests.support.persons import known


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
        assert "Official answer, under review" in desk.peer.get(f"/p/{post_id}/official/history").text
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


def test_the_day_is_the_readers_own(desk: Desk) -> None:
    desk.give(review_on="2026-11-30")
    with desk.app.app_context(), unit_of_work():
        db.session.execute(update(Member).where(Member.id == desk.watcher.id).values(zone="Pacific/Auckland"))
    with clock.held(datetime(2026, 11, 30, 12, 0, tzinfo=UTC)):
        assert "under review" in desk.page(desk.watcher)
        assert "under review" not in desk.page(desk.peer)


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
