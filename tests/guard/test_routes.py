"""The page asks before it sends; the forms ask in any case."""

from __future__ import annotations

import html
import logging
import re

import pytest

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.guard.reviewing import MOST_SHOWN
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.threads.composing import guarding
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


def test_of_very_many_findings_the_first_are_shown_and_the_rest_counted_and_all_can_be_masked(here: Community) -> None:
    body = "Dr Patel. " * (MOST_SHOWN + 5)
    panel = str(asked(here.author, body=body)["html"])
    assert panel.count("<mark") == MOST_SHOWN
    assert "5 more are not shown here" in panel
    assert asked(here.author, body=body, mask="all")["texts"] == {"body": ("[name]. " * (MOST_SHOWN + 5)).strip("\n")}


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


THREAD = {"kind": "problem", "title": "A rota with holes in it", "voice": "pseudonym", "guard": "1"}


def test_a_form_is_stopped_until_its_very_text_was_looked_at(here: Community) -> None:
    form = {**THREAD, "body": "I asked Dr Patel."}
    stopped = here.author.post("/n/north-west/new", **form)
    assert stopped.status_code == 422
    found = re.search(r'name="looked_at" value="([^"]+)"', stopped.text)
    assert found is not None
    seen = {name: value for name, value in form.items() if name != "guard"} | {"looked_at": found.group(1)}
    changed = here.author.post("/n/north-west/new", **{**seen, "body": "I asked Dr Patel and Mrs Shah."})
    assert changed.status_code == 422
    assert here.author.post("/n/north-west/new", **seen).status_code == 303


def test_a_masked_form_comes_back_with_its_text_changed_and_can_be_posted(here: Community) -> None:
    form = {**THREAD, "voice": "own", "body": "She is 943 476 5919."}
    stopped = here.author.post("/n/north-west/new", **form)
    assert stopped.status_code == 422
    shown = here.author.post("/n/north-west/new", **form, mask="all")
    assert shown.status_code == 200
    assert ">She is [NHS number].</textarea>" in shown.text
    assert here.author.post("/n/north-west/new", **{**form, "body": "She is [NHS number]."}).status_code == 303


def test_replies_and_edits_are_stopped_like_threads(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    assert here.peer.post(f"/t/{thread_id}/replies", body="She is 943 476 5919.").status_code == 422
    post_id = here.reply(here.peer, thread_id)
    assert here.peer.post(f"/p/{post_id}/edit", body="Born: DOB 12/03/1958").status_code == 422
    assert "Ask early" in here.posts(thread_id)[1].body


def test_names_under_ones_own_name_stop_no_plain_form(here: Community) -> None:
    here.post_thread(here.author, body="I asked Dr Patel at Wythenshawe Hospital on 0161 276 1234.")


def test_visitors_are_not_answered(here: Community) -> None:
    visitor = here.app.test_client()
    assert visitor.post("/guard", data={"body": "943 476 5919"}).status_code in (302, 400, 401, 403)


def test_the_text_is_in_no_log(here: Community, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asked(here.author, body="Xanthippe Quarrel is 943 476 5919")
    assert "Xanthippe" not in caplog.text
    assert "5919" not in caplog.text
