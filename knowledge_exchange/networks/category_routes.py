"""The categories of membership, for the office: membership officers read, administrators change."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.auth.categories import BETWEEN, STANDARD
from knowledge_exchange.auth.fresh import fresh
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.networks import categories
from knowledge_exchange.networks.category_forms import AddForm, CategoryForm
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("categories", __name__, url_prefix="/admin/categories")
OFFICE = ("membership_officer", "administrator")
KEEPERS = ("administrator",)
BAD_INPUT = 422


@blueprint.get("")
@for_roles(*OFFICE)
def overview() -> ResponseReturnValue:
    """What there is, and what each may do."""
    return _overview()


def _overview(form: AddForm | None = None) -> str:
    me = require_me()
    return render_template(
        "networks/categories.html",
        unread=unread_count(me.id),
        categories=categories.listed(),
        named=categories.networks_by_category(me.id),
        may_change=me.role in KEEPERS,
        add=form or AddForm(MultiDict()),
    )


@blueprint.post("")
@for_roles(*KEEPERS)
@limiter.limit(SMALL_ACT_LIMIT)
def add() -> ResponseReturnValue:
    """A further category; then its own page."""
    form = AddForm(request.form)
    if form.validate():
        try:
            with unit_of_work():
                slug = categories.add(form.cleaned_name(), actor=require_me().id)
        except categories.CannotKeep as error:
            form.refuse("name", str(error))
        else:
            flash(_("It is there. Say which networks it joins, and what it may do."), "good")
            return redirect(url_for(".category", slug=slug), 303)
    return _overview(form), BAD_INPUT


@blueprint.get("/<slug>")
@for_roles(*KEEPERS)
def category(slug: str) -> ResponseReturnValue:
    """One category, to be changed."""
    row = _found(slug)
    return _page(row, CategoryForm(data=_as_kept(row)), categories.networks_of(slug))


def _found(slug: str) -> AnyRow:
    return categories.found(slug) or abort(404)


def _as_kept(row: AnyRow) -> dict[str, object]:
    rights = {name: getattr(row, name) for name in categories.RIGHTS}
    aliases = "\n".join(word for word in row.aliases.split(BETWEEN) if word)
    return {"name": row.name, "aliases": aliases, **rights}


def _page(row: AnyRow, form: CategoryForm, named: set[str]) -> str:
    me = require_me()
    return render_template(
        "networks/category.html",
        unread=unread_count(me.id),
        category=row,
        form=form,
        choices=categories.choices(me.id),
        named=named,
        is_standard=row.slug == STANDARD,
    )


@blueprint.post("/<slug>")
@for_roles(*KEEPERS)
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def change(slug: str) -> ResponseReturnValue:
    """Keep what was entered, or delete it (``do``)."""
    row, me = _found(slug), require_me()
    form = CategoryForm(request.form)
    offered = {choice for choice, _name in categories.choices(me.id)}
    chosen = offered & set(request.form.getlist("networks"))
    if request.form.get("do") == "remove":
        return _remove(row)
    if form.validate():
        try:
            with unit_of_work():
                # What this officer may not know of stays.
                unseen = categories.networks_of(slug) - offered
                categories.keep(slug, form.kept(frozenset(chosen | unseen)), actor=me.id)
        except categories.CannotKeep as error:
            form.refuse(error.field, str(error))
        else:
            flash(_("Kept. It holds for its members from now on."), "good")
            return redirect(url_for(".category", slug=slug), 303)
    return _page(row, form, chosen), BAD_INPUT


def _remove(row: AnyRow) -> ResponseReturnValue:
    try:
        with unit_of_work():
            categories.remove(row.slug, actor=require_me().id)
    except categories.CannotKeep as error:
        flash(str(error), "stop")
        return redirect(url_for(".category", slug=row.slug), 303)
    flash(_("The category %(name)s is gone.", name=row.name), "good")
    return redirect(url_for(".overview"), 303)
