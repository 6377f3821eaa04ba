"""Bringing the list of organisations up to date, year by year. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, insert, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.networks import mergers
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.networks.organisation_file import Bad, Facts

_ORGANISATIONS = table_of(Organisation)


@dataclass(slots=True)
class Outcome:
    """What an import did, in numbers and, where somebody should look at it, by code and name."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Closed ones that nobody is known to have followed: left out.
    left_out: int = 0
    #: Code, the name until now, the name from now on.
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    #: Code and that of the successor: their members have moved.
    merged: list[tuple[str, str]] = field(default_factory=list)
    #: Code and name: closed since, and nobody is known to follow; their members stay with them.
    orphaned: list[tuple[str, str]] = field(default_factory=list)
    #: Code and name: not in the file any more, though not closed.
    missing: list[tuple[str, str]] = field(default_factory=list)
    #: Line numbers and reasons.
    bad: list[Bad] = field(default_factory=list)


def apply_organisations(found: list[Facts], bad: list[Bad], *, actor: int | None) -> Outcome:
    """Write what is new or different. None is ever removed: members may still work there.

    Closed ones are taken up only where they have a successor, for a roll may still name them; who belongs to one
    that was merged moves.
    """
    known = {row.code: row for row in db.session.execute(select(*Organisation.__table__.columns))}
    outcome = Outcome(bad=list(bad))
    _add(found, known, outcome)
    _change([facts for facts in found if facts.code in known], known, outcome)
    _merge(found, known, outcome)
    _note_orphans(found, known, outcome)
    in_file = {facts.code for facts in found}
    gone = [row for row in known.values() if row.code not in in_file and row.closed_on is None]
    outcome.missing = [(row.code, row.name) for row in sorted(gone, key=lambda row: row.code)]
    outcome.bad.sort()
    record("organisations.imported", actor=actor, note=f"{outcome.added} added, {outcome.changed} changed")
    return outcome


def _is_over(facts: Facts) -> bool:
    return facts.closed_on is not None and facts.closed_on <= now().date()


def _add(found: list[Facts], known: Mapping[str, AnyRow], outcome: Outcome) -> None:
    new = [facts for facts in found if facts.code not in known]
    fresh = [facts for facts in new if not _is_over(facts) or facts.successor]
    rows = [
        {
            "code": facts.code,
            "name": facts.name,
            "region": facts.region,
            "closed_on": facts.closed_on,
            "successor_code": None,
            "domains": facts.domains or "",
        }
        for facts in fresh
    ]
    if rows:
        db.session.connection().execute(insert(_ORGANISATIONS), rows)
    outcome.added, outcome.left_out = len(fresh), len(new) - len(fresh)


def _change(there: list[Facts], known: Mapping[str, AnyRow], outcome: Outcome) -> None:
    rows = [(facts, _said(facts, known[facts.code])) for facts in there]
    differ = [(facts, said) for facts, said in rows if _differs(known[facts.code], said)]
    changing = update(_ORGANISATIONS).where(_ORGANISATIONS.c.code == bindparam("of_code"))
    if differ:
        statement = changing.values({name: bindparam(name) for name in ("name", "region", "domains", "closed_on")})
        db.session.connection().execute(statement, [{"of_code": facts.code, **said} for facts, said in differ])
    for facts, said in differ:
        before = known[facts.code].name
        if said["name"] != before:
            outcome.renamed.append((facts.code, before, said["name"]))
    outcome.changed, outcome.unchanged = len(differ), len(there) - len(differ)


def _differs(row: AnyRow, said: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in said.items())


def _said(facts: Facts, row: AnyRow) -> dict[str, Any]:
    """What the file says of an organisation; what it doesn't say stays, for officers know of mergers first."""
    return {
        "name": facts.name,
        "region": facts.region,
        "domains": row.domains if facts.domains is None else facts.domains,
        "closed_on": facts.closed_on or row.closed_on,
    }


def _merge(found: list[Facts], known: Mapping[str, AnyRow], outcome: Outcome) -> None:
    for facts in found:
        before = known[facts.code].successor_code if facts.code in known else None
        if not _is_over(facts) or facts.successor in (None, before):
            continue
        try:
            mergers.merge(facts.code, str(facts.successor), on=facts.closed_on, actor=None)
        except mergers.CannotMerge as error:
            reason = _("its successor %(code)s can't be: %(why)s", code=facts.successor, why=str(error))
            outcome.bad.append((facts.line, reason))
        else:
            outcome.merged.append((facts.code, str(facts.successor)))


def _note_orphans(found: list[Facts], known: Mapping[str, AnyRow], outcome: Outcome) -> None:
    for facts in found:
        row = known.get(facts.code)
        if (
            row is not None
            and row.closed_on is None
            and _is_over(facts)
            and not (facts.successor or row.successor_code)
        ):
            outcome.orphaned.append((facts.code, facts.name))
