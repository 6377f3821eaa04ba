"""What only its author sees: posts that wait, and what they wrote under pseudonyms."""

from __future__ import annotations

import secrets

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import REPLY_LIMIT, SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import policy, queries
from knowledge_exchange.threads.composing.choosing import Choice
from knowledge_exchange.threads.holding import holding, waiting
from knowledge_exchange.threads.limits import MAX_BODY_CHARS
from knowledge_exchange.threads.routes import DRAFT_DONE, blueprint
from knowledge_exchange.threads.veils import own_pseudonyms
from knowledge_exchange.threads.veils.seen_by import audience_line
from knowledge_exchange.threads.words import held_because, kinds
from knowledge_exchange.threads.writing import thread_form


@blueprint.get("/me/waiting")
@active
def waiting_page() -> ResponseReturnValue:
    """Posts that wait for their moment, and those that could not be posted."""
    me = require_me()
    found, held = waiting.of_member(me.id), holding.of_member(me.id)
    every: list[waiting.Waiting | holding.Held] = [*found, *held]
    return render_template(
        "threads/waiting.html",
        me=me,
        nav="me",
        held=[one for one in held if not one.outcome],
        sent_back=[one for one in held if one.outcome],
        waiting=[one for one in found if not one.failed],
        failed=[one for one in found if one.failed],
        where={one.id: _where(me, one) for one in every},
        reasons=_reasons(),
        held_because=held_because(),
        minutes=waiting.LATEST.seconds // 60,
        draft_done=session.pop(DRAFT_DONE, None),
        unread=unread_count(me.id),
    )


def my_waiting() -> dict[str, int]:
    """For one's own page: how many posts wait, and how many could not be posted."""
    me_id = require_me().id
    ends = [one.failed for one in waiting.of_member(me_id)] + [one.outcome for one in holding.of_member(me_id)]
    failed = sum(map(bool, ends))
    return {"waiting": len(ends) - failed, "failed": failed}


def _where(me: Me, one: waiting.Waiting | holding.Held) -> dict[str, str]:
    """Where it will stand: name and address; empty where its author may not see that any more."""
    if one.draft.slug:
        network = network_for(me, one.draft.slug)
        return {} if network is None else {"name": network.name, "url": f"/n/{network.slug}"}
    thread = queries.thread_visible_to(me, one.draft.thread_id)
    return {} if thread is None else {"name": thread.title, "url": f"/p/{one.draft.parent_id}"}


def _reasons() -> dict[str, str]:
    """Why a post could not be published."""
    return {
        "standing": _("Your membership was not active at the time."),
        "network": _("You were not in the network any more."),
        "rights": _("You could not start such a thread there any more."),
        "name": _("An announcement bears a name, and this one was to have none."),
        "lost": _("It could not be read at the time: it was sealed with another key."),
        "thread": _("The thread was gone, or not yours to see any more."),
        "closed": _("The thread took no more replies from you: it was locked, or you had left the network."),
        "full": _("So much waited for the moderators there that it could not be laid before them."),
        "voice": _(
            "You had written in the thread under another name meanwhile, and the two would have been known for one."
        ),
    }


@blueprint.post("/me/waiting/now")
@active
@limiter.limit(REPLY_LIMIT)
def publish_now() -> ResponseReturnValue:
    """Let a post wait no longer."""
    one = _mine()
    post_id = waiting.publish(one.id)
    if post_id is None:
        return redirect(url_for("threads.waiting_page"), 303)
    return redirect(url_for("threads.post", post_id=post_id), 303)


@blueprint.post("/me/waiting/back")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def take_back() -> ResponseReturnValue:
    """Take a post back before it is published: its text stands in the form again."""
    me, one = require_me(), _mine()
    with unit_of_work():
        if not waiting.take_back(one.id):
            abort(404)
    return thread_again(me, one) if one.draft.slug else reply_again(me, one)


def _mine() -> waiting.Waiting:
    """The waiting post that the form names. Its number stands in no address: those are written to logs."""
    wanted = parse_id(request.form.get("post"))
    found = waiting.one_of(require_me().id, wanted) if wanted is not None else None
    if found is None:
        flash(_("It does not wait any more: it has been posted, or taken back."), "info")
        abort(redirect(url_for("threads.waiting_page"), 303))
    return found


def _choice(one: waiting.Waiting | holding.Held) -> Choice:
    return Choice(one.draft.voice, shield=one.draft.is_shielded, hide_from=one.draft.hide_from, waits=True)


def thread_again(me: Me, one: waiting.Waiting | holding.Held) -> ResponseReturnValue:
    """The form of a new thread, with what was taken back in it."""
    network = network_for(me, one.draft.slug)
    if network is None or not network.may_read:
        return _text_again(me, one)
    texts = {name: getattr(one.draft, name) for name in ("kind", "title", "body", "answer_by")}
    return thread_form(me, network, {**texts, **_choice(one).values}, {}, is_back=True)


def reply_again(me: Me, one: waiting.Waiting | holding.Held) -> ResponseReturnValue:
    """The form of a reply, with what was taken back in it."""
    thread = queries.thread_visible_to(me, one.draft.thread_id)
    if thread is None or not policy.may_reply(me, thread):
        return _text_again(me, one)
    return render_template(
        "threads/reply_again.html",
        me=me,
        nav="networks",
        thread=thread,
        draft=one.draft,
        choice=_choice(one),
        audience=audience_line(me, thread),
        form_key=secrets.token_urlsafe(16),
        max_body=MAX_BODY_CHARS,
        unread=unread_count(me.id),
    )


def _text_again(me: Me, one: waiting.Waiting | holding.Held) -> ResponseReturnValue:
    return render_template("threads/text_again.html", me=me, nav="me", draft=one.draft, unread=unread_count(me.id))


@blueprint.post("/me/waiting/held")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def take_held_back() -> ResponseReturnValue:
    """Take a post back that a moderator was to see first, or sent back: its text stands in the form again."""
    me, wanted = require_me(), parse_id(request.form.get("post"))
    one = holding.one_of(me.id, wanted) if wanted is not None else None
    if one is not None:
        with unit_of_work():
            taken = holding.take_back(one.id)
    if one is None or not taken:
        flash(_("It does not wait any more: it has been posted, or taken back."), "info")
        return redirect(url_for("threads.waiting_page"), 303)
    return thread_again(me, one) if one.draft.slug else reply_again(me, one)


@blueprint.get("/me/pseudonyms")
@active
def pseudonyms() -> ResponseReturnValue:
    """Threads in which one writes under a pseudonym."""
    me = require_me()
    return render_template(
        "threads/pseudonyms.html",
        me=me,
        nav="me",
        rows=own_pseudonyms.mine(me),
        kinds=kinds(),
        unread=unread_count(me.id),
    )
