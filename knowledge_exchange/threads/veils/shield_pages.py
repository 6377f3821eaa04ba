"""An author's pages about their own thread: hide it from further people, and see what colleagues get of it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, db, unit_of_work
from knowledge_exchange.networks import shield
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.networks.shield import MOST_NAMED
from knowledge_exchange.networks.successors import held_and_followed
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.composing.choosing import check_shield
from knowledge_exchange.threads.forms import Errors
from knowledge_exchange.threads.locking import locked_thread
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.routes import blueprint, visible_thread
from knowledge_exchange.threads.veils.as_colleague import as_colleague
from knowledge_exchange.threads.veils.shielding import (
    FIELD,
    check_handles,
    extend_shield,
    handles_in,
    is_authors,
    members_named,
    organisation_of,
)

NOT_FOUND = 404
#: Each look makes a colleague and two whole pages, and takes all of it back.
COLLEAGUE_LIMIT = "10 per minute"
#: Room for as many handles as may be named, each with what stands between two.
MOST_TYPED = MOST_NAMED * 34


@blueprint.get("/t/<int:thread_id>/hide-from")
@active
def hide_from(thread_id: int) -> ResponseReturnValue:
    """The form in which an author hides their thread from further people."""
    me = require_me()
    return _hide_from_page(me, _own_thread(me, thread_id), "", {})


@blueprint.post("/t/<int:thread_id>/hide-from")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def hide_from_further(thread_id: int) -> ResponseReturnValue:
    """Hide a thread of one's own from whoever has these handles, or from one's organisation."""
    me = require_me()
    found = _own_thread(me, thread_id)
    typed, whole = request.form.get(FIELD, "")[:MOST_TYPED], bool(request.form.get("shield"))
    errors = {**check_handles(typed), **check_shield(me, shield=whole)}
    if not errors and not whole and not handles_in(typed):
        errors = {FIELD: _("Say from whom you want to hide it.")}
    if errors:
        return _hide_from_page(me, found, typed, errors), 422
    organisations = organisation_of(me) if whole else frozenset()
    with unit_of_work():
        # Before the thread, as whoever merges them does, so that no two wait for each other.
        held_and_followed(organisations)
        found = locked_thread(me, thread_id)
        if not is_authors(found):
            abort(NOT_FOUND)
        extend_shield(me, found, organisations, members_named(handles_in(typed)))
    flash(_said(whole, bool(handles_in(typed))), "good")
    return redirect(base_url(found), 303)


def _said(whole: bool, named: bool) -> str:
    """What was done. Whether anybody has a handle that was named is not said."""
    said = [_("It is hidden from people at your organisation, now and later.")] if whole else []
    if named:
        said.append(_("Whoever had a handle that you named does not see it any more."))
    return " ".join([*said, _("What they read before, or got by mail, they keep.")])


@blueprint.get("/t/<int:thread_id>/as-colleague")
@active
@limiter.limit(COLLEAGUE_LIMIT)
def seen_as_colleague(thread_id: int) -> ResponseReturnValue:
    """Show the author of a shielded thread what a colleague gets at its address, and at its network's."""
    me = require_me()
    found = _own_thread(me, thread_id)
    if not found.is_shielded:
        abort(NOT_FOUND)
    code = _one_of(_hidden_organisations(found.id), me)
    addresses = [f"/t/{found.id}", url_for("threads.network", slug=found.network_slug)]
    thread, network = as_colleague(me, code, addresses)
    return render_template(
        "threads/as_colleague.html",
        me=me,
        nav="networks",
        thread=found,
        organisation=_names([code])[0] if code else "",
        thread_answer=thread,
        network_answer=network,
        is_hidden=thread.status == NOT_FOUND and f"/t/{found.id}" not in network.page,
        unread=unread_count(me.id),
    )


def _own_thread(me: Me, thread_id: int) -> AnyRow:
    """A thread of the reader's own, or 404."""
    found = visible_thread(me, thread_id)
    return found if is_authors(found) else abort(NOT_FOUND)


def _hidden_organisations(thread_id: int) -> list[str]:
    hidden = shield.hidden_from(thread_id)
    return sorted(hidden.organisations) if hidden is not None else []


def _one_of(codes: list[str], me: Me) -> str | None:
    """The author's own organisation if it is among them; else the first; where there is none, the author's."""
    return me.organisation_code if me.organisation_code in codes or not codes else codes[0]


def _names(codes: list[str]) -> list[str]:
    query = select(Organisation.name).where(Organisation.code.in_(codes)).order_by(Organisation.name)
    return list(db.session.scalars(query))


def _hide_from_page(me: Me, found: AnyRow, typed: str, errors: Errors) -> str:
    codes = _hidden_organisations(found.id)
    mine = organisation_of(me) - set(codes)
    return render_template(
        "threads/hide_from.html",
        me=me,
        nav="networks",
        thread=found,
        back=base_url(found),
        organisations=_names(codes),
        my_organisation_name=_names(list(mine))[0] if mine else "",
        typed=typed,
        errors=errors,
        most_named=MOST_NAMED,
        most_typed=MOST_TYPED,
        unread=unread_count(me.id),
    )
