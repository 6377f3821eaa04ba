"""What a locker of drafts holds: a draft or none, one that was discarded just now, numbers of those that are over.

A discarded draft stays where it lay until it can't be brought back any more: the next that is put into its locker
leaves it out, and so does a job.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from knowledge_exchange.auth import lockers
from knowledge_exchange.core.clock import now

#: For how long a discarded draft can be brought back.
UNDO_FOR = timedelta(minutes=10)
UNDO_MINUTES = int(UNDO_FOR.total_seconds() // 60)
#: How often a job takes out of lockers what can't be brought back any more, and how far back it looks for it.
EMPTY_EVERY_S = 600.0
LOOKS_BACK = timedelta(days=7)
#: Only what has this in it is looked at more closely.
_DISCARDED = b'"discarded": {'


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

    @property
    def size(self) -> int:
        """How many signs it has."""
        return sum(map(len, self.values.values()))


@dataclass(frozen=True, slots=True)
class Discarded:
    """A draft that was thrown away, and when."""

    kept: Kept
    at: datetime

    @property
    def until(self) -> datetime:
        """When it can't be brought back any more."""
        return self.at + UNDO_FOR

    @property
    def is_over(self) -> bool:
        """Whether it can't be."""
        return self.until <= now()


@dataclass(slots=True)
class Content:
    """What lies in one locker: a draft or a discarded one, never both."""

    kept: Kept | None = None
    discarded: Discarded | None = None
    finished: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many signs the drafts in it have."""
        return (self.kept.size if self.kept else 0) + (self.discarded.kept.size if self.discarded else 0)


def closed(content: Content) -> bytes:
    """As it is put into a locker."""
    thrown = content.discarded
    said = {"draft": _said(thrown.kept), "at": thrown.at.isoformat()} if thrown and not thrown.is_over else None
    kept = _said(content.kept) if content.kept else None
    return json.dumps({"kept": kept, "discarded": said, "finished": content.finished}).encode()


def opened(content: bytes) -> Content:
    """As it comes out, without what is over; nothing of what another version of the program wrote."""
    try:
        said = json.loads(content)
        thrown = said.get("discarded")
        discarded = Discarded(_kept(thrown["draft"]), datetime.fromisoformat(thrown["at"])) if thrown else None
        return Content(
            _kept(said["kept"]) if said["kept"] else None,
            discarded if discarded and not discarded.is_over else None,
            list(said["finished"]),
        )
    except (ValueError, TypeError, LookupError, AttributeError):
        return Content()


def empty_lockers() -> None:
    """Take out what was discarded and can't be brought back any more (a job)."""
    lockers.tend(now().date() - LOOKS_BACK, _without_what_is_over)


def _without_what_is_over(content: bytes) -> bytes | None:
    """None of what has nothing of the kind in it, or is no locker of drafts."""
    if _DISCARDED not in content:
        return None
    try:
        said = json.loads(content)
        at = datetime.fromisoformat(said["discarded"]["at"])
    except (ValueError, TypeError, LookupError):
        return None
    return json.dumps({**said, "discarded": None}).encode() if at + UNDO_FOR <= now() else None


def _said(kept: Kept) -> dict[str, object]:
    return {**asdict(kept), "at": kept.at.isoformat()}


def _kept(said: dict[str, object]) -> Kept:
    return Kept(**{**said, "at": datetime.fromisoformat(str(said["at"]))})  # type: ignore[arg-type]
