"""Parts of the pages of threads and networks that other files bring: each says what it has for its reader.

A part is asked at every request, so it looks at the row that it is given first, and asks the database only where that
says that there is something: a page of a thread without any of it costs no statement more.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow

#: Where a part may stand. Of a thread (its row of ``queries.thread_visible_to``): ``above`` the question, ``official``
#: and ``answered`` before and after the accepted answer, ``beside`` the talk, in the ``post_menu`` (and the post).
#: Of a network (its row of ``networks.queries.network_page``): ``network_above`` its list, ``network_beside`` it.
PLACES = ("above", "official", "answered", "beside", "post_menu", "network_above", "network_beside")

#: Gives safe HTML, empty for nothing; takes the reader and the row, in ``post_menu`` the post's row, too.
Part = Callable[..., str]


def part(app: Flask, place: str, show: Part, order: int = 50) -> None:
    """Put a part on a page; those of one place stand in their order. Raises ``KeyError`` for no such place."""
    if place not in PLACES:
        raise KeyError(place)
    found: list[tuple[int, Part]] = app.extensions.setdefault("ke_parts", {}).setdefault(place, [])
    found.append((order, show))
    found.sort(key=lambda one: one[0])


def parts(place: str, me: Me, *rows: AnyRow) -> str:
    """What stands there for this reader."""
    found: list[tuple[int, Part]] = current_app.extensions.get("ke_parts", {}).get(place, [])
    return "".join([show(me, *rows) for _order, show in found])
