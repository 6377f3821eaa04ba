"""Warning, muting, removing and suspending whoever wrote a post under their name; and what holds in a network."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation.acts import acting, undoing
from knowledge_exchange.moderation.sanctions import sanction_queries, sanction_words
from knowledge_exchange.moderation.sanctions.sanction_forms import SanctionForm, days_of
from knowledge_exchange.moderation.sanctions.sanction_policy import SUSPENSION, WARNING, Target, ways
from knowledge_exchange.moderation.sanctions.sanctions import About, CannotSanction, Terms, impose
from knowledge_exchange.networks.queries import network_page
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.routes import visible_post
from knowledge_exchange.threads.veils.speaking import OWN

blueprint = Blueprint("sanctions", __name__)
BAD_INPUT, CONFLICT = 422, 409


class _Found(NamedTuple):
    """A post under somebody's name, its thread, its author, and what its reader may impose on them."""

    thread: AnyRow
    post: AnyRow
    target: Target
    ways: dict[str, str]


def _parts(me: Me, row: AnyRow) -> tuple[str, ...]:
    """As what somebody acts there, the nearest first; nothing for who writes there under a pseudonym."""
    nearest = acting.acted_as(me, row)
    return tuple(dict.fromkeys(part for part in (nearest, acting.office_of(me)) if part)) if nearest else ()


def offered(me: Me, thread: AnyRow, post: AnyRow) -> tuple[Target | None, dict[str, str]]:
    """The author of a post, and what may be imposed on them; nothing (and no statement) for who doesn't act there."""
    parts = _parts(me, thread)
    if not parts or post.voice_kind != OWN:
        return None, {}
    target = sanction_queries.target_of(post.participant_id, thread.network_id)
    return target, ways(me, parts, target) if target is not None else {}


def _found(post_id: int) -> _Found:
    me = require_me()
    thread, post = visible_post(me, post_id)
    target, may = offered(me, thread, post)
    if target is None or not may:
        abort(404)
    return _Found(thread, post, target, may)


@blueprint.get("/p/<int:post_id>/sanction")
@active
def page(post_id: int) -> ResponseReturnValue:
    """What may be imposed on whoever wrote a post, and why it is to be done."""
    found = _found(post_id)
    return _page(found, _form(found))


@blueprint.post("/p/<int:post_id>/sanction")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def carry_out(post_id: int) -> ResponseReturnValue:
    """Do it; before a suspension it is to be sure that it is still the officer."""
    found = _found(post_id)
    form = _form(found)
    if not form.validate():
        return _page(found, form), BAD_INPUT
    end_read()
    asked = ask_unless_fresh() if form.kind.data == SUSPENSION else None
    return asked or _impose(found, form)


def _impose(found: _Found, form: SanctionForm) -> ResponseReturnValue:
    kind = form.kind.data
    terms = Terms(kind, None if kind == WARNING else days_of(form), form.given())
    about = About(found.thread.network_id, found.thread.id, found.post.id)
    try:
        with unit_of_work():
            # Asked again: they may have been given an office meanwhile.
            now = _found(found.post.id)
            if kind not in now.ways:
                abort(404)
            impose(require_me(), now.ways[kind], now.target.id, about, terms)
    except CannotSanction as cannot:
        form.kind.errors = [str(cannot)]
        return _page(found, form), CONFLICT
    flash(_("Done: %(what)s. They are told why, and how to appeal.", what=_done_in_words(found, terms)), "good")
    return redirect(f"/p/{found.post.id}", 303)


def _done_in_words(found: _Found, terms: Terms) -> str:
    what = sanction_words.name_of(terms.kind, found.thread.network_name)
    return what if terms.kind == WARNING else f"{what}, {sanction_words.lasting(terms.days)}"


def _form(found: _Found) -> SanctionForm:
    form = SanctionForm.of(found.thread.network_id, request.form if request.method == "POST" else None)
    form.let_choose(found.ways)
    return form


def _page(found: _Found, form: SanctionForm) -> str:
    return render_template(
        "moderation/sanction.html",
        nav="networks",
        unread=unread_count(require_me().id),
        thread=found.thread,
        post=found.post,
        form=form,
        meanings=sanction_words.meanings(),
    )


@blueprint.get("/n/<slug>/sanctions")
@active
def in_network(slug: str) -> ResponseReturnValue:
    """What holds in a network, for those who may end it."""
    network = _moderated(slug)
    return render_template(
        "moderation/sanctions.html",
        nav="networks",
        unread=unread_count(require_me().id),
        network=network,
        rows=sanction_queries.in_force(require_me(), network.id),
        name_of=sanction_words.name_of,
        may_end=_may_end,
    )


@blueprint.post("/n/<slug>/sanctions/<sanction_id>/end")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def end_early(slug: str, sanction_id: str) -> ResponseReturnValue:
    """End one before its time; one that is over already is no fault."""
    network, me = _moderated(slug), require_me()
    number = parse_id(sanction_id)
    row = next((one for one in sanction_queries.in_force(me, network.id) if one.id == number), None)
    if row is None:
        flash(_("It is over already, or was never there."), "info")
        return redirect(url_for(".in_network", slug=slug), 303)
    if not _may_end(row):
        abort(404)
    try:
        with unit_of_work():
            undoing.undo(me, row.act_id)
    except undoing.CannotUndo as cannot:
        flash(cannot.sentence, "warn")
    else:
        flash(_("It is over, and they are told."), "good")
    return redirect(url_for(".in_network", slug=slug), 303)


def _may_end(row: AnyRow) -> bool:
    act = undoing.act_by_id(row.act_id)
    return act is not None and undoing.may_undo(require_me(), act)


def _moderated(slug: str) -> AnyRow:
    """The network, for those who act there; to all others there is no such page."""
    network = network_page(require_me(), slug) or abort(404)
    return network if acting.acted_as(require_me(), network) else abort(404)
