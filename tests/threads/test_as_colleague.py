"""“Show me as a colleague”: real answers of the exchange to somebody of whom nothing is left."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.core import shells
from knowledge_exchange.core.db import Base, db, unit_of_work
from knowledge_exchange.realtime.sockets import NAMESPACE, socketio
from knowledge_exchange.threads import outlines, rows
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.veils.shield_pages import COLLEAGUE_LIMIT
from tests.networks.shielded import THERE, TITLE, Trusts, settle
from tests.support.persons import Person, person


@pytest.fixture
def trusts(app: Flask) -> Trusts:
    return settle(app)


def asked(who: Person, thread_id: int) -> tuple[str, list[str]]:
    """The page, and the two answers that it shows."""
    answer = who.get(f"/t/{thread_id}/as-colleague")
    assert answer.status_code == 200, answer.status_code
    return answer.text, [unescape(shown) for shown in re.findall(r'srcdoc="([^"]*)"', answer.text)]


def test_the_author_is_shown_what_a_colleague_gets(trusts: Trusts) -> None:
    other = trusts.open_thread()
    thread_id = trusts.thread()
    page, (thread, network) = asked(trusts.author, thread_id)
    assert "For people at Trust AAA this thread does not exist." in page
    assert f"Answer 404 at /t/{thread_id}." in page
    assert "Answer 200 at /n/north-west." in page
    assert TITLE not in thread + network
    assert str(thread_id) not in thread + network
    assert f"/t/{other}/" in network


def test_it_is_what_a_real_colleague_gets_to_the_letter(trusts: Trusts) -> None:
    trusts.open_thread()
    thread_id = trusts.thread()
    _page, (_thread, network) = asked(trusts.author, thread_id)
    colleague = trusts.colleagues["colleague"]
    assert _bare(network, "A colleague") == _bare(colleague.get("/n/north-west").text, colleague.name)


def _bare(page: str, name: str) -> str:
    """A page without its scripts and what is somebody's own: name, handle, number, tokens, where the stream stands."""
    page = re.sub(r"<script\b[^>]*>.*?</script>|<link rel=\"modulepreload\"[^>]*>", "", page, flags=re.DOTALL)
    page = re.sub(r"<span>@h\d+</span>", "", page)
    page = re.sub(r'(name="csrf_token" value|content)="[^"]*"', "", page.replace(name, "SOMEBODY"))
    return re.sub(r'data-me="\d+"|\d{15,}', "", page)


def test_a_shield_that_does_not_hold_is_shown_as_that(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    # As if a fault had taken its word from the thread's row.
    with trusts.app.app_context(), unit_of_work() as work:
        work.execute(update(Thread).where(Thread.id == thread_id).values(is_shielded=False))
    assert trusts.author.get(f"/t/{thread_id}/as-colleague").status_code == 404
    named = trusts.thread(title="Hidden from one person", organisations=frozenset(), members=frozenset({1}))
    page, (thread, network) = asked(trusts.author, named)
    assert "People at Trust AAA can see this thread." in page
    assert "Hidden from one person" in thread
    assert "Hidden from one person" in network


def test_nothing_of_the_colleague_is_left_and_nobody_is_told(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    trusts.author.get("/")  # notes that the author is here
    socket = socketio.test_client(trusts.app, NAMESPACE, flask_test_client=trusts.stranger.client)
    before = _everything(trusts)
    asked(trusts.author, thread_id)
    assert _everything(trusts) == before
    assert socket.get_received(NAMESPACE) == []


def _everything(trusts: Trusts) -> dict[str, list[tuple[object, ...]]]:
    with trusts.app.app_context():
        db.session.rollback()
        return {
            table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_the_author_stays_who_they_are_and_kept_pages_stay_true(trusts: Trusts) -> None:
    shells._kept.clear()
    rows._kept.clear()
    outlines.forget_all()
    thread_id = trusts.thread()
    page, _answers = asked(trusts.author, thread_id)
    assert "A colleague" not in re.sub(r'srcdoc="[^"]*"', "", page)
    assert TITLE in trusts.author.get("/n/north-west").text
    assert TITLE in trusts.stranger.get("/n/north-west").text
    assert TITLE not in trusts.colleagues["head"].get("/n/north-west").text
    asked(trusts.author, thread_id)
    assert TITLE in trusts.author.get("/n/north-west").text


def test_it_is_there_for_the_author_of_a_shielded_thread_alone(trusts: Trusts) -> None:
    open_thread, hidden = trusts.open_thread(), trusts.thread(title="Hidden from one trust")
    assert trusts.author.get(f"/t/{open_thread}/as-colleague").status_code == 404
    for who in (trusts.stranger, trusts.colleagues["head"], trusts.colleagues["moderator"]):
        assert who.get(f"/t/{hidden}/as-colleague").status_code == 404


def test_who_has_moved_is_shown_what_their_former_colleagues_get(trusts: Trusts) -> None:
    thread_id = trusts.thread()
    trusts.moves(trusts.author, THERE)
    page, _answers = asked(trusts.author, thread_id)
    assert "For people at Trust AAA this thread does not exist." in page


def test_the_page_asks_for_no_harm(trusts: Trusts) -> None:
    """Nothing runs in the frames, nothing can be sent from them, and they can't take the window away."""
    page, _answers = asked(trusts.author, trusts.thread())
    assert re.findall(r'sandbox="([^"]*)"', page) == ["allow-same-origin"] * 2


def test_it_costs_so_much_that_one_may_look_only_so_often(make_app: Callable[..., Flask]) -> None:
    who, times = person(make_app(KE_RATE_LIMITS=True), "Asha Author"), int(COLLEAGUE_LIMIT.split(" ")[0])
    answers = [who.get("/t/1/as-colleague").status_code for _time in range(times + 1)]
    assert answers == [404] * times + [429]
