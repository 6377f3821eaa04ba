"""The pages on which threads are moved, merged and split. To whoever may not act there, there is no such page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.forms import ReasonForm
from knowledge_exchange.moderation.moving import moving, moving_pages
from knowledge_exchange.moderation.moving.moving_forms import MergeForm, MoveForm, SplitForm
from knowledge_exchange.networks.queries import network_page
from knowledge_exchange.threads.curation.merging import branch_of
from knowledge_exchange.threads.curation.relocating import CannotRelocate
from knowledge_exchange.threads.locking import locked_threads, with_place_of_now
from knowledge_exchange.threads.routes import visible_post

blueprint = Blueprint("moving", __name__)
BAD_INPUT, CONFLICT = 422, 409


class Meanwhile(Exception):
    """Somebody has acted there since the form was opened."""


@blueprint.get("/t/<int:thread_id>/move")
@active
def move_page(thread_id: int) -> ResponseReturnValue:
    """Where a thread can be moved, and what comes of it."""
    me = require_me()
    thread = moving_pages.thread_to_act_on(me, thread_id)
    return moving_pages.page("move", me, thread, MoveForm.for_thread(me, thread))


@blueprint.post("/t/<int:thread_id>/move")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def move(thread_id: int) -> ResponseReturnValue:
    """Move it."""
    me = require_me()
    thread = moving_pages.thread_meant(me, thread_id)
    form = MoveForm.for_thread(me, thread, request.form)
    if refused := _refused("move", thread, form):
        return refused

    def do() -> str:
        now = _in_turn(me, [thread_id])[thread_id]
        network = network_page(me, str(form.network.data)) or abort(404)
        if moving.move(me, now, network.id, form.given()) is None:
            return str(_("It stands there already: nothing has changed."))
        return str(_("Moved to %(network)s. The author is told, with your reason.", network=network.name))

    return _answered("move", thread_id, form, do, lambda: f"/t/{thread_id}", "network")


@blueprint.get("/t/<int:thread_id>/merge")
@active
def merge_page(thread_id: int) -> ResponseReturnValue:
    """Of which other thread it can become a part."""
    me = require_me()
    thread = moving_pages.thread_to_act_on(me, thread_id)
    return moving_pages.page("merge", me, thread, MergeForm.of(thread.network_id))


@blueprint.post("/t/<int:thread_id>/merge")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def merge(thread_id: int) -> ResponseReturnValue:
    """Merge it into that."""
    me = require_me()
    thread = moving_pages.thread_meant(me, thread_id)
    form = MergeForm.of(thread.network_id, request.form)
    if refused := _refused("merge", thread, form):
        return refused
    into_id = form.thread_id()

    def do() -> str:
        both = _in_turn(me, [thread_id, into_id])
        if into_id not in both:
            raise CannotRelocate(moving.no_such_thread())
        moving.merge(me, both[thread_id], both[into_id], form.given())
        return str(_("Merged. The address of the other thread leads here; its author is told, with your reason."))

    return _answered("merge", thread_id, form, do, lambda: f"/t/{into_id}", "into")


@blueprint.get("/t/<int:thread_id>/split")
@active
def split_page(thread_id: int) -> ResponseReturnValue:
    """Which posts can become a thread of their own, page by page."""
    me = require_me()
    thread = moving_pages.thread_to_act_on(me, thread_id)
    return moving_pages.split_page(me, thread, SplitForm.of(thread.network_id))


@blueprint.get("/p/<int:post_id>/split")
@active
def split_from(post_id: int) -> ResponseReturnValue:
    """A post and everything under it: one form, one click."""
    me = require_me()
    thread, post = visible_post(me, post_id)
    if not acted_as(me, thread) or post.parent_id is None:
        abort(404)
    form = SplitForm.of(thread.network_id)
    form.posts.data, form.under.data = [str(post_id)], True
    return moving_pages.branch_page(me, thread, post, form)


@blueprint.post("/t/<int:thread_id>/split")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def split(thread_id: int) -> ResponseReturnValue:
    """Make the thread."""
    me = require_me()
    thread = moving_pages.thread_meant(me, thread_id)
    form = SplitForm.of(thread.network_id, request.form)
    if refused := _refused("split", thread, form):
        return refused
    made: list[int] = []

    def do() -> str:
        now = _in_turn(me, [thread_id])[thread_id]
        posts = set(form.post_ids())
        if form.under.data:
            posts |= {below for one in list(posts) for below in branch_of(thread_id, one)}
        new_id, _act = moving.split(me, now, posts, form.title.data or "", form.kind.data, form.given())
        made.append(new_id)
        number = len(posts)
        said = ngettext("%(num)s post is a thread of its own.", "%(num)s posts are a thread of their own.", number)
        return str(said)

    return _answered("split", thread_id, form, do, lambda: f"/t/{made[0]}", "posts")


def _in_turn(me: Me, thread_ids: list[int]) -> dict[int, AnyRow]:
    """The threads as they are now, the first of them for whoever may act there; in a unit of work."""
    found = {id_: with_place_of_now(me, row) for id_, row in locked_threads(me, thread_ids).items()}
    first = found.get(thread_ids[0])
    if first is None:  # gone since it was looked for: then somebody has acted on it
        raise Meanwhile
    if not acted_as(me, first):
        abort(404)
    if _is_late(first):
        raise Meanwhile
    return found


def _is_late(thread: AnyRow) -> bool:
    """Whether somebody has acted on it since the form was made."""
    return request.form.get("seen", "") != str(thread.acts)


def _answered(
    word: str, thread_id: int, form: ReasonForm, do: Callable[[], str], goal: Callable[[], str], field: str
) -> ResponseReturnValue:
    """Do it in one unit of work; else the form again, with what is wrong at that field."""
    try:
        with unit_of_work():
            said = do()
    except CannotRelocate as why:
        form[field].errors = [str(why)]
        return _again(word, thread_id, form), BAD_INPUT
    except Meanwhile:
        return _again(word, thread_id, form, is_conflict=True), CONFLICT
    flash(said, "good")
    return redirect(goal(), 303)


def _refused(word: str, thread: AnyRow, form: ReasonForm) -> ResponseReturnValue | None:
    """The form again where somebody was first, or it is not filled in; None where it can be gone on with."""
    if _is_late(thread):
        return _form(word, thread, form, is_conflict=True), CONFLICT
    return None if form.validate() else (_form(word, thread, form), BAD_INPUT)


def _again(word: str, thread_id: int, form: ReasonForm, *, is_conflict: bool = False) -> str:
    """The form with the thread as it is by now."""
    return _form(word, moving_pages.thread_meant(require_me(), thread_id), form, is_conflict=is_conflict)


def _form(word: str, thread: AnyRow, form: ReasonForm, *, is_conflict: bool = False) -> str:
    me = require_me()
    if isinstance(form, SplitForm):
        return moving_pages.split_again(me, thread, form, is_conflict=is_conflict)
    return moving_pages.page(word, me, thread, form, is_conflict=is_conflict)
