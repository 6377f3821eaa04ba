"""What people are written when their standing changes: that something has, never what; they read that signed in."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from knowledge_exchange.mail.actions import post_mail


def tell_of_step(member_id: int, email: str, before: str, after: str, *, by_themselves: bool) -> None:
    """Write to somebody about a step in their standing.

    Not about the first ``active``: who proved their claim sees it, and who waited for an officer gets the letter
    of the claim. Sent whatever their standing is by then.
    """
    if (before, after) == ("pending", "active"):
        return
    if after == "left":
        _post(member_id, email, _("Your account is closed"), "account_closed", by_themselves=by_themselves)
        return
    link = f"{current_app.config['KE_BASE_URL']}/me"
    _post(member_id, email, _("Something about your account has changed"), "standing_changed", link=link)


def _post(member_id: int, email: str, subject: str, template: str, **facts: Any) -> None:
    post_mail(email, subject, template, member_id=member_id, essential=True, **facts)
