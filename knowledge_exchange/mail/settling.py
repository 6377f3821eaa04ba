"""Telling whoever wrote a message what became of it."""

from __future__ import annotations

import logging

from flask import current_app

from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db

#: What can become of a message: taken by the mail server; its recipient refused; given up otherwise; not sent.
SENT, REFUSED, FAILED, DROPPED = "sent", "refused", "failed", "dropped"

log = logging.getLogger(__name__)


def has_writer() -> bool:
    """Whether messages that are written when they are sent can be: without the hook they wait."""
    return _is_filled("write_mail")


def _is_filled(hook: str) -> bool:
    return hook in current_app.extensions.get("ke_hooks", {})


def settle(message_id: int, writer: str, outcome: str) -> None:
    """Tell the room above, in the unit of work that notes the outcome, so that both hold or neither.

    A failure there is logged and undone alone: a message that was sent and not noted would be sent again.
    """
    if not writer or not _is_filled("mail_settled"):
        return
    try:
        with db.session.begin_nested():
            hooks.call("mail_settled", message_id, outcome, now())
    except Exception:
        log.exception("nobody took note of what became of a message", extra={"outcome": outcome})
