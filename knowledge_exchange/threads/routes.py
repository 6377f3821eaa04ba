"""Reading threads: a network's list, a thread, the place of a post in it, its history."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import VIEWS
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import policy, queries
from knowledge_exchange.threads.chosen import Chosen, chosen_in
from knowledge_exchange.threads.composing.choosing import check_choice
from knowledge_exchange.threads.drafts import drafts
from knowledge_exchange.threads.network_page import show_network
from knowledge_exchange.threads.page import Wish, base_url, page_url, plain_url, show
from knowledge_exchange.threads.parts import parts

blueprint = Blueprint("threads", __name__)

#: In the address of a thread in a list: it opens where its reader left off.
FIRST_UNREAD = "unread"
#: Or at its so-manieth post: what the track beside it leads to.
AT = "at"
#: No thread has more posts.
MOST_PLACES = 10**9
#: Where the key of a form that has just been posted waits for the page that follows it.
DRAFT_DONE = "draft_done"


def visible_thread(me: Me, thread_id: int) -> AnyRow:
    """The thread, or 404: what one may not see does not exist."""
    return queries.thread_visible_to(me, thread_id) or abort(404)


def visible_post(me: Me, post_id: int) -> tuple[AnyRow, AnyRow]:
    """A post's thread and the post, or 404."""
    post = queries.post_by_id(post_id) or abort(404)
    return visible_thread(me, post.thread_id), post


@blueprint.get("/n/<slug>")
@active
def network(slug: str) -> ResponseReturnValue:
    """A network: its threads, or how to join it."""
    me = require_me()
    found = network_for(me, slug) or abort(404)
    if not found.may_read:
        unread = unread_count(me.id)
        return render_template("networks/closed.html", me=me, nav="networks", network=found, unread=unread)
    chosen, key = chosen_in(request.args) if request.query_string else (Chosen(), None)
    return show_network(me, found, chosen, key, session.pop(DRAFT_DONE, None))


@blueprint.get("/t/<int:thread_id>", defaults={"slug": None})
@blueprint.get("/t/<int:thread_id>/<slug>")
@active
def thread(thread_id: int, slug: str | None) -> ResponseReturnValue:
    """A page of a thread."""
    me = require_me()
    found = queries.thread_visible_to(me, thread_id)
    if found is None:
        return redirect(base_url(queries.merged_into(me, thread_id) or abort(404)))
    if slug is None and FIRST_UNREAD in request.args:
        return redirect(_first_unread(me, found))
    if slug is None and AT in request.args:
        return redirect(_at_place(me, found, request.args[AT]))
    plain = me.desk.plain_addresses
    right = plain_url(found) if plain else base_url(found)
    if request.path != right:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        return redirect(right + query, 301 if slug is not None and not plain else 302)
    return show(me, found, _wish(me, found))


def _first_unread(me: Me, found: AnyRow) -> str:
    """Where somebody reads on: the first post that they have not read, on its page; else the beginning."""
    last_read = found.last_read_id or 0
    unread = queries.unread_posts(found.id, last_read, found.my_participant_id) if last_read else ()
    if not unread:
        return base_url(found)
    return _place_of(me, found, unread[0])


def _at_place(me: Me, found: AnyRow, asked: str) -> str:
    """The so-manieth post of a thread as its reader sees it, on its page; else the beginning."""
    place = parse_id(asked)
    post_id = queries.post_at(found.id, me.thread_view, place) if place and place <= MOST_PLACES else None
    return _place_of(me, found, post_id) if post_id else base_url(found)


def _place_of(me: Me, found: AnyRow, post_id: int) -> str:
    """A post's place on its page of the thread."""
    key = queries.page_keys(found.id, me.thread_view, post_id)[0]
    return page_url(found, me.thread_view, me.thread_view, key) + f"#p{post_id}"


def _wish(me: Me, found: AnyRow) -> Wish:
    if not request.query_string:
        return Wish(me.thread_view, draft_done=session.pop(DRAFT_DONE, None))
    view = request.args.get("view", me.thread_view)
    if view not in VIEWS:
        view = me.thread_view
    quoted = parse_id(request.args.get("quote"))
    reply_to = quoted or parse_id(request.args.get("reply"))
    after = parse_id(request.args.get("after"))
    if after is None and reply_to is not None:
        # The link says only "?reply=…": show the page on which that post stands.
        after = queries.page_keys(found.id, view, reply_to)[0]
    wish = Wish(view, after, reply_to, quote=quoted is not None, draft_done=session.pop(DRAFT_DONE, None))
    return _with_draft(me, found, wish) if "draft" in request.args else wish


def _with_draft(me: Me, found: AnyRow, wish: Wish) -> Wish:
    """The reply box with a draft in it, as it was asked for in the list of them."""
    kept = drafts.asked_for(me.id, f"reply:{found.id}")
    if kept is not None:
        wish.kept, wish.typed, wish.choice = kept, kept.text("body"), check_choice(kept.values)[0]
        wish.reply_to = parse_id(kept.text("parent"))
    return wish


@blueprint.get("/p/<int:post_id>")
@active
def post(post_id: int) -> ResponseReturnValue:
    """To a post's place in its thread."""
    me = require_me()
    found, _row = visible_post(me, post_id)
    return redirect(_place_of(me, found, post_id))


@blueprint.get("/p/<int:post_id>/more")
@active
def more(post_id: int) -> ResponseReturnValue:
    """What else one can do with a post: a page of its own, or the menu that a script shows."""
    me = require_me()
    found, row = visible_post(me, post_id)
    return render_template(
        "threads/more.html",
        me=me,
        nav="networks",
        thread=found,
        post=row,
        may_edit=policy.may_edit(found, row.participant_id, row) and not policy.is_official(row),
        may_delete=policy.may_delete(found, row.participant_id, row) and not policy.is_official(row),
        may_accept=policy.may_accept(found) and policy.may_be_answer(row),
        is_answer=found.answer_id == row.id,
        menu=parts("post_menu", me, found, row),
        is_own_thread=row.parent_id is None and policy.is_mine(found, found.author_participant_id),
        unread=unread_count(me.id),
    )
