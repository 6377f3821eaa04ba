"""Pulling a roll: fetched from the union's own system, staged, weighed, and applied where nobody need be asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.core.crypto import is_hash_of, keyed_hash
from knowledge_exchange.core.csv_files import UnreadableFile
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.verification.models import RollSource
from knowledge_exchange.verification.pulling import state as pull_state
from knowledge_exchange.verification.pulling.fetching import DEADLINE_S, fetch_within, private_folder
from knowledge_exchange.verification.pulling.registry import Fetched, RegistryFailed, Unchanged, open_registry
from knowledge_exchange.verification.pulling.state import APPLIED, FAILED, UNCHANGED, WAITING
from knowledge_exchange.verification.rolls import applying, staging
from knowledge_exchange.verification.rolls.applying import Plan
from knowledge_exchange.verification.rolls.file import open_roll

#: The purpose of the keyed hash.
_CONTENT = "roll-file"


class NotPulled(LookupError):
    """There is no such source, or none that is pulled."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: ``applied``, ``unchanged``, ``waiting`` for an officer's word, or ``failed``."""

    what: str
    #: In words for officers and the operator.
    said: str
    #: What it changed or would change, where there was something to weigh.
    plan: Plan | None = None
    import_id: int | None = None
    is_braked: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a roll is to be pulled."""

    #: Nothing is changed, noted or remembered.
    is_dry: bool = False
    #: The percentage of members whose lapse somebody has confirmed.
    allowed: float | None = None
    #: Shown the import as soon as it is staged.
    look: Callable[[int], None] = lambda _import_id: None
    deadline_s: float = DEADLINE_S


def pull(source: str, manner: Manner | None = None) -> Outcome:
    """Try once. Raises :class:`NotPulled`; every other trouble is an outcome, noted and put on record."""
    manner = manner or Manner()
    row = _source(source)
    outcome = _waits(source, manner)
    if outcome is None:
        try:
            outcome = _pull(row, manner)
        except RegistryFailed as failed:
            outcome = Outcome(FAILED, failed.sentence)
    if not manner.is_dry:
        with unit_of_work():
            pull_state.note(source, outcome.what, outcome.said)
            if outcome.what == WAITING and outcome.plan is not None:
                pull_state.tell_officers(f"/admin/rolls/{outcome.import_id}")
    return outcome


def _source(name: str) -> RollSource:
    row = db.session.execute(select(RollSource).where(RollSource.source == name)).scalar_one_or_none()
    end_read()
    if row is None or not row.pull_kind:
        raise NotPulled(name)
    return row


def _waits(source: str, manner: Manner) -> Outcome | None:
    """While one waits for an officer's word, none is fetched; the word itself makes way for a fresh one."""
    waiting = None if manner.is_dry else pull_state.waiting_import(source)
    end_read()
    if waiting is None:
        return None
    if manner.allowed is not None:
        staging.drop(waiting)
        return None
    return Outcome(WAITING, _("The roll that was pulled before still waits for an officer’s word."), import_id=waiting)


def _pull(row: RollSource, manner: Manner) -> Outcome:
    is_asked_for = manner.is_dry or manner.allowed is not None
    source, known = row.source, pull_state.Known() if is_asked_for else pull_state.known_of(row)
    registry = open_registry(row.pull_kind, pull_state.access_to(row))
    end_read()
    with private_folder() as folder:
        got = fetch_within(registry, known.version, folder, manner.deadline_s)
        if isinstance(got, Unchanged):
            return Outcome(UNCHANGED, _("The registry’s roll has not changed."))
        content = _content_hash(got.path)
        if known.digest and is_hash_of(known.digest, _CONTENT, content):
            return _same_content(source, got, manner)
        import_id = _stage(source, got.path)
    manner.look(import_id)
    if manner.is_dry:
        return _weigh_only(import_id, manner)
    # Keyed, so that nobody can try out with a copy of the database what stood in the file.
    return _apply(source, import_id, got.version, keyed_hash(_CONTENT, content), manner)


def _same_content(source: str, got: Fetched, manner: Manner) -> Outcome:
    if not manner.is_dry:
        with unit_of_work():
            pull_state.remember_name(source, got.version)
    return Outcome(UNCHANGED, _("The registry sent the same roll again."))


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stage(source: str, path: Path) -> int:
    try:
        return staging.stage(open_roll(path, source), actor=None, origin="pull")
    except (UnreadableFile, OSError) as error:
        # Their sentences are for people; what the system says of a file may name its path.
        said = str(error) if isinstance(error, UnreadableFile) else _("Its roll can't be read.")
        raise RegistryFailed(said, try_again=False) from None


def _weigh_only(import_id: int, manner: Manner) -> Outcome:
    plan = applying.find_plan(import_id)
    end_read()
    staging.drop(import_id)
    return Outcome(
        APPLIED, _("Dry run: nothing was changed."), plan, is_braked=applying.is_braked(plan, manner.allowed)
    )


def _apply(source: str, import_id: int, version: str, digest: str, manner: Manner) -> Outcome:
    """Apply it where one may; else it is there for an officer to look at."""
    try:
        with unit_of_work():
            plan = applying.apply(import_id, actor=None, allowed=manner.allowed)
            pull_state.remember(source, version, digest, import_id)
    except applying.Braked as braked:
        with unit_of_work():
            pull_state.remember(source, version, digest, import_id)
        return Outcome(WAITING, why_braked(braked.plan), braked.plan, import_id, is_braked=True)
    except (applying.Outdated, applying.NotReady):
        staging.drop(import_id)
        said = _("Another file of this source was imported meanwhile; nothing was changed by this one.")
        return Outcome(FAILED, said)
    staging.forget_rows(import_id)
    return Outcome(APPLIED, in_numbers(plan), plan, import_id)


def why_braked(plan: Plan) -> str:
    """Why an officer must look at it first."""
    if plan.is_empty:
        return str(_("It is empty: an officer must look at it first. Nothing was changed."))
    if plan.cut:
        return str(_("Its last row is broken off: an officer must look at it first. Nothing was changed."))
    numbers = {"lapsing": plan.lapsing, "active": plan.active, "percent": f"{plan.percent:.1f}"}
    return str(
        _(
            "%(lapsing)s of %(active)s active members (%(percent)s %%) would lapse: an officer must look at it first. "
            "Nothing was changed.",
            **numbers,
        )
    )


def in_numbers(plan: Plan) -> str:
    """What was applied."""
    numbers = {name: getattr(plan, name) for name in ("added", "changed", "gone", "back", "unreadable")}
    return str(
        _(
            "Applied: %(added)s added, %(changed)s changed, %(gone)s gone from the roll, %(back)s back on it, "
            "%(unreadable)s unreadable.",
            **numbers,
        )
    )
