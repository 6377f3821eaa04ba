"""``keys init`` and ``keys rotate``: the file without which sealed data and hashed numbers are worth nothing."""

from __future__ import annotations

from typing import Any

import click

from knowledge_exchange.cli.console import configured, fail
from knowledge_exchange.core import crypto


@click.group()
def group() -> None:
    """Make the key file, or replace its keys."""


@group.command()
def init() -> None:
    """Make the key file where there is none (the first start does so, too)."""
    path = configured()["KE_KEY_FILE"]
    try:
        made = crypto.make(path)
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
    """Replace the signing and the sealing key; the hashing key stays."""
    settings = configured()
    path = settings["KE_KEY_FILE"]
    if not path.exists():
        fail(f"There is no key file at {path}: `keys init` makes one.")
    try:
        keys = crypto.rotate(path)
    except crypto.KeyFileError as error:
        fail(str(error))
    except OSError as error:
        fail(f"The key file {path} can't be replaced: {error.strerror or error}.")
    for sentence in _what_happened(settings, keys):
        click.echo(sentence)
    click.echo(f"The keys in {path} are new. Start the exchange again to use them, and renew your copy of the file.")


def _what_happened(settings: dict[str, Any], keys: crypto.Keys) -> list[str]:
    signing = (
        "Signing: replaced, but cookies are signed with KE_SECRET_KEY: change that to end every sign-in."
        if settings["KE_SECRET_KEY"]
        else "Signing: replaced; every sign-in ends with the next start."
    )
    return [
        signing,
        "Sealing: replaced for what is sealed from now on; what was sealed before stays readable "
        f"(earlier keys kept: {len(keys.earlier_sealing)}).",
        "Hashing: not replaced. Membership numbers are kept only as hashes under this key, so it can go "
        "only when the rolls are imported anew.",
    ]
