"""Every address, tried as everybody: the gate lets nobody in without a word.

A new route fails here until somebody has said who may use it: a word on the view, and, where it is for
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

from knowledge_exchange.auth.gate import ACTIVE, ANYBODY, LINK, MACHINE, PUBLIC, SETTING_UP, SIGNED_IN, Access, word_of
from knowledge_exchange.auth.me import Me
from tests.auth.door import alike, enter, make_member, token_in
from tests.auth.people import PEOPLE, WITHOUT_STANDING, me_as

MEMBERSHIP = "administrator, membership_officer"
OFFICERS = "administrator, membership_officer, officer"

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
    "auth.passkey_options": "public",
    "auth.second_page": "public",
    "auth.try_passkey": "public",
    "auth.try_reset": "public",
    "auth.try_second": "public",
    "auth.try_sign_in": "public",
    "union.back": "public",
    "union.begin": "public",
    "home.help_page": "public",
    "invited.accept": "anybody",
    "invited.page": "anybody",
    "invited.sent": "public",
    "home.index": "public",
    "home.privacy": "public",
    "house_rules.overall": "public",
    "house_rules.overall_version": "public",
    "rules_edit.edit": "administrator, officer",
    "rules_edit.save": "administrator, officer",
    "unsubscribe.page": "link",
    "unsubscribe.stop": "link",
    "auth.end_other_sessions": "signed_in",
    "auth.end_session": "signed_in",
    "auth.my_data": "signed_in",
    "auth.my_page": "signed_in",
    "auth.sign_out": "signed_in",
    "auth.add_passkey": "setting_up",
    "auth.app_page": "setting_up",
    "auth.app_picture": "setting_up",
    "auth.begin_app": "setting_up",
    "auth.confirm_app": "setting_up",
    "auth.confirm_it_is_you": "setting_up",
    "auth.confirm_options": "setting_up",
    "auth.factors_page": "setting_up",
    "auth.go_on_confirmed": "setting_up",
    "auth.make_codes": "setting_up",
    "auth.new_passkey_options": "setting_up",
    "auth.remove_app": "setting_up",
    "auth.remove_passkey": "setting_up",
    "union.confirm": "setting_up",
    "union.link": "setting_up",
    "union.unlink": "setting_up",
    "verification.verify": "signed_in",
    "verification.verify_page": "signed_in",
    "verification.evidence_page": "signed_in",
    "verification.put_evidence": "signed_in",
    "appeals.appeal_page": "signed_in",
    "appeals.make": "signed_in",
    "appeals.appeal": MEMBERSHIP,
    "appeals.decide": MEMBERSHIP,
    "appeals.queue": MEMBERSHIP,
    "own_sanctions.act_page": "signed_in",
    "own_sanctions.appeal": "signed_in",
    "own_sanctions.appeal_act": "signed_in",
    "own_sanctions.page": "signed_in",
    "aiming.suspend": "officer",
    "aiming.suspend_page": "officer",
    "acts.act": "signed_in",
    "pseudonyms_explained.opened": "signed_in",
    "official.care": "officer",
    "official.care_page": "officer",
    "official.give": "officer",
    "official.give_page": "officer",
    "unsealing.ask": "officer",
    "unsealing.form": "officer",
    "unsealing_office.one": "officer",
    "unsealing_office.queue": "officer",
    "unsealing_office.settle": "officer",
    "claims.claim": MEMBERSHIP,
    "claims.decide": MEMBERSHIP,
    "claims.queue": MEMBERSHIP,
    "leaving.ask": "signed_in",
    "leaving.leave": "signed_in",
    "invitations.page": MEMBERSHIP,
    "invitations.start": MEMBERSHIP,
    "invitations.stop": MEMBERSHIP,
    "member_acts.ask": MEMBERSHIP,
    "member_acts.do": MEMBERSHIP,
    "members.ending": MEMBERSHIP,
    "members.find": MEMBERSHIP,
    "members.find_page": MEMBERSHIP,
    "members.show": MEMBERSHIP,
    "members.suspended": MEMBERSHIP,
    "office.office": MEMBERSHIP,
    "categories.overview": MEMBERSHIP,
    "organisations.appoint": OFFICERS,
    "organisations.dismiss": OFFICERS,
    "organisations.merge": MEMBERSHIP,
    "organisations.organisation": OFFICERS,
    "organisations.overview": OFFICERS,
    "categories.add": "administrator",
    "categories.category": "administrator",
    "categories.change": "administrator",
    "roll_sources.change": "administrator",
    "roll_sources.form": "administrator",
    "roll_sources.page": MEMBERSHIP,
    "roll_sources.pull_now": MEMBERSHIP,
    "rolls.act": MEMBERSHIP,
    "rolls.change": MEMBERSHIP,
    "rolls.one": MEMBERSHIP,
    "rolls.progress": MEMBERSHIP,
    "rolls.remembered": MEMBERSHIP,
    "rolls.rows": MEMBERSHIP,
    "rolls.sources": MEMBERSHIP,
    "rolls.upload": MEMBERSHIP,
}

REACHED = 299
#: What is under it speaks JSON, whatever it is asked for.
JSON_ONLY = "/live/"
DUMMIES = ("1", str(2**63), str(10**30), "x", "%00", "..", "north-west", "a%2Fb", "é")


#: Everything that a setting brings in: here an identity provider that nobody can reach.
OFFERED = {
    "KE_OIDC_ISSUER": "http://127.0.0.1:9",
    "KE_OIDC_CLIENT_ID": "knowledge-exchange",
    "KE_OIDC_CLIENT_SECRET": "a secret of these tests",
}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(**OFFERED)


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
    app = make_app(**OFFERED, KE_BASE_URL="http://localhost")

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
    return client, me_as(standing, role)


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
        if (
            access in (MACHINE, ANYBODY, LINK)
            or (access is PUBLIC and (me is None or me.is_active))
            or _may(access, me)
        ):
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
    return access in (ACTIVE, SETTING_UP) and me.is_active


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
@pytest.mark.parametrize("name", WITHOUT_STANDING)
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
