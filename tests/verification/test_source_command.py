"""``roll source``: what can be set of a source, and what is shown of it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from knowledge_exchange.cli.roll_source import group
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import RollSource
from knowledge_exchange.verification.pulling import pulls as pulling
from tests.verification.pulls import pull, row, source
from tests.verification.registries import Machine, says

pytestmark = pytest.mark.usefixtures("in_app")


def test_without_its_token_s_key_it_says_so(set_up: Machine) -> None:
    with unit_of_work():
        db.session.execute(update(RollSource).values(pull_token=b"sealed by nobody that we know, long enough"))
    assert "set it again" in pull().stderr


@pytest.mark.parametrize(
    "words",
    [
        ("No Name", "--name", "x"),
        ("unison", "--url", "http://registry.example/"),
        ("unison", "--url", "https://a:b@registry.example/"),
        ("unison", "--kind", "carrier-pigeon", "--url", "https://registry.example/"),
        ("unison", "--kind", "https"),
        ("unison", "--every", "0"),
        ("unison", "--renew-url", "javascript:alert(1)"),
        ("unison", "--name", " "),
        ("unison", "--no-pull", "--url", "https://registry.example/"),
    ],
)
def test_settings_that_can_t_be_are_bad_usage(words: tuple[str, ...]) -> None:
    done = source("set", *words)
    assert done.exit_code == 2, done.output
    assert db.session.scalar(select(func.count()).select_from(RollSource)) == 0


def test_a_token_with_a_line_break_in_it_is_refused() -> None:
    done = source("set", "unison", "--url", "https://registry.example/", "--token-file", "-", typed="two\nlines\n")
    assert done.exit_code == 2
    assert "two" not in done.output


def test_only_what_is_given_is_changed(set_up: Machine) -> None:
    token = row().pull_token
    assert "every 6 h set" in source("set", "unison", "--every", "6").output
    assert (row().name, row().pull_url, row().pull_token) == ("UNISON", set_up.url, token)
    assert "nothing was changed" in source("set", "unison", "--every", "6").output


def test_a_token_does_not_go_along_to_another_server(set_up: Machine) -> None:
    assert "token removed" in source("set", "unison", "--url", "https://elsewhere.example/roll").output
    assert row().pull_token is None


def test_a_token_stays_for_another_path_of_the_same_server(set_up: Machine) -> None:
    source("set", "unison", "--url", set_up.url + "&more")
    assert row().pull_token is not None


def test_the_list_shows_what_came_of_the_last_try(set_up: Machine) -> None:
    set_up.does(says(404))
    pull()
    said = source("list").output
    assert "unison: UNISON" in said
    assert "pulled every 24 h (https)" in said
    assert "There is no roll at this address (404)." in said


def test_a_command_of_an_unknown_source_fails_in_one_sentence() -> None:
    with pytest.raises(pulling.NotPulled):
        pulling.pull("fda")
    done = CliRunner().invoke(group, ["pull", "fda"])
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
