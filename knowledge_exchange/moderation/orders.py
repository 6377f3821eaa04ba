"""What a moderator asks to be done, from a thread, a post or a list; and that it can't be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge_exchange.moderation.acts.acts import Reason


class Refused(Exception):
    """It can't be done, and nothing has changed: a sentence by the field that it concerns (``""``: by none)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(str(dict(errors)))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Order:
    """An act to do, what was typed for it (a day ``until``, ``title``, ``kind``, ``body``, ``passage``), and why."""

    action: str
    reason: Reason
    values: Mapping[str, str] = field(default_factory=dict)
    batch_id: int | None = None
