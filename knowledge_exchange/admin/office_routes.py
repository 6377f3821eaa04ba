"""The first page of the membership office: what there is, and what waits."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.office import sections_for
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification.policy import SETTLERS

blueprint = Blueprint("office", __name__)


@blueprint.get("/admin")
@for_roles(*SETTLERS)
def office() -> ResponseReturnValue:
    """Each part of the office, with what waits there for whoever asks."""
    me = require_me()
    parts = [(part, part.waiting(me)) for part in sections_for(me)]
    return render_template("admin/office.html", parts=parts, unread=unread_count(me.id))
