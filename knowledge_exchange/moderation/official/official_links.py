"""What officers find beside a thread and in a post's menu: the way to answer for the union, and to keep that up."""

from __future__ import annotations

from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.threads.policy import is_official, may_answer_officially

_LINK = Markup('<p><a class="btn btn--small" href="{}">{}</a></p>')


def beside(me: Me, thread: AnyRow) -> str:
    """For officers, beside the talk; nobody else's page holds a word of it."""
    if not may_answer_officially(me):
        return ""
    give = _LINK.format(f"/t/{thread.id}/official", _("Answer officially"))
    if thread.official_id is None:
        return give
    care = _LINK.format(f"/p/{thread.official_id}/official", _("Look after the official answer"))
    return care if thread.official_withdrawn_at is None else care + give


def post_menu(me: Me, _thread: AnyRow, post: AnyRow) -> str:
    """In the menu of an official answer."""
    if not is_official(post):
        return ""
    history = Markup('<a href="/p/{}/official/history">{}</a>').format(post.id, _("Versions of this official answer"))
    if not may_answer_officially(me):
        return history
    return history + Markup('<a href="/p/{}/official">{}</a>').format(post.id, _("Change, confirm or withdraw it"))
