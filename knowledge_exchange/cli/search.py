"""``search rebuild``: the index made anew from what the rooms hold, while the exchange goes on."""

from __future__ import annotations

import time

import click

from knowledge_exchange.cli.console import fail, progress, with_exchange


@click.group()
def group() -> None:
    """Make the index of the search anew."""


@group.command()
@with_exchange
def rebuild() -> None:
    """Make the index anew; it may be stopped and run again, and what is found stays found meanwhile."""
    from knowledge_exchange.core.revisions import is_migrated
    from knowledge_exchange.search import filling, tending

    if not is_migrated():
        fail("The database is not up to date: run `knowledge-exchange migrate` first.")
    began = time.monotonic()
    with progress("Indexing", max(filling.how_many(), 1)) as told:
        done = filling.rebuild(told)
    tending.settle()
    took = max(time.monotonic() - began, 0.001)
    click.echo(f"Indexed {done:,} posts and other documents in {took:.1f} s ({done / took:,.0f} a second).")
