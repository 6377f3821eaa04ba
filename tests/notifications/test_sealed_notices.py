"""Who writes under a pseudonym is told as ever, and nothing in the tables tells them from others who are told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from knowledge_exchange.auth import erasing
from knowledge_exchange.core import crypto, hooks
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications import actions, queries, sealed
from knowledge_exchange.notifications.models import LevelChange, NetworkLevel, Notification, Participant
from knowledge_exchange.realtime.models import LiveEvent
from tests.notifications.pseudonyms import (
    accept,
    answer,
    as_me,
    ask,
    last_post,
    place,
    place_row,
    told,
    told_by_name,
    told_to,
)
from tests.support.community import Community
from tests.support.persons import Person


@pytest.fixture
def watched(here: Community) -> Community:
    """The author and the watcher watch the network, each by their own choice."""
    for who in (here.author, here.watcher):
        watch(here, who)
    return here


def watch(here: Community, who: Person) -> None:
    with here.app.app_context(), unit_of_work():
        actions.choose_network_level(who.id, here.north_west, "watching")


def badge(here: Community, who: Person) -> int:
    """The number on somebody's badge, which must be the same wherever it is counted."""
    with here.app.app_context():
        counted = queries.unread_count(who.id)
        assert queries.unread_counts([who.id, here.outsider.id]).get(who.id, 0) == counted
    replay = replayed(who, cursor_of(who))
    assert all(event["unread"] == counted for event in replay if event["name"] == "unread")
    page = who.get("/notifications").text
    assert (f"<title>({counted}) " in page) == bool(counted)
    assert f"<title>({counted}) " in who.get("/").text or not counted
    return counted


def cursor_of(who: Person) -> str:
    answered = who.get("/live/since").json
    assert answered is not None
    return str(answered["cursor"])


def replayed(who: Person, after: str) -> list[dict[str, Any]]:
    answered = who.get(f"/live/since?after={after}").json
    assert answered is not None
    return list(answered["events"])


def names(here: Community, who: Person) -> list[Any]:
    """Every row that says something of somebody's reading or following."""
    tables = (Participant, LevelChange, LiveEvent, NetworkLevel)
    with here.app.app_context():
        found = [tuple(row) for table in tables for row in rows_of(table, who)]
        return [*found, *rows_of(Notification, who)]


def rows_of(table: Any, who: Person) -> list[Any]:
    columns = table.__table__.columns
    return [tuple(row) for row in db.session.execute(select(columns).where(columns.member_id == who.id))]


def test_an_author_is_written_a_notice_like_everybody_who_watches(watched: Community) -> None:
    thread = ask(watched, watched.author)
    watched.reply(watched.peer, thread, "Me too.")
    answer(watched, watched.author, thread)
    as_others = told_by_name(watched, watched.watcher, thread)
    assert len(as_others) == 3
    assert told_by_name(watched, watched.author, thread) == as_others


def test_a_notice_says_in_whose_place_it_was_written(here: Community) -> None:
    thread = ask(here, here.author)
    reply = here.reply(here.peer, thread)
    mine = told(here, Notification.participant_id == place(here, here.author, thread))
    assert [(row.post_id, row.by_participant_id) for row in mine] == [(reply, here.place(here.peer, thread).id)]


def test_an_author_sees_replies_and_never_what_they_wrote(watched: Community) -> None:
    thread = ask(watched, watched.author)
    answer(watched, watched.author, thread)
    assert badge(watched, watched.author) == 0
    assert badge(watched, watched.watcher) == 1
    reply = watched.reply(watched.peer, thread, "Me too.")
    assert badge(watched, watched.author) == 1
    with watched.app.app_context():
        entries = queries.entries(as_me(watched.author), None)
        assert [(row.amount, row.first_post_id, row.read_at) for row in entries] == [(1, reply, None)]
        assert queries.url_of(as_me(watched.author), entries[0].id) == f"/p/{reply}"
        cover = told(watched, Notification.member_id == watched.author.id)[0]
        assert queries.url_of(as_me(watched.author), cover.id) is None


def test_who_mentions_themselves_under_a_pseudonym_is_told_as_everybody_and_sees_nothing(here: Community) -> None:
    words = f"Ask @{here.handle(here.author)} or @{here.handle(here.watcher)}."
    thread = ask(here, here.author, words)
    as_others = told_by_name(here, here.watcher, thread)
    assert [row["kind"] for row in as_others] == ["mention"]
    assert told_by_name(here, here.author, thread) == as_others
    assert (badge(here, here.author), badge(here, here.watcher)) == (0, 1)


def test_a_mention_by_somebody_else_is_seen_and_counts_as_one_post(here: Community) -> None:
    thread = ask(here, here.author)
    reply = here.reply(here.peer, thread, f"What would @{here.handle(here.author)} say?")
    assert badge(here, here.author) == 1
    with here.app.app_context():
        assert [row.amount for row in queries.entries(as_me(here.author), None)] == [1]
    before = names(here, here.author)
    here.author.post(f"/t/{thread}/read", post=str(reply))
    assert badge(here, here.author) == 0
    assert names(here, here.author) == before
    with here.app.app_context():
        assert all(row.read_at is not None for row in queries.entries(as_me(here.author), None))


def test_every_pseudonym_in_a_thread_is_told_but_the_one_that_speaks(here: Community) -> None:
    thread = ask(here, here.author)
    first = answer(here, here.peer, thread)
    second = answer(here, here.watcher, thread)
    places = {who.name: place(here, who, thread) for who in (here.author, here.peer, here.watcher)}
    assert told_to(here, places[here.author.name]) == [("direct_reply", first, False), ("direct_reply", second, False)]
    assert told_to(here, places[here.peer.name]) == [("reply", second, False)]
    assert told_to(here, places[here.watcher.name]) == []


def test_a_sealed_place_that_was_made_quieter_hears_only_answers_and_muted_nothing(here: Community) -> None:
    thread = ask(here, here.author)
    mine = place(here, here.author, thread)
    here.author.post(f"/t/{thread}/level", level="normal")
    reply = here.reply(here.peer, thread)
    here.reply(here.watcher, thread, parent=str(reply))
    here.author.post(f"/t/{thread}/level", level="muted")
    here.reply(here.peer, thread)
    assert told_to(here, mine) == [("direct_reply", reply, False)]


def test_an_accepted_answer_is_told_to_a_sealed_place_and_to_nobody_who_accepts_their_own(here: Community) -> None:
    thread = ask(here, here.author)
    theirs, mine = answer(here, here.peer, thread), answer(here, here.author, thread)
    accept(here, here.author, thread, theirs)
    accept(here, here.author, thread, mine)
    assert ("accepted", theirs, False) in told_to(here, place(here, here.peer, thread))
    assert [kind for kind, _post, _read in told_to(here, place(here, here.author, thread))] == ["direct_reply"]


def test_reading_under_a_pseudonym_writes_nothing_that_names_anybody(watched: Community) -> None:
    here = watched
    thread = ask(here, here.author)
    here.reply(here.peer, thread)
    mine, before = place(here, here.author, thread), names(here, here.author)
    newest = last_post(here, thread)
    assert here.author.post(f"/t/{thread}/read", post=str(newest)).status_code == 303
    assert here.author.post(f"/t/{thread}/level", level="tracking").status_code == 303
    assert here.author.post(f"/t/{thread}/stayed").json == {"level": "tracking"}
    assert names(here, here.author) == before
    row = place_row(here, mine)
    assert (row.last_read_id, row.level) == (newest, "tracking")
    assert [notice.read_at == notice.created_at for notice in told(here, Notification.participant_id == mine)] == [True]
    assert badge(here, here.author) == 0


def test_no_time_of_an_act_is_kept_in_a_sealed_place(here: Community) -> None:
    threads = [ask(here, here.author), ask(here, here.author)]
    for thread in threads:
        here.author.post(f"/t/{thread}/level", level="normal")
    places = [place_row(here, place(here, here.author, thread)) for thread in threads]
    assert {row.level_chosen_at for row in places} == {places[0].level_chosen_at}
    assert places[0].level_chosen_at is not None
    assert places[0].level_chosen_at.year == 2010


def test_marking_all_read_marks_both_and_never_with_the_same_time(watched: Community) -> None:
    here = watched
    thread = ask(here, here.author)
    here.reply(here.peer, thread)
    mine = place(here, here.author, thread)
    here.author.post("/notifications/read")
    assert badge(here, here.author) == 0
    by_name = {row.read_at for row in told(here, Notification.member_id == here.author.id)}
    sealed = {row.read_at for row in told(here, Notification.participant_id == mine)}
    assert None not in by_name | sealed
    assert not by_name & sealed


def test_marking_all_read_leaves_the_same_trace_whoever_has_what_unread(here: Community) -> None:
    thread = ask(here, here.author)
    here.reply(here.peer, thread)
    added = []
    for who in (here.author, here.moderator):
        before = len(names(here, who))
        who.post("/notifications/read")
        added.append(len(names(here, who)) - before)
    assert badge(here, here.author) == 0
    assert added == [1, 1]


def test_marking_a_network_read_marks_what_sealed_places_were_told_of_it(here: Community) -> None:
    thread = ask(here, here.author)
    here.reply(here.peer, thread)
    here.author.post("/n/north-west/read", upto=str(last_post(here, thread)))
    assert badge(here, here.author) == 0


def test_a_plain_place_goes_with_the_others_and_never_ahead_of_them(here: Community) -> None:
    thread = here.post_thread(here.moderator)
    first = here.opening(thread)
    here.author.post(f"/t/{thread}/read", post=str(first))
    answer(here, here.author, thread)
    newest = here.reply(here.moderator, thread)
    here.author.post(f"/t/{thread}/read", post=str(newest))
    assert here.place(here.author, thread).last_read_id == first
    for reader in (here.peer, here.watcher, here.moderator):
        reader.post(f"/t/{thread}/read", post=str(newest))
    later = here.reply(here.moderator, thread)
    here.author.post(f"/t/{thread}/read", post=str(later))
    assert here.place(here.author, thread).last_read_id == newest


def test_a_post_taken_away_takes_the_notices_of_sealed_places_along(here: Community) -> None:
    thread = ask(here, here.author)
    reply = here.reply(here.peer, thread)
    here.peer.post(f"/p/{reply}/delete")
    assert told_to(here, place(here, here.author, thread)) == []
    assert badge(here, here.author) == 0


def test_a_sealed_place_is_told_whatever_became_of_its_member_and_they_see_it_when_they_may_again(
    here: Community,
) -> None:
    thread = ask(here, here.author)
    with here.app.app_context(), unit_of_work():
        networks.leave(here.author.id, here.north_west)
    here.reply(here.peer, thread)
    assert len(told_to(here, place(here, here.author, thread))) == 1
    assert badge(here, here.author) == 0
    with here.app.app_context(), unit_of_work():
        networks.add_member(here.author.id, here.north_west)
    assert badge(here, here.author) == 1


def test_a_replay_brings_what_a_page_shows(watched: Community) -> None:
    here = watched
    cursor = cursor_of(here.author)
    thread = ask(here, here.author)
    reply = here.reply(here.peer, thread)
    events = replayed(here.author, cursor)
    notices = [event for event in events if event["name"] == "notification"]
    assert [(notice["post"], notice["unread"]) for notice in notices] == [(str(reply), 1)]
    here.author.post(f"/t/{thread}/read", post=str(reply))
    last = replayed(here.author, cursor)[-1]
    assert (last["name"], last["unread"]) == ("unread", 0)


def test_what_is_pushed_goes_to_whoever_holds_the_place_and_no_cover_to_anybody(watched: Community) -> None:
    here = watched
    thread = ask(here, here.author)
    reply = here.reply(here.peer, thread)
    rows = told(here, Notification.thread_id == thread)
    with here.app.app_context():
        made = hooks.call("notification_payloads", None, [row.id for row in rows])
        sealed = hooks.call("sealed_notices", rows[0].id - 1, rows[-1].id, None)
    whose = dict(sealed) | {row.id: row.member_id for row in rows if row.member_id}
    assert sorted((whose[id_], int(fact["post"])) for id_, fact in made.items()) == sorted(
        [(here.author.id, reply), (here.watcher.id, reply), (here.watcher.id, here.opening(thread))]
    )


def test_places_of_somebody_who_was_erased_are_nobodys(here: Community) -> None:
    thread = ask(here, here.author)
    mine = place(here, here.author, thread)
    with here.app.app_context(), unit_of_work():
        erasing.erase(here.author.id)
    here.reply(here.peer, thread)
    rows = told(here, Notification.participant_id == mine)
    assert len(rows) == 1
    with here.app.app_context():
        assert hooks.call("sealed_notices", rows[0].id - 1, rows[0].id, None) == []
        assert hooks.call("notification_payloads", None, [rows[0].id]) == {}


def test_whose_a_place_is_is_opened_once_and_tried_again_where_no_key_fitted(here: Community) -> None:
    thread = ask(here, here.author)
    content = place_row(here, place(here, here.author, thread)).sealed
    assert content is not None
    path = here.app.config["KE_KEY_FILE"]
    right = path.read_bytes()
    with here.app.app_context():
        sealed._opened.cache_clear()
        path.unlink()
        crypto.init_app(here.app)
        assert sealed.owner_in(content) is None
        path.write_bytes(right)
        crypto.init_app(here.app)
        assert [sealed.owner_in(content) for _again in range(3)] == [here.author.id] * 3
    assert (sealed._opened.cache_info().misses, sealed._opened.cache_info().hits) == (2, 2)


def test_a_link_of_older_mail_mutes_the_sealed_place(here: Community) -> None:
    thread = ask(here, here.author)
    before = names(here, here.author)
    with here.app.app_context(), unit_of_work():
        actions.choose_level(here.author.id, thread, "muted")
    assert place_row(here, place(here, here.author, thread)).level == "muted"
    assert names(here, here.author) == before


def test_who_followed_a_thread_before_sees_it_from_the_sealed_place_from_then_on(here: Community) -> None:
    thread = here.post_thread(here.peer)
    here.author.post(f"/t/{thread}/level", level="watching")
    answer(here, here.author, thread)
    reply = here.reply(here.peer, thread)
    assert badge(here, here.author) == 1
    with here.app.app_context(), unit_of_work():
        sealed = update(Participant).where(Participant.id == place(here, here.author, thread))
        db.session.execute(sealed.values(level="muted"))
    here.reply(here.peer, thread)
    assert [post for _kind, post, _read in told_to(here, place(here, here.author, thread))] == [reply]
    assert badge(here, here.author) == 1
