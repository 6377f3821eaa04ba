"""Every socket event, tried as everybody; a new one fails here until it says who may use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from knowledge_exchange.auth.gate import ACTIVE, MACHINE, PUBLIC, SIGNED_IN, Access, admits, word_of
from knowledge_exchange.realtime import sockets
from tests.auth.people import PEOPLE, WITHOUT_STANDING, me_as


def _events() -> dict[str, Callable[..., Any]]:
    """What browsers may say on the socket; connecting and leaving have rules of their own (tests/realtime)."""
    names = [name for name in dir(sockets.Live) if name.startswith("on_")]
    return {name: getattr(sockets.Live, name) for name in names if name not in ("on_connect", "on_disconnect")}


def test_every_socket_event_has_a_word_and_is_for_active_members() -> None:
    assert {name: word_of(handler) for name, handler in _events().items()} == {
        "on_resume": ACTIVE,
        "on_seen": ACTIVE,
        "on_unwatch": ACTIVE,
        "on_watch": ACTIVE,
    }


@pytest.mark.parametrize("name", WITHOUT_STANDING)
def test_a_socket_event_from_anybody_else_is_refused_and_the_socket_closed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = PEOPLE[name]
    me = me_as(*person) if person else None
    said: list[str] = []
    monkeypatch.setattr("knowledge_exchange.realtime.sockets.sessions.current_me", lambda: me)
    monkeypatch.setattr(sockets, "emit", lambda event, _payload: said.append(event))
    monkeypatch.setattr(sockets, "disconnect", lambda: said.append("closed"))
    for handler in _events().values():
        said.clear()
        assert handler(sockets.Live("/live"), {"thread": "1", "post": "1", "after": "1"}) == {
            "ok": False,
            "error": "not_found",
        }
        assert said == ["goodbye", "closed"]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_words_admit_whom_they_say(name: str) -> None:
    person = PEOPLE[name]
    me = me_as(*person) if person else None
    assert admits(MACHINE, me)
    assert admits(PUBLIC, me)
    assert admits(SIGNED_IN, me) is (me is not None)
    assert admits(ACTIVE, me) is bool(me and me.is_active)
    assert admits(Access("roles", frozenset({"officer"})), me) is (name == "officer")
