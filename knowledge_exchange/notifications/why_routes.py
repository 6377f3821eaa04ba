"""“Why did I (not) get this?”: the page of the ledger."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications import ledger, why_words
from knowledge_exchange.notifications.ledger import Explanation, NoticeExplanation
from knowledge_exchange.notifications.routes import blueprint
from knowledge_exchange.notifications.why_ways import ways_of


@blueprint.get("/notifications/why")
@active
def why() -> ResponseReturnValue:
    """What was decided for me about a post (``post``), or why I have a notice (``notice``)."""
    me = require_me()
    found = _found(me)
    if found is None:
        abort(404)
    if isinstance(found, NoticeExplanation):
        return _notice_page(me, found)
    return _post_page(me, found)


def _found(me: Me) -> Explanation | NoticeExplanation | None:
    """What is asked about. A number that can't be one is of nothing."""
    post_id, notice_id = (parse_id(request.args.get(name)) for name in ("post", "notice"))
    if post_id is not None:
        return ledger.explain(me, post_id)
    return ledger.explain_notice(me, notice_id) if notice_id is not None else None


def _post_page(me: Me, found: Explanation) -> str:
    notice, ways = found.post.notice, found.ways
    return render_template(
        "notifications/why.html",
        me=me,
        nav="notifications",
        unread=me.unread,
        post=found.post,
        written=why_words.with_times(_("written %(at)s"), me.zone, at=found.post.written_at),
        edited=why_words.with_times(_("edited %(at)s"), me.zone, at=found.post.edited_at)
        if found.post.edited_at
        else "",
        heading=why_words.heading(found),
        rule=why_words.rule(found, me.zone),
        followed=why_words.followed(found.then, found.outcome, found.post.network_name, me.zone),
        has_changed=(found.then.level, found.then.is_network) != (found.now.level, found.now.is_network),
        doors=why_words.doors(found.post),
        ways=ways_of(notice, ways, me.zone) if notice and ways else [],
    )


def _notice_page(me: Me, found: NoticeExplanation) -> str:
    return render_template(
        "notifications/why.html",
        me=me,
        nav="notifications",
        unread=me.unread,
        post=None,
        notice=found,
        heading=why_words.notice_heading(),
        rule=why_words.notice_rule(found),
        ways=ways_of(found.notice, found.ways, me.zone),
    )
