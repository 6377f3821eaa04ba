"""Setting up networks, and giving access back, from the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.cli.checking import has_demo_accounts
from knowledge_exchange.cli.member import group as member
from knowledge_exchange.cli.network import group as network
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Network, NetworkMembership
from tests.support.persons import facts_of, person


def run(app: Flask, command: object, *words: str) -> Result:
    """Run a command as the operator does."""
    with app.app_context():
        return CliRunner().invoke(command, words)  # type: ignore[arg-type]


def slugs(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(Network.slug)))


def test_the_standard_networks_are_made_once(app: Flask) -> None:
    assert run(app, network, "standard").output == "12 networks made, 0 were there already.\n"
    assert run(app, network, "standard").output == "0 networks made, 12 were there already.\n"
    assert {"north-west", "northern-ireland", "national", "ask-an-officer"} <= slugs(app)


def test_a_network_is_made_and_not_twice(app: Flask) -> None:
    words = ("create", "theatre-managers", "--name", "Theatre managers", "--visibility", "open")
    assert run(app, network, *words).exit_code == 0
    again = run(app, network, *words)
    assert (again.exit_code, "already" in again.output) == (1, True)
    assert slugs(app) == {"theatre-managers"}


@pytest.mark.parametrize("slug", ["Theatre Managers", "a/b", "-x-", ""])
def test_a_slug_that_cannot_stand_in_an_address_is_bad_usage(app: Flask, slug: str) -> None:
    assert run(app, network, "create", slug, "--name", "X").exit_code == 2


def test_somebody_becomes_a_moderator_and_a_plain_member_again(app: Flask) -> None:
    ann = person(app, "Ann Active")
    run(app, network, "create", "leads", "--name", "Leads")
    for words, role in ((), "moderator"), (("--remove",), "member"):
        assert run(app, network, "moderator", "leads", ann.email, *words).exit_code == 0
        with app.app_context():
            assert db.session.scalar(select(NetworkMembership.role)) == role
    assert run(app, network, "moderator", "leads", "nobody@example.org").exit_code == 1
    assert run(app, network, "moderator", "nowhere", ann.email).exit_code == 1


def test_somebody_leads_the_moderators_until_they_are_a_plain_member_again(app: Flask) -> None:
    ann = person(app, "Ann Active")
    run(app, network, "create", "leads", "--name", "Leads")
    for words, leads in (("--lead",), True), (("--remove",), False), ((), False):
        assert run(app, network, "moderator", "leads", ann.email, *words).exit_code == 0
        with app.app_context():
            assert db.session.scalar(select(NetworkMembership.is_lead)) is leads
    assert run(app, network, "moderator", "leads", ann.email, "--lead", "--remove").exit_code == 2


def test_a_suspended_member_gets_their_access_back(app: Flask) -> None:
    ann = person(app, "Ann Active")
    with app.app_context(), unit_of_work():
        change_standing(ann.id, "suspended", "A test.", None)
    assert "active again" in run(app, member, "reinstate", ann.email, "--reason", "It was a mistake.").output
    with app.app_context():
        assert facts_of(ann.id).standing == "active"
    assert "already" in run(app, member, "reinstate", ann.email, "--reason", "It was a mistake.").output


def test_a_production_finds_demo_accounts(app: Flask) -> None:
    person(app, "Dee Demo", email="member@demo.example")
    with app.app_context():
        assert not has_demo_accounts()
        app.config["KE_ENV"] = "production"
        assert has_demo_accounts()


def test_the_database_is_for_its_owner_only(app: Flask) -> None:
    from knowledge_exchange import create_app

    folder = app.config["KE_DATA_DIR"] / "other"
    create_app({"KE_DATA_DIR": folder, "KE_SECRET_KEY": "x" * 32})
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, folder / "exchange.sqlite3")}
    assert modes == {"other": 0o700, "exchange.sqlite3": 0o600}


def test_ones_own_data_holds_ones_posts_and_networks(app: Flask) -> None:
    from tests.support.community import settle

    here = settle(app)
    thread_id = here.post_thread(here.author, body="My own words")
    here.reply(here.peer, thread_id, "Not mine")
    data = here.author.get("/me/data.json").json
    assert data is not None
    assert [post["body"] for post in data["posts"]] == ["My own words"]
    assert {row["slug"] for row in data["networks"]} == {"north-west", "reps"}
    assert data["notifications"]
    assert "Not mine" not in str(data["posts"])
