"""The one place that knows every room: builds the app, registers rooms, fills their hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue

from knowledge_exchange.core import (
    assets,
    compression,
    config,
    crypto,
    db,
    errors,
    headers,
    i18n,
    keyed_tags,
    logs,
    paths,
    templating,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Rooms with pages or tables, from the ground up. Each has ``init_app(app)``.
ROOMS = (
    "audit",
    "jobs",
    "mail",
    "auth",
    "realtime",
    "notifications",
    "networks",
    "search",
    "verification",
    "threads",
    "moderation",
    "home",
    "admin",
)
#: Rooms that keep something under keys, or for a time only. Each has ``keeping.init_app(app)``.
KEEPERS = ("verification", "auth", "audit", "networks", "notifications", "mail", "realtime", "threads", "moderation")


class Page(Response):
    """A whole page in UTF-8, status and headers all set: nothing is worked out again when it is sent."""

    def __init__(self, html: bytes) -> None:
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(html)))]
        super().__init__([html], headers=headers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send it."""
        start_response(self.status, self.headers.to_wsgi_list())
        return () if environ["REQUEST_METHOD"] == "HEAD" else cast(list[bytes], self.response)


class Exchange(Flask):
    """Flask without what no page of ours uses: coroutines, and hooks for single blueprints.

    Looking for them at every request takes a tenth of a page's time.
    """

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func

    def make_response(self, rv: Any) -> Response:
        """An answer from what a view gives; of bytes, a page."""
        return Page(rv) if isinstance(rv, bytes) else super().make_response(rv)

    def preprocess_request(self) -> ResponseReturnValue | None:
        """What is to be done before every view: the gate."""
        answer = None
        for before in self.before_request_funcs[None]:
            answer = answer or before()
        return cast("ResponseReturnValue | None", answer)

    def process_response(self, response: Response) -> Response:
        """What is to be done after every view."""
        for after in reversed(self.after_request_funcs[None]):
            response = cast(Response, after(response))
        self.session_interface.save_session(self, request_ctx.session, response)
        return response


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
    for part in (logs, crypto, db, keyed_tags, i18n, headers, errors, assets, compression):
        part.init_app(app)
    for room in ROOMS:
        import_module(f"knowledge_exchange.{room}").init_app(app)
    for room in KEEPERS:
        import_module(f"knowledge_exchange.{room}.keeping").init_app(app)
    _register_jobs(app)
    _register_own_data()
    _register_own_writing()
    _drop_idle_hooks(app)
    return app


def _drop_idle_hooks(app: Flask) -> None:
    """Leave out the hooks of extensions that look for something at every request and never find it here.

    Flask-WTF's check (the gate calls it, csrf.py), Flask-Limiter's look for limits of the whole app and its
    headers (each limited view counts by itself), Flask-Login's cookie that remembers (there is none).
    """
    every: tuple[list[Any], list[Any]] = (app.before_request_funcs[None], app.after_request_funcs[None])
    for hooks in every:
        hooks[:] = [hook for hook in hooks if _module_of(hook).startswith("knowledge_exchange.")]


def _module_of(hook: Any) -> str:
    """Where the function is written; of a bound method, where its class is."""
    if isinstance(hook, partial):
        hook = hook.func
    return str(hook.__module__)


def _register_jobs(app: Flask) -> None:
    from knowledge_exchange.audit.sealing import SEAL_EVERY_S, seal_waiting
    from knowledge_exchange.auth.sealed_list import LOOK_EVERY_S, keep_lists
    from knowledge_exchange.core.keeping import FORGET_EVERY_S, forget_what_is_due
    from knowledge_exchange.core.rekeying import LIFT_EVERY_S, lift_waiting
    from knowledge_exchange.jobs import register
    from knowledge_exchange.mail import jobs as mail
    from knowledge_exchange.moderation.acts.final import finish_due
    from knowledge_exchange.moderation.appeals.appeal_jobs import APPEALS_EVERY_S, look_after_appeals
    from knowledge_exchange.moderation.cases.case_clock import ESCALATE_EVERY_S, escalate_due
    from knowledge_exchange.moderation.insight.insight import LOOK_EVERY_S as INSIGHT_EVERY_S
    from knowledge_exchange.moderation.insight.insight import work_out
    from knowledge_exchange.moderation.jobs import look_after_requests
    from knowledge_exchange.moderation.limits import FINISH_EVERY_S
    from knowledge_exchange.moderation.limits import LOOK_EVERY_S as REQUESTS_EVERY_S
    from knowledge_exchange.moderation.official.official_reviews import LOOK_EVERY_S as REVIEWS_EVERY_S
    from knowledge_exchange.moderation.official.official_reviews import open_reviews
    from knowledge_exchange.moderation.sanctions.sanction_jobs import SANCTIONS_EVERY_S, look_after_sanctions
    from knowledge_exchange.notifications.digest import DIGEST_EVERY_S, send_digests
    from knowledge_exchange.notifications.mailing import DECIDE_EVERY_S, decide
    from knowledge_exchange.threads.drafts.draft_content import EMPTY_EVERY_S, empty_lockers
    from knowledge_exchange.threads.holding.waiting import PUBLISH_EVERY_S, publish_due
    from knowledge_exchange.threads.jobs import RENDER_EVERY_S, render_again
    from knowledge_exchange.verification.claims.reminding import REMIND_EVERY_S, remind
    from knowledge_exchange.verification.inviting.invitations import INVITE_EVERY_S, invite_waiting
    from knowledge_exchange.verification.pulling.jobs import PULL_EVERY_S, pull_rolls
    from knowledge_exchange.verification.rolls.leaving import FOLLOW_EVERY_S, follow_rolls
    from knowledge_exchange.verification.uploads.job import READ_EVERY_S, SWEEP_EVERY_S, read_waiting, sweep

    register(app, "keep sealed lists", LOOK_EVERY_S, keep_lists)
    register(app, "invite", INVITE_EVERY_S, invite_waiting)
    register(app, "follow the rolls", FOLLOW_EVERY_S, follow_rolls)
    register(app, "remind of claims", REMIND_EVERY_S, remind)
    register(app, "pull the rolls", PULL_EVERY_S, pull_rolls)
    register(app, "read uploaded rolls", READ_EVERY_S, read_waiting)
    register(app, "sweep staged rolls", SWEEP_EVERY_S, sweep)
    register(app, "mail", mail.SEND_EVERY_S, mail.send_waiting)
    register(app, "forget refusals", mail.FORGET_EVERY_S, mail.forget_refusals)
    register(app, "mail of notices", DECIDE_EVERY_S, decide)
    register(app, "digests", DIGEST_EVERY_S, send_digests)
    register(app, "pseudonyms to open", REQUESTS_EVERY_S, look_after_requests)
    register(app, "finish acts", FINISH_EVERY_S, finish_due)
    register(app, "sanctions", SANCTIONS_EVERY_S, look_after_sanctions)
    register(app, "appeals", APPEALS_EVERY_S, look_after_appeals)
    register(app, "clock of cases", ESCALATE_EVERY_S, escalate_due)
    register(app, "insight", INSIGHT_EVERY_S, work_out)
    register(app, "official answers to review", REVIEWS_EVERY_S, open_reviews)
    register(app, "forget what is due", FORGET_EVERY_S, forget_what_is_due)
    register(app, "seal the record", SEAL_EVERY_S, seal_waiting)
    register(app, "lift to new keys", LIFT_EVERY_S, lift_waiting)
    register(app, "render again", RENDER_EVERY_S, render_again)
    register(app, "empty lockers of discarded drafts", EMPTY_EVERY_S, empty_lockers)
    register(app, "publish what waits", PUBLISH_EVERY_S, publish_due)


def _register_own_data() -> None:
    """What is handed out to members of their membership, their networks and what was decided about them."""
    from knowledge_exchange.auth.own_data import register
    from knowledge_exchange.moderation.appeals.appeal_queries import own_appeals
    from knowledge_exchange.moderation.notes import notes_about, notes_by
    from knowledge_exchange.moderation.own_data import acts_on_posts_of, openings_of, rules_accepted_by
    from knowledge_exchange.moderation.reports.own_reports import reports_of
    from knowledge_exchange.moderation.sanctions.sanction_queries import own_sanctions
    from knowledge_exchange.networks import own_data as networks
    from knowledge_exchange.networks.mutes import own_mutes
    from knowledge_exchange.networks.removals import own_removals
    from knowledge_exchange.verification import own_data as verification

    register("claims", verification.claims_of)
    register("appeals", verification.appeals_of)
    register("roll_entries", verification.roll_entries_of)
    register("letters_of_invitation", verification.letters_of_invitation_to)
    register("networks", networks.networks_of)
    register("levels_of_networks", networks.levels_of)
    register("removals_from_networks", own_removals)
    register("mutes_in_networks", own_mutes)
    register("sanctions", own_sanctions)
    register("acts_of_moderators", acts_on_posts_of)
    register("appeals_against_moderation", own_appeals)
    register("pseudonyms_opened", openings_of)
    register("reports", reports_of)
    register("rules_accepted", rules_accepted_by)
    register("notes_of_moderators_about_you", notes_about)
    register("notes_on_cases", notes_by)
    register("requests_to_join", networks.requests_of)
    register("invitations", networks.invitations_of)
    register("link_manager", networks.link_manager_of)


def _register_own_writing() -> None:
    """Likewise of what they write, read and choose."""
    from knowledge_exchange.auth.own_data import register
    from knowledge_exchange.networks import profiles
    from knowledge_exchange.notifications import settings
    from knowledge_exchange.threads import own_data as threads
    from knowledge_exchange.threads.curation import lasting_data
    from knowledge_exchange.threads.drafts.draft_list import drafts_of
    from knowledge_exchange.threads.files import attachments
    from knowledge_exchange.threads.shelf import shelf_shown
    from knowledge_exchange.threads.tags import tag_follows

    register("posts", threads.posts_of)
    register("drafts", drafts_of)
    register("places_in_threads", threads.places_of)
    register("bookmarks", shelf_shown.bookmarks_of)
    register("recently_read", shelf_shown.recent_of)
    register("uploaded", attachments.uploaded_of)
    register("levels_over_time", threads.levels_of)
    register("marks_of_yours", threads.marks_of)
    register("notifications", threads.notices_of)
    register("profile", profiles.profile_of)
    register("tags_that_you_follow", tag_follows.tags_followed_by)
    register("summaries_of_threads", lasting_data.summaries_of)
    register("asked_for_a_summary", lasting_data.asks_of)
    register("what_happened_in_the_end", lasting_data.outcomes_of)
    register("notice_settings", settings.own_settings)
    register("notice_choices", settings.own_choices)
