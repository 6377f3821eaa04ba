"""How many members fit what somebody has written about themselves: whether that is few.

Asked by the author of a pseudonymous post, of their own text, about their own attributes: region, organisation and
category, as far as the text or its network reveals them. Counted are people: current entries of the roll, whether they
have an account or not, and whoever was admitted otherwise.

What the answer tells others: nothing, for it is given to the author alone and not kept. What it tells the author about
colleagues: there are seven sets of attributes that their texts can reveal, all of them sets to which they belong
themselves. Of each they learn one bit, whether a number that is rounded down to tens is nought. Two such bits have no
difference that is a number: that region and category together are few while the region alone is not says that the one
is under ten and the other is not, no more. The number itself, and how near it is to ten, never leave this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, union

from knowledge_exchange.auth.categories import STANDARD, word_key, words
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db
from knowledge_exchange.guard.folding import fold
from knowledge_exchange.networks.models import Network, Organisation
from knowledge_exchange.networks.organisation_index import organisation_index
from knowledge_exchange.networks.regions import REGIONS
from knowledge_exchange.verification.models import RollEntry

#: Fewer than so many are few; numbers are rounded down to multiples of it before anything is said.
FEW = 10
#: Mergers in a row that are followed.
MOST_MERGERS = 5
_SEPARATORS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class _Revealed:
    """What a text and its place reveal of their author; None: nothing of the kind."""

    region: str | None
    #: The organisation's code, and those of all that were merged into it.
    codes: frozenset[str] | None
    category: str | None

    def of_members(self) -> list[ColumnElement[bool]]:
        """Which accounts share it."""
        return self._shared(Member.region, Member.organisation_code, Member.category)

    def of_entries(self) -> list[ColumnElement[bool]]:
        """Which entries of the roll share it."""
        return self._shared(RollEntry.region, RollEntry.ods_code, RollEntry.category)

    def _shared(self, region: Any, code: Any, category: Any) -> list[ColumnElement[bool]]:
        shared: list[ColumnElement[bool]] = []
        if self.region is not None:
            shared.append(region == self.region)
        if self.codes is not None:
            shared.append(code.in_(sorted(self.codes)))
        if self.category is not None:
            shared.append(category == self.category)
        return shared


def few_fit(me: Me, text: str, network_slug: str) -> bool:
    """Whether fewer than ten members share what a text in this network reveals about its author.

    False where it reveals none of the three: then everybody fits. Reads; keeps and logs nothing.
    """
    revealed = _revealed(me, text, network_slug)
    if not revealed.of_entries():
        return False
    in_good_standing = or_(RollEntry.member_id.is_(None), Member.standing == "active")
    of_roll = (
        # Somebody on two rolls is one person; an entry without an account is somebody who might write.
        select(func.coalesce(RollEntry.member_id, RollEntry.id).label("person"))
        .outerjoin(Member, Member.id == RollEntry.member_id)
        .where(RollEntry.gone_at.is_(None), in_good_standing, *revealed.of_entries())
    )
    # Some were admitted without a roll: by their union's own sign-in, by command.
    admitted = select(Member.id.label("person")).where(Member.standing == "active", *revealed.of_members())
    people = union(of_roll, admitted).subquery()
    found = db.session.scalar(select(func.count()).select_from(people)) or 0
    return found // FEW * FEW < FEW


def _revealed(me: Me, text: str, network_slug: str) -> _Revealed:
    folded = fold(text).text
    said = _spaced(folded)
    region = me.region if me.region and (network_slug == me.region or _names_region(said, me.region)) else None
    return _Revealed(region, _codes_named(me, folded, network_slug), _category_named(me, said))


def _codes_named(me: Me, folded: str, network_slug: str) -> frozenset[str] | None:
    """The codes of the author's organisation, if the text names it or the network is its own."""
    if not me.organisation_code:
        return None
    codes = _codes(me.organisation_code)
    named = _network_of(network_slug) in codes or codes & organisation_index().codes_in(folded)
    return codes if named else None


def _category_named(me: Me, said: str) -> str | None:
    """The author's category of membership, if the text says it; the standard one says nothing of anybody."""
    category = db.session.scalar(select(Member.category).where(Member.id == me.id)) or STANDARD
    if category == STANDARD:
        return None
    return category if any(_spaced(word) in said for word, slug in words().items() if slug == category) else None


def _spaced(text: str) -> str:
    """Words in small letters with one space on each side, so that whole words are found."""
    return f" {_SEPARATORS.sub(' ', word_key(text)).strip()} "


def _names_region(said: str, slug: str) -> bool:
    name, code = REGIONS.get(slug, (slug, ""))
    return any(_spaced(one) in said for one in (slug, name, code) if one)


def _codes(code: str) -> frozenset[str]:
    """An organisation's code and those of all that were merged into it: the roll may still have them."""
    found, newest = {code}, {code}
    for _step in range(MOST_MERGERS):
        query = select(Organisation.code).where(Organisation.successor_code.in_(sorted(newest)))
        newest = set(db.session.scalars(query)) - found
        if not newest:
            break
        found |= newest
    return frozenset(found)


def _network_of(slug: str) -> str | None:
    """The code of the organisation whose network this is."""
    return db.session.scalar(select(Network.organisation_code).where(Network.slug == slug))
