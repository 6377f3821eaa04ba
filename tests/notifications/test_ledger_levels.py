"""The history of levels: a row beside every change, in the same unit of work, and none without one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications import actions
from knowledge_exchange.notifications.models import LevelChange, Participant
from tests.notifications.test_network_levels import choose
from tests.support.community import Community
from tests.support.persons import Person, Statements


def history(here: Community, who: Person, *, of_network: bool = False) -> list[tuple[str, bool]]:
    """Level and whether it was chosen, oldest first."""
    column = LevelChange.network_id if of_network else LevelChange.thread_id
    query = select(LevelChange).where(LevelChange.member_id == who.id, column.is_not(None)).order_by(LevelChange.id)
    with here.app.app_context():
        return [(change.level, change.chosen) for change in db.session.scalars(query)]


def test_a_place_is_noted_when_it_is_made_and_whenever_its_level_changes(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    assert history(here, here.author) == [("watching", False)]
    here.watcher.post(f"/t/{thread_id}/read", post=str(here.opening(thread_id)))
    here.watcher.post(f"/t/{thread_id}/stayed")
    here.reply(here.watcher, thread_id)
    here.watcher.post(f"/t/{thread_id}/level", level="muted")
    automatic = [("normal", False), ("tracking", False), ("watching", False)]
    assert history(here, here.watcher) == [*automatic, ("muted", True)]


def test_a_place_that_begins_with_a_choice_is_noted_as_chosen_alone(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="muted")
    assert history(here, here.watcher) == [("muted", True)]


def test_a_mention_makes_a_place_that_is_noted(here: Community) -> None:
    here.post_thread(here.author, body=f"@{here.handle(here.watcher)}")
    assert history(here, here.watcher) == [("normal", False)]


def test_nothing_is_noted_where_nothing_changes(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    for _time in range(2):
        here.reply(here.peer, thread_id)
        here.watcher.post(f"/t/{thread_id}/level", level="watching")
        here.watcher.post(f"/t/{thread_id}/stayed")
        choose(here.moderator, "tracking")
        choose(here.author, "normal")
    assert history(here, here.peer) == [("watching", False)]
    assert history(here, here.watcher) == [("watching", True)]
    assert history(here, here.moderator, of_network=True) == [("tracking", True)]
    assert history(here, here.author, of_network=True) == []


def test_to_choose_what_one_has_already_is_a_choice_all_the_same(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/t/{thread_id}/level", level="watching")
    assert history(here, here.author) == [("watching", False), ("watching", True)]


def test_a_reply_of_somebody_with_a_place_costs_no_statement_more(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    with Statements(here.app) as said:
        here.reply(here.peer, thread_id)
    assert [statement for statement in said.sent if "level_change" in statement] == []


def test_leaving_a_network_notes_that_its_level_and_its_notices_went(here: Community) -> None:
    choose(here.watcher, "watching")
    here.watcher.post("/n/north-west/leave")
    here.reply(here.peer, here.post_thread(here.author))
    here.author.post("/n/north-west/leave")
    here.moderator.post("/n/north-west/leave")
    assert history(here, here.watcher, of_network=True) == [("watching", True), ("normal", False)]
    assert history(here, here.author, of_network=True) == [("normal", False)]
    assert history(here, here.moderator, of_network=True) == []


def test_a_change_that_is_rolled_back_leaves_no_note(here: Community) -> None:
    thread_id = here.post_thread(here.author)

    def fail() -> None:
        with here.app.app_context(), unit_of_work():
            actions.choose_level(here.watcher.id, thread_id, "muted")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert history(here, here.watcher) == []


def test_a_note_bears_the_time_of_its_change(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="tracking")
    with here.app.app_context():
        change = db.session.scalars(select(LevelChange).where(LevelChange.member_id == here.watcher.id)).one()
        chosen_at = here.place(here.watcher, thread_id).level_chosen_at
    assert chosen_at is not None
    assert abs((time_of(change.id) - chosen_at).total_seconds()) < 5


def test_ones_own_data_holds_ones_levels(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.author.post(f"/t/{thread_id}/level", level="tracking")
    choose(here.author, "watching")
    data = here.author.get("/me/data.json").json
    assert data is not None
    assert [(row["level"], row["chosen"]) for row in data["levels_over_time"]] == [
        ("watching", False),
        ("tracking", True),
        ("watching", True),
    ]


def test_reading_a_thread_for_a_while_raises_it_to_tracking(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    answer = here.watcher.post(f"/t/{thread_id}/stayed")
    assert (answer.status_code, answer.json) == (200, {"level": "tracking"})
    assert here.place(here.watcher, thread_id).level == "tracking"
    here.reply(here.peer, thread_id)
    assert here.notices(here.watcher) == []
    assert "2 new" in here.watcher.get("/n/north-west").text


@pytest.mark.parametrize("level", ["muted", "normal", "watching"])
def test_reading_for_a_while_goes_over_no_choice(here: Community, level: str) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level=level)
    assert here.watcher.post(f"/t/{thread_id}/stayed").json == {"level": level}
    assert here.place(here.watcher, thread_id).level == level


def test_reading_for_a_while_in_a_muted_network_leaves_it_silent(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    choose(here.watcher, "muted")
    assert here.watcher.post(f"/t/{thread_id}/stayed").json == {"level": "muted"}
    here.reply(here.peer, thread_id, f"@{here.handle(here.watcher)}")
    assert here.notices(here.watcher) == []


def test_reading_for_a_while_never_lowers_a_level_and_is_for_those_who_may_read(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    assert here.author.post(f"/t/{thread_id}/stayed").json == {"level": "watching"}
    assert here.outsider.post(f"/t/{thread_id}/stayed").status_code == 404
    with here.app.app_context():
        assert db.session.query(Participant).filter_by(member_id=here.outsider.id).count() == 0


def test_a_network_left_and_joined_again_begins_anew(here: Community) -> None:
    choose(here.watcher, "muted")
    here.watcher.post("/n/north-west/leave")
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.watcher.id, here.north_west)
    thread_id = here.post_thread(here.author, body=f"@{here.handle(here.watcher)}")
    assert here.notices(here.watcher) == [("mention", here.opening(thread_id))]
