"""Acts on threads and posts in the app: their pages, how they are undone, and their lines on threads' pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.moderation.acts import act_routes, acts_read, post_acts, restoring, thread_acts
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.threads.muted import last_day
from knowledge_exchange.threads.parts import part
from knowledge_exchange.threads.policy import is_mine


def init_app(app: Flask) -> None:
    """Bring them in."""
    app.register_blueprint(act_routes.blueprint)
    app.register_blueprint(acts_read.blueprint)
    for acts in (thread_acts, post_acts, restoring):
        acts.init_app(app)
    part(app, "above", _state, order=10)
    part(app, "beside", _beside, order=90)
    part(app, "post_menu", _in_menu, order=80)


def _state(_me: Me, thread: AnyRow) -> str:
    """That it is archived, or pinned until when."""
    if thread.archived_at is not None:
        return _notice(_("This thread is archived: it can be read, and no longer be answered."))
    if thread.pinned_until is not None and thread.pinned_until > now():
        return _notice(_("Pinned by moderators until %(day)s.", day=format_date(last_day(thread.pinned_until), "long")))
    return ""


def _notice(text: str) -> str:
    return Markup('<p class="notice">{}</p>').format(text)


def _beside(me: Me, thread: AnyRow) -> str:
    if not acted_as(me, thread):
        return ""
    link = Markup('<p><a class="btn btn--small" href="/t/{}/moderate">{}</a></p>')
    return link.format(thread.id, _("Moderate this thread"))


def _in_menu(me: Me, thread: AnyRow, post: AnyRow) -> str:
    if not acted_as(me, thread):
        return ""
    line = Markup('<a href="{}">{}</a>')
    found = []
    if not is_mine(thread, post.participant_id) and post_acts.offered(thread, post):
        found.append(line.format(f"/p/{post.id}/moderate", _("Moderate this post")))
    if post.parent_id is None:
        found.append(line.format(f"/t/{thread.id}/moderate", _("Moderate this thread")))
    return "".join(found)
