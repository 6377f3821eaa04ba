"""Inviting people on a roll, as officers do it: choose whom, see how many, give word, watch, stop."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField

from knowledge_exchange.auth.fresh import fresh
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Category
from knowledge_exchange.auth.office import section
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks.regions import REGIONS, region_name
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import queries as claims
from knowledge_exchange.verification.inviting import invitations, invited_pages
from knowledge_exchange.verification.inviting import queries as invitation_queries
from knowledge_exchange.verification.inviting.invitations import LIFE, Whom

blueprint = Blueprint("invitations", __name__, url_prefix="/admin/invitations")
BAD_INPUT = 422


class WhomForm(Form):
    """A part of a source's roll."""

    source = SelectField(_l("Whose roll"))
    region = SelectField(_l("Region"), default="")
    category = SelectField(_l("Category"), default="")

    def __init__(self, data: MultiDict[str, str]) -> None:
        super().__init__(data)
        self.source.choices = list(claims.sources().items())
        self.region.choices = [("", _("All")), *((slug, name) for slug, (name, _code) in REGIONS.items())]
        self.category.choices = [("", _("All")), *category_names().items()]

    def whom(self) -> Whom:
        """What was chosen; only once it was found good."""
        return Whom(self.source.data, self.region.data or "", self.category.data or "")


def category_names() -> dict[str, str]:
    """Slugs and names of the categories."""
    rows = db.session.execute(select(Category.slug, Category.name).order_by(Category.position, Category.slug))
    return {row.slug: row.name for row in rows}


def in_words(_me: Me) -> str:
    """How many runs are at work; empty where none is."""
    going = sum(run.is_going for run in invitation_queries.runs())
    return str(ngettext("One run is being written.", "%(num)s runs are being written.", going)) if going else ""


@blueprint.get("")
@for_roles(*policy.SETTLERS)
def page() -> ResponseReturnValue:
    """The form, what it would do where something was chosen, and the runs."""
    form = WhomForm(request.args if "source" in request.args else MultiDict())
    if "source" not in request.args:
        return _page(form)
    if not form.validate():
        return _page(form), BAD_INPUT
    whom = form.whom()
    return _page(form, holding=invitations.count_holding(whom), wanted=invitations.count_wanted(whom), chosen=True)


@blueprint.post("")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def start() -> ResponseReturnValue:
    """Give word to write."""
    form = WhomForm(request.form)
    if not form.validate():
        return _page(form), BAD_INPUT
    whom = form.whom()
    if not invitations.count_wanted(whom):
        flash(_("There is nobody to write to: nothing was started."), "warn")
        return redirect(url_for(".page"), 303)
    with unit_of_work():
        invitations.start(whom, actor=require_me().id)
    flash(_("The letters are being written. You can leave this page."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.post("/<run_id>/stop")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def stop(run_id: str) -> ResponseReturnValue:
    """Write no further letters of a run."""
    number = parse_id(run_id)
    if number is None:
        abort(404)
    with unit_of_work():
        stopped = invitations.stop(number, actor=require_me().id)
    if stopped:
        flash(_("Stopped. What was written before stays good."), "good")
    else:
        flash(_("There was nothing to stop: all letters are written."), "warn")
    return redirect(url_for(".page"), 303)


def _page(form: WhomForm, **facts: Any) -> str:
    return render_template(
        "verification/invitations.html",
        form=form,
        runs=invitation_queries.runs(),
        source_name=claims.source_name,
        region_name=region_name,
        categories=category_names(),
        days=LIFE.days,
        unread=unread_count(require_me().id),
        **facts,
    )


def init_app(app: Flask) -> None:
    """Bring in the office's page, and the one that the letters lead to."""
    app.register_blueprint(blueprint)
    app.register_blueprint(invited_pages.blueprint)
    section(
        app,
        "invitations.page",
        lambda: _("Invitations"),
        lambda: _("Write to people who are on a roll and have no account yet."),
        roles=policy.SETTLERS,
        order=50,
        waiting=in_words,
    )
