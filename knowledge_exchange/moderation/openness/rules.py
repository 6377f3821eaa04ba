"""House rules, of the whole exchange and of networks: which hold now, which held before. The newest version holds.

Where none of the whole exchange was published, the built-in ones hold (``rules_text.py``); a network has none of its
own until somebody publishes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, select

from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.i18n import language
from knowledge_exchange.core.markup import render
from knowledge_exchange.moderation.openness.rules_models import HouseRule, RulesVersion
from knowledge_exchange.moderation.openness.rules_text import BUILT_IN_ON, built_in

#: The number of the built-in version.
BUILT_IN = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its number in its version, its title, its text as Markdown and as HTML."""

    number: int
    title: str
    body: str
    html: str


@dataclass(frozen=True, slots=True)
class Rules:
    """A version of the rules; ``id`` is None for the built-in one, and for a network that has none (number 0)."""

    id: int | None
    number: int
    dated: date
    changes: str
    rules: tuple[Rule, ...]


def rules_now(network_id: int | None) -> Rules:
    """What holds in a network beside the rules of all, or (None) in the whole exchange."""
    newest = _versions(network_id).limit(1)
    return _read(db.session.execute(newest).first(), network_id)


def rules_of(network_id: int | None, number: int) -> Rules | None:
    """An earlier version, or the one of now, by its number; None where there is none of that number."""
    row = db.session.execute(_versions(network_id).where(RulesVersion.number == number)).first()
    if row is None and (network_id is not None or number != BUILT_IN):
        return None
    return _read(row, network_id)


def versions_of(network_id: int | None) -> list[tuple[int, date]]:
    """Numbers and days of all versions, the newest first."""
    found = [(row.number, row.published_at.date()) for row in db.session.execute(_versions(network_id))]
    return found if network_id is not None else [*found, (BUILT_IN, BUILT_IN_ON)]


def choices(network_id: int | None) -> list[tuple[str, str]]:
    """The rules that an act can rest on: those of all, then the network's; value and label are the same words."""
    labels = [f"{rule.number} · {rule.title}" for rule in rules_now(None).rules]
    if network_id is not None:
        own = rules_now(network_id).rules
        labels += [_("Network %(number)s · %(title)s", number=rule.number, title=rule.title) for rule in own]
    return [(label, label) for label in labels]


def of_network(network_id: int | None) -> ColumnElement[bool]:
    """Condition on versions: of that network, or of the whole exchange."""
    return RulesVersion.network_id.is_(None) if network_id is None else RulesVersion.network_id == network_id


def _versions(network_id: int | None) -> Select[int, int, datetime, str]:
    columns = (RulesVersion.id, RulesVersion.number, RulesVersion.published_at, RulesVersion.changes)
    return select(*columns).where(of_network(network_id)).order_by(RulesVersion.number.desc())


def _read(version: AnyRow | None, network_id: int | None) -> Rules:
    if version is None:
        return _built_in(language()) if network_id is None else _NONE
    columns = (HouseRule.number, HouseRule.title, HouseRule.body, HouseRule.html)
    query = select(*columns).where(HouseRule.version_id == version.id).order_by(HouseRule.number)
    rules = tuple(Rule(*row) for row in db.session.execute(query))
    return Rules(version.id, version.number, version.published_at.date(), version.changes, rules)


_NONE = Rules(None, 0, BUILT_IN_ON, "", ())


@lru_cache(maxsize=8)
def _built_in(_language: str) -> Rules:
    rules = [Rule(number, title, body, render(body)) for number, (title, body) in enumerate(built_in(), 1)]
    return Rules(None, BUILT_IN, BUILT_IN_ON, "", tuple(rules))
