"""The rolls: where each comes from, what was imported when, and where an officer sends the next file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import Form, SelectField, StringField
from wtforms.validators import Length

from knowledge_exchange.auth import large_bodies
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core import errors
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import one_line
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import queries as claims
from knowledge_exchange.verification.pulling import source_settings
from knowledge_exchange.verification.rolls.applying import source_key
from knowledge_exchange.verification.uploads import files, queries, reading

blueprint = Blueprint("rolls", __name__, url_prefix="/admin/rolls")
PATH = "/admin/rolls"
BAD_INPUT = 422
TOO_LARGE = 413
UPLOAD_LIMIT = "60 per hour"
MAX_FILE_NAME_CHARS = 100
MIB = 1024 * 1024
#: The choice of a source that is not in the list.
OTHER = "other"
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


class UploadForm(Form):
    """Whose roll it is; the file itself is no field of WTForms."""

    source = SelectField(_l("Whose roll is it?"), validate_choice=False)
    new_source = StringField(_l("Name of another source"), [Length(max=source_settings.MAX_NAME_CHARS)])


def init_app(app: Flask) -> None:
    """Let officers send large files here, and say in words when one is too large."""
    large_bodies.take_up_to(app, PATH, files.MAX_UPLOAD_BYTES, roles=policy.SETTLERS)
    app.register_error_handler(RequestEntityTooLarge, _too_large)


def waiting_in_words(_me: Me) -> str:
    """What waits for an officer here; empty where nothing does."""
    ready = sum(row.state == "ready" for row in queries.open_imports())
    return str(ngettext("One file waits for your word.", "%(num)s files wait for your word.", ready)) if ready else ""


@blueprint.get("")
@for_roles(*policy.SETTLERS)
def sources() -> ResponseReturnValue:
    """The sources, what is in hand, and the history."""
    return _page(UploadForm())


@blueprint.post("")
@for_roles(*policy.SETTLERS)
@limiter.limit(UPLOAD_LIMIT)
def upload() -> ResponseReturnValue:
    """Take a file in; a job reads it."""
    form, file = UploadForm(request.form), request.files.get("file")
    source, faults = _source_of(form), {}
    if source is None:
        faults["source"] = _("Choose whose roll it is, or give a new source a name of 2 to 30 letters and digits.")
    if file is None or not file.filename:
        faults["file"] = _("Choose the file.")
    if faults or file is None or source is None:
        return _page(form, faults), BAD_INPUT
    return _store(form, source, file)


def _source_of(form: UploadForm) -> str | None:
    """The key of the source that was chosen or named, or None."""
    chosen = form.source.data or ""
    if chosen != OTHER:
        return chosen if chosen in names() else None
    if not form.validate():
        return None
    return source_key(_NOT_IN_A_KEY.sub("-", one_line(form.new_source.data or "").lower()).strip("-"))


def _store(form: UploadForm, source: str, file: FileStorage) -> ResponseReturnValue:
    is_new = source not in names()
    name = one_line(re.split(r"[/\\]", file.filename or "")[-1])[-MAX_FILE_NAME_CHARS:] or _("a file")
    end_read()
    try:
        import_id = reading.store(file.stream, source=source, file_name=name, actor=require_me().id)
    except files.NothingInIt:
        return _page(form, {"file": _("The file is empty: there is nothing in it at all.")}), BAD_INPUT
    except files.TooLarge:
        return _page(form, {"file": _too_large_words()}), TOO_LARGE
    except files.TooManyFiles:
        return _page(form, {"file": _("Other files are still being read. Try again in a few minutes.")}), 503
    if is_new:
        with unit_of_work():
            changes = source_settings.Changes(name=one_line(form.new_source.data or ""))
            source_settings.change(source, changes, actor=require_me().id)
    flash(_("%(file)s is here and is being read. Nothing changes until you say so.", file=name), "good")
    return redirect(url_for(".one", import_id=import_id), 303)


def _too_large_words() -> str:
    most = files.MAX_ROLL_BYTES // MIB
    return str(_("The file is larger than %(most)s MB. Leave out the columns that are not needed.", most=most))


def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A body past the bound: of a roll in its own words."""
    if request.path != PATH:
        return errors.answer(error)
    heading = _("That file is too large")
    page = render_template("errors/error.html", status=TOO_LARGE, heading=heading, advice=_too_large_words())
    return page, TOO_LARGE


def names() -> dict[str, str]:
    """The sources that there are, by key, as people call them."""
    return claims.sources() | {row.source: row.name for row in queries.sources() if row.name}


def _page(form: UploadForm, faults: Mapping[str, str] | None = None) -> str:
    known = names()
    form.source.choices = [*known.items(), (OTHER, _("Another source…"))]
    before = parse_id(request.args.get("before", ""))
    rows = list(queries.history(before))
    shown = rows[: queries.HISTORY_PAGE]
    older = url_for(".sources", before=str(shown[-1].id)) if len(rows) > len(shown) else None
    return render_template(
        "verification/rolls.html",
        form=form,
        faults=faults or {},
        sources=_sources(known),
        in_hand=[as_shown(row, known) for row in queries.open_imports()] if before is None else [],
        history=[as_shown(row, known) for row in shown],
        older=older,
        is_first=before is None,
        other=OTHER,
        most_bytes=files.MAX_ROLL_BYTES,
        too_large=_too_large_words(),
        unread=unread_count(require_me().id),
    )


def _sources(names: Mapping[str, str]) -> list[dict[str, Any]]:
    settings = {row.source: row for row in queries.sources()}
    holds, last = queries.entries_by_source(), queries.last_imports()
    return [
        {
            "source": key,
            "name": name,
            "holds": holds.get(key, 0),
            "last": last.get(key),
            "settings": settings.get(key),
        }
        for key, name in names.items()
    ]


def as_shown(row: AnyRow, names: Mapping[str, str]) -> dict[str, Any]:
    """An import's facts, with words for where it stands."""
    return {**row._asdict(), "name": names.get(row.source) or claims.source_name(row.source)}
