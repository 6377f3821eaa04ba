"""Drafts on the server: what a member has typed into a form and not posted yet, each in a locker of its own.

A draft is never written over by what another page or device says, unless that had it before its eyes: else both are
kept. A browser makes a draft's number, and sends the text again until it is told that it is kept; the numbers of the
last that were posted or discarded are remembered, so that a save that comes late, or from a copy of it elsewhere,
does not bring it back.

Chance decides which locker a draft comes into, and an emptied one stays and holds those numbers: of two that are
emptied with two posts, copies of the tables seldom tell that they are one member's, and never by their being there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from flask import request

from knowledge_exchange.auth import lockers
from knowledge_exchange.core.clock import now
from knowledge_exchange.threads.drafts.draft_content import Content, Discarded, closed, opened
from knowledge_exchange.threads.drafts.draft_content import Kept as Kept
from knowledge_exchange.threads.drafts.typed import Saved, Typed, is_number, new_number, time_of

#: Signs in all drafts of one member: forty of the longest posts, and more. All of them are opened for each save.
MOST_CHARS_IN_ALL = 2_000_000
#: Numbers of finished drafts that one locker remembers.
MOST_FINISHED = 10


class Drawer:
    """A member's drafts as they are now, opened with one statement."""

    def __init__(self, member_id: int) -> None:
        self._member_id = member_id
        self._lockers = {label: opened(found) for label, found in lockers.read(member_id, lockers.DRAFTS).items()}

    def is_finished(self, number: str) -> bool:
        """Whether it was posted or discarded, as far as that is remembered."""
        return any(number in one.finished for one in self._lockers.values())

    def all(self) -> list[Kept]:
        """All of them, what was typed last first."""
        found = [one.kept for one in self._lockers.values() if one.kept]
        return sorted(found, key=lambda kept: kept.at, reverse=True)

    def of_form(self, form: str) -> list[Kept]:
        """Those of one form, what was typed last first."""
        return [kept for kept in self.all() if kept.form == form]

    def by_id(self, number: str) -> Kept | None:
        """One of them."""
        return next((kept for kept in self.all() if kept.id == number), None)

    def discarded(self) -> list[Discarded]:
        """Those that can be brought back, what was discarded last first."""
        found = [one.discarded for one in self._lockers.values() if one.discarded and not one.discarded.is_over]
        return sorted(found, key=lambda thrown: thrown.at, reverse=True)

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
        """Forget one that was posted. Within a unit of work in which it is this member's turn."""
        label = self._label_of(number)
        if label is None and self.is_finished(number):
            return
        label = label or secrets.choice(self._free() or lockers.DRAFTS)
        before = self._lockers.get(label, Content())
        kept = None if before.kept and before.kept.id == number else before.kept
        thrown = None if before.discarded and before.discarded.kept.id == number else before.discarded
        self._put({label: Content(kept, thrown, _with(number, before.finished))})

    def discard(self, number: str) -> Kept | None:
        """Throw one away, so that it can be brought back for a while. Within a unit of work, and this member's turn."""
        kept = self.by_id(number)
        if kept is None:
            if not self.is_finished(number):
                self.finish(number)
            return None
        label = str(self._label_of(number))
        finished = _with(number, self._lockers[label].finished)
        self._put({label: Content(None, Discarded(kept, now()), finished)})
        return kept

    def bring_back(self, number: str) -> Kept | None:
        """One that was discarded just now, as it was; beside what was begun since. Within a unit of work, and this
        member's turn."""
        thrown = next((one for one in self.discarded() if one.kept.id == number), None)
        label = self._label_of(number)
        if thrown is None or label is None:
            return None
        before = self._lockers[label]
        for one in self.of_form(thrown.kept.form):
            if one.values == thrown.kept.values:  # written again word by word
                self._put({label: Content(before.kept, None, before.finished)})
                return one
        self._put({label: Content(thrown.kept, None, [one for one in before.finished if one != number])})
        return thrown.kept

    def _write_over(self, old: Kept, typed: Typed) -> Saved:
        label = str(self._label_of(old.id))
        # Of a clock that was wound back: what is newer stays newer.
        at = max(old.at, time_of(typed))
        kept = replace(old, version=old.version + 1, by=typed.by, count=typed.count, at=at, values=dict(typed.values))
        emptied, dropped = self._room_for(label, kept.size)
        self._put({label: replace(self._lockers[label], kept=kept), **emptied})
        return Saved(kept.id, kept.version, dropped=dropped)

    def _add(self, typed: Typed, number: str) -> Saved:
        kept = Kept(
            *(number or new_number(), typed.form, typed.version + 1, typed.by, typed.count),
            *(time_of(typed), dict(typed.values)),
        )
        for one in self.of_form(kept.form):
            if one.values == kept.values:
                return Saved(one.id, one.version)
        free = self._free()
        label = secrets.choice(free) if free else self._first_to_go()
        is_dropped = not free and self._lockers[label].kept is not None
        emptied, dropped = self._room_for(label, kept.size)
        self._put({label: Content(kept, None, self._lockers.get(label, Content()).finished), **emptied})
        return Saved(kept.id, kept.version, dropped=dropped + is_dropped)

    def _room_for(self, label: str, size: int) -> tuple[dict[str, Content], int]:
        """Other lockers, emptied, so that so many signs fit into one, and how many drafts that costs."""
        others = {other: one.size for other, one in self._lockers.items() if other != label and one.size}
        emptied: dict[str, Content] = {}
        dropped = 0
        while others and size + sum(others.values()) > MOST_CHARS_IN_ALL:
            first = self._first_to_go(others)
            dropped += self._lockers[first].kept is not None
            emptied[first] = Content(finished=self._lockers[first].finished)
            del others[first]
        return emptied, dropped

    def _first_to_go(self, labels: Iterable[str] = lockers.DRAFTS) -> str:
        """The full locker whose draft is missed least: one that was discarded, else the one untouched for longest."""
        full = {label: one for label in labels if (one := self._lockers.get(label)) and one.size}
        return min(full, key=lambda label: _last_touched(full[label]))

    def _label_of(self, number: str) -> str | None:
        return next((label for label, one in self._lockers.items() if _has(one, number)), None)

    def _free(self) -> list[str]:
        return [label for label in lockers.DRAFTS if label not in self._lockers or not self._lockers[label].size]

    def _put(self, contents: dict[str, Content]) -> None:
        self._lockers |= contents
        lockers.put(self._member_id, {label: closed(content) for label, content in contents.items()})


def _has(content: Content, number: str) -> bool:
    kept = content.kept or (content.discarded.kept if content.discarded else None)
    return kept is not None and kept.id == number


def _with(number: str, finished: list[str]) -> list[str]:
    return [number, *finished][:MOST_FINISHED]


def _last_touched(content: Content) -> tuple[bool, datetime]:
    if content.kept is not None:
        return True, content.kept.at
    return False, content.discarded.at if content.discarded else now()


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
