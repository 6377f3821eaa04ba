"""What a member has chosen for a desk that others can see holds on every page there is."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from knowledge_exchange.auth.desk import BLUR_MINUTES, OPEN, QUICK_EXIT_TO, Desk
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import shells
from knowledge_exchange.core.assets import asset_url
from knowledge_exchange.core.db import db
from tests.auth.door import EMAIL, enter, make_member, send
from tests.support.community import Community, settle
from tests.support.desks import ALL_CHOICES, choose, every_path
from tests.support.persons import Person, person

PAGE = "/settings/desk"
ALL = Desk(neutral_tab=True, plain_addresses=True, quick_exit=True, blur_minutes=5)


@pytest.fixture
def here(app: Flask) -> Community:
    """Five people, three networks, one thread."""
    community = settle(app)
    community.post_thread(community.author, "A rota with holes in it")
    return community


def desk_of(app: Flask) -> Desk:
    """What is written down for the member of these tests."""
    with app.app_context():
        row = db.session.scalars(select(Member).where(Member.email == EMAIL)).one()
        return Desk(row.neutral_tab, row.plain_addresses, row.quick_exit, row.blur_minutes)


def titles(answer: TestResponse) -> list[str]:
    return re.findall(r"<title>(.*?)</title>", answer.text, re.DOTALL)


def test_nothing_is_chosen_at_first_and_each_choice_is_kept(app: Flask, inside: FlaskClient) -> None:
    assert desk_of(app) == OPEN
    page = inside.get(PAGE)
    assert "checked" not in page.text
    assert '<option selected value="0">' in page.text
    done = send(inside, PAGE, page=PAGE, **ALL_CHOICES)
    assert (done.status_code, done.location) == (303, PAGE)
    assert desk_of(app) == ALL
    page = inside.get(PAGE)
    assert page.text.count(" checked") == 3
    assert '<option selected value="5">' in page.text
    send(inside, PAGE, page=PAGE, blur_minutes="0")
    assert desk_of(app) == OPEN


@pytest.mark.parametrize("minutes", BLUR_MINUTES)
def test_every_time_that_is_offered_can_be_had(app: Flask, inside: FlaskClient, minutes: int) -> None:
    send(inside, PAGE, page=PAGE, blur_minutes=str(minutes))
    assert desk_of(app).blur_minutes == minutes
    marked = f'data-blur-after="{minutes}"' in inside.get("/networks").text
    assert marked is (minutes > 0)


@pytest.mark.parametrize("minutes", ["7", "-5", "05", "5.0", "soon", "", "1000000000000", None])
def test_another_time_is_refused_beside_its_field_and_what_was_ticked_stays(
    app: Flask, inside: FlaskClient, minutes: str | None
) -> None:
    given = {"neutral_tab": "y"} if minutes is None else {"neutral_tab": "y", "blur_minutes": minutes}
    answer = send(inside, PAGE, page=PAGE, **given)
    assert answer.status_code == 422
    assert re.search(r'id="blur_minutes-error">.*Choose one of the times in the list', answer.text, re.DOTALL)
    assert answer.text.count(" checked") == 1
    assert desk_of(app) == OPEN


@pytest.mark.parametrize("standing", ["pending", "lapsed", "suspended"])
def test_the_page_is_for_active_members(app: Flask, client: FlaskClient, standing: str) -> None:
    enter(client, make_member(app, standing=standing))
    assert client.get(PAGE).location == "/me"
    assert client.post(PAGE).location == "/me"


def test_the_page_is_reached_from_the_other_settings_and_from_ones_own_page(inside: FlaskClient) -> None:
    for path in ("/me", "/settings/account", "/settings/email", "/settings/notifications"):
        assert f'href="{PAGE}"' in inside.get(path).text, path


def values_of(here: Community, who: Person) -> dict[str, str]:
    """Things that are there, by the name that they have in addresses."""
    thread_id = here.post_thread(here.author, "Zebra crossing halfpenny")
    post_id = here.reply(here.peer, thread_id)
    for _ in range(21):
        here.reply(here.peer, thread_id)
    notice = who.get("/notifications").text
    found = re.search(r'href="/notifications/(\d+)', notice)
    return {
        "thread_id": str(thread_id),
        "thread_slug": "zebra-crossing-halfpenny",
        "post_id": str(post_id),
        "notification_id": found[1] if found else "1",
        "slug": "north-west",
        "handle": here.handle(here.peer),
    }


def pages(app: Flask, who: Person, values: dict[str, str]) -> dict[str, TestResponse]:
    """Every page that can be asked for, and some that come of mistakes."""
    found = {path: who.get(path) for path in every_path(app, values)}
    thread = f"/t/{values['thread_id']}"
    further = ("?view=flat", "?unread", f"?reply={values['post_id']}", f"?quote={values['post_id']}", "?view=tree")
    more = [f"{thread}{query}" for query in further]
    more += [f"{thread}/{values['thread_slug']}?after={values['post_id']}", "/?show=unanswered", "/n/reps", "/no/such"]
    more += [f"/notifications/why?post={values['post_id']}", "/t/1/read", "/n/north-west/new?kind=advice"]
    found |= {path: who.get(path) for path in more}
    # Refused: what was typed is wrong, the page is too old, the address takes no such thing.
    found["empty form"] = who.post("/n/north-west/new")
    found["bad choice"] = who.post(PAGE, blur_minutes="7")
    found["old page"] = who.post("/n/north-west/new", csrf_token="of yesterday", title="Typed", body="Typed for long.")
    found["wrong way"] = who.post("/networks")
    found["gone"] = who.post("/n/nowhere/new", title="Typed", body="Typed for long.")
    return found


def of_html(found: dict[str, TestResponse]) -> dict[str, TestResponse]:
    return {path: page for path, page in found.items() if page.mimetype == "text/html" and not page.location}


@pytest.mark.parametrize("role", ["member", "officer", "membership_officer", "administrator"])
def test_every_page_keeps_to_what_was_chosen(app: Flask, here: Community, role: str) -> None:
    who = person(app, "Desi Desk", role=role) if role != "member" else here.author
    values = values_of(here, who)
    choose(who, **ALL_CHOICES)
    found = pages(app, who, values)
    with app.app_context():
        icon, ours = asset_url("notes.svg"), asset_url("favicon.svg")
    answers = of_html(found)
    assert len(answers) > 40
    assert {page.status_code for page in answers.values()} >= {200, 400, 404, 405, 422}
    for path, page in answers.items():
        if path.startswith("/unsubscribe"):
            continue  # reached from mail, and known to be nobody's in particular
        assert titles(page) == ["Notes"], path
        assert icon in page.text, path
        assert ours not in page.text, path
        assert "theme-color" not in page.text, path
        assert page.text.count(f'href="{QUICK_EXIT_TO}" rel="noreferrer nofollow" data-exit') == 1, path
        assert 'data-desk="untitled hushed plain exit" data-blur-after="5"' in page.text, path
    for path, page in found.items():
        assert "zebra-crossing" not in page.text, path
        assert "zebra-crossing" not in page.headers.get("Location", ""), path


def test_whoever_has_chosen_nothing_gets_pages_without_a_trace_of_it(app: Flask, here: Community) -> None:
    values = values_of(here, here.author)
    found = pages(app, here.author, values)
    with app.app_context():
        icon = asset_url("notes.svg")
    told: set[str] = set()
    for path, page in of_html(found).items():
        told.update(re.sub(r"^\(\d+\) ", "", title) for title in titles(page))
        for trace in ("data-desk", "data-blur-after", "data-exit", QUICK_EXIT_TO, icon):
            assert trace not in page.text, path
    assert {"Home · Knowledge Exchange", "Zebra crossing halfpenny · Knowledge Exchange"} <= told
    # So that the test above cannot pass where there are no titles to be found.
    assert sum("zebra-crossing" in page.text + page.headers.get("Location", "") for page in found.values()) > 5


@pytest.mark.parametrize(
    ("choice", "title", "icon", "words"),
    [
        ("neutral_tab", "Notes", "notes.svg", True),
        ("plain_addresses", "Notes", "favicon.svg", False),
        ("quick_exit", "A rota with holes in it · Knowledge Exchange", "favicon.svg", True),
    ],
)
def test_each_choice_stands_for_itself(
    app: Flask, here: Community, choice: str, title: str, icon: str, *, words: bool
) -> None:
    thread_id = here.post_thread(here.peer, "A rota with holes in it")
    choose(here.author, **{choice: "y"})
    page = here.author.get(f"/t/{thread_id}")
    if words:
        assert page.location == f"/t/{thread_id}/a-rota-with-holes-in-it"
        page = here.author.get(page.location)
    with app.app_context():
        assert asset_url(icon) in page.text
    assert page.status_code == 200
    assert [re.sub(r"^\(\d+\) ", "", one) for one in titles(page)] == [title]
    assert ("data-exit" in page.text) is (choice == "quick_exit")


def test_the_number_of_unread_notices_is_not_in_a_neutral_title(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    assert titles(here.author.get("/networks"))[0].startswith("(1) ")
    choose(here.author, neutral_tab="y")
    assert titles(here.author.get("/networks")) == ["Notes"]


@pytest.mark.parametrize("standing", ["suspended", "lapsed"])
def test_who_is_no_member_any_more_keeps_the_neutral_tab(app: Flask, standing: str) -> None:
    who = person(app, "Desi Desk", standing=standing, neutral_tab=True, quick_exit=True)
    for path in ("/me", "/me/leave"):
        page = who.get(path)
        assert titles(page) == ["Notes"], path
        assert "data-exit" in page.text, path


def test_visitors_have_no_choices(client: FlaskClient) -> None:
    page = client.get("/sign-in")
    assert titles(page) == ["Sign in · Knowledge Exchange"]
    assert "data-desk" not in page.text


def test_pages_are_kept_once_for_all_who_have_chosen_alike(here: Community) -> None:
    shells._kept.clear()
    for who in (here.author, here.peer, here.watcher):
        who.get("/networks")
    ordinary = len(shells._kept)
    for who in (here.author, here.peer):
        choose(who, **ALL_CHOICES)
    shells._kept.clear()
    for who in (here.author, here.peer, here.watcher):
        who.get("/networks")
    assert len(shells._kept) == 2 * ordinary


def test_ones_own_data_holds_the_choices(here: Community) -> None:
    choose(here.author, **ALL_CHOICES)
    data = here.author.get("/me/data.json").json
    assert data is not None
    assert ALL._asdict().items() <= data["account"][0].items()
