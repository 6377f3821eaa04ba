"""What an active member may change about their account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from knowledge_exchange.auth.models import Member, TakenHandle
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from tests.auth.door import EMAIL, PASSWORD, enter, is_in, mail_to, make_member, send, try_sign_in

PAGE = "/settings/account"
OTHER = "second-harbour-kettle"


def column(app: Flask, name: str) -> object:
    with app.app_context():
        return db.session.scalar(select(getattr(Member, name)).where(Member.email == EMAIL))


def test_a_new_password_ends_all_other_sign_ins_and_renews_this_one(app: Flask, inside: FlaskClient, ann: int) -> None:
    elsewhere, thief = app.test_client(), app.test_client()
    enter(elsewhere, ann)
    copied = inside.get_cookie("__Host-ke_session")
    assert copied is not None
    thief.set_cookie("__Host-ke_session", copied.value)
    done = send(inside, f"{PAGE}/password", page=PAGE, current_password=PASSWORD, new_password=OTHER)
    assert done.location == PAGE
    assert is_in(inside)
    assert not is_in(elsewhere)
    assert not is_in(thief)
    assert try_sign_in(elsewhere, password=OTHER).status_code == 303
    assert "has just been changed" in mail_to(app, EMAIL)[0].text


@pytest.mark.parametrize(
    ("current", "new", "told"),
    [
        ("not the password", OTHER, "isn&#39;t the password"),
        (PASSWORD, "short", "at least 12"),
        (PASSWORD, "password12345", "first that"),
        ("", OTHER, "Type the password"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_nor_to_a_weak_one(
    inside: FlaskClient, current: str, new: str, told: str
) -> None:
    answer = send(inside, f"{PAGE}/password", page=PAGE, current_password=current, new_password=new)
    assert answer.status_code == 400
    assert told in answer.text
    assert try_sign_in(inside.application.test_client()).status_code == 303


def test_a_handle_is_chosen_freely_once_then_changed_yearly_and_none_comes_back(
    app: Flask, inside: FlaskClient, ann: int
) -> None:
    def take(handle: str) -> int:
        return send(inside, f"{PAGE}/handle", page="/me", handle=handle).status_code

    assert take("Grey-Heron") == 303
    assert column(app, "handle") == "grey-heron"
    assert take("white-heron") == 400
    assert "once a year" in inside.get(PAGE).text
    year = clock.now() + timedelta(days=366)
    with clock.held(year):
        enter(inside, ann)
        assert take("white-heron") == 303
    with clock.held(year + timedelta(days=366)):
        enter(inside, ann)
        assert take("grey-heron") == 400
    with app.app_context():
        assert set(db.session.scalars(select(TakenHandle.handle))) == {"grey-heron", "white-heron"}


@pytest.mark.parametrize("handle", ["", "ann-at-sea", "officer", "x", "taken-one"])
def test_a_handle_must_keep_the_rules(app: Flask, inside: FlaskClient, handle: str) -> None:
    make_member(app, "bob@example.org", name="Bob", handle="taken-one")
    answer = send(inside, f"{PAGE}/handle", page=PAGE, handle=handle)
    assert answer.status_code == 400
    assert column(app, "handle") is None


def test_zone_and_view_of_threads_are_remembered(app: Flask, inside: FlaskClient) -> None:
    send(inside, f"{PAGE}/reading", page=PAGE, zone="America/St_Johns", thread_view="flat")
    assert (column(app, "zone"), column(app, "thread_view")) == ("America/St_Johns", "flat")
    assert '<option selected value="America/St_Johns"' in inside.get(PAGE).text


@pytest.mark.parametrize(("zone", "view"), [("Mars/Olympus", "tree"), ("Europe/London", "spiral"), ("", "")])
def test_zones_and_views_that_do_not_exist_are_refused(app: Flask, inside: FlaskClient, zone: str, view: str) -> None:
    answer = send(inside, f"{PAGE}/reading", page=PAGE, zone=zone, thread_view=view)
    assert answer.status_code == 400
    assert (column(app, "zone"), column(app, "thread_view")) == ("Europe/London", "tree")


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_the_settings_are_for_active_members(app: Flask, client: FlaskClient, standing: str) -> None:
    enter(client, make_member(app, standing=standing))
    assert client.get(PAGE).location == "/me"
    for part in ("password", "handle", "reading"):
        assert client.post(f"{PAGE}/{part}").location == "/me"
