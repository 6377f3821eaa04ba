"""Every address and every socket event, tried as everybody: the gate lets nobody in without a word.

A new route or event fails here until somebody has said who may use it: a word on the view, and, where it is for
others than all active members, a line in the table below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from knowledge_exchange.auth.gate import ACTIVE, MACHINE, PUBLIC, SIGNED_IN, Access, admits, word_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.realtime import sockets
from tests.auth.door import alike, enter, make_member, token_in

MEMBERSHIP = "administrator, membership_officer"

#: Endpoint: who may use it. Those that are for all active members alone are not listed.
NOT_FOR_ALL_MEMBERS_ALONE = {
    "static": "machine",
    "admin.healthz": "machine",
    "admin.metrics": "machine",
    "admin.readyz": "machine",
    "auth.choose_password": "public",
    "auth.confirm": "public",
    "auth.do_choose_password": "public",
    "auth.do_confirm": "public",
    "auth.join": "public",
    "auth.join_sent": "public",
    "auth.reset": "public",
    "auth.reset_sent": "public",
    "auth.sign_in": "public",
    "auth.try_join": "public",
    "auth.try_reset": "public",
    "auth.try_sign_in": "public",
    "home.help_page": "public",
    "home.index": "public",
    "home.privacy": "public",
    "home.rules": "public",
    "auth.end_other_sessions": "signed_in",
    "auth.end_session": "signed_in",
    "auth.my_data": "signed_in",
    "auth.my_page": "signed_in",
    "auth.sign_out": "signed_in",
    "verification.verify": "signed_in",
    "verification.verify_page": "signed_in",
    "claims.claim": MEMBERSHIP,
    "claims.decide": MEMBERSHIP,
    "claims.queue": MEMBERSHIP,
    "home.admin": MEMBERSHIP,
}

#: (name, standing, role); None: a visitor.
PEOPLE: dict[str, tuple[str, str] | None] = {
    "visitor": None,
    "pending": ("pending", "member"),
    "lapsed": ("lapsed", "member"),
    "suspended": ("suspended", "member"),
    "suspended-officer": ("suspended", "officer"),
    "lapsed-administrator": ("lapsed", "administrator"),
    "outsider": ("active", "member"),
    "member": ("active", "member"),
    "moderator": ("active", "member"),
    "officer": ("active", "officer"),
    "membership": ("active", "membership_officer"),
    "admin": ("active", "administrator"),
}
REACHED = 299
#: What is under it speaks JSON, whatever it is asked for.
JSON_ONLY = "/live/"
DUMMIES = ("1", str(2**63), str(10**30), "x", "%00", "..", "north-west", "a%2Fb", "é")


def words(app: Flask) -> dict[str, Access | None]:
    return {endpoint: word_of(view) for endpoint, view in app.view_functions.items()}


def test_every_route_has_a_word_about_who_may_use_it(app: Flask) -> None:
    assert [endpoint for endpoint, word in words(app).items() if word is None] == []


def test_nothing_is_open_to_others_than_active_members_but_what_is_listed_here(app: Flask) -> None:
    found = {
        endpoint: ", ".join(sorted(word.roles)) or word.name
        for endpoint, word in words(app).items()
        if word not in (ACTIVE, None)
    }
    assert found == NOT_FOR_ALL_MEMBERS_ALONE


@pytest.fixture
def hollow(make_app: Callable[..., Flask]) -> Flask:
    """The exchange with every view replaced by one that only says that it was reached; one has no word."""
    app = make_app(KE_BASE_URL="http://localhost")

    @app.get("/a-view/without-a-word")
    def wordless() -> str:
        return "wordless"

    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = _hollowed(view)
    return app


def _hollowed(view: Callable[..., Any]) -> Callable[..., Any]:
    def reached(**_parts: Any) -> tuple[str, int]:
        return "reached", REACHED

    reached.__dict__.update(vars(view))
    return reached


def _path(rule: Rule, dummy: str = "1") -> str:
    return "".join(dummy if is_part else text for is_part, text in rule._trace if text != "|")


def _requests(app: Flask) -> Iterator[tuple[str, str, Access]]:
    """(method, path, word) of every rule that has pages; a rule without a word counts as one for active members."""
    for rule in app.url_map.iter_rules():
        access = word_of(app.view_functions[rule.endpoint]) or ACTIVE
        if rule.rule.startswith(JSON_ONLY):
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield method, _path(rule), access


def _enter_as(app: Flask, name: str) -> tuple[FlaskClient, Me | None]:
    client, person = app.test_client(), PEOPLE[name]
    if person is None:
        return client, None
    standing, role = person
    member_id = make_member(app, f"{name}@example.org", standing=standing, role=role)
    enter(client, member_id)
    return client, _me(standing, role)


def _me(standing: str, role: str) -> Me:
    return Me(1, "N", None, standing, role, "", None, None, "Europe/London", "tree", 1, now(), "t")


def _send(client: FlaskClient, method: str, path: str, token: str, accept: str) -> TestResponse:
    form = {"csrf_token": token} if method not in ("GET", "HEAD") else None
    return client.open(path, method=method, data=form, headers={"Accept": accept})


def _token(client: FlaskClient, app: Flask) -> str:
    """A good token for this browser, from the session as a page would have put it there."""
    from itsdangerous import URLSafeTimedSerializer

    with client.session_transaction() as cookie:
        cookie["csrf_token"] = "walk"
    return str(URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps("walk"))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_reaches_what_the_word_says_and_nothing_else(hollow: Flask, name: str) -> None:
    client, me = _enter_as(hollow, name)
    token = _token(client, hollow)
    tried = 0
    for method, path, access in _requests(hollow):
        page = _send(client, method, path, token, "text/html")
        asked = f"{name}: {method} {path} ({access.name})"
        if access is MACHINE or (access is PUBLIC and (me is None or me.is_active)) or _may(access, me):
            assert page.status_code == REACHED, asked
        elif me is None:
            assert page.status_code == 302, asked
            assert page.location.startswith("/sign-in?next="), asked
        elif not me.is_active:
            assert (page.status_code, page.location) == (302, "/me"), asked
        else:
            assert page.status_code == 404, asked
        tried += 1
    assert tried > len(NOT_FOR_ALL_MEMBERS_ALONE)


def _may(access: Access, me: Me | None) -> bool:
    """CONTRACT's rule, written again here so that a slip in the gate's own is seen."""
    if me is None:
        return False
    if access is SIGNED_IN:
        return True
    if access.roles:
        return me.is_active and me.role in access.roles
    return access is ACTIVE and me.is_active


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", PEOPLE)
def test_programs_are_refused_in_json(hollow: Flask, name: str) -> None:
    client, me = _enter_as(hollow, name)
    token = _token(client, hollow)
    expected = (401, {"error": "sign_in"}) if me is None else (403, {"error": "standing"})
    for method, path, access in _requests(hollow):
        answer = _send(client, method, path, token, "application/json")
        if answer.status_code == REACHED or method == "HEAD":
            continue
        if me is not None and me.is_active:
            assert answer.status_code == 404
        else:
            assert (answer.status_code, answer.json) == expected, f"{name}: {method} {path} ({access.name})"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", [name for name, person in PEOPLE.items() if person is None or person[0] != "active"])
def test_what_is_not_there_is_answered_like_what_is(hollow: Flask, name: str) -> None:
    client, _ = _enter_as(hollow, name)
    token = _token(client, hollow)
    for method in ("GET", "POST", "PUT", "DELETE"):
        for accept in ("text/html", "application/json"):
            there, nowhere = (
                alike(_send(client, method, path, token, accept), path) for path in ("/networks", "/no/such/thing")
            )
            assert _without_goal(there) == _without_goal(nowhere)


def _without_goal(answer: tuple[int, str, tuple[tuple[str, str], ...]]) -> object:
    status, text, headers = answer
    return status, text, [(key, value.partition("?next=")[0]) for key, value in headers]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("name", "status"), [("visitor", 401), ("pending", 403), ("outsider", REACHED)])
def test_what_speaks_json_only_never_answers_with_a_page(hollow: Flask, name: str, status: int) -> None:
    client, _ = _enter_as(hollow, name)
    rules = [rule.rule for rule in hollow.url_map.iter_rules() if rule.rule.startswith(JSON_ONLY)]
    assert rules == ["/live/since"]
    assert client.get("/live/since", headers={"Accept": "text/html"}).status_code == status
    nowhere = client.get("/live/nowhere", headers={"Accept": "text/html"})
    assert nowhere.is_json
    assert nowhere.status_code == (404 if status == REACHED else status)


@pytest.mark.databases("sqlite")
def test_an_office_that_one_does_not_hold_does_not_exist(app: Flask) -> None:
    client, _ = _enter_as(app, "outsider")
    nowhere = alike(client.get("/no/such/thing"))
    for path in ("/admin", "/admin/claims", "/admin/claims/1"):
        assert alike(client.get(path)) == nowhere


@pytest.mark.databases("sqlite")
def test_an_address_to_come_back_to_is_always_inside(hollow: Flask) -> None:
    client = hollow.test_client()
    for path in ("/n/x?a=1&b=2", "/t/1/%5Cevil", "/x//evil.example", "/n/é"):
        goal = client.get(path).location
        assert goal.startswith("/sign-in?next=/")
        assert not goal.startswith("/sign-in?next=//")


@pytest.mark.parametrize("dummy", DUMMIES)
def test_no_id_whatever_it_looks_like_makes_an_error_of_ours(app: Flask, dummy: str) -> None:
    """The real views, asked by a member for what does not exist."""
    client, _ = _enter_as(app, "outsider")
    token = token_in(client.get("/me"))
    for rule in list(app.url_map.iter_rules()):
        if rule.endpoint in ("auth.sign_out", "auth.end_other_sessions"):
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            answer = _send(client, method, _path(rule, dummy), token, "text/html")
            assert answer.status_code < 500, f"{method} {rule.rule} with {dummy}"


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


@pytest.mark.parametrize("name", [name for name, person in PEOPLE.items() if person is None or person[0] != "active"])
def test_a_socket_event_from_anybody_else_is_refused_and_the_socket_closed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = PEOPLE[name]
    me = _me(*person) if person else None
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
    me = _me(*person) if person else None
    assert admits(MACHINE, me)
    assert admits(PUBLIC, me)
    assert admits(SIGNED_IN, me) is (me is not None)
    assert admits(ACTIVE, me) is bool(me and me.is_active)
    assert admits(Access("roles", frozenset({"officer"})), me) is (name == "officer")
