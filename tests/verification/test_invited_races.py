"""Several at once with one invitation, too many, and too soon."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from knowledge_exchange.core.db import db
from tests.support.persons import Person, person, visitor
from tests.verification.claiming import entry
from tests.verification.inviting import ROLL, invite, join, members, token

pytestmark = pytest.mark.usefixtures("networks")


@pytest.fixture
def link() -> str:
    """Where the letter to Bola O'Konedo leads."""
    entry()
    invite()
    return f"/invited/{token()}"


def test_of_two_at_once_with_one_link_one_is_in(app: Flask, link: str) -> None:
    both = [person(app, name, standing="pending") for name in ("First Comer", "Second Comer")]
    begin = Barrier(2)

    def one(who: Person) -> int:
        begin.wait(timeout=20)
        return who.post(link).status_code

    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, both)) == [303, 404]
    assert sorted(members().values()) == ["active", "pending"]


def test_of_two_visitors_at_once_with_one_link_one_gets_an_account(app: Flask, link: str) -> None:
    begin = Barrier(2)

    def one(who: Person) -> int:
        begin.wait(timeout=20)
        return join(who, link).status_code

    both = [visitor(app), visitor(app)]
    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(one, both))
    # Whoever came second found the address taken, or the link used up.
    assert answers[0] == 303
    assert answers[1] in (303, 404)
    assert members() == {ROLL: "active"}


def test_tries_are_limited_as_at_the_door(make_app: Callable[..., Flask], link: str) -> None:
    who = visitor(make_app(KE_RATE_LIMITS=True))
    answers = [who.post("/invited/never-was", password="x").status_code for _try in range(31)]
    assert answers == [404] * 30 + [429]


def test_the_answer_never_comes_before_its_time(
    make_app: Callable[..., Flask], link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("knowledge_exchange.auth.timing.sleep", slept.append)
    slow = make_app(KE_MIN_ANSWER_MS=60_000)
    join(visitor(slow), link)
    join(visitor(slow), "/invited/never-was")
    assert len(slept) == 2
    assert min(slept) > 30
