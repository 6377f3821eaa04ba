"""Acts of moderators in the world of pseudonyms, written down without doing them; and the log as a page shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from tests.support.worlds import World

RULE = "2 · Patients stay private"
OCTOBER, NOVEMBER = datetime(2026, 10, 7, 9, 0, tzinfo=UTC), datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@dataclass
class Deeds:
    """What was done in the world of pseudonyms, written down as moderators' acts are."""

    world: World

    def note(self, action: str, thread: int | None = None, as_: str = "moderator", **facts: Any) -> int:
        """Write an act down; returns its id."""
        of = Of(
            facts.pop("network", self.world.north_west), thread, facts.pop("post", None), facts.pop("sanction", None)
        )
        with self.world.app.app_context(), unit_of_work():
            return note_act(None, as_, action, of, Reason(RULE, "For the author alone."), **facts)

    def change(self, model: Any, key: Any, **values: Any) -> None:
        """Set columns of a row."""
        with self.world.app.app_context(), unit_of_work():
            row = db.session.get_one(model, key)
            for name, value in values.items():
                setattr(row, name, value)

    def add(self, *rows: Any) -> None:
        """Write rows down."""
        with self.world.app.app_context(), unit_of_work():
            db.session.add_all(rows)


def items(page: str) -> list[str]:
    """The acts on a page, each as plain text with its links."""
    return [
        re.sub(r"\s+", " ", item) for item in re.findall(r"<li(?: class=\"undone\")?>\s*<p><b>.*?</li>", page, re.S)
    ]
