"""The list of what one was told."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications import actions
from knowledge_exchange.notifications.queries import ENTRIES_A_PAGE, entries, unread_count, url_of

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@active
def index() -> ResponseReturnValue:
    """Entries, newest first; several unread replies in one thread are one."""
    me = require_me()
    found = entries(me.id, parse_id(request.args.get("before")))
    shown = found[:ENTRIES_A_PAGE]
    return render_template(
        "notifications/index.html",
        me=me,
        nav="notifications",
        unread=unread_count(me.id),
        entries=shown,
        older=shown[-1].id if len(found) > ENTRIES_A_PAGE else None,
        first_page="before" not in request.args,
    )


@blueprint.post("/notifications/read")
@active
def read_all() -> ResponseReturnValue:
    """Mark every notice read."""
    with unit_of_work():
        actions.mark_all_read(require_me().id)
    return redirect(url_for("notifications.index"), 303)


@blueprint.post("/notifications/<int:notification_id>/open")
@active
def open_notice(notification_id: int) -> ResponseReturnValue:
    """Open a notice outside any thread; those of threads are read by reading the thread."""
    me = require_me()
    goal = url_of(me.id, notification_id)
    with unit_of_work():
        actions.mark_notice_read(me.id, notification_id)
    return redirect(goal or url_for("notifications.index"), 303)
