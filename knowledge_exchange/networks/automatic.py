"""Networks that members join by themselves: by what rule, and many at a time. Nothing here commits.

A member's category says whether they join their region's network and their organisation's, and which others by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import islice

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select, true, update
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.categories import STANDARD
from knowledge_exchange.auth.models import Category, Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnySelect, UtcDateTime, db, insert_of_dialect
from knowledge_exchange.networks import removals
from knowledge_exchange.networks.models import (
    CategoryNetwork,
    JoinRequest,
    Network,
    NetworkInvitation,
    NetworkMembership,
)
from knowledge_exchange.notifications.leaving import forget_networks

#: Members of one statement: a list of all would be more than a database takes.
CHUNK = 2000


class Rule(Enum):
    """Why somebody is in a network without having joined it."""

    REGION = "region"
    ORGANISATION = "organisation"
    NAMED = "named"


# Of their own, so that a rule can be asked about a row of a statement that names the same tables.
_Who, _Where, _Kind, _Named = aliased(Member), aliased(Network), aliased(Category), aliased(CategoryNetwork)


def _given(rule: Rule) -> AnySelect:
    """SELECT of members and the networks that a rule gives them, whatever their standing."""
    given = select(_Who.id, _Where.id).select_from(_Who).outerjoin(_Kind, _Kind.slug == _Who.category)
    if rule is Rule.REGION:
        given = given.join(_Where, and_(_Where.kind == "regional", _Where.slug == _Who.region))
        return given.where(func.coalesce(_Kind.joins_region, true()))
    if rule is Rule.ORGANISATION:
        given = given.join(_Where, _Where.organisation_code == _Who.organisation_code)
        return given.where(func.coalesce(_Kind.joins_organisation, true()))
    # Of a category that isn't there any more, what the standard one has.
    given = given.join(_Named, _Named.category == func.coalesce(_Kind.slug, STANDARD))
    return given.join(_Where, _Where.slug == _Named.network_slug)


def is_given() -> ColumnElement[bool]:
    """Condition on NetworkMembership: some rule gives it to its member."""
    return or_(
        *(
            _given(rule)
            .where(_Who.id == NetworkMembership.member_id, _Where.id == NetworkMembership.network_id)
            .correlate(NetworkMembership)
            .exists()
            for rule in Rule
        )
    )


def join_of_members(member_ids: Sequence[int], rules: Sequence[Rule] = tuple(Rule)) -> None:
    """Put these members where the rules want them."""
    for chunk in _chunks(member_ids):
        _join(_Who.id.in_(chunk), rules)
        _settle_waiting(NetworkMembership.member_id.in_(chunk))


def join_of_category(slug: str) -> None:
    """Put all active members of a category where the rules want them."""
    _join(and_(_Who.category == slug, _Who.standing == "active"), tuple(Rule))
    of_it = select(Member.id).where(Member.category == slug, Member.standing == "active")
    _settle_waiting(NetworkMembership.member_id.in_(of_it))


def join_of_network(network_id: int) -> None:
    """Put all active members whom the rules want there into a network that is new."""
    _join(and_(_Where.id == network_id, _Who.standing == "active"), tuple(Rule))
    _settle_waiting(NetworkMembership.network_id == network_id)


def _join(which: ColumnElement[bool], rules: Sequence[Rule]) -> None:
    columns = ["member_id", "network_id", "role", "origin", "joined_at"]
    rest = (literal("member"), literal("automatic"), literal(now(), UtcDateTime()))
    for rule in rules:
        stays_out = removals.removed(_Who.id, _Where.id)
        wanted = _given(rule).where(which, ~stays_out).add_columns(*rest)
        statement = insert_of_dialect(NetworkMembership).from_select(columns, wanted).on_conflict_do_nothing()
        db.session.execute(statement)


def _settle_waiting(which: ColumnElement[bool]) -> None:
    """Whoever is in has nothing left to ask for and nothing to answer. ``which``: on NetworkMembership."""
    for model, done in ((JoinRequest, "decided_at"), (NetworkInvitation, "answered_at")):
        inside = exists().where(
            NetworkMembership.member_id == model.member_id, NetworkMembership.network_id == model.network_id, which
        )
        waiting = (getattr(model, done).is_(None), inside.correlate_except(NetworkMembership))
        db.session.execute(update(model).where(*waiting).values({done: now(), "accepted": True}))


def leave_of_members(member_ids: Sequence[int], *where: ColumnElement[bool]) -> None:
    """Take these members out of what no rule gives them any more. ``where``: conditions on NetworkMembership."""
    for chunk in _chunks(member_ids):
        take_out(NetworkMembership.member_id.in_(chunk), *where)


def take_out(*which: ColumnElement[bool]) -> int:
    """Take people out of networks that they were put into and that no rule gives them; how many places that were.

    ``which``: conditions on NetworkMembership. What they were told there goes, as if they had left.
    """
    gone = delete(NetworkMembership).where(NetworkMembership.origin == "automatic", *which, ~is_given())
    # Nothing of the session's is looked through for them: none of these rows is loaded.
    left = gone.returning(NetworkMembership.network_id, NetworkMembership.member_id)
    members: dict[int, list[int]] = defaultdict(list)
    for row in db.session.execute(left, execution_options={"synchronize_session": False}):
        members[row.network_id].append(row.member_id)
    forget_networks(members)
    closed = set(db.session.scalars(select(Network.id).where(Network.id.in_(members), Network.visibility != "open")))
    pairs = [(who, network_id) for network_id in sorted(closed) for who in members[network_id]]
    if pairs:
        hooks.call("networks_left", pairs)
    return sum(map(len, members.values()))


def in_region() -> ColumnElement[bool]:
    """Condition on NetworkMembership: it is of a region's network."""
    return NetworkMembership.network_id.in_(select(Network.id).where(Network.kind == "regional"))


def in_organisation() -> ColumnElement[bool]:
    """Condition on NetworkMembership: it is of an organisation's network."""
    return NetworkMembership.network_id.in_(select(Network.id).where(Network.organisation_code.is_not(None)))


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
