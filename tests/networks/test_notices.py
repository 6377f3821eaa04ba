"""Notices of networks name them only to those who may know of them."""

from __future__ import annotations

import re

import pytest

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions
from knowledge_exchange.notifications.models import Notification
from tests.networks.visiting import Networks, ask
from tests.support.persons import Person

SECRET = "north-west-reps"


def badge(who: Person) -> int:
    """The number on somebody's badge."""
    found = re.search(r'data-unread-count="(\d+)"', who.get("/").text)
    assert found is not None
    return int(found[1])


def cursor(who: Person) -> str:
    """Where the stream of events stands."""
    answer = who.get("/live/since").json
    assert answer is not None
    return str(answer["cursor"])


def invite(mod: Person, who: Person, slug: str = SECRET) -> None:
    assert mod.post(f"/n/{slug}/invitations", who=who.email).status_code == 303


def answer(who: Person, word: str) -> None:
    found = re.search(r"/networks/invitations/(\d+)", who.get("/networks").text)
    assert found is not None
    assert who.post(f"/networks/invitations/{found[1]}", answer=word).status_code == 303
    # What the answer itself said is read here, once.
    who.get("/networks")


def told(who: Person, since: str) -> str:
    """Everything that tells somebody what there is: the list, the home page, the stream."""
    pages = (who.get("/notifications"), who.get("/"), who.get(f"/live/since?after={since}"))
    return "".join(page.text for page in pages)


def test_an_invitation_is_told_while_it_waits(ann: Person, mod: Person) -> None:
    since = cursor(ann)
    invite(mod, ann)
    assert badge(ann) == 1
    assert f"invited to the network The {SECRET}" in ann.get("/notifications").text
    assert f"The {SECRET}" in ann.get(f"/live/since?after={since}").text


def test_a_private_network_that_one_has_left_is_named_nowhere(ann: Person, mod: Person) -> None:
    since = cursor(ann)
    invite(mod, ann)
    answer(ann, "accept")
    assert f"The {SECRET}" in told(ann, since)
    assert badge(ann) == 1
    assert ann.post(f"/n/{SECRET}/leave").status_code == 303
    ann.get("/networks")
    assert SECRET not in told(ann, since)
    assert badge(ann) == 0


def test_an_invitation_that_was_declined_is_told_no_more(ann: Person, mod: Person) -> None:
    since = cursor(ann)
    invite(mod, ann)
    answer(ann, "decline")
    assert SECRET not in told(ann, since)
    assert badge(ann) == 0


def test_an_old_notice_leads_nowhere_either(mod: Person, networks: Networks) -> None:
    with unit_of_work():
        notice = Notification(
            member_id=mod.id, kind="network_request", text="x", url=f"/n/{SECRET}", network_id=networks[SECRET]
        )
        db.session.add(notice)
        db.session.flush()
        number = notice.id
    assert mod.post(f"/notifications/{number}/open").location == f"/n/{SECRET}"
    with unit_of_work():
        actions.leave(mod.id, networks[SECRET])
    assert mod.post(f"/notifications/{number}/open").location == "/notifications"


@pytest.mark.parametrize(("decision", "words"), [("accept", "You are now in"), ("refuse", "did not let you in")])
def test_what_a_closed_network_answered_is_told_to_whoever_asked(
    ann: Person, mod: Person, decision: str, words: str
) -> None:
    number = ask(ann)
    assert "Somebody asks to join The board-directors" in mod.get("/notifications").text
    assert mod.post(f"/n/board-directors/requests/{number}", decision=decision, reason="Not yet.").status_code == 303
    assert words in ann.get("/notifications").text
    assert badge(ann) == 1
