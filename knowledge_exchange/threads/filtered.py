"""Further lists of threads: those that bear a tag, and unanswered problems by age.

Each asks of its threads what the other lists ask (``listing.py``), and pages by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import bindparam, select, union_all

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, AnySelect, Id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.care_models import NetworkTag
from knowledge_exchange.notifications.models import NetworkLevel, Participant
from knowledge_exchange.threads import listing
from knowledge_exchange.threads.curation_models import ThreadTag
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.listing import Item
from knowledge_exchange.threads.models import Thread

_me = bindparam("me", type_=Id)
_after = bindparam("after", type_=Id)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a network's list is narrowed to: a word of ``listing.FILTERS``, or a tag; and in which order.

    ``oldest``: of the unanswered ones, the oldest first.
    """

    only: str = "all"
    tag: str = ""
    oldest: bool = False

    @property
    def word(self) -> str:
        """The filter that is shown as chosen; none of them where it is a tag."""
        return "tag" if self.tag else self.only

    def url(self, slug: str, key: int | None) -> str:
        """The address of a page of the list; what goes without saying isn't said."""
        asked = {
            "before": None if self.oldest else key,
            "after": key if self.oldest else None,
            "show": self.only if self.only != "all" and not self.tag else None,
            "tag": self.tag or None,
            "order": "age" if self.oldest else None,
        }
        said = {name: value for name, value in asked.items() if value is not None}
        return f"/n/{slug}?{urlencode(said)}" if said else f"/n/{slug}"

    def key_of(self, row: AnyRow) -> int:
        """Where the page after this row begins."""
        return int(row.id if self.oldest else row.last_post_id)


def page_of(me: Me, network_id: int, chosen: Chosen, key: int | None) -> list[AnyRow]:
    """A page of a network's list and one more, in the chosen order, after the key; rows as of ``listing.network_page``.

    That the member may read the network has been asked before. One statement, or two.
    """
    found: dict[str, Any] = {"me": me.id, "network": network_id}
    if chosen.tag:
        keyed = {"before": key} if key is not None else {}
        return listing.from_places(me, _tagged(key is not None).all(**found, **keyed, tag=chosen.tag))
    if chosen.oldest:
        return listing.from_places(me, _oldest_here().all(**found, after=key or 0))
    return listing.network_page(me, network_id, chosen.only, key)


def _seen() -> AnySelect:
    """What a list asks of each thread, from the member's own place."""
    seen = select(*listing.SEEN).select_from(Thread)
    return seen.outerjoin(Participant, listing.of_mine).outerjoin(NetworkLevel, listing.marked)


@cache
def _tagged(paged: bool) -> Read:
    here = bindparam("network", type_=Id)
    query = listing.newest_of(_seen(), here, "all", paged)
    query = query.join(ThreadTag, ThreadTag.thread_id == Thread.id).join(NetworkTag, NetworkTag.id == ThreadTag.tag_id)
    return Read(query.where(NetworkTag.network_id == here, NetworkTag.slug == bindparam("tag")))


def _unanswered(query: AnySelect, network: Any) -> AnySelect:
    """Narrowed to the oldest unanswered problems of one network, in the order of their index."""
    query = listing.standing(query, network, "unanswered").where(Thread.id > _after)
    return query.order_by(Thread.id).limit(THREADS_A_PAGE + 1)


@cache
def _oldest_here() -> Read:
    return Read(_unanswered(_seen(), bindparam("network", type_=Id)))


@cache
def _oldest_of(networks: int) -> Read:
    """The oldest of each network, from the index, then the oldest of those: its cost doesn't grow."""
    parts = [
        select(_unanswered(select(Thread.id), bindparam(f"network_{n}", type_=Id)).subquery()) for n in range(networks)
    ]
    every = union_all(*parts).subquery()
    top = select(every.c.id).order_by(every.c.id).limit(THREADS_A_PAGE + 1).subquery()
    return Read(_seen().join(top, top.c.id == Thread.id).order_by(Thread.id))


def oldest_unanswered(me: Me, networks: Sequence[AnyRow], after: int) -> tuple[list[Item], int | None]:
    """The oldest unanswered problems of these networks (of which the member belongs to each), after that thread.

    And the key of the next page, if there is one. One statement, to three.
    """
    if not networks:
        return [], None
    found = {f"network_{n}": network.id for n, network in enumerate(networks)}
    rows = listing.from_places(me, _oldest_of(len(networks)).all(me=me.id, after=after, **found))
    shown = rows[:THREADS_A_PAGE]
    more = shown[-1].id if len(rows) > len(shown) else None
    return listing.items(shown, {network.id: network for network in networks}), more
