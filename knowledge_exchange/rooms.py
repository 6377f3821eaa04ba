"""The one place that knows every room: builds the app, registers rooms, fills their hooks."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask

from knowledge_exchange.core import (
    assets,
    compression,
    config,
    crypto,
    db,
    errors,
    headers,
    i18n,
    logs,
    paths,
    templating,
)

#: Rooms with pages or tables, from the ground up. Each has ``init_app(app)``.
ROOMS = (
    "audit",
    "jobs",
    "mail",
    "auth",
    "realtime",
    "notifications",
    "networks",
    "verification",
    "threads",
    "home",
    "admin",
)


class Exchange(Flask):
    """Flask without its search for coroutines: a dozen look-ups a request, and no view of ours is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def build(given: dict[str, Any] | None) -> Flask:
    """Build the app; see :func:`knowledge_exchange.create_app`."""
    settings = config.load(given)
    wrong = config.problems(settings)
    if wrong:
        raise SystemExit("This exchange can't start yet:\n- " + "\n- ".join(wrong))
    app = Exchange(
        "knowledge_exchange",
        template_folder=str(paths.templates()),
        static_folder=str(Path(__file__).parent / "static"),
    )
    app.config.update(config.flask_settings(settings), **settings)
    app.jinja_environment = templating.SettlingEnvironment
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (logs, crypto, db, i18n, headers, errors, assets, compression):
        part.init_app(app)
    for room in ROOMS:
        import_module(f"knowledge_exchange.{room}").init_app(app)
    _register_jobs(app)
    _register_own_data()
    return app


def _register_jobs(app: Flask) -> None:
    from knowledge_exchange.jobs import register
    from knowledge_exchange.mail.jobs import SEND_EVERY_S, send_waiting
    from knowledge_exchange.realtime.replay import FORGET_EVERY_S, forget_old_events
    from knowledge_exchange.threads.jobs import RENDER_EVERY_S, forget_old_submissions, render_again

    register(app, "mail", SEND_EVERY_S, send_waiting)
    register(app, "forget events", FORGET_EVERY_S, forget_old_events)
    register(app, "render again", RENDER_EVERY_S, render_again)
    register(app, "forget submissions", FORGET_EVERY_S, forget_old_submissions)


def _register_own_data() -> None:
    from knowledge_exchange.auth.own_data import register
    from knowledge_exchange.networks import own_data as networks
    from knowledge_exchange.threads import own_data as threads
    from knowledge_exchange.verification import own_data as verification

    register("claims", verification.claims_of)
    register("roll_entries", verification.roll_entries_of)
    register("networks", networks.networks_of)
    register("requests_to_join", networks.requests_of)
    register("invitations", networks.invitations_of)
    register("posts", threads.posts_of)
    register("places_in_threads", threads.places_of)
    register("notifications", threads.notices_of)
