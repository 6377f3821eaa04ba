"""How many members fit what somebody has written about themselves: whether that is few.

Asked by the author of a pseudonymous post, of their own text, about their own attributes: region, organisation and
category, as far as the text or its network reveals them. Counted are the current entries of the roll.

What the answer tells others: nothing, for it is given to the author alone and not kept. What it tells the author about
colleagues: there are seven sets of attributes that their texts can reveal, all of them sets to which they belong
themselves. Of each they learn one bit, whether a number that is rounded down to tens is nought. Two such bits have no
difference that is a number: that region and category together are few while the region alone is not says that the one
is under ten and the other is not, no more. The number itself, and how near it is to ten, never leave this module.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, func, or_, select

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


def few_fit(me: Me, text: str, network_slug: str) -> bool:
    """Whether fewer than ten members share what a text in this network reveals about its author.

    False where it reveals none of the three: then everybody fits. Reads; keeps and logs nothing.
    """
    shared = _revealed(me, text, network_slug)
    if not shared:
        return False
    # Somebody on two rolls is one person; an entry without an account is somebody who might write.
    people = func.count(func.distinct(func.coalesce(RollEntry.member_id, RollEntry.id)))
    in_good_standing = or_(RollEntry.member_id.is_(None), Member.standing == "active")
    query = select(people).select_from(RollEntry).outerjoin(Member, Member.id == RollEntry.member_id)
    found = db.session.scalar(query.where(RollEntry.gone_at.is_(None), in_good_standing, *shared)) or 0
    return found // FEW * FEW < FEW


def _revealed(me: Me, text: str, network_slug: str) -> list[ColumnElement[bool]]:
    """For each of the author's attributes that can be read from the text or its place: whose entries share it."""
    folded = fold(text).text
    said = _spaced(folded)
    conditions: list[ColumnElement[bool]] = []
    if me.region and (network_slug == me.region or _names_region(said, me.region)):
        conditions.append(RollEntry.region == me.region)
    if me.organisation_code:
        codes = _codes(me.organisation_code)
        if _network_of(network_slug) in codes or codes & organisation_index().codes_in(folded):
            conditions.append(RollEntry.ods_code.in_(sorted(codes)))
    category = db.session.scalar(select(Member.category).where(Member.id == me.id)) or STANDARD
    if category != STANDARD and any(_spaced(word) in said for word, slug in words().items() if slug == category):
        conditions.append(RollEntry.category == category)
    return conditions


def _spaced(text: str) -> str:
    """Words in small letters with one space on each side, so that whole words are found."""
    return f" {_SEPARATORS.sub(' ', word_key(text)).strip()} "


def _names_region(said: str, slug: str) -> bool:
    name, code = REGIONS.get(slug, (slug, ""))
    return any(_spaced(one) in said for one in (slug, name, code) if one)


def _codes(code: str) -> set[str]:
    """An organisation's code and those of all that were merged into it: the roll may still have them."""
    found, newest = {code}, {code}
    for _step in range(MOST_MERGERS):
        query = select(Organisation.code).where(Organisation.successor_code.in_(sorted(newest)))
        newest = set(db.session.scalars(query)) - found
        if not newest:
            break
        found |= newest
    return found


def _network_of(slug: str) -> str | None:
    """The code of the organisation whose network this is."""
    return db.session.scalar(select(Network.organisation_code).where(Network.slug == slug))
