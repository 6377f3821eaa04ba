"""``bench seed`` and ``bench sessions``: what load tests need, never in production."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from typing import Any

import click
from flask import Flask, current_app

from knowledge_exchange.cli.console import fail, progress, with_exchange

CSRF_SEED_BYTES = 64


@click.group()
def group() -> None:
    """Fill a database for measurements; never in production."""


def _refuse_in_production() -> None:
    if current_app.config["KE_ENV"] == "production":
        fail("This is for measurements alone: it is refused with KE_ENV=production. Nothing was changed.")


@group.command()
@click.option("--members", type=click.IntRange(0), required=True, help="Members to add.")
@click.option("--threads", type=click.IntRange(0), required=True, help="Threads to add.")
@click.option("--posts", type=click.IntRange(0), required=True, help="Posts to add, opening posts included.")
@with_exchange
def seed(members: int, threads: int, posts: int) -> None:
    """Add invented members, threads and posts; may be run again to add more."""
    from knowledge_exchange.cli.seeding import NETWORKS, add_members, add_threads
    from knowledge_exchange.search.tending import settle

    _refuse_in_production()
    if posts < threads or (posts and not threads):
        raise click.BadParameter("each thread has an opening post, each post a thread", param_hint="--posts")
    began = time.monotonic()
    add_members(members)
    try:
        with progress("Seeding", max(posts, 1)) as told:
            if threads:
                add_threads(threads, posts, told)
    except ValueError:
        fail("There are no members yet to write the posts: give --members.")
    took = max(time.monotonic() - began, 0.001)
    # What is measured next shall not be slowed down by what a running exchange does in passing.
    settle()
    click.echo(
        f"Seeded {members:,} members, {NETWORKS} networks, {threads:,} threads, {posts:,} posts "
        f"in {took:.1f} s ({posts / took:,.0f} posts/s)."
    )


@group.command()
@click.option("--members", type=click.IntRange(1), required=True, help="How many of the bench members.")
@with_exchange
def sessions(members: int) -> None:
    """Sign bench members in: a JSON line for each, with the cookie to send."""
    from knowledge_exchange.cli.seeding import add_sign_ins

    _refuse_in_production()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    signed = add_sign_ins(members)
    for member_id, token in signed:
        click.echo(json.dumps({"member": str(member_id), "cookie": cookie_of(app, token)}))
    if len(signed) < members:
        fail(f"There are only {len(signed):,} bench members: `bench seed --members N` adds some.")


def cookie_of(app: Flask, token: str) -> str:
    """The Cookie header of a browser that signed in with this token and has seen a page with a form."""
    from flask.sessions import SecureCookieSessionInterface

    interface = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    signer = interface.get_signing_serializer(app)
    assert signer is not None
    seen: dict[str, Any] = {"_permanent": True, "_fresh": True, "_user_id": token}
    seen["csrf_token"] = hashlib.sha256(secrets.token_bytes(CSRF_SEED_BYTES)).hexdigest()
    return f"{interface.get_cookie_name(app)}={signer.dumps(seen)}"
