"""``routes`` and ``check``."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import current_app

from knowledge_exchange.cli.console import FAILED, with_exchange

#: Finer words of the gate, as those see them who only ask whether a sign-in is needed.
_PLAINLY = {"anybody": "public", "link": "public", "setting_up": "active"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_exchange
def routes(as_json: bool) -> None:
    """List every address, its methods and who may use it."""
    found = all_routes()
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for route in found:
        click.echo(f"{route['access']:<24} {','.join(route['methods']):<10} {route['rule']}")


def all_routes() -> list[dict[str, Any]]:
    """Every rule of the URL map and every socket event, with the word that the gate goes by."""
    from knowledge_exchange.auth.gate import ACTIVE, word_of

    found = []
    for rule in current_app.url_map.iter_rules():
        word = word_of(current_app.view_functions[rule.endpoint]) or ACTIVE
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        access = f"roles: {', '.join(sorted(word.roles))}" if word.roles else _PLAINLY.get(word.name, word.name)
        found.append({"rule": rule.rule, "endpoint": rule.endpoint, "methods": methods, "access": access})
    return sorted(found, key=lambda route: str(route["rule"]))


@click.command()
@with_exchange
def check() -> None:
    """Check settings, database and integrity: exit 0, or a list of what is wrong and exit 1."""
    from knowledge_exchange.audit.sealing import newest_seal
    from knowledge_exchange.cli.checking import all_problems
    from knowledge_exchange.core import rekeying
    from knowledge_exchange.core.keeping import kept_for_ever
    from knowledge_exchange.core.keeping_settings import KEPT_OF

    problems = all_problems()
    for problem in problems:
        click.echo(f"- {problem}")
    if problems:
        raise SystemExit(FAILED)
    click.echo("All is well.")
    for setting in kept_for_ever():
        click.echo(f"{setting} is 0: kept for ever are {KEPT_OF[setting]}.")
    if waiting := sum(rekeying.waiting().values()):
        click.echo(f"{waiting:,} values are still under earlier keys: `keys status` says which.")
    if seal := newest_seal():
        click.echo(f"Newest seal of the record of acts: {seal}")
