"""Drafts on the server: what a member has typed into a form and not posted yet, each in a locker of its own.

A draft is never written over by what another page or device says, unless that had it before its eyes: else both are
kept. A browser makes a draft's number, and sends the text again until it is told that it is kept; the numbers of the
last that were posted or discarded are remembered, so that a save that comes late, or from a copy of it elsewhere,
does not bring it back.

Chance decides which locker a draft comes into, and an emptied one stays and holds those numbers: of two that are
emptied with two posts, copies of the tables seldom tell that they are one member's, and never by their being there.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from flask import request

from knowledge_exchange.auth import lockers
from knowledge_exchange.core.clock import now

#: Numbers of finished drafts that one locker remembers.
MOST_FINISHED = 10
#: What can be told apart of how long ago something was typed.
LONGEST_AGO = timedelta(days=60)
_NUMBER_BYTES = 12
_NUMBER = re.compile(r"[A-Za-z0-9_-]{8,32}")
#: A reply in a thread, a change of a post, a new thread in a network: what the forms call themselves (data-draft-key).
_FORM = re.compile(r"(?:reply|edit):[1-9]\d{0,18}|new:[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a page says of a form: its fields, and which draft they are.

    ``version``: the one that the page had before its eyes; 0 of what is new. ``by``: a random number of that page;
    ``count``: its saves, so that one which was overtaken on the way changes nothing. ``at``: when it was typed.
    """

    form: str
    values: Mapping[str, str]
    id: str = ""
    version: int = 0
    by: str = ""
    count: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is kept; ``version`` goes up with each change."""

    id: str
    form: str
    version: int
    by: str
    count: int
    at: datetime
    values: dict[str, str]

    def text(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")

    @property
    def age(self) -> int:
        """Seconds since it was typed."""
        return max(int((now() - self.at).total_seconds()), 0)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it. ``id`` is another than was said where what was there had to stay as it was.

    ``is_finished``: it has been posted or discarded, and was not kept again. ``dropped``: so many older ones went.
    """

    id: str
    version: int
    is_finished: bool = False
    dropped: int = 0


def is_form(form: str) -> bool:
    """Whether forms call themselves so."""
    return _FORM.fullmatch(form) is not None


def is_number(number: str) -> bool:
    """Whether it can be the number of a draft, or of a page."""
    return _NUMBER.fullmatch(number) is not None


def new_number() -> str:
    """The number of a draft that comes from a page without scripts."""
    return secrets.token_urlsafe(_NUMBER_BYTES)


class Drawer:
    """A member's drafts as they are now, opened with one statement."""

    def __init__(self, member_id: int) -> None:
        self._member_id = member_id
        opened = {label: _opened(content) for label, content in lockers.read(member_id, lockers.DRAFTS).items()}
        self._kept = {label: kept for label, (kept, _finished) in opened.items() if kept is not None}
        self._finished = {label: finished for label, (_kept, finished) in opened.items()}

    def is_finished(self, number: str) -> bool:
        """Whether it was posted or discarded, as far as that is remembered."""
        return any(number in finished for finished in self._finished.values())

    def all(self) -> list[Kept]:
        """All of them, what was typed last first."""
        return sorted(self._kept.values(), key=lambda kept: kept.at, reverse=True)

    def of_form(self, form: str) -> list[Kept]:
        """Those of one form, what was typed last first."""
        return [kept for kept in self.all() if kept.form == form]

    def by_id(self, number: str) -> Kept | None:
        """One of them."""
        return next((kept for kept in self._kept.values() if kept.id == number), None)

    def save(self, typed: Typed) -> Saved:
        """Keep what was typed. Within a unit of work in which it is this member's turn."""
        if self.is_finished(typed.id):
            return Saved(typed.id, 0, is_finished=True)
        old = self.by_id(typed.id)
        if old is not None and old.form == typed.form:
            is_same_page = bool(typed.by) and old.by == typed.by
            if old.values == typed.values or (is_same_page and typed.count <= old.count):
                return Saved(old.id, old.version)  # it is there, or this page has said more since
            if is_same_page or old.version == typed.version:
                return self._write_over(old, typed)
        return self._add(typed, typed.id if old is None else new_number())

    def finish(self, number: str) -> None:
        """Forget one that was posted or discarded. Within a unit of work in which it is this member's turn."""
        labels = [label for label, kept in self._kept.items() if kept.id == number]
        if not labels and self.is_finished(number):
            return
        label = labels[0] if labels else secrets.choice(self._free() or lockers.DRAFTS)
        if labels:
            del self._kept[label]
        self._finished[label] = [number, *self._finished.get(label, [])][:MOST_FINISHED]
        self._put(label)

    def _write_over(self, old: Kept, typed: Typed) -> Saved:
        label = next(label for label, kept in self._kept.items() if kept.id == old.id)
        # Of a clock that was wound back: what is newer stays newer.
        at = max(old.at, _time_of(typed))
        self._kept[label] = kept = replace(
            old, version=old.version + 1, by=typed.by, count=typed.count, at=at, values=dict(typed.values)
        )
        self._put(label)
        return Saved(kept.id, kept.version)

    def _add(self, typed: Typed, number: str) -> Saved:
        kept = Kept(
            *(number or new_number(), typed.form, typed.version + 1, typed.by, typed.count),
            *(_time_of(typed), dict(typed.values)),
        )
        for one in self._kept.values():
            if (one.form, one.values) == (kept.form, kept.values):
                return Saved(one.id, one.version)
        free = self._free()
        label = secrets.choice(free) if free else min(self._kept, key=lambda label: self._kept[label].at)
        self._kept[label] = kept
        self._put(label)
        return Saved(kept.id, kept.version, dropped=0 if free else 1)

    def _free(self) -> list[str]:
        return [label for label in lockers.DRAFTS if label not in self._kept]

    def _put(self, label: str) -> None:
        content = _closed(self._kept.get(label), self._finished.get(label, []))
        lockers.put(self._member_id, {label: content})


def turn_of(member_id: int) -> Drawer:
    """A member's drafts, to change them: within a unit of work."""
    lockers.take_turn(member_id)
    return Drawer(member_id)


def posted(member_id: int) -> None:
    """The form at hand is being taken: its draft, if it names one (field ``draft``), is none any more.

    Within the unit of work that takes it.
    """
    if number := draft_in_hand():
        turn_of(member_id).finish(number)


def asked_for(member_id: int, form: str) -> Kept | None:
    """The draft that is to stand in a form: the one that the address names (``draft``), else what was typed last."""
    found = Drawer(member_id).of_form(form)
    number = request.args.get("draft")
    return next((kept for kept in found if kept.id == number), found[0] if found else None)


def draft_in_hand() -> str | None:
    """The number of the draft that the form at hand was, empty where it names none; None where no form was sent."""
    if not request or request.method != "POST":
        return None
    number = request.form.get("draft", "")
    return number if is_number(number) else ""


def _time_of(typed: Typed) -> datetime:
    latest = now()
    return min(max(typed.at or latest, latest - LONGEST_AGO), latest)


def _closed(kept: Kept | None, finished: list[str]) -> bytes:
    said = None if kept is None else {**asdict(kept), "at": kept.at.isoformat()}
    return json.dumps({"kept": said, "finished": finished}).encode()


def _opened(content: bytes) -> tuple[Kept | None, list[str]]:
    """A draft, or none, and numbers of finished ones; nothing of what another version of the program wrote."""
    try:
        said = json.loads(content)
        kept = said["kept"]
        if kept is not None:
            kept = Kept(**{**kept, "at": datetime.fromisoformat(kept["at"])})
        return kept, list(said["finished"])
    except (ValueError, TypeError, LookupError):
        return None, []
