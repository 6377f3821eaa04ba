"""The page asks before it sends; the forms ask in any case."""

from __future__ import annotations

import html
import logging
import re

import pytest

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.threads import guarding
from tests.support.community import Community, settle
from tests.support.persons import Person


@pytest.fixture
def here(app: object) -> Community:
    """Five people, three networks."""
    from flask import Flask

    assert isinstance(app, Flask)
    return settle(app)


def asked(who: Person, **fields: str) -> dict[str, object]:
    """What the guard says to a form."""
    answer = who.post("/guard", **fields)
    assert answer.status_code == 200, answer.text
    said = answer.get_json()
    assert isinstance(said, dict)
    return said


def test_a_harmless_text_is_nothing_to_speak_of(here: Community) -> None:
    said = asked(here.author, title="A rota with holes", body="What do you do?")
    assert said == {"asks": False, "html": "", "texts": {}}


def test_what_is_found_is_shown_safely_with_a_button_that_masks_it(here: Community) -> None:
    body = "<script>alert(1)</script> Priya <b>Shah</b>, Dr Patel & 943 476 5919"
    said = asked(here.author, title="A title & more", body=body)
    panel = str(said["html"])
    assert said["asks"] is True
    assert "<script>" not in panel
    assert "&lt;script&gt;" in panel
    assert '<mark class="flagged">943 476 5919</mark>' in panel
    assert "an NHS number" in panel
    keys = re.findall(r'name="mask" value="([^"]+)"', panel)
    assert {"all", "hard"} <= set(keys)
    masked = asked(here.author, title="A title & more", body=body, mask=keys[0])
    assert "[NHS number]" in str(masked["texts"])


def test_only_the_fields_that_came_are_given_back(here: Community) -> None:
    assert asked(here.author, body="943 476 5919", mask="all")["texts"] == {"body": "[NHS number]"}


def test_names_of_those_in_a_thread_are_found_in_any_spelling_by_its_readers_alone(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    with here.app.app_context(), unit_of_work():
        db.session.get_one(Member, here.peer.id).name = "Zorblat Quix"
    here.reply(here.peer, thread_id)
    with here.app.app_context():
        assert "Zorblat Quix" in guarding.people_of(thread_id)
    text = "as zorblat quix wrote"
    assert asked(here.watcher, body=text, thread=str(thread_id))["asks"] is True
    assert asked(here.outsider, body=text, thread=str(thread_id))["asks"] is False
    assert asked(here.watcher, body=text)["asks"] is False


def test_ones_own_name_is_found_where_it_is_not_to_stand(here: Community) -> None:
    with here.app.app_context(), unit_of_work():
        db.session.get_one(Member, here.author.id).name = "Zorblat Quix"
    assert asked(here.author, body="yours, zorblat quix")["asks"] is False
    said = asked(here.author, body="yours, zorblat quix", voice="pseudonym", network="national")
    assert "a person’s name" in html.unescape(str(said["html"]))


def test_organisations_of_the_exchange_are_found_by_their_initials(here: Community) -> None:
    assert asked(here.author, body="we at QZFT are three")["asks"] is False
    with here.app.app_context(), unit_of_work():
        db.session.add(Organisation(code="R9Z", name="Quince Zeal NHS Foundation Trust"))
    here.app.extensions.pop("ke_organisation_index")
    assert "an organisation" in str(asked(here.author, body="we at QZFT are three")["html"])


def test_too_long_a_text_is_left_to_its_form(here: Community) -> None:
    assert asked(here.author, body="943 476 5919 " * 4000)["asks"] is False


def test_visitors_are_not_answered(here: Community) -> None:
    visitor = here.app.test_client()
    assert visitor.post("/guard", data={"body": "943 476 5919"}).status_code in (302, 400, 401, 403)


def test_the_text_is_in_no_log(here: Community, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asked(here.author, body="Xanthippe Quarrel is 943 476 5919")
    assert "Xanthippe" not in caplog.text
    assert "5919" not in caplog.text
