"""``serve`` and ``worker``."""

from __future__ import annotations

import time

import click
from flask import Flask

from knowledge_exchange.cli.console import fail, with_exchange
from knowledge_exchange.core.config import DEFAULT_PORT


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve pages, live sockets and jobs from this one process, until SIGTERM or Ctrl-C."""
    import os

    os.environ.setdefault("PORT", str(port))
    _serve(host, port)


@with_exchange
def _serve(host: str, port: int) -> None:
    from flask import current_app

    from knowledge_exchange.core import checkpoints, logs
    from knowledge_exchange.core.db import is_sqlite
    from knowledge_exchange.jobs.runner import loops
    from knowledge_exchange.realtime import revocation
    from knowledge_exchange.realtime.server import run_embedded

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    logs.configure(app.config["KE_LOG_LEVEL"])
    require_usable()
    background = [*loops(app), revocation.watch_over(app)]
    if is_sqlite():
        app.extensions["ke_checkpointer"] = True
        background.append(lambda: checkpoints.keep_checkpointing(app))
    click.echo(f"The exchange is at http://{host}:{port} (Ctrl-C ends it).")
    if app.config["KE_DEMO"]:
        from knowledge_exchange.cli.demo import say_sign_ins

        say_sign_ins()
    run_embedded(app, host, port, background)


def require_usable() -> None:
    """End with a sentence where the database is not up to date or, in production, holds accounts of the demo."""
    from knowledge_exchange.cli.checking import has_demo_accounts
    from knowledge_exchange.core.db import db
    from knowledge_exchange.core.revisions import is_migrated

    if not is_migrated():
        fail("The database is not up to date: run `knowledge-exchange migrate` first.")
    if has_demo_accounts():
        fail("There are demo accounts in this database: their password is public. Start from an empty database.")
    # Connections opened until now were set up before the checkpointer was announced.
    db.session.remove()
    db.engine.dispose()


@click.command()
@click.option("--once", is_flag=True, help="Run each job once and end.")
@with_exchange
def worker(once: bool) -> None:
    """Run the jobs (mail and the like) in a process of their own."""
    from flask import current_app

    from knowledge_exchange.core import logs
    from knowledge_exchange.jobs.runner import loops, run_once

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    logs.configure(app.config["KE_LOG_LEVEL"])
    require_usable()
    if once:
        run_once(app)
        click.echo("Every job has run once.")
        return
    import gevent

    for loop in loops(app):
        gevent.spawn(loop)
    click.echo("The jobs are running (Ctrl-C ends them).")
    while True:
        time.sleep(3600)
