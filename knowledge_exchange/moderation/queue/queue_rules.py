"""The house rules that each item's decision can rest on, for a whole page of the queue at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, select

from knowledge_exchange.core.db import db
from knowledge_exchange.moderation.openness import rules
from knowledge_exchange.moderation.openness.rules_models import HouseRule, RulesVersion


def rules_of(network_ids: Collection[int | None]) -> Mapping[int | None, list[str]]:
    """What :func:`rules.choices` gives for each of these networks (None: none), in a fixed number of statements."""
    of_all = [value for value, _label in rules.choices(None)]
    own: dict[int, list[str]] = defaultdict(list)
    for row in db.session.execute(_newest([one for one in network_ids if one is not None])):
        own[row.network_id].append(_("Network %(number)s · %(title)s", number=row.number, title=row.title))
    return {one: [*of_all, *(own.get(one, ()) if one is not None else ())] for one in network_ids}


def _newest(network_ids: list[int]) -> Select[int | None, int, str]:
    newest = (
        select(RulesVersion.network_id, func.max(RulesVersion.number).label("number"))
        .where(RulesVersion.network_id.in_(network_ids))
        .group_by(RulesVersion.network_id)
        .subquery()
    )
    is_it = and_(RulesVersion.network_id == newest.c.network_id, RulesVersion.number == newest.c.number)
    return (
        select(RulesVersion.network_id, HouseRule.number, HouseRule.title)
        .join(newest, is_it)
        .join(HouseRule, HouseRule.version_id == RulesVersion.id)
        .order_by(RulesVersion.network_id, HouseRule.number)
    )
