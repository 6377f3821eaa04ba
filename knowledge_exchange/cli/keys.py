"""``keys init``, ``rotate``, ``status``: the file without which sealed data and hashed numbers are worth nothing."""

from __future__ import annotations

from typing import Any

import click

from knowledge_exchange.cli.console import configured, fail, with_exchange
from knowledge_exchange.core import key_file


@click.group()
def group() -> None:
    """Make the key file, or add a generation of keys."""


@group.command()
def init() -> None:
    """Make the key file where there is none (the first start does so, too)."""
    path = configured()["KE_KEY_FILE"]
    try:
        made = key_file.make(path)
    except OSError as error:
        fail(f"The key file {path} can't be written: {error.strerror or error}.")
    if not made:
        fail(f"There is a key file already: {path}. Nothing was changed; `keys rotate` replaces its keys.")
    click.echo(
        f"The keys are in {path}, readable by their owner alone. Keep a copy away from the backups: "
        "without it nobody can read sealed data or match membership numbers."
    )


@group.command()
def rotate() -> None:
    """Add new keys; what is stored is hashed and sealed again in the background."""
    settings = configured()
    path = settings["KE_KEY_FILE"]
    if not path.exists():
        fail(f"There is no key file at {path}: `keys init` makes one.")
    try:
        keys = key_file.rotate(path)
    except key_file.KeyFileError as error:
        fail(str(error))
    except OSError as error:
        fail(f"The key file {path} can't be replaced: {error.strerror or error}.")
    for sentence in _what_happens(settings, keys):
        click.echo(sentence)
    click.echo(f"The keys in {path} are new, and the earlier ones are still in it. Renew your copy of the file now.")


def _what_happens(settings: dict[str, Any], keys: key_file.Keys) -> list[str]:
    seconds = int(key_file.SETTLED_AFTER.total_seconds())
    signing = (
        "Signing: replaced, but cookies are signed with KE_SECRET_KEY: change that to end every sign-in."
        if settings["KE_SECRET_KEY"]
        else "Signing: replaced; every sign-in ends with the next start."
    )
    return [
        f"Hashing: generation {len(keys.hashing)}. Membership numbers, codes and the like are hashed again over their "
        "present hashes, for nobody has the plain text; so the earlier keys stay in the file, for ever, but none of "
        "them alone is worth anything any more.",
        f"Sealing: generation {len(keys.sealing)}. What is sealed is sealed again. The earlier keys stay for links in "
        "mail that was sent and for older backups.",
        f"Running processes notice by themselves. The work begins in {seconds} seconds, where `serve` or `worker` "
        "runs, and goes on beside everything else: `keys status` says how far it is.",
        signing,
    ]


@group.command()
@with_exchange
def status() -> None:
    """Say how many generations of keys there are, and what is not yet under the newest."""
    from knowledge_exchange.core import crypto, rekeying

    newest, current = crypto.newest_generation(), crypto.generation()
    click.echo(f"Hashing keys: {newest}; written with: the {_nth(current)}.")
    click.echo(f"Sealing keys: {crypto.newest_seal_generation()}; written with: the {_nth(crypto.seal_generation())}.")
    if current < newest:
        click.echo("The newest are too young to be used: every process is to have noticed them first.")
    waiting = {name: amount for name, amount in rekeying.waiting().items() if amount}
    for name, amount in waiting.items():
        click.echo(f"{name}: {amount:,} under earlier keys")
    if not waiting:
        click.echo("Nothing is stored under earlier keys but what keeps them: the record of acts, mail, backups.")
    for problem in rekeying.problems():
        click.echo(f"- {problem}")


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
