"""How often one may knock; the answer tells nothing about who lives there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from knowledge_exchange.auth import passwords
from knowledge_exchange.auth.limits import ACCOUNT_LIMIT, DOOR_LIMIT, SIGN_IN_LIMIT, limiter
from knowledge_exchange.core import clock
from tests.auth.door import EMAIL, PASSWORD, alike, make_member, token_in

TRIES = int(ACCOUNT_LIMIT.split(" ")[0])
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def limited(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An app that counts, with hashing that costs nothing."""
    app = make_app(KE_RATE_LIMITS=True)
    make_member(app)
    monkeypatch.setattr(passwords, "matches", lambda stored, password: stored is not None and password == PASSWORD)
    monkeypatch.setattr(passwords, "hash_password", lambda _password: "x")
    return app


class Visitor:
    """A browser at some address."""

    def __init__(self, app: Flask, address: str) -> None:
        self.client = FlaskClient(app, app.response_class)
        self.environ: dict[str, Any] = {"REMOTE_ADDR": address}
        self.token = token_in(self.client.get("/sign-in"))

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **form}, environ_overrides=self.environ)

    def knock(self, email: str, times: int, password: str = "not the password") -> list[TestResponse]:
        return [self.post("/sign-in", email=email, password=password) for _time in range(times)]


def test_an_account_is_tried_ten_times_from_one_address_known_or_not(limited: Flask) -> None:
    seen = []
    for email in (EMAIL, "who@example.org"):
        answers = Visitor(limited, HERE).knock(email, TRIES + 1)
        assert [answer.status_code for answer in answers] == [401] * TRIES + [429]
        last = answers[-1]
        assert int(last.headers.pop("Retry-After")) > 0
        (minutes,) = re.findall(r"Wait (\d+) minutes, then try again", last.text)
        assert 1 <= int(minutes) <= 10
        seen.append(alike(last, email, minutes))
    assert seen[0] == seen[1]


def test_capitals_are_the_same_account(limited: Flask) -> None:
    visitor = Visitor(limited, HERE)
    visitor.knock(EMAIL, TRIES)
    assert visitor.knock(f" {EMAIL.upper()} ", 1)[0].status_code == 429


def test_a_strangers_tries_lock_nobody_out_elsewhere(limited: Flask) -> None:
    Visitor(limited, ELSEWHERE).knock(EMAIL, TRIES + 1)
    owner = Visitor(limited, HERE)
    assert owner.knock(EMAIL, 1, PASSWORD)[0].status_code == 303


def test_whoever_has_the_password_is_not_counted(limited: Flask) -> None:
    visitor = Visitor(limited, HERE)
    visitor.knock(EMAIL, TRIES - 1)
    for _time in range(TRIES + 1):
        assert Visitor(limited, HERE).knock(EMAIL, 1, PASSWORD)[0].status_code == 303
    assert [answer.status_code for answer in visitor.knock(EMAIL, 2)] == [401, 429]
    assert visitor.knock(EMAIL, 1, PASSWORD)[0].status_code == 429


def test_guesses_are_counted_before_they_are_answered(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many sent at the same moment: while one is being compared, all others arrive."""
    statuses: list[int] = []
    visitors = [Visitor(limited, HERE) for _time in range(TRIES + 2)]

    def compared(_stored: str | None, _password: str) -> bool:
        if visitors:
            statuses.append(visitors.pop().knock(EMAIL, 1)[0].status_code)
        return False

    monkeypatch.setattr(passwords, "matches", compared)
    statuses.append(visitors.pop().knock(EMAIL, 1)[0].status_code)
    assert statuses.count(401) == TRIES
    assert statuses.count(429) > 0


def test_one_address_cannot_try_all_accounts(limited: Flask) -> None:
    most = int(SIGN_IN_LIMIT.split(" ")[0])
    visitor = Visitor(limited, HERE)
    answers = [visitor.knock(f"who{number}@example.org", 1)[0].status_code for number in range(most + 1)]
    assert answers == [401] * most + [429]
    assert Visitor(limited, ELSEWHERE).knock(EMAIL, 1, PASSWORD)[0].status_code == 303


def test_one_line_of_the_new_internet_is_one_address(limited: Flask) -> None:
    Visitor(limited, "2001:db8:1:2::1").knock(EMAIL, TRIES)
    assert Visitor(limited, "2001:db8:1:2:ffff::9").knock(EMAIL, 1)[0].status_code == 429
    assert Visitor(limited, "2001:db8:1:3::1").knock(EMAIL, 1)[0].status_code == 401


@pytest.mark.parametrize("path", ["/join", "/reset"])
def test_joining_and_resetting_are_limited_known_or_not(limited: Flask, path: str) -> None:
    form = {"name": "New Person", "password": "a-long-password-here"}
    for email in (EMAIL, "who@example.org"):
        visitor = Visitor(limited, HERE)
        answers = [visitor.post(path, email=email, **form).status_code for _time in range(TRIES + 1)]
        assert answers == [303] * TRIES + [429]
    most = int(DOOR_LIMIT.split(" ")[0])
    visitor = Visitor(limited, HERE)
    left = [visitor.post(path, email=f"w{number}@example.org", **form).status_code for number in range(most)]
    assert left.index(429) == most - 2 * TRIES


def test_looking_at_the_page_is_not_counted(limited: Flask) -> None:
    client = limited.test_client()
    assert {client.get("/sign-in").status_code for _time in range(TRIES * 11)} == {200}


def test_the_store_of_the_counts_holds_no_address(limited: Flask) -> None:
    from knowledge_exchange.auth.limits import limiter

    Visitor(limited, HERE).knock(EMAIL, 1)
    keys = " ".join(limiter.storage.storage)  # type: ignore[attr-defined]
    assert keys
    assert HERE not in keys
    assert "ann" not in keys


def test_a_member_is_counted_under_another_name_for_each_kind_of_act(limited: Flask) -> None:
    from knowledge_exchange.auth.limits import hidden

    with limited.app_context():
        names = {hidden(member_id, act) for member_id in (1001, 1002) for act in ("threads.post_thread", "claim")}
    assert len(names) == 4
    assert not any("1001" in name or "1002" in name for name in names)


def expect_nobody_and_no_time(redis_url: str) -> None:
    """Redis holds neither address nor account, and no count says to the second when it began."""
    store = redis.from_url(redis_url, decode_responses=True)
    keys = list(store.scan_iter("LIMITS*"))
    assert keys
    for key in keys:
        assert HERE not in key
        assert "ann" not in key
        # Milliseconds since 1970, to a full five minutes.
        assert store.pexpiretime(key) % (clock.ROUNDED_TO // timedelta(milliseconds=1)) == 0
        assert store.ttl(key) > 0


def test_load_tests_may_turn_it_off(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "matches", lambda _stored, _password: False)
    assert {answer.status_code for answer in Visitor(app, HERE).knock(EMAIL, TRIES + 2)} == {401}


def test_counts_are_shared_through_redis_and_kept_in_memory_when_it_is_gone(
    make_app: Callable[..., Flask], own_redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "matches", lambda _stored, _password: False)
    # One limiter a process: that an earlier test's Redis went away says nothing of this one's.
    monkeypatch.setattr(limiter, "_storage_dead", False)
    settings = {"KE_RATE_LIMITS": True, "KE_REDIS_URL": own_redis.url}
    first = make_app(**settings)
    Visitor(first, HERE).knock(EMAIL, TRIES)
    second = make_app(**settings)
    visitor = Visitor(second, HERE)
    assert visitor.knock(EMAIL, 1)[0].status_code == 429
    expect_nobody_and_no_time(own_redis.url)
    own_redis.close()
    assert [answer.status_code for answer in visitor.knock(EMAIL, TRIES + 1)] == [401] * TRIES + [429]
