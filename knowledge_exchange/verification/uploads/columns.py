"""Which column is which, where the exchange could not tell: an officer says, and it is remembered for the source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.csv_files import header_key
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.models import RollSource
from knowledge_exchange.verification.rolls import sources
from knowledge_exchange.verification.rolls.headers import COLUMNS, REQUIRED
from knowledge_exchange.verification.uploads import files, words
from knowledge_exchange.verification.uploads.pages import blueprint, names

BAD_INPUT = 422
#: Before the names of the form's fields.
_FIELD = "column_"
MAX_COLUMN_CHARS = 100


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: its name there, and a few of its cells, masked."""

    name: str
    sample: str


@dataclass(frozen=True, slots=True)
class Look:
    """The columns of a file that waits for them to be named, and what each of ours is taken for (empty: none)."""

    columns: list[Column]
    mapping: dict[str, str]
    required: tuple[str, ...] = REQUIRED
    ours: tuple[str, ...] = COLUMNS


def look_of(row: AnyRow) -> Look | None:
    """What the reader saw of a file that it could not use; None where naming columns would not help, or it is gone."""
    text = files.notes_of(row.stored_as) if row.state == "failed" and files.is_here(row.stored_as) else ""
    if not text:
        return None
    seen = json.loads(text)
    cells = zip(*seen["sample"], strict=True) if seen["sample"] else ([] for _name in seen["header"])
    named = zip(seen["header"], cells, strict=True)
    found = [Column(name, ", ".join(cell for cell in sample if cell)) for name, sample in named if name.strip()]
    return Look(found, seen["mapping"])


def with_choices(look: Look, form: Mapping[str, str]) -> Look:
    """The same, with what was chosen in a form."""
    return replace(look, mapping={ours: form.get(_FIELD + ours, "") for ours in COLUMNS})


def chosen(look: Look, form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Our names and theirs as a form says; and what is wrong with it, by our name. An empty choice: no such column."""
    known = {column.name for column in look.columns}
    mapping = {ours: form.get(_FIELD + ours, "") for ours in COLUMNS}
    faults = {ours: _("Choose a column of the file.") for ours in REQUIRED if mapping[ours] not in known}
    taken: set[str] = set()
    for ours, theirs in mapping.items():
        if theirs and theirs not in known:
            faults.setdefault(ours, _("The file has no such column."))
        elif theirs and header_key(theirs) in taken:
            faults.setdefault(ours, _("This column is chosen for something else already."))
        taken.add(header_key(theirs))
    return mapping, faults


def remember(source: str, mapping: Mapping[str, str], *, actor: int) -> None:
    """Remember what was chosen for the source; in a unit of work. What is on record says who did it."""
    sources.remember_mapping(source, mapping, actor=actor)


@blueprint.get("/columns/<source>")
@for_roles(*policy.SETTLERS)
def remembered(source: str) -> ResponseReturnValue:
    """What is remembered of a source's columns."""
    return _page(source, sources.mapping_of(_known(source)))


@blueprint.post("/columns/<source>")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def change(source: str) -> ResponseReturnValue:
    """Change it, or forget all of it (``do``)."""
    me = require_me()
    _known(source)
    if request.form.get("do") == "forget":
        end_read()
        with unit_of_work():
            _replace(source, {}, me.id)
        flash(_("Forgotten. The next file’s columns are found by their names."), "good")
        return redirect(url_for(".remembered", source=source), 303)
    typed = {ours: request.form.get(_FIELD + ours, "").strip() for ours in COLUMNS}
    faults = {ours: _("That is too long.") for ours, theirs in typed.items() if len(theirs) > MAX_COLUMN_CHARS}
    given = [header_key(theirs) for theirs in typed.values() if theirs]
    if len(given) != len(set(given)):
        twice = [ours for ours, theirs in typed.items() if given.count(header_key(theirs)) > 1]
        faults |= {ours: _("Two of ours can’t be one column.") for ours in twice}
    if faults:
        return _page(source, typed, faults), BAD_INPUT
    end_read()
    with unit_of_work():
        _replace(source, {ours: theirs for ours, theirs in typed.items() if theirs}, me.id)
    flash(_("The columns are remembered."), "good")
    return redirect(url_for(".sources"), 303)


def _replace(source: str, mapping: Mapping[str, str], actor: int) -> None:
    db.session.execute(update(RollSource).where(RollSource.source == source).values(columns=""))
    if mapping:
        sources.remember_mapping(source, mapping, actor=actor)
    else:
        record("roll.columns", actor=actor, note=f"{source}: forgotten")


def _known(source: str) -> str:
    if source not in names():
        abort(404)
    return source


def _page(source: str, mapping: Mapping[str, str], faults: Mapping[str, str] | None = None) -> str:
    return render_template(
        "verification/roll_columns.html",
        source=source,
        name=names()[source],
        ours=COLUMNS,
        fields=words.fields(),
        mapping=mapping,
        faults=faults or {},
        unread=unread_count(require_me().id),
    )
