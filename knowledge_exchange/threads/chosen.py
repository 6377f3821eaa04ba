"""What a network's list is narrowed to, and in which order: all of it stands in the address, so that it can be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask_babel import gettext as _

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import per_language
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks.tag_lists import MOST_SLUG_CHARS
from knowledge_exchange.search.controls import kinds

#: What a list can be narrowed to, by the word in the address.
FILTERS = ("all", "unanswered", "problem", "advice", "case_study", "discussion", "announcement", "archived")
#: In which order it can stand. ``latest`` post first goes without saying; ``newest`` thread first; of the unanswered
#: problems the one that waits longest (``age``), or whose asker needs an answer soonest (``due``), first; of problems
#: those that most members have, too (``shared``).
ORDERS = ("latest", "newest", "age", "due", "shared")
#: Orders of unanswered problems alone, and of problems.
OF_UNANSWERED = frozenset({"age", "due"})
_OF_PROBLEMS = frozenset({"all", "unanswered", "problem"})
#: Orders that begin with the smallest key.
UPWARDS = OF_UNANSWERED
_SLUG = re.compile(rf"[a-z0-9-]{{1,{MOST_SLUG_CHARS}}}")
_DAY_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Key:
    """Where the next page begins: after a thread or post of that id; first by ``rank`` where the order has one.

    A rank is how many share a problem, or the day (its ordinal) by which an answer is needed.
    """

    id: int
    rank: int = 0

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{self.rank}.{self.id}" if self.rank else str(self.id)


def key_in(text: str | None) -> Key | None:
    """The key in an address, or None where there is none."""
    rank, dot, last = (text or "").rpartition(".")
    known = parse_id(last)
    if known is None or (dot and not (rank.isascii() and rank.isdigit() and len(rank) <= _DAY_DIGITS)):
        return None
    return Key(known, int(rank) if dot else 0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A word of :data:`FILTERS`, a tag (its slug; empty for any), a word of :data:`ORDERS`."""

    only: str = "all"
    tag: str = ""
    order: str = "latest"

    @property
    def is_narrowed(self) -> bool:
        """Whether the network may hold further threads than those of the list."""
        return self.only != "all" or bool(self.tag) or self.order == "shared"

    def but(self, **other: str) -> Chosen:
        """The same with something else chosen; an order that such a list has not becomes the usual one."""
        return _settled(replace(self, **other))

    def url(self, slug: str, key: Key | None = None) -> str:
        """The address of a page of the list; what goes without saying isn't said."""
        asked = {
            "show": self.only if self.only != "all" else None,
            "tag": self.tag or None,
            "order": self.order if self.order != "latest" else None,
            self.key_name: key,
        }
        said = {name: str(value) for name, value in asked.items() if value is not None}
        return f"/n/{slug}?{urlencode(said)}" if said else f"/n/{slug}"

    @property
    def key_name(self) -> str:
        """The word before the key in an address."""
        return "after" if self.order in UPWARDS else "before"

    def key_of(self, row: AnyRow) -> Key:
        """Where the page after this row begins."""
        if self.order == "latest":
            return Key(row.last_post_id)
        if self.order == "shared":
            return Key(row.id, row.too)
        return Key(row.id, row.answer_by.toordinal() if self.order == "due" else 0)


def _settled(chosen: Chosen) -> Chosen:
    if chosen.order in OF_UNANSWERED and chosen.only != "unanswered":
        return replace(chosen, order="latest")
    if chosen.order == "shared" and chosen.only not in _OF_PROBLEMS:
        return replace(chosen, order="latest")
    return chosen


def chosen_in(asked: Mapping[str, str]) -> tuple[Chosen, Key | None]:
    """What an address chooses, and where its page begins; what is not understood counts as not said."""
    only, order, tag = asked.get("show", ""), asked.get("order", ""), asked.get("tag", "")
    chosen = Chosen(
        only if only in FILTERS else "all",
        tag if _SLUG.fullmatch(tag) else "",
        order if order in ORDERS else "latest",
    )
    chosen = _settled(chosen)
    return chosen, key_in(asked.get(chosen.key_name))


@per_language
def filter_words() -> dict[str, str]:
    """The filters as they are read."""
    return {
        "all": _("All"),
        "unanswered": _("Unanswered"),
        **kinds(),
        "archived": _("Archived"),
    }


@per_language
def order_words() -> dict[str, str]:
    """The orders as they are read."""
    return {
        "latest": _("Latest reply"),
        "newest": _("Newest thread"),
        "age": _("Longest unanswered"),
        "due": _("Needed soonest"),
        "shared": _("Most shared"),
    }


def orders_for(chosen: Chosen) -> list[tuple[str, str, Chosen]]:
    """Orders on offer: word, text, and what it chooses. Those of unanswered problems lead to these from anywhere."""
    offered = []
    for word, text in order_words().items():
        only = "unanswered" if word in OF_UNANSWERED else chosen.only
        if word == "shared" and only not in _OF_PROBLEMS:
            only = "problem"
        offered.append((word, text, chosen.but(only=only, order=word)))
    return offered


@per_language
def pager_words() -> dict[str, tuple[str, str]]:
    """For each order what leads to the next page, and back to the first."""
    by_time = (_("Older threads"), _("Newest threads"))
    return {
        "latest": by_time,
        "newest": by_time,
        "age": (_("Younger problems"), _("The oldest")),
        "due": (_("Needed later"), _("Needed soonest")),
        "shared": (_("Further problems"), _("Those that most share")),
    }
