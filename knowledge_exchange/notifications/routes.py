"""The list of what one was told."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.i18n import when
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.shells import Hole
from knowledge_exchange.notifications import actions
from knowledge_exchange.notifications.pages import member_page
from knowledge_exchange.notifications.queries import ENTRIES_A_PAGE, entries, url_of
from knowledge_exchange.notifications.rows import entry_rows
from knowledge_exchange.notifications.settings import settings_of
from knowledge_exchange.notifications.settings_routes import quiet_note

blueprint = Blueprint("notifications", __name__)
_HOLES = {"rows": Hole("rows")}
_OLDER = Hole("older")
_UNTIL = Hole("quiet_until")


@blueprint.get("/notifications")
@active
def index() -> ResponseReturnValue:
    """Entries, newest first; several unread replies in one thread are one."""
    me = require_me()
    found, mine = entries(me, parse_id(request.args.get("before"))), settings_of(me.id)
    note = quiet_note(me, mine)
    shown = found[:ENTRIES_A_PAGE]
    older = f"/notifications?before={shown[-1].id}" if len(found) > ENTRIES_A_PAGE else ""
    return member_page(
        "notifications/index.html",
        me,
        {
            "nav": "notifications",
            "entries": bool(shown),
            "any_unread": bool(me.unread),
            "first_page": "before" not in request.args,
            "older": _OLDER if older else None,
            "quiet_until": _UNTIL if note else None,
            "is_paused": note is not None and note[1],
            "mail_refused": mine.refused,
        },
        {
            "rows": entry_rows(shown, me.zone),
            "older": older,
            "quiet_until": when(note[0], me.zone) if note else "",
        },
        keep=True,
        **_HOLES,
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
    goal = url_of(me, notification_id)
    with unit_of_work():
        actions.mark_notice_read(me.id, notification_id)
    return redirect(goal or url_for("notifications.index"), 303)
