"""What the page of the queue is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from flask import request
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import db
from knowledge_exchange.moderation.queue import queue, queue_lately, queue_rules, queue_words
from knowledge_exchange.moderation.queue.queue import Item, Only
from knowledge_exchange.moderation.queue.queue_acts import Refused
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.notifications.queries import unread_count


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form of a card said, and what was wrong with it."""

    item: str
    decision: str = ""
    rule: str = ""
    reason: str = ""
    text: str = ""
    error: str = ""
    field: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Self:
        """What was sent."""
        return cls(*(form.get(name, "").strip() for name in ("item", "decision", "rule", "reason", "text")))

    def with_error(self, refused: Refused) -> Typed:
        """The same, with the sentence that its card shows."""
        return replace(self, error=refused.sentence, field=refused.field)


def view_of(me: Me, typed: Typed | None = None) -> dict[str, Any]:
    """Everything that the template needs: a page of items, how many there are, what was decided lately."""
    only = Only(request.args.get("network", ""), request.args.get("kind", ""))
    every = queue.items_for(me)
    fitting = [item for item in every if only.fits(item)]
    here, more = _with(fitting, typed.item) if typed else _after(fitting, request.args.get("after", ""))
    return {
        "unread": unread_count(me.id),
        "waiting": len(every),
        "heading": queue_words.heading(len(fitting), queue.MOST),
        "oldest": queue_words.oldest(min(item.opened_at for item in fitting)) if fitting else "",
        "shown": queue.shown(me, here),
        "more": more,
        "only": only,
        "kinds": _kinds_in(every),
        "networks": _networks_in(every),
        "rules": queue_rules.rules_of({item.row.network_id for item in here}),
        "lately": queue_lately.decided_lately(),
        "duties": duties_of(me),
        "typed": typed or Typed(""),
    }


def _after(items: list[Item], key: str) -> tuple[list[Item], str]:
    """A page of the items after that key, and the key of the page after it; decided or not, a key keeps its place."""
    begin = sum(_key(item) <= key for item in items)
    here = items[begin : begin + queue.PAGE]
    return here, _key(here[-1]) if begin + queue.PAGE < len(items) else ""


def _key(item: Item) -> str:
    """Sorts as the items do: their clock, to the second, and which one."""
    return f"{item.row.due_at:%Y%m%d%H%M%S}.{item.key}"


def _with(items: list[Item], key: str) -> tuple[list[Item], str]:
    """The page on which an item stands that came back with what was typed."""
    at = next((place for place, item in enumerate(items) if item.key == key), 0)
    begin = at - at % queue.PAGE
    here = items[begin : begin + queue.PAGE]
    return here, _key(here[-1]) if begin + queue.PAGE < len(items) else ""


def _kinds_in(items: list[Item]) -> dict[str, str]:
    there = {item.row.kind for item in items}
    return {kind: name for kind, name in queue_words.kinds_in_words().items() if kind in there}


def _networks_in(items: list[Item]) -> dict[str, str]:
    found = {item.row.network_slug: item.row.network_name for item in items if item.row.network_slug}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def duties_of(me: Me) -> list[Any]:
    """Networks that this member moderates, by name: slug, name and i_lead."""
    query = (
        select(Network.slug, Network.name, NetworkMembership.is_lead.label("i_lead"))
        .join(NetworkMembership, NetworkMembership.network_id == Network.id)
        .where(NetworkMembership.member_id == me.id, NetworkMembership.role == "moderator")
    )
    return list(db.session.execute(query.order_by(Network.name)))
