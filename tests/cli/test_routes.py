"""`routes`: every address with the word that the gate goes by."""

from __future__ import annotations

import json

from click.testing import CliRunner
from flask import Flask

from knowledge_exchange.cli.main import cli


def run(app: Flask, *words: str) -> str:
    with app.app_context():
        done = CliRunner().invoke(cli, ["routes", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_rule_of_the_exchange_is_listed_with_its_word(app: Flask) -> None:
    found = json.loads(run(app, "--json"))
    listed = {(route["rule"], route["endpoint"]) for route in found}
    assert listed == {(rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()}
    for route in found:
        assert route["access"] in {"public", "machine", "signed_in", "active"} or route["access"].startswith("roles: ")
        assert route["methods"], route


def test_the_words_are_those_that_hold(app: Flask) -> None:
    words = {route["rule"]: route["access"] for route in json.loads(run(app, "--json"))}
    assert words["/"] == words["/sign-in"] == "public"
    assert words["/healthz"] == words["/metrics"] == "machine"
    assert words["/me"] == words["/verify"] == "signed_in"
    assert words["/t/<int:thread_id>"] == words["/n/<slug>"] == "active"


def test_without_json_it_is_a_line_for_each(app: Flask) -> None:
    lines = run(app).splitlines()
    assert len(lines) == len(list(app.url_map.iter_rules()))
    assert any(line.split() == ["public", "GET", "/rules"] for line in lines)
