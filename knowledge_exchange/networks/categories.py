"""Keeping the categories of membership: which networks each joins by itself, what it may do. Nothing here commits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, exists, func, insert, literal, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.categories import BETWEEN, STANDARD, word_key, words
from knowledge_exchange.auth.models import Category, Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnyRow, db, unit_of_work
from knowledge_exchange.networks import automatic
from knowledge_exchange.networks.models import CategoryNetwork, Network, NetworkMembership
from knowledge_exchange.networks.queries import visible_to

SETTLE_EVERY_S = 20.0
#: More than so many are not taken out of networks at once, but bit by bit: others want to write, too.
MOST_AT_ONCE = 2000
#: Of one bit.
BIT = 500
RIGHTS = ("joins_region", "joins_organisation", "may_start", "may_reply", "may_join")
_FACTS = (Category.slug, Category.name, Category.position, Category.aliases, Category.settling)


class CannotKeep(ValueError):
    """Why a category can't be kept like this; ``field`` is the form's."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a category; ``networks`` by slug, whether they are made already or not."""

    name: str
    aliases: tuple[str, ...]
    rights: dict[str, bool]
    networks: frozenset[str]


def listed() -> Sequence[AnyRow]:
    """All categories in their order."""
    rights = [getattr(Category, name) for name in RIGHTS]
    return db.session.execute(select(*_FACTS, *rights).order_by(Category.position, Category.slug)).all()


def found(slug: str) -> AnyRow | None:
    """The category with that slug."""
    return next((row for row in listed() if row.slug == slug), None)


def networks_of(slug: str) -> set[str]:
    """The slugs of the networks that a category joins by name."""
    return set(db.session.scalars(select(CategoryNetwork.network_slug).where(CategoryNetwork.category == slug)))


def networks_by_category(member_id: int) -> dict[str, list[str]]:
    """For the list: the names of those networks of each category that this officer may know of."""
    query = (
        select(CategoryNetwork.category, Network.name)
        .join(Network, Network.slug == CategoryNetwork.network_slug)
        .where(visible_to(member_id))
        .order_by(CategoryNetwork.category, Network.name)
    )
    names: dict[str, list[str]] = {}
    for row in db.session.execute(query):
        names.setdefault(row.category, []).append(row.name)
    return names


def choices(member_id: int) -> list[tuple[str, str]]:
    """Slug and name of the networks that this officer may name: those they may know of, but for the regions' own.

    A private network that they are not in stays as it is, and untold.
    """
    query = select(Network.slug, Network.name).where(
        visible_to(member_id), Network.kind != "regional", Network.organisation_code.is_(None)
    )
    return [(row.slug, row.name) for row in db.session.execute(query.order_by(Network.name, Network.slug))]


def add(name: str, *, actor: int) -> str:
    """A further category, with the rights of the standard one and in no network by name; its slug.

    Raises :class:`CannotKeep`.
    """
    plain = unicodedata.normalize("NFKD", word_key(name)).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not slug:
        raise CannotKeep("name", _("Give it a name with letters from a to z: its address is made of them."))
    # The empty slug is nobody's: also the word of a category of that very slug is taken.
    _insist_unclaimed("", [name, slug])
    position = (db.session.scalar(select(func.max(Category.position))) or 0) + 1
    db.session.add(Category(slug=slug, name=name, position=position))
    db.session.flush()
    record("category.added", actor=actor, note=slug)
    _take_up(slug, [slug, name])
    return slug


def _take_up(slug: str, texts: Sequence[str]) -> bool:
    """Whom a roll has under these words has the category from now on; whether there was anybody."""
    if not hooks.call("category_words", slug, {word_key(text) for text in texts}):
        return False
    automatic.join_of_category(slug)
    _take_out(slug)
    return True


def keep(slug: str, kept: Kept, *, actor: int) -> None:
    """Change a category; its active members come into what it gives them, and out of what nothing gives them now.

    Raises :class:`CannotKeep`.
    """
    _insist_unclaimed(slug, [kept.name, *kept.aliases])
    before, named = found(slug), networks_of(slug)
    if before is None:
        raise LookupError(slug)
    values = {"name": kept.name, "aliases": BETWEEN.join(kept.aliases), **kept.rights}
    db.session.execute(update(Category).where(Category.slug == slug).values(**values))
    for gone in sorted(named - kept.networks):
        mine = (CategoryNetwork.category == slug, CategoryNetwork.network_slug == gone)
        db.session.execute(delete(CategoryNetwork).where(*mine))
    if fresh := sorted(kept.networks - named):
        db.session.execute(insert(CategoryNetwork), [{"category": slug, "network_slug": one} for one in fresh])
    record("category.changed", actor=actor, note=f"{slug}: {_difference(before, values, named, kept.networks)}")
    if _take_up(slug, [kept.name, *kept.aliases]):
        return
    joins = ("joins_region", "joins_organisation")
    if any(kept.rights[name] and not getattr(before, name) for name in joins) or fresh:
        automatic.join_of_category(slug)
    if any(getattr(before, name) and not kept.rights[name] for name in joins) or named - kept.networks:
        _take_out(slug)


def _insist_unclaimed(slug: str, texts: Sequence[str]) -> None:
    """A word means one category."""
    taken = words()
    for text in texts:
        if (owner := taken.get(word_key(text), slug)) != slug:
            field = "aliases" if text != texts[0] else "name"
            raise CannotKeep(field, _("“%(word)s” already means the category %(other)s.", word=text, other=owner))


def _difference(before: AnyRow, values: dict[str, object], named: set[str], networks: frozenset[str]) -> str:
    """What has changed, for the record."""
    said = [f"{name} {value}" for name, value in values.items() if getattr(before, name) != value]
    said += [f"+{one}" for one in sorted(networks - named)] + [f"-{one}" for one in sorted(named - networks)]
    return ", ".join(said) or "nothing"


def remove(slug: str, *, actor: int) -> None:
    """Delete a category that nobody has. Raises :class:`CannotKeep`."""
    if slug == STANDARD:
        raise CannotKeep("remove", _("The standard category can’t be deleted: whoever has no other has it."))
    if db.session.scalar(select(exists().where(Member.category == slug))):
        raise CannotKeep("remove", _("Somebody has this category. It can be deleted when nobody does."))
    db.session.execute(delete(Category).where(Category.slug == slug))
    record("category.removed", actor=actor, note=slug)


def _superfluous(slug: str) -> tuple[ColumnElement[bool], ...]:
    """Conditions on NetworkMembership: of this category, put in by a rule, and by no rule that there is now.

    Moderators were chosen by somebody, and stay.
    """
    of_it = select(Member.id).where(Member.category == slug)
    return NetworkMembership.role == "member", NetworkMembership.member_id.in_(of_it)


def _take_out(slug: str) -> None:
    superfluous = _superfluous(slug)
    counted = select(literal(1)).where(NetworkMembership.origin == "automatic", *superfluous, ~automatic.is_given())
    some = counted.limit(MOST_AT_ONCE + 1).subquery()
    if (db.session.scalar(select(func.count()).select_from(some)) or 0) <= MOST_AT_ONCE:
        automatic.take_out(*superfluous)
    else:
        db.session.execute(update(Category).where(Category.slug == slug).values(settling=True))


def settle_rest() -> None:
    """Take further members of a changed category out of what nothing gives them any more (a job)."""
    for slug in db.session.scalars(select(Category.slug).where(Category.settling)).all():
        while _take_bit(slug):
            pass


def _take_bit(slug: str) -> bool:
    """A few hundred of them, in one unit of work; False when nobody is left."""
    with unit_of_work() as work:
        superfluous = _superfluous(slug)
        where = (NetworkMembership.origin == "automatic", *superfluous, ~automatic.is_given())
        query = select(NetworkMembership.member_id, NetworkMembership.network_id)
        rows = work.execute(query.where(*where).limit(BIT)).all()
        of_network: dict[int, list[int]] = {}
        for row in rows:
            of_network.setdefault(row.network_id, []).append(row.member_id)
        for network_id, members in of_network.items():
            automatic.take_out(
                NetworkMembership.network_id == network_id,
                NetworkMembership.member_id.in_(members),
                NetworkMembership.role == "member",
            )
        if not rows:
            work.execute(update(Category).where(Category.slug == slug).values(settling=False))
        return bool(rows)
