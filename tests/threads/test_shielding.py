"""What an author hides, from whom, then and later; who keeps a hidden thread, and who is told how many see one."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from typing import Any

import pytest
from flask import Flask, render_template_string
from sqlalchemy import func, select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import mergers
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.shield import MOST_NAMED, Hidden
from knowledge_exchange.realtime import push, revocation
from knowledge_exchange.realtime.connections import connections
from knowledge_exchange.realtime.models import LiveEvent
from knowledge_exchange.realtime.sockets import NAMESPACE, socketio
from knowledge_exchange.threads import actions, own_data, queries
from knowledge_exchange.threads.keepers import keepers_of
from knowledge_exchange.threads.locking import locked_thread
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.veils.audience import audience, reply_kind, rounded
from knowledge_exchange.threads.veils.shielding import check_handles, extend_shield, hidden_for, members_named
from tests.networks.employers import worker
from tests.networks.shielded import HERE, THERE, TITLE, Trusts, settle
from tests.support.persons import Person, Statements


@pytest.fixture
def trusts(app: Flask) -> Trusts:
    return settle(app)


def handle_of(trusts: Trusts, who: Person) -> str:
    return str(trusts.me(who).handle)


@pytest.mark.parametrize("typed", ["", "  ", "red-kite", "@Red-Kite, blue-tit; coal-tit", "red-kite\tblue-tit"])
def test_handles_may_be_typed_in_any_way(typed: str) -> None:
    assert check_handles(typed) == {}


@pytest.mark.parametrize("typed", ["someone@trust.example", "no_handle", "x", "Dr. Jones"])
def test_what_can_be_no_handle_is_said_by_its_look(app: Flask, typed: str) -> None:
    with app.test_request_context():
        assert "hide_from" in check_handles(typed)


def test_no_more_than_a_few_can_be_named(app: Flask) -> None:
    names = [f"handle-{number}" for number in range(MOST_NAMED + 1)]
    with app.test_request_context():
        assert check_handles(" ".join(names[:-1] + names[:1])) == {}
        assert str(MOST_NAMED) in check_handles(",".join(names))["hide_from"]


def test_what_was_chosen_becomes_a_shield(trusts: Trusts) -> None:
    with trusts.app.app_context():
        me, other = trusts.me(trusts.author), trusts.stranger
        named = frozenset({other.id})
        assert hidden_for(me, False, " ") is None
        assert hidden_for(me, True, "") == Hidden(me.id, frozenset({HERE}), frozenset())
        assert hidden_for(me, False, f"@{handle_of(trusts, other).upper()}") == Hidden(me.id, frozenset(), named)


def test_handles_that_nobody_has_are_taken_like_those_that_somebody_has(trusts: Trusts) -> None:
    with trusts.app.app_context():
        me = trusts.me(trusts.author)
        with Statements(trusts.app) as known:
            assert hidden_for(me, False, handle_of(trusts, trusts.stranger)) is not None
        with Statements(trusts.app) as unknown:
            assert hidden_for(me, False, "nobody-at-all") == Hidden(me.id, frozenset(), frozenset())
        assert len(unknown.sent) <= len(known.sent)


def test_nobody_is_hidden_from_an_organisation_that_is_not_known(trusts: Trusts) -> None:
    trusts.moves(trusts.author, None)
    with trusts.app.app_context():
        assert hidden_for(trusts.me(trusts.author), True, "") is None


# Later


def extended(trusts: Trusts, thread_id: int, *people: Person, organisations: tuple[str, ...] = ()) -> None:
    with trusts.app.test_request_context(), unit_of_work():
        me = trusts.me(trusts.author)
        extend_shield(me, locked_thread(me, thread_id), organisations, [who.id for who in people])


def test_an_author_can_hide_it_from_further_people(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    extended(trusts, thread_id, trusts.stranger)
    assert trusts.readers(thread_id) == {"author"}


def test_an_author_can_hide_what_was_hidden_from_nobody(trusts: Trusts) -> None:
    thread_id = trusts.open_thread("pseudonym")
    assert "head" in trusts.readers(thread_id)
    extended(trusts, thread_id, organisations=(HERE,))
    assert trusts.readers(thread_id) == {"author", "stranger"}


def test_further_people_can_be_named_on_a_page_of_the_author_alone(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    path = f"/t/{thread_id}/hide-from"
    for who in (trusts.stranger, trusts.colleagues["moderator"]):
        assert (who.get(path).status_code, who.post(path, hide_from="red-kite").status_code) == (404, 404)
    assert "hidden from everybody at Trust AAA" in trusts.author.get(path).text
    assert trusts.author.post(path, hide_from="").status_code == 422
    assert trusts.author.post(path, hide_from="no_handle").status_code == 422
    with trusts.app.app_context():
        handle = handle_of(trusts, trusts.stranger)
    known = trusts.author.post(path, hide_from=f"@{handle}")
    assert trusts.readers(thread_id) == {"author"}
    unknown = trusts.author.post(path, hide_from="nobody-at-all")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert known.status_code == 303


def test_the_page_offers_the_organisation_where_it_is_not_hidden_from_it_yet(trusts: Trusts) -> None:
    thread_id = trusts.open_thread()
    assert "Everybody at Trust AAA" in trusts.author.get(f"/t/{thread_id}/hide-from").text
    assert trusts.author.post(f"/t/{thread_id}/hide-from", shield="1").status_code == 303
    assert trusts.readers(thread_id) == {"author", "stranger"}
    assert "Everybody at Trust AAA" not in trusts.author.get(f"/t/{thread_id}/hide-from").text


def test_what_was_done_is_said_and_no_more(trusts: Trusts) -> None:
    with trusts.app.app_context():
        typed = handle_of(trusts, trusts.stranger)
    people, whole = "Whoever had a handle that you named", "hidden from people at your organisation, now and later"
    for fields, said in (({"shield": "1"}, (whole,)), ({"hide_from": typed}, (people,))):
        path = f"/t/{trusts.open_thread()}/hide-from"
        page = trusts.author.post_and_follow(path, **fields).text
        assert [words for words in (people, whole) if words in page] == list(said)
        assert "What they read before, or got by mail, they keep." in page


def test_an_organisation_that_is_not_known_is_refused_though_people_are_named_with_it(trusts: Trusts) -> None:
    thread_id = trusts.open_thread()
    trusts.moves(trusts.author, None)
    with trusts.app.app_context():
        handle = handle_of(trusts, trusts.stranger)
    refused = trusts.author.post(f"/t/{thread_id}/hide-from", shield="1", hide_from=handle)
    assert (refused.status_code, 'id="shield-error"' in refused.text) == (422, True)
    assert "We do not know where you work" in refused.text
    assert f'value="{handle}"' in refused.text
    assert "stranger" in trusts.readers(thread_id)


def test_what_is_written_when_it_is_extended_names_nobody(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        before = db.session.scalar(select(func.count()).select_from(LiveEvent))
    extended(trusts, thread_id, trusts.stranger)
    with trusts.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LiveEvent)) == before


# Sockets


def listening(trusts: Trusts, who: Person, thread_id: int) -> Any:
    """Somebody's socket that follows a thread."""
    socket = Context().run(lambda: socketio.test_client(trusts.app, namespace=NAMESPACE, flask_test_client=who.client))
    answer = socket.emit("watch", {"thread": str(thread_id)}, namespace=NAMESPACE, callback=True)
    assert answer == {"ok": True}, answer
    return socket


def heard(socket: Any) -> list[str]:
    """Names of what a socket has got since, and ``gone`` where a thread is."""
    told = [(event["name"], event["args"][0]) for event in socket.get_received(NAMESPACE)]
    return ["gone" if payload.get("gone") else name for name, payload in told if name != "notification"]


def replied(trusts: Trusts, thread_id: int) -> None:
    """The author writes more, by the action: what the guard says of a text is tried elsewhere."""
    with trusts.app.test_request_context(), unit_of_work():
        me = trusts.me(trusts.author)
        thread = locked_thread(me, thread_id)
        opening = queries.post_by_id(thread.opening_post_id)
        assert opening is not None
        actions.reply(me, thread, opening, actions.Text("More of it.", "<p>More of it.</p>", ()))


def test_a_handle_that_pages_still_show_names_whoever_had_it(trusts: Trusts) -> None:
    """Else somebody who once changed theirs could be hidden from by nobody who reads it on what they wrote."""
    with trusts.app.app_context():
        shown = trusts.me(trusts.author).handle
    trusts.open_thread()
    with trusts.app.app_context(), unit_of_work():
        db.session.get_one(Member, trusts.author.id).handle = "another-word"
    with trusts.app.app_context():
        assert members_named([str(shown)]) == members_named(["another-word"]) == {trusts.author.id}
        assert members_named(["nobodys-word"]) == frozenset()


def looked(trusts: Trusts) -> None:
    """What each process does every two seconds."""
    with trusts.app.app_context():
        revocation.look()


def test_whoever_is_hidden_from_by_a_move_is_out_of_the_room_and_told(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    socket = listening(trusts, trusts.stranger, thread_id)
    looked(trusts)
    assert heard(socket) == []
    trusts.moves(trusts.stranger, HERE)
    looked(trusts)
    assert heard(socket) == ["gone"]
    replied(trusts, thread_id)
    assert heard(socket) == []


def test_whoever_is_named_later_is_out_at_once_and_others_miss_nothing(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        friend = worker(trusts.app, "Fay Friend", THERE)
        with unit_of_work():
            networks.add_member(friend.id, trusts.north_west)
    named, other = listening(trusts, trusts.stranger, thread_id), listening(trusts, friend, thread_id)
    looked(trusts)
    extended(trusts, thread_id, trusts.stranger)
    assert (heard(named), heard(other)) == (["gone"], [])
    replied(trusts, thread_id)
    assert (heard(named), heard(other)) == ([], ["post"])


def test_what_went_to_the_new_room_before_this_process_looked_is_sent_again(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    socket = listening(trusts, trusts.stranger, thread_id)
    looked(trusts)
    with trusts.app.app_context(), unit_of_work() as work:  # as another process does
        work.execute(update(Thread).where(Thread.id == thread_id).values(epoch=Thread.epoch + 1))
    replied(trusts, thread_id)
    assert heard(socket) == []
    looked(trusts)
    assert "post" in heard(socket)
    replied(trusts, thread_id)
    assert heard(socket) == ["post"]


def test_a_thread_that_is_hidden_afterwards_is_gone_from_pages_that_show_it(trusts: Trusts) -> None:
    thread_id = trusts.open_thread()
    colleague, other = (listening(trusts, who, thread_id) for who in (trusts.colleagues["head"], trusts.stranger))
    extended(trusts, thread_id, organisations=(HERE,))
    replied(trusts, thread_id)
    assert (heard(colleague), heard(other)) == (["gone"], ["post"])


def test_a_merger_puts_the_successors_people_out_of_the_room_and_others_miss_nothing(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    with trusts.app.app_context():
        friend = worker(trusts.app, "Fay Friend", "DDD")
        with unit_of_work():
            networks.add_member(friend.id, trusts.north_west)
    theirs, other = listening(trusts, trusts.stranger, thread_id), listening(trusts, friend, thread_id)
    looked(trusts)
    with trusts.app.app_context(), unit_of_work():
        mergers.merge(HERE, THERE, actor=None)
    assert (heard(theirs), heard(other)) == (["gone"], [])
    replied(trusts, thread_id)
    assert (heard(theirs), heard(other)) == ([], ["post"])


def test_a_room_that_cannot_be_looked_at_keeps_nobody_in_another_and_is_looked_at_again(trusts: Trusts) -> None:
    broken, whole = trusts.thread(), trusts.thread(title="Another rota with holes")
    sockets = {thread_id: listening(trusts, trusts.stranger, thread_id) for thread_id in (broken, whole)}
    looked(trusts)
    trusts.moves(trusts.stranger, HERE)
    right = trusts.app.extensions["ke_hooks"]["readers_among"]

    def failing(thread_id: int, member_ids: Sequence[int]) -> Any:
        if thread_id == broken:
            raise RuntimeError("this thread can't be asked for")
        return right(thread_id, member_ids)

    hooks.provide(trusts.app, "readers_among", failing)
    looked(trusts)
    assert (heard(sockets[broken]), heard(sockets[whole])) == ([], ["gone"])
    hooks.provide(trusts.app, "readers_among", right)
    looked(trusts)
    assert (heard(sockets[broken]), heard(sockets[whole])) == (["gone"], [])


def test_who_left_the_network_is_out_even_where_shielded_rooms_cannot_be_asked_for(trusts: Trusts) -> None:
    thread_id = trusts.open_thread()
    socket = listening(trusts, trusts.stranger, thread_id)
    looked(trusts)
    with trusts.app.app_context(), unit_of_work():  # as another process does
        networks.leave(trusts.stranger.id, trusts.north_west)
        db.session.info["ke_promises"].clear()

    def failing(_thread_ids: Sequence[int]) -> Any:
        raise RuntimeError("they can't be asked for")

    hooks.provide(trusts.app, "shielded_rooms", failing)
    looked(trusts)
    assert heard(socket) == ["gone"]


def test_a_socket_that_follows_a_thread_no_more_is_neither_put_out_nor_moved(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    socket = listening(trusts, trusts.stranger, thread_id)
    with trusts.app.app_context():
        [connection] = connections().of_member(trusts.stranger.id)
        room = connection.watched[thread_id]
        assert socket.emit("unwatch", {"thread": str(thread_id)}, namespace=NAMESPACE, callback=True) == {"ok": True}
        push.leave_room(connection, thread_id)
        push.move_to(connection, thread_id, room)
        assert connection.watched == {}
    replied(trusts, thread_id)
    assert heard(socket) == []


# What they take with them


def test_ones_own_data_holds_nothing_of_what_is_hidden_by_now(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    assert trusts.stranger.post(f"/t/{thread_id}/replies", body="Ask early.").status_code == 303
    rooms = (own_data.posts_of, own_data.places_of, own_data.levels_of, own_data.notices_of)
    with trusts.app.app_context():
        assert own_data.posts_of(trusts.stranger.id)[0]["title"] == TITLE
    trusts.moves(trusts.stranger, HERE)
    with trusts.app.app_context():
        assert [list(room(trusts.stranger.id)) for room in rooms] == [[], [], [], []]


# Keepers


def keepers(trusts: Trusts, thread_id: int) -> set[str]:
    with trusts.app.app_context():
        found = set(db.session.scalars(keepers_of(thread_id)))
    return {name for name, who in trusts.people().items() if who.id in found}


def test_moderators_keep_a_thread_unless_it_is_hidden_from_them(trusts: Trusts) -> None:
    assert keepers(trusts, trusts.open_thread()) == {"moderator"}
    hidden = trusts.thread()
    assert keepers(trusts, hidden) == set()
    with trusts.app.app_context(), unit_of_work():
        networks.set_role(trusts.stranger.id, trusts.north_west, "moderator")
    assert keepers(trusts, hidden) == {"stranger"}


@pytest.mark.parametrize(
    ("roles", "keeping"), [(("officer", "administrator"), "officer"), (("administrator",), "head")]
)
def test_where_no_moderator_is_left_officers_do_and_last_administrators(
    trusts: Trusts, roles: tuple[str, ...], keeping: str
) -> None:
    people = {"officer": trusts.colleagues["officer"], "administrator": trusts.colleagues["head"]}
    for role in roles:
        trusts.moves(people[role], THERE)
    assert keepers(trusts, trusts.thread()) == {keeping}


def test_an_author_who_moderates_is_passed_by_like_their_colleagues(trusts: Trusts) -> None:
    with trusts.app.app_context(), unit_of_work():
        for who in (trusts.author, trusts.stranger):
            networks.set_role(who.id, trusts.north_west, "moderator")
    assert keepers(trusts, trusts.thread()) == {"stranger"}


def test_who_has_lost_standing_or_the_thread_keeps_nothing(trusts: Trusts) -> None:
    thread_id = trusts.open_thread()
    with trusts.app.app_context(), unit_of_work() as work:
        work.execute(update(Thread).where(Thread.id == thread_id).values(deleted_at=Thread.created_at))
    assert keepers(trusts, thread_id) == set()
    other = trusts.open_thread(title="Another one for everybody")
    with trusts.app.app_context(), unit_of_work() as work:
        work.execute(update(Member).where(Member.id == trusts.colleagues["moderator"].id).values(standing="suspended"))
    assert "moderator" not in keepers(trusts, other)


# Who will see this?


@pytest.mark.parametrize(
    ("members", "told"),
    [(0, 0), (9, 0), (10, 10), (19, 10), (99, 90), (100, 100), (149, 100), (999, 950), (1000, 1000), (48_765, 48_700)],
)
def test_numbers_are_told_in_steps(members: int, told: int) -> None:
    assert rounded(members) == told


def test_the_number_is_of_those_whom_the_gate_lets_in(trusts: Trusts) -> None:
    with trusts.app.app_context():
        me = trusts.me(trusts.author)
        assert audience(me, trusts.north_west).about == 0
        for number in range(5):
            one = worker(trusts.app, f"Member {number}", THERE)
            with unit_of_work():
                networks.add_member(one.id, trusts.north_west)
        worker(trusts.app, "Gone Already", THERE, standing="lapsed")
        with unit_of_work() as work:
            work.execute(update(Network).values(name="The North West"))
        # What was told is kept for a while: nobody who comes or goes is seen by asking again.
        assert audience(me, trusts.north_west).about == 0
        trusts.app.extensions["ke_audiences"].clear()
        with Statements(trusts.app) as asked:
            found = audience(me, trusts.north_west)
        assert (found.about, found.network, found.organisation) == (10, "The North West", "Trust AAA")
        assert len(asked.sent) == 2
        with Statements(trusts.app) as again:
            assert audience(me, trusts.north_west) == found
        assert again.sent == []


def said(trusts: Trusts, kind: str) -> str:
    source = "{% from 'threads/_audience.html' import audience_line %}{{ audience_line(who, kind)|striptags }}"
    with trusts.app.test_request_context():
        return render_template_string(source, who=audience(trusts.me(trusts.author), trusts.north_west), kind=kind)


def test_it_says_who_sees_it_and_what_the_shield_makes_of_colleagues(trusts: Trusts) -> None:
    both = "fewer than 10 members of North West; nobody at Trust AAA, among them your colleagues at Trust AAA."
    assert both in said(trusts, "choice")
    reply = said(trusts, "reply")
    assert reply.startswith("Whoever sees this thread sees your reply:")
    assert reply.endswith("fewer than 10 members of North West, among them your colleagues at Trust AAA.")
    assert said(trusts, "shielded").endswith("fewer than 10 members of North West; nobody at Trust AAA.")


def test_an_open_network_is_for_every_member(trusts: Trusts) -> None:
    with trusts.app.app_context(), unit_of_work() as work:
        work.execute(update(Network).values(visibility="open"))
    assert "every member of the exchange" in said(trusts, "reply")


def test_only_the_author_is_told_that_colleagues_do_not_see_replies(trusts: Trusts) -> None:
    hidden, everybodys = trusts.thread(), trusts.open_thread("pseudonym")
    with trusts.app.test_request_context():
        for who, thread_id, kind in (
            (trusts.author, hidden, "shielded"),
            (trusts.author, everybodys, "reply"),
            (trusts.stranger, hidden, "reply"),
        ):
            me = trusts.me(who)
            row = queries.thread_visible_to(me, thread_id)
            assert row is not None
            assert reply_kind(me, row) == kind
