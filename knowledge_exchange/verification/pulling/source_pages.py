"""A source of rolls: its name, where its members renew, and how its roll is pulled."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, Form, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from knowledge_exchange.auth.fresh import ask_unless_fresh, fresh
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.models import RollImport, RollSource
from knowledge_exchange.verification.pulling import registry, source_settings
from knowledge_exchange.verification.pulling import state as pull_state
from knowledge_exchange.verification.pulling.address import MAX_TOKEN_CHARS
from knowledge_exchange.verification.rolls.applying import source_key
from knowledge_exchange.verification.uploads.pages import names

blueprint = Blueprint("roll_sources", __name__, url_prefix="/admin/rolls/sources")
BAD_INPUT = 422
#: Pulled files on the page.
MOST_PULLED = 10


class SourceForm(Form):
    """What an administrator sets. The token is only ever written."""

    name = StringField(_l("What people call it"), [Length(max=source_settings.MAX_NAME_CHARS)])
    renew_url = StringField(_l("Where its members renew"), [Length(max=source_settings.MAX_URL_CHARS)])
    kind = SelectField(_l("Where its roll comes from"), validate_choice=False)
    url = StringField(_l("Address of the roll"), [Length(max=source_settings.MAX_URL_CHARS)])
    token = PasswordField(_l("Token"), [Length(max=MAX_TOKEN_CHARS)])
    forget_token = BooleanField(_l("Take the token away"))
    every_hours = IntegerField(
        _l("How often, in hours"), [InputRequired(_l("Say how many hours lie between two tries."))]
    )


@blueprint.get("/<source>")
@for_roles(*policy.SETTLERS)
def page(source: str) -> ResponseReturnValue:
    """What is set, and what came of the last tries."""
    row, name = _load(source)
    return render_template(
        "verification/roll_source.html",
        source=row,
        name=name,
        pulled=_pulled(row.source),
        waiting=pull_state.waiting_import(row.source),
        is_due=row.pull_due_at is None or row.pull_due_at <= now(),
        is_at_it=pull_state.is_at_it(row),
        may_change=require_me().role == "administrator",
        unread=unread_count(require_me().id),
    )


def _load(source: str) -> tuple[RollSource, str]:
    """The source, set up or only known by its rolls, and what people call it."""
    known = names()
    row = db.session.get(RollSource, source)
    if row is None and (source not in known or source_key(source) != source):
        abort(404)
    empty = dict.fromkeys(("name", "renew_url", "pull_kind", "pull_url", "pull_outcome"), "")
    blank = RollSource(source=source, pull_every_hours=source_settings.USUAL_HOURS, **empty)
    return row or blank, known.get(source, source)


def _pulled(source: str) -> list[RollImport]:
    query = select(RollImport).where(RollImport.source == source, RollImport.origin == "pull")
    return list(db.session.scalars(query.order_by(RollImport.id.desc()).limit(MOST_PULLED)))


@blueprint.post("/<source>")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def pull_now(source: str) -> ResponseReturnValue:
    """Have it pulled within a minute."""
    row, name = _load(source)
    end_read()
    with unit_of_work():
        is_pulled = pull_state.make_due(row.source, actor=require_me().id)
    if is_pulled:
        flash(
            _("The roll of %(name)s is pulled within a minute or two. Look at this page again then.", name=name), "good"
        )
    else:
        flash(_("The roll of %(name)s is not pulled from anywhere.", name=name), "warn")
    return redirect(url_for(".page", source=source), 303)


@blueprint.get("/<source>/change")
@for_roles("administrator")
@fresh
def form(source: str) -> ResponseReturnValue:
    """The form, as it is set now."""
    row, name = _load(source)
    given = {field: getattr(row, field) for field in ("name", "renew_url")}
    pulling = {"kind": row.pull_kind, "url": row.pull_url, "every_hours": row.pull_every_hours}
    return _form_page(SourceForm(data={**given, **pulling}), row, name)


def _form_page(form: SourceForm, row: RollSource, name: str) -> str:
    form.kind.choices = [("", _("Files only")), *((kind, _kind_in_words(kind)) for kind in registry.kinds())]
    return render_template(
        "verification/roll_source_form.html",
        form=form,
        source=row,
        name=name,
        unread=unread_count(require_me().id),
    )


def _kind_in_words(kind: str) -> str:
    return str(_("Pulled over https")) if kind == registry.BUILT_IN else str(_("Pulled: %(kind)s", kind=kind))


@blueprint.post("/<source>/change")
@for_roles("administrator")
@limiter.limit(SMALL_ACT_LIMIT)
def change(source: str) -> ResponseReturnValue:
    """Set it."""
    row, name = _load(source)
    end_read()
    asked = ask_unless_fresh()
    if asked is not None:
        return asked
    given = SourceForm(request.form)
    if not given.validate():
        return _form_page(given, row, name), BAD_INPUT
    try:
        with unit_of_work():
            source_settings.change(row.source, _changes(given), actor=require_me().id)
    except source_settings.BadSource as error:
        given[error.field].errors = [str(error)]
        return _form_page(given, row, name), BAD_INPUT
    flash(_("Saved."), "good")
    return redirect(url_for(".page", source=source), 303)


def _changes(given: SourceForm) -> source_settings.Changes:
    """An empty token stays what it is; taking it away is said."""
    token: str | None = (given.token.data or "").strip() or None
    return source_settings.Changes(
        name=_text(given.name) or None,
        renew_url=_text(given.renew_url),
        kind=_text(given.kind),
        url=_text(given.url),
        token="" if given.forget_token.data else token,
        every_hours=given.every_hours.data,
    )


def _text(field: Any) -> str:
    return (field.data or "").strip()
