"""The quiet bar for members who have not accepted the newest house rules yet. It costs other pages no statement.

Which versions are the newest is kept in each process for some seconds, and whoever accepted one is remembered. The
built-in version is accepted by joining, so where nobody published another there is nothing to ask.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app, render_template
from markupsafe import Markup
from sqlalchemy import and_, bindparam, func, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, Id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.moderation.openness.rules_models import RulesAcceptance, RulesVersion

#: So long other processes may go on without knowing of a new version.
KEPT_S = 10.0
#: Of so many members (and versions) each process remembers that they accepted.
MOST_REMEMBERED = 10_000

_NEWEST = Read(select(RulesVersion.network_id, func.max(RulesVersion.id).label("id")).group_by(RulesVersion.network_id))
_version = bindparam("version", type_=Id)
_ASKED = Read(
    select(RulesVersion.changes, RulesVersion.number, RulesAcceptance.accepted_on)
    .outerjoin(
        RulesAcceptance,
        and_(RulesAcceptance.version_id == RulesVersion.id, RulesAcceptance.member_id == bindparam("me", type_=Id)),
    )
    .where(RulesVersion.id == _version)
)


@dataclass(slots=True)
class _Known:
    """What this process knows of versions."""

    until: float = 0.0
    newest: Mapping[int | None, int] = field(default_factory=dict)
    accepted: OrderedDict[tuple[int, int], None] = field(default_factory=OrderedDict)


def _known() -> _Known:
    found: _Known = current_app.extensions.setdefault("ke_rules", _Known())
    if found.until < time.monotonic():
        found.newest = {row.network_id: row.id for row in _NEWEST.all()}
        found.until = time.monotonic() + KEPT_S
    return found


def forget_newest() -> None:
    """Look again at once: one was just published here."""
    current_app.extensions.pop("ke_rules", None)


def to_accept(me: Me, network_id: int | None) -> AnyRow | None:
    """The newest version where this member has not accepted it: what changed, its number; else None."""
    known = _known()
    version = known.newest.get(network_id)
    if version is None or (me.id, version) in known.accepted:
        return None
    row: AnyRow | None = _ASKED.first(me=me.id, version=version)
    if row is not None and row.accepted_on is None:
        return row
    known.accepted[me.id, version] = None
    while len(known.accepted) > MOST_REMEMBERED:
        known.accepted.popitem(last=False)
    return None


def above_page(me: Me) -> str:
    """The bar of the whole exchange as safe HTML, on every page of an active member; empty for most (hook)."""
    return _bar("/rules", "", to_accept(me, None)) if me.is_active else ""


def above_network(me: Me, network: AnyRow) -> str:
    """The bar of a network's own rules, on its page, for those who belong to it (a part)."""
    if network.my_role is None:
        return ""
    return _bar(f"/n/{network.slug}/rules", network.name, to_accept(me, network.id))


def _bar(address: str, network: str, asked: AnyRow | None) -> str:
    if asked is None:
        return ""
    page = render_template("moderation/_rules_bar.html", address=address, network=network, asked=asked)
    return Markup(page)  # noqa: S704 -- our own template
