"""For how long what is kept: each class of data has a setting, and one job that enforces it (ADR 0017).

Rooms register their classes. ``0`` keeps a class for ever.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import ColumnElement, delete, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, db, end_read, table_of, unit_of_work

FORGET_EVERY_S = 3600.0
#: Rows of one transaction.
BATCH = 500
#: What others get between two of them.
PAUSE_S = 0.01
_REGISTERED = "ke_kept_classes"

log = logging.getLogger(__name__)

#: Forgets what is older than the moment it is given.
Forget = Callable[[datetime], None]


@dataclass(frozen=True)
class Kept:
    """A class of data: the setting that says for how many days, its tables, and what forgets it."""

    setting: str
    tables: tuple[str, ...]
    forget: Forget

    @property
    def days(self) -> int:
        """As the operator set it; 0: for ever."""
        return int(current_app.config[self.setting])


def register(app: Flask, setting: str, forget: Forget, *models: type[Base]) -> None:
    """Have ``forget(before)`` called every hour, where ``setting`` (days) isn't 0, for what these tables hold."""
    tables = tuple(table_of(model).name for model in models)
    app.extensions.setdefault(_REGISTERED, []).append(Kept(setting, tables, forget))


def registered() -> list[Kept]:
    """All classes."""
    found: list[Kept] = current_app.extensions[_REGISTERED]
    return found


def forget_what_is_due() -> None:
    """Go through all classes; one that fails keeps no other (a job)."""
    moment = now()
    for kept in registered():
        if kept.days == 0:
            continue
        try:
            kept.forget(moment - timedelta(days=kept.days))
        except Exception:
            end_read()
            log.exception("a class of data could not be forgotten", extra={"setting": kept.setting})


def kept_for_ever() -> list[str]:
    """The settings that are off."""
    return [kept.setting for kept in registered() if kept.days == 0]


def delete_all(model: type[Base], *where: ColumnElement[bool]) -> None:
    """Delete those rows, a batch at a time, so that nobody waits for long. Their table has one column for a key."""
    table = table_of(model)
    [key] = table.primary_key.columns
    query = select(key).select_from(table).where(*where).limit(BATCH)
    while ids := db.session.scalars(query).all():
        end_read()
        with unit_of_work() as work:
            # Asked again: something may have come to be about one of them.
            work.execute(delete(table).where(key.in_(ids), *where))
        time.sleep(PAUSE_S)
    end_read()
