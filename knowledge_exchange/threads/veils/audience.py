"""Who will see this? How many may read a network, by the condition that the gate goes by, told in round numbers.

The number is the same whether a thread is hidden from anybody or not: what lies between two numbers would tell how
many work somewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import and_, bindparam, func, select, union_all

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnyRow, Id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.core.shells import Given
from knowledge_exchange.networks import shield
from knowledge_exchange.networks.models import Network, NetworkMembership, Organisation
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.threads.veils.shielding import is_authors

#: A number is counted again so often, in each process.
KEPT_S = 600.0
MOST_KEPT = 1024
#: Of fewer it is said that they are few.
FEWEST_TOLD = 10
#: From so many on, numbers are rounded down to such steps.
STEPS = ((1000, 100), (100, 50), (FEWEST_TOLD, 10))
_KEPT = "ke_audiences"

_network = bindparam("network", type_=Id)
_may_read = readable_by(Member.id)
_readers = (
    select(Network.name, Network.visibility)
    .select_from(Network)
    .where(Network.id == _network, Member.standing == "active", _may_read)
)
# Both halves ask the same; of a network that isn't open, the database need not look at whoever isn't in it.
_in_it = and_(NetworkMembership.network_id == Network.id, Network.visibility != "open")
_all = union_all(
    _readers.join(Member, Network.visibility == "open"),
    _readers.join(NetworkMembership, _in_it).join(Member, Member.id == NetworkMembership.member_id),
).subquery()
_COUNT = Read(
    select(
        func.count().label("members"),
        func.min(_all.c.name).label("name"),
        func.min(_all.c.visibility).label("visibility"),
    )
)
_EMPLOYER = Read(select(Organisation.name).where(Organisation.code == bindparam("code")))


@dataclass(frozen=True, slots=True)
class Audience(Given):
    """Who may read what is posted in a network, as one of them is told."""

    about: int  # 0 where they are few
    network: str
    is_open: bool
    #: Where the reader works; empty where that is not known.
    organisation: str


def audience(me: Me, network_id: int) -> Audience:
    """Of a network that the reader may read. Kept for a while; else one statement, and one for where they work."""
    about, name, is_open = _kept(("network", network_id), lambda: _counted(network_id))
    code = me.organisation_code
    return Audience(about, name, is_open, _kept(("employer", code), lambda: _employer(code)) if code else "")


def reply_kind(me: Me, thread: AnyRow) -> str:
    """Which words stand at a reply (``templates/threads/_audience.html``): ``reply``, or ``shielded``.

    That colleagues can't read it is told to the thread's author alone: others don't learn from whom it is hidden.
    """
    if not (thread.is_shielded and is_authors(thread) and me.organisation_code):
        return "reply"
    hidden = shield.hidden_from(thread.id)
    return "shielded" if hidden is not None and me.organisation_code in hidden.organisations else "reply"


def rounded(members: int) -> int:
    """So many, told so that one who comes or goes is not seen; 0 for only a few."""
    step = next((step for least, step in STEPS if members >= least), 0)
    return members // step * step if step else 0


def _counted(network_id: int) -> tuple[int, str, bool]:
    found = _COUNT.first(network=network_id)
    return rounded(found.members), found.name or "", found.visibility == "open"


def _employer(code: str | None) -> str:
    found = _EMPLOYER.first(code=code)
    return str(found.name) if found is not None else ""


def _kept(key: Hashable, work_out: Callable[[], Any]) -> Any:
    kept: dict[Hashable, tuple[float, Any]] = current_app.extensions.setdefault(_KEPT, {})
    until, value = kept.get(key, (0.0, None))
    if until <= monotonic():
        value = work_out()
        kept.pop(key, None)
        kept[key] = (monotonic() + KEPT_S, value)
        while len(kept) > MOST_KEPT:
            kept.pop(next(iter(kept)))
    return value
