"""Tags: a network's short list, kept by its moderators; and which of them a thread bears, set by its author, too."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.lasting.curators import (
    BAD_INPUT,
    CONFLICT,
    NOT_FOUND,
    changed_since,
    curated_network,
    page,
)
from knowledge_exchange.networks import tag_lists
from knowledge_exchange.threads.locking import locked_thread, with_place_of_now
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.routes import visible_thread
from knowledge_exchange.threads.tags import tag_follows, tags
from knowledge_exchange.threads.veils.shielding import is_authors

blueprint = Blueprint("tags", __name__)
CHOSEN, DELETED = "tags", "tag_deleted"


@blueprint.get("/n/<slug>/tags")
@active
def tag_list(slug: str) -> ResponseReturnValue:
    """A network's tags, to be kept by those who may act there."""
    me = require_me()
    return _list_page(me, curated_network(me, slug))


def _list_page(me: Me, network: AnyRow, typed: str = "", error: str = "", wrong: str = "") -> str:
    """``wrong``: the slug of the tag that the error is about; empty: the new one."""
    found = tag_lists.tags_of(network.id)
    facts = {"typed": typed, "error": error, "wrong": wrong, "most": tag_lists.MOST_TAGS}
    return page("tag_list", me, network=network, tags=found, most_chars=tag_lists.MOST_CHARS, **facts)


@blueprint.post("/n/<slug>/tags")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def add_tag(slug: str) -> ResponseReturnValue:
    """One more tag."""
    me = require_me()
    network = curated_network(me, slug)
    name = clean_line(request.form.get("name", ""))
    with unit_of_work():
        problem = tag_lists.problem_with(network.id, name)
        if not problem:
            tag_lists.add(network.id, name)
    if problem:
        return _list_page(me, network, name[: tag_lists.MOST_CHARS], problem), BAD_INPUT
    flash(_("“%(tag)s” is on the list now.", tag=name), "good")
    return redirect(url_for(".tag_list", slug=slug), 303)


@blueprint.post("/n/<slug>/tags/change")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def change_tag(slug: str) -> ResponseReturnValue:
    """Give a tag (``tag``: its slug) another name, or (``do`` is ``delete``) take it off the list and all threads."""
    me = require_me()
    network = curated_network(me, slug)
    name, is_deleted = clean_line(request.form.get("name", "")), request.form.get("do") == "delete"
    with unit_of_work():
        tag = tag_lists.tag_by_slug(network.id, request.form.get("tag", "")) or abort(NOT_FOUND)
        problem = "" if is_deleted else tag_lists.problem_with(network.id, name, but=tag.id)
        if is_deleted:
            _delete(me, network, tag)
        elif not problem:
            tag_lists.rename(tag.id, name)
            tags.renamed(tag.id)
    if problem:
        return _list_page(me, network, name[: tag_lists.MOST_CHARS], problem, tag.slug), BAD_INPUT
    flash(_("“%(tag)s” is off the list, and off all threads.", tag=tag.name) if is_deleted else _("Renamed."), "good")
    return redirect(url_for(".tag_list", slug=slug), 303)


def _delete(me: Me, network: AnyRow, tag: AnyRow) -> None:
    kept = {"name": tag.name, "threads": tags.delete_tag(tag)}
    note_act(me, acted_as(me, network), DELETED, Of(network.id), Reason(), details={"tag": tag.name}, kept=kept)


def undo_deleted(network_id: int, kept: dict[str, Any]) -> bool:
    """It is on the list again, if there is room for it, and on the threads that bore it."""
    if tag_lists.problem_with(network_id, kept.get("name", "")):
        return False
    tags.bring_back(network_id, kept["name"], kept["threads"])
    return True


def may_tag(me: Me, thread: AnyRow) -> bool:
    """A thread's author sets its tags, under whichever name they wrote it, and so does whoever may act there."""
    return is_authors(thread) or bool(acted_as(me, thread))


@blueprint.get("/t/<int:thread_id>/tags")
@active
def thread_tags(thread_id: int) -> ResponseReturnValue:
    """The form in which a thread's tags are chosen."""
    me = require_me()
    thread = visible_thread(me, thread_id)
    return _thread_page(me, thread if may_tag(me, thread) else abort(NOT_FOUND))


def _thread_page(me: Me, thread: AnyRow, error: str = "", chosen: list[str] | None = None) -> str:
    found = tag_lists.tags_of(thread.network_id)
    mine = tags.slugs_in(thread.tags) if chosen is None else chosen
    facts = {"error": error, "chosen": mine, "most": tags.MOST, "may_curate": bool(acted_as(me, thread))}
    return page("thread_tags", me, thread=thread, tags=found, **facts)


@blueprint.post("/t/<int:thread_id>/tags")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def choose(thread_id: int) -> ResponseReturnValue:
    """Let a thread bear these tags and no others."""
    me = require_me()
    thread = visible_thread(me, thread_id)
    chosen = request.form.getlist("tag")
    if may_tag(me, thread) and len(chosen) > tags.MOST:
        error = _("A thread bears at most %(most)s tags.", most=tags.MOST)
        return _thread_page(me, thread, error, chosen), BAD_INPUT
    if may_tag(me, thread) and not tag_lists.are_listed(thread.network_id, chosen):
        error = _("One of these tags is not on the list of %(network)s. Choose again.", network=thread.network_name)
        return _thread_page(me, thread, error, chosen), BAD_INPUT
    with unit_of_work():
        thread = with_place_of_now(me, locked_thread(me, thread_id))
        if not may_tag(me, thread):
            abort(NOT_FOUND)
        is_old = request.form.get("seen", "") != thread.tags
        if not is_old and set(chosen) != set(thread.tags.split()):  # what is so already is no act
            _choose(me, thread, chosen)
    if is_old:
        return _thread_page(me, thread, changed_since()), CONFLICT
    flash(_("The thread’s tags are set."), "good")
    return redirect(base_url(thread), 303)


def _choose(me: Me, thread: AnyRow, chosen: list[str]) -> None:
    tags.choose(thread, chosen)
    tag_follows.tell_followers(me, thread, set(chosen) - set(tags.slugs_in(thread.tags)))
    if not is_authors(thread):
        kept = {"before": thread.tags, "after": tags.standing(thread.id)}
        note_act(me, acted_as(me, thread), CHOSEN, Of(thread.network_id, thread.id), Reason(), kept=kept)


def undo_chosen(thread: AnyRow, kept: dict[str, Any]) -> bool:
    """It bears what it bore before; tags that are gone from the list stay gone."""
    if tags.standing(thread.id) != kept.get("after"):
        return False
    tags.choose(thread, tags.slugs_in(kept["before"]))
    return True
