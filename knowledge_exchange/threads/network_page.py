"""What a network's page needs besides its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.shells import Given, Hole
from knowledge_exchange.notifications.pages import member_page
from knowledge_exchange.threads import policy
from knowledge_exchange.threads.chosen import Chosen, Key, filter_words, orders_for, pager_words
from knowledge_exchange.threads.filtered import page_of
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.listing import is_pinned
from knowledge_exchange.threads.parts import parts
from knowledge_exchange.threads.rows import network_rows
from knowledge_exchange.threads.words import network_levels


@dataclass(frozen=True, slots=True)
class NetworkFacts(Given):
    """Of a network and the reader's place in it, what its page shows."""

    slug: str
    name: str
    description: str
    kind: str
    visibility: str
    my_role: str | None
    level: str
    may_start: bool
    may_join: bool


_HOLES = {name: Hole(name) for name in ("rows", "network_above", "network_beside")}
_OLDER = Hole("older")
_NEWEST = Hole("newest")


def show_network(me: Me, network: AnyRow, chosen: Chosen, key: Key | None, draft_done: str | None) -> bytes:
    """A page of a network's threads as HTML in UTF-8. Statements: the threads, and those that are not kept."""
    pinned, found = _apart(page_of(me, network.id, chosen, key))
    shown = found[:THREADS_A_PAGE]
    facts = NetworkFacts(
        slug=network.slug,
        name=network.name,
        description=network.description,
        kind=network.kind,
        visibility=network.visibility,
        my_role=network.my_role,
        level=network.level or "normal",
        may_start=policy.may_start(me, "discussion", network.my_role, network.muted_until),
        may_join=me.may_join,
    )
    older = chosen.url(network.slug, chosen.key_of(shown[-1])) if len(found) > THREADS_A_PAGE else ""
    return member_page(
        "threads/network.html",
        me,
        {
            "nav": "networks",
            "network": facts,
            "threads": bool(pinned or shown),
            "chosen": chosen,
            "older": _OLDER if older else None,
            "newest": _NEWEST if key is not None else None,
            "ask_url": f"/n/{network.slug}/new",
            "draft_done": draft_done,
        },
        {
            "rows": network_rows([*pinned, *_but(shown, pinned)], network, me.zone),
            "older": escape(older),
            "newest": escape(chosen.url(network.slug)),
            **{place: parts(place, me, network) for place in ("network_above", "network_beside")},
        },
        keep=not draft_done,
        levels=network_levels(),
        filters=filter_words(),
        orders_for=orders_for,
        pager_words=pager_words(),
        **_HOLES,
    )


def _apart(rows: Sequence[AnyRow]) -> tuple[list[AnyRow], list[AnyRow]]:
    """The pinned threads, and the list beneath."""
    return [row for row in rows if is_pinned(row)], [row for row in rows if not is_pinned(row)]


def _but(rows: Sequence[AnyRow], pinned: Sequence[AnyRow]) -> list[AnyRow]:
    """A thread stands once on a page."""
    above = {row.id for row in pinned}
    return [row for row in rows if row.id not in above]
