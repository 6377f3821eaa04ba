"""Writing: new threads and replies. Render first, then one unit of work."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import REPLY_LIMIT, THREAD_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import actions, policy, queries
from knowledge_exchange.threads.forms import check_body, check_thread, clean_text
from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_KEY_CHARS, MAX_TITLE_CHARS
from knowledge_exchange.threads.listing import my_networks
from knowledge_exchange.threads.locking import locked_thread
from knowledge_exchange.threads.models import KINDS
from knowledge_exchange.threads.network_mentions import MOST_MENTIONED, too_large
from knowledge_exchange.threads.page import Wish, base_url, show
from knowledge_exchange.threads.routes import DRAFT_DONE, blueprint, visible_post, visible_thread
from knowledge_exchange.threads.words import kinds


@blueprint.get("/ask")
@active
def ask() -> ResponseReturnValue:
    """Choose the network in which to ask."""
    me = require_me()
    return render_template(
        "threads/ask.html", me=me, nav="ask", networks=my_networks(me.id), unread=unread_count(me.id)
    )


@blueprint.get("/n/<slug>/new")
@active
def new_thread(slug: str) -> ResponseReturnValue:
    """The form of a new thread."""
    kind = request.args.get("kind", "problem")
    return _new_thread_page(slug, {"kind": kind if kind in KINDS else "problem"}, {})


def _new_thread_page(slug: str, values: dict[str, str], errors: dict[str, str]) -> str:
    me = require_me()
    network = network_for(me, slug) or abort(404)
    if not network.may_read:
        abort(404)
    return render_template(
        "threads/new.html",
        me=me,
        nav="ask",
        network=network,
        values=values,
        errors=errors,
        kinds={
            kind: words for kind, words in kinds().items() if policy.may_start(me, kind, network.my_role or "member")
        },
        form_key=request.form.get("key") or secrets.token_urlsafe(16),
        max_title=MAX_TITLE_CHARS,
        max_body=MAX_BODY_CHARS,
        unread=unread_count(me.id),
    )


@blueprint.post("/n/<slug>/new")
@active
@limiter.limit(THREAD_LIMIT)
def post_thread(slug: str) -> ResponseReturnValue:
    """Open a thread."""
    me, key = require_me(), _form_key()
    network = network_for(me, slug) or abort(404)
    if not network.may_read:
        abort(404)
    values, errors = check_thread(request.form)
    if not policy.may_start(me, values["kind"], network.my_role) and not errors:
        errors = {"kind": _("Join the network first; announcements come from its moderators.")}
    if errors or not me.may_start:
        return _new_thread_page(slug, values, errors), 422 if me.may_start else 403
    text = actions.written(values["body"])

    def write() -> int:
        now_in = network_for(me, slug) or abort(404)
        if not policy.may_start(me, values["kind"], now_in.my_role):
            abort(404)
        return actions.start_thread(me, now_in.id, values["kind"], values["title"], text)[1]

    post_id = _once(me, key, write)
    session[DRAFT_DONE] = f"new:{slug}"
    _say_who_is_not_told(me, text)
    found, _post = visible_post(me, post_id)
    return redirect(base_url(found), 303)


@blueprint.post("/t/<int:thread_id>/replies")
@active
@limiter.limit(REPLY_LIMIT)
def post_reply(thread_id: int) -> ResponseReturnValue:
    """Answer a post."""
    me, key = require_me(), _form_key()
    found = visible_thread(me, thread_id)
    body = clean_text(request.form.get("body", ""))
    parent_id = parse_id(request.form.get("parent")) or found.opening_post_id
    errors = check_body(body)
    if not policy.may_reply(me, found):
        errors = {"body": _("You can't reply here now. Your text is kept below.")}
    if errors:
        wish = Wish(me.thread_view, None, parent_id, typed=body, key=key, errors=errors)
        return show(me, found, wish), 422 if me.may_reply else 403
    text = actions.written(body)

    def write() -> int:
        now_in = locked_thread(me, thread_id)
        parent = queries.post_by_id(parent_id)
        if not policy.may_reply(me, now_in) or parent is None or parent.thread_id != thread_id:
            abort(404)
        return actions.reply(me, now_in, parent, text)

    post_id = _once(me, key, write)
    session[DRAFT_DONE] = f"reply:{thread_id}"
    _say_who_is_not_told(me, text)
    return redirect(url_for("threads.post", post_id=post_id), 303)


def _say_who_is_not_told(me: Me, text: actions.Text) -> None:
    for name in too_large(me, text.mentions):
        said = _("%(network)s has more than %(most)s members: nobody was told by naming it.")
        flash(said % {"network": name, "most": MOST_MENTIONED}, "info")


def _form_key() -> str:
    return request.form.get("key", "")[:MAX_KEY_CHARS]


def _once(me: Me, key: str, write: Callable[[], int]) -> int:
    """Write, unless this very form was taken before; the id of the post that it made."""
    try:
        return _write_once(me, key, write)
    except IntegrityError:
        # Another process took the same form at the same moment: now its row can be seen.
        return _write_once(me, key, write)


def _write_once(me: Me, key: str, write: Callable[[], int]) -> int:
    with unit_of_work():
        earlier = actions.earlier_submission(me, key)
        if earlier is not None:
            return earlier
        post_id = write()
        actions.note_submission(me, key, post_id)
        return post_id
