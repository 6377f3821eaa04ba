"""As what somebody acts on threads, posts and cases: the one answer, asked before every act. Pure.

Whoever writes in a thread under a pseudonym does not act there: an act says in the database who acted, and nothing
that they do in that thread may name them.
"""

from __future__ import annotations

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow

#: Roles of the exchange in which somebody acts wherever they may see.
_OFFICES = ("officer", "administrator")
#: Who stands above whom; whoever acts as nothing of these stands below all.
_RANKS = {"moderator": 1, "lead": 2, "officer": 3, "administrator": 4}


def acted_as(me: Me, row: AnyRow) -> str:
    """``lead``, ``moderator``, ``officer`` or ``administrator``; empty: they may not act there.

    ``row``: of ``threads.queries.thread_visible_to`` or ``networks.queries.network_page``, so they may see it.
    """
    if not me.is_active or getattr(row, "sealed_id", None) is not None:
        return ""
    if row.my_role == "moderator":
        return "lead" if row.i_lead else "moderator"
    return office_of(me)


def office_of(me: Me) -> str:
    """As what they act where no network gives them a part: ``officer``, ``administrator`` or nothing."""
    return me.role if me.is_active and me.role in _OFFICES else ""


def rank(acting: str) -> int:
    """How high a word of :func:`acted_as` stands; 0 for the author, the exchange itself, and nobody."""
    return _RANKS.get(acting, 0)
