"""Addresses at work: known as such, warned of in plain words, and taken all the same by whoever says so."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from knowledge_exchange.auth.addresses import is_employers
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Organisation
from tests.auth.conftest import Clock
from tests.auth.door import EMAIL, PASSWORD, alike, enter, mail_to, make_member, send, writing

WORK = "new.person@leeds.nhs.uk"


def join(client: FlaskClient, email: str = WORK, **form: str) -> TestResponse:
    return send(client, "/join", email=email, **{"name": "New Person", "password": PASSWORD, **form})


@pytest.fixture
def trust(app: Flask) -> None:
    """An organisation with domains of its own."""
    with writing(app):
        facts = {"code": "R0A", "name": "A trust", "domains": "northtrust.org Care_Group.example xn--mnch-0ra.example"}
        db.session.add(Organisation(**facts))


@pytest.mark.usefixtures("trust")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a@nhs.net", True),
        ("a@NHS.NET", True),
        ("a@leedsth.nhs.uk", True),
        ("a@wales.nhs.uk", True),
        ("a@dhsc.gov.uk", True),
        ("a@sub.mod.uk", True),
        ("a@gov.scot", True),
        ("a@hscni.net", True),
        ("a@northtrust.org", True),
        ("a@mail.northtrust.org", True),
        ("a@care_group.example", True),
        ("a@careXgroup.example", False),
        ("a@münch.example", True),
        ("a@mail.MÜNCH.example", True),
        ("a@xn--mnch-0ra.example", True),
        ("a@munch.example", False),
        ("a@nhs．uk", True),
        ("a@northtrust.org.example", False),
        ("a@trust.org", False),
        ("a@org", False),
        ("a@notnhs.net", False),
        ("a@nhs.net.example", False),
        ("nhs.net@home.example", False),
        ("a@gmail.example", False),
        ("a@%", False),
        ("nothing", False),
        ("", False),
        ("a@" + "x." * 500 + "uk", False),
    ],
)
def test_an_employer_s_address_is_known_by_its_domain(app: Flask, address: str, expected: bool) -> None:
    with app.app_context():
        assert is_employers(address) is expected


def test_who_joins_with_an_address_at_work_is_warned_and_loses_nothing(app: Flask, client: FlaskClient) -> None:
    answer = join(client, handle="blue-kettle")
    assert answer.status_code == 400
    for words in ("Is that your address at work?", "Your employer may be able to read", "Use it all the same"):
        assert words in answer.text
    for typed in (WORK, "New Person", "blue-kettle"):
        assert f'value="{typed}"' in answer.text
    assert mail_to(app, WORK) == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Member)) == 0


def test_a_private_address_then_goes_on(app: Flask, client: FlaskClient) -> None:
    join(client)
    assert join(client, "new@home.example").location == "/join/sent"
    assert len(mail_to(app, "new@home.example")) == 1


def test_who_says_so_uses_it_all_the_same(app: Flask, client: FlaskClient) -> None:
    assert join(client, use_anyway="y").location == "/join/sent"
    assert len(mail_to(app, WORK)) == 1


def test_the_warning_comes_with_whatever_else_is_wrong(client: FlaskClient) -> None:
    answer = join(client, password="short", name="")
    assert answer.status_code == 400
    for words in ("Is that your address at work?", "at least 12", "Type your name."):
        assert words in answer.text
    kept = join(client, password="short", use_anyway="y")
    assert "checked" in kept.text


def test_the_warning_tells_nothing_about_accounts(app: Flask, client: FlaskClient, still: Clock) -> None:
    app.config["KE_MIN_ANSWER_MS"] = 300
    make_member(app, "known@leeds.nhs.uk")
    make_member(app, "half@leeds.nhs.uk", confirmed=False)
    emails = [WORK, "known@leeds.nhs.uk", "half@leeds.nhs.uk"]
    for form in ({}, {"use_anyway": "y"}):
        assert len({alike(join(client, email, **form), email) for email in emails}) == 1
    assert still.slept == pytest.approx([0.3] * 6)


def test_the_page_says_nothing_of_it_before(client: FlaskClient) -> None:
    assert "Use it all the same" not in client.get("/join").text


@pytest.mark.parametrize(("email", "hint"), [("ann@nhs.net", True), (EMAIL, False)])
def test_one_s_own_page_hints_at_it(app: Flask, client: FlaskClient, email: str, hint: bool) -> None:
    enter(client, make_member(app, email))
    page = client.get("/me").text
    assert ("Give a private one" in page) == hint
    assert 'href="/settings/email"' in page
