"""The short list of tags with which a network's threads are sorted: kept by its moderators. Nothing here commits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.care import take_turn
from knowledge_exchange.networks.care_models import NetworkTag

#: So many tags a network; so many letters a tag.
MOST_TAGS = 20
LEAST_CHARS, MOST_CHARS = 2, 30
MOST_SLUG_CHARS = 40


def tags_of(network_id: int) -> Sequence[AnyRow]:
    """A network's tags by name: id, slug, name."""
    columns = (NetworkTag.id, NetworkTag.slug, NetworkTag.name)
    query = select(*columns).where(NetworkTag.network_id == network_id)
    return db.session.execute(query.order_by(func.lower(NetworkTag.name))).all()


def are_listed(network_id: int, slugs: Collection[str]) -> bool:
    """Whether all of these are on a network's list; of none nothing is asked."""
    return not slugs or set(slugs) <= {tag.slug for tag in tags_of(network_id)}


def tag_by_slug(network_id: int, slug: str) -> AnyRow | None:
    """One of them: id, slug, name."""
    columns = (NetworkTag.id, NetworkTag.slug, NetworkTag.name)
    mine = (NetworkTag.network_id == network_id, NetworkTag.slug == slug)
    return db.session.execute(select(*columns).where(*mine)).one_or_none()


def problem_with(network_id: int, name: str, but: int | None = None) -> str:
    """What is wrong with a name for a tag, in a sentence; empty where nothing is. ``but``: the tag that is renamed."""
    if not LEAST_CHARS <= len(name) <= MOST_CHARS:
        return str(_("A tag has %(least)s to %(most)s letters.", least=LEAST_CHARS, most=MOST_CHARS))
    if not re.search(r"[^\W_]", name):
        return str(_("A tag needs a letter or a number."))
    others = [tag for tag in tags_of(network_id) if tag.id != but]
    if any(tag.name.casefold() == name.casefold() for tag in others):
        return str(_("There is such a tag already."))
    if but is None and len(others) >= MOST_TAGS:
        return str(_("A network has at most %(most)s tags: delete one first, or rename one.", most=MOST_TAGS))
    return ""


def add(network_id: int, name: str) -> int:
    """A new tag (its name has passed :func:`problem_with`); returns its id."""
    take_turn(network_id)
    taken = {tag.slug for tag in tags_of(network_id)}
    row = NetworkTag(network_id=network_id, slug=free_slug(name, taken, "tag"), name=name)
    db.session.add(row)
    db.session.flush()
    return int(row.id)


def rename(tag_id: int, name: str) -> None:
    """Give a tag another name; its address stays, and so do the threads that bear it."""
    db.session.execute(update(NetworkTag).where(NetworkTag.id == tag_id).values(name=name))


def free_slug(name: str, taken: set[str], otherwise: str) -> str:
    """The words of a name for an address, other than those taken; ``otherwise`` where it has no such letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MOST_SLUG_CHARS].strip("-") or otherwise
    number, found = 2, slug
    while found in taken:
        number, found = number + 1, f"{slug}-{number}"
    return found
