"""What members say of themselves to other members, and the directory of those who wish to be found.

Nobody is in it unless they have said so, and only as long as they are active members: that is asked by every read
here. What it shows beside a name is their own words, and region and organisation where they chose to show them; never
in which networks they are, for that would tell of those who did not choose it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import and_, case, func, select, tuple_, update

from knowledge_exchange.auth.models import Member, Profile
from knowledge_exchange.auth.own_data import columns_of
from knowledge_exchange.core.db import AnyRow, AnySelect, db, insert_of_dialect
from knowledge_exchange.core.text import folded
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.networks.regions import REGIONS

#: Members of one page of the directory.
A_PAGE = 30
#: Words of a search that count.
MOST_WORDS = 6
#: Members read at once where somebody looks for words.
_AT_ONCE = 200

_IS_LISTED = and_(Profile.is_listed, Member.standing == "active", Member.handle.is_not(None))
_region = case((Profile.shows_region, Member.region))
_organisation = case((Profile.shows_organisation, Organisation.name))
_NAME = func.lower(Member.name)


@dataclass(frozen=True, slots=True)
class Card:
    """Somebody who wishes to be found, as others see them."""

    name: str
    handle: str
    title: str
    region: str | None
    organisation: str | None
    topics: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a member has said of themselves, for their own form."""

    is_listed: bool = False
    shows_organisation: bool = False
    shows_region: bool = False
    ask_me_about: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody looks for: words that all are to be found, and a region that they show."""

    text: str = ""
    region: str = ""

    @property
    def words(self) -> list[str]:
        """The words, folded."""
        return folded(self.text).split()[:MOST_WORDS]


def said_by(member_id: int) -> Said:
    """What they have said so far."""
    mine = db.session.get(Profile, member_id)
    if mine is None:
        return Said()
    return Said(mine.is_listed, mine.shows_organisation, mine.shows_region, mine.ask_me_about, mine.about)


def say(member_id: int, title: str, said: Said) -> None:
    """Say it anew; ``title`` is what they do, in words, which stands beside their name where they write from now on.

    In a unit of work.
    """
    values = asdict(said)
    row = insert_of_dialect(Profile).values(member_id=member_id, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=[Profile.member_id], set_=values))
    db.session.execute(update(Member).where(Member.id == member_id).values(title=title))


def card_of(handle: str) -> Card | None:
    """An active member who wishes to be found, by handle; of all others nothing."""
    row = db.session.execute(_cards().where(Member.handle == handle.lower())).one_or_none()
    return _card(row) if row is not None else None


def directory(wanted: Wanted, after: str) -> tuple[list[Card], str | None]:
    """A page of those who wish to be found, by name, after somebody's handle; and the key of the next page.

    One statement, two for further pages.
    """
    query = _cards().order_by(_NAME, Member.handle)
    if wanted.region:
        query = query.where(_region == wanted.region)
    begin = _place_of(after) if after else None
    if begin is not None:
        query = query.where(tuple_(_NAME, Member.handle) > tuple_(*begin))
    cards = _fitting(query, wanted.words)
    return cards[:A_PAGE], cards[A_PAGE - 1].handle if len(cards) > A_PAGE else None


def _place_of(handle: str) -> Sequence[str] | None:
    """Where in the order somebody stands who is in the directory: of others the order would tell the name."""
    query = select(_NAME, Member.handle).join(Profile, Profile.member_id == Member.id)
    return cast(
        "Sequence[str] | None", db.session.execute(query.where(_IS_LISTED, Member.handle == handle)).one_or_none()
    )


def _cards() -> AnySelect:
    return (
        select(
            Member.name,
            Member.handle,
            Member.title,
            _region.label("region"),
            _organisation.label("organisation"),
            Profile.ask_me_about,
            Profile.about,
        )
        .join(Profile, Profile.member_id == Member.id)
        .outerjoin(Organisation, Organisation.code == Member.organisation_code)
        .where(_IS_LISTED)
    )


def _fitting(query: AnySelect, words: list[str]) -> list[Card]:
    """The first who say all the words, one more than a page.

    Words are looked for here and not in the database: no two databases fold accents alike, and a folded copy would
    have to follow each change of a name, an employer and what is shown. Read are those alone who wish to be found, and
    no more of them than a page needs.
    """
    if not words:
        return [_card(row) for row in db.session.execute(query.limit(A_PAGE + 1))]
    found: list[Card] = []
    with db.session.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        for row in rows:
            said = _said(row)
            if all(word in said for word in words):
                found.append(_card(row))
            if len(found) > A_PAGE:
                break
    return found


def _said(row: AnyRow) -> str:
    """All that is shown of somebody, folded, and that alone: by what they keep to themselves nobody finds them."""
    region = REGIONS[row.region][0] if row.region in REGIONS else ""
    shown = (row.name, row.handle, row.title, row.organisation or "", region, row.about, row.ask_me_about)
    # One by one: a text without accents, as most are, costs next to nothing.
    return "\n".join(map(folded, shown))


def _card(row: AnyRow) -> Card:
    topics = tuple(row.ask_me_about.splitlines())
    return Card(row.name, row.handle, row.title, row.region, row.organisation, topics, row.about)


def profile_of(member_id: int) -> list[dict[str, Any]]:
    """For a member's own data: what they have said of themselves."""
    mine = db.session.get(Profile, member_id)
    return [columns_of(mine, without=("member_id",))] if mine is not None else []
