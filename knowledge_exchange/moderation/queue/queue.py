"""The queue: what waits for somebody's decision, oldest clock first, from wherever it comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, cast, literal_column, null, select, union_all

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnySelect, Id, db
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.moderation import notes
from knowledge_exchange.moderation.acts.act_models import ActAppeal
from knowledge_exchange.moderation.cases import cases, claims
from knowledge_exchange.moderation.cases.case_keepers import Keeper, cases_joined, may_decide
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.queue import requests_kind
from knowledge_exchange.moderation.queue.queue_kinds import Card, kinds
from knowledge_exchange.networks.models import JoinRequest, NetworkMembership
from knowledge_exchange.threads.models import Thread

#: Items on a page, and the most that are looked through for it: nobody decides more before they look again.
PAGE, MOST = 20, 200


@dataclass(frozen=True, slots=True)
class Item:
    """Something to decide. ``row``: what its kind is given."""

    key: str
    row: Any

    @property
    def order(self) -> tuple[datetime, str]:
        """The oldest clock first, to the second: pages of them begin at such a moment."""
        return self.row.due_at.replace(microsecond=0), self.key

    @property
    def opened_at(self) -> datetime:
        """Since when it waits."""
        opened: datetime = self.row.opened_at
        return opened


@dataclass(frozen=True, slots=True)
class Only:
    """What of the queue is looked at: of one network (its slug), of one kind; empty: all."""

    network: str = ""
    kind: str = ""

    def fits(self, item: Item) -> bool:
        """Whether it is of that network and kind."""
        of_network = not self.network or item.row.network_slug == self.network
        return of_network and (not self.kind or item.row.kind == self.kind)


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as the page shows it: with its card, whether another works on it, and what moderators noted."""

    item: Item
    card: Card
    is_held: bool
    notes: Sequence[Any]


def items_for(me: Me) -> list[Item]:
    """Everything that waits for this person's decision; two statements."""
    open_cases = [Item(f"case:{row.id}", row) for row in cases.cases_for(me) if row.kind in kinds()]
    open_requests = [Item(f"request:{row.id}", row) for row in requests_kind.requests_for(me, MOST)]
    return sorted([*open_cases, *open_requests], key=lambda item: item.order)


def item_for(me: Me, key: str) -> Item | None:
    """One item, if it waits and is theirs to decide; asked anew whenever something is done about it."""
    sort, number = _parts(key)
    if number is None:
        return None
    row = cases.case_for(me, number) if sort == "case" else requests_kind.request_for(me, number)
    return Item(key, row) if row is not None and row.kind in kinds() else None


def decided_for(me: Me, key: str) -> Item | None:
    """One item that they have decided themselves, and may still see."""
    sort, number = _parts(key)
    if number is None:
        return None
    if sort == "case":
        row = cases.decided_for(me, number)
        return Item(key, row) if row is not None and row.kind in kinds() else None
    request = requests_kind.request_for(me, number, decided=True)
    return Item(key, request) if request is not None else None


def _parts(key: str) -> tuple[str, int | None]:
    sort, _colon, number = key.partition(":")
    return sort, parse_id(number) if sort in ("case", "request") else None


def shown(me: Me, items: Sequence[Item]) -> list[Shown]:
    """These items as cards; a fixed number of statements, but for kinds that ask for each card by itself."""
    made = _cards(me, items)
    held = claims.held_by_others(me, [item.key for item in items])
    noted = notes.of_cases([item.row.id for item in items if item.row.kind != requests_kind.NAME])
    there = [item for item in items if item.key in made]
    return [Shown(item, made[item.key], item.key in held, noted.get(item.row.id, ())) for item in there]


def card_of(me: Me, item: Item) -> Card | None:
    """How one item is shown; None where its kind finds it gone."""
    return _cards(me, [item]).get(item.key)


def _cards(me: Me, items: Sequence[Item]) -> Mapping[str, Card]:
    found: dict[str, Card] = {}
    for name, kind in kinds().items():
        mine = [item for item in items if item.row.kind == name]
        if not mine:
            continue
        if kind.cards is not None:
            together = kind.cards(me, [item.row for item in mine])
            found.update({item.key: together[item.row.id] for item in mine if item.row.id in together})
        else:
            found.update({item.key: kind.card(me, item.row) for item in mine})
    return found


def waiting(me: Me) -> int:
    """How much waits for them, up to a bound; one statement, and one more where appeals are among it (hook)."""
    if not me.has_queue:
        return 0
    rows = _waiting(tuple(sorted(kinds()))).all(me=me.id)
    asked = [row for row in rows if row.kind == requests_kind.NAME]
    return len(asked) + len(cases.without_part(me, [row for row in rows if row.kind != requests_kind.NAME]))


@cache
def _waiting(names: Collection[str]) -> Read:
    """Ids and parties of what :func:`items_for` finds."""
    me = bindparam("me", type_=Id)
    places = (Thread.id.label("thread_id"), ActAppeal.participant_id.label("appellant_place"))
    about = (ModerationCase.held_id, ModerationCase.appeal_id)
    of_cases = (
        cases_joined(select(ModerationCase.id, ModerationCase.kind, *places, *about))
        .join(Keeper, Keeper.id == me)
        .outerjoin(ActAppeal, ActAppeal.id == ModerationCase.appeal_id)
        .where(ModerationCase.decided_at.is_(None), ModerationCase.kind.in_(names), may_decide(shown=True))
    )
    of_requests: AnySelect = (
        select(JoinRequest.id, literal_column(f"'{requests_kind.NAME}'"), *[cast(null(), Id)] * 4)
        .join(NetworkMembership, NetworkMembership.network_id == JoinRequest.network_id)
        .join(Member, Member.id == JoinRequest.member_id)
        .where(NetworkMembership.member_id == me, NetworkMembership.role == "moderator")
        .where(JoinRequest.decided_at.is_(None), Member.standing == "active")
    )
    return Read(union_all(of_cases, of_requests).limit(MOST))


def decided_at(me: Me, key: str) -> datetime | None:
    """When somebody decided this item, if it would be theirs to know; None where it never was."""
    sort, number = _parts(key)
    if number is None:
        return None
    if sort == "case":
        row = cases.case_for(me, number, decided=True)
        return row.decided_at if row is not None else None
    return db.session.scalar(
        select(JoinRequest.decided_at)
        .join(NetworkMembership, NetworkMembership.network_id == JoinRequest.network_id)
        .where(JoinRequest.id == number, NetworkMembership.member_id == me.id, NetworkMembership.role == "moderator")
    )
