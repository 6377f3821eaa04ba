"""What a colleague would get: asked of the exchange itself, by a colleague made up for the purpose.

In one unit of work that is always rolled back somebody is added who works where the thread is hidden from and is in all
the networks that its author is in; as them the thread's address is asked, and its network's, through the whole app:
gate, statements, page. Nothing of it is ever committed, and nothing is told, for promises are kept after a commit only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, request
from sqlalchemy import insert, literal, select

from knowledge_exchange.auth import sessions
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import db, table_of, unit_of_work
from knowledge_exchange.core.links import now_working, working
from knowledge_exchange.networks.models import NetworkMembership

#: A colleague who may see a thread is led on to its address with its title.
_MOST_STEPS = 3
_REDIRECTS = range(300, 400)
_SCRIPTS = re.compile(r"<script\b[^>]*>.*?</script>|<link rel=\"modulepreload\"[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What came back from an address."""

    status: int
    page: str

    @property
    def framed(self) -> str:
        """The page without its scripts, which a frame without rights would not run either, and complain of."""
        return _SCRIPTS.sub("", self.page)


class _NeverHappened(Exception):
    """Ends the unit of work without a commit."""


def as_colleague(me: Me, organisation_code: str | None, addresses: list[str]) -> list[Answer]:
    """What each of these addresses answers to a colleague of that organisation who is in the networks of ``me``."""
    answers: list[Answer] = []
    try:
        with unit_of_work():
            token = _make_up(me, organisation_code)
            answers += [_asked(token, address) for address in addresses]
            raise _NeverHappened
    except _NeverHappened:
        return answers


def _make_up(me: Me, organisation_code: str | None) -> str:
    """Somebody signed in who is not there; returns their token."""
    token = new_token()
    own = db.session.execute(select(Member.region, Member.category).where(Member.id == me.id)).one()
    colleague = Member(
        email=f"{token}@nowhere.invalid",
        email_confirmed_at=now(),
        name="A colleague",
        password_hash="",
        standing="active",
        region=own.region,
        category=own.category,
        organisation_code=organisation_code,
    )
    db.session.add(colleague)
    db.session.flush()
    db.session.add(SignIn(member_id=colleague.id, token_hash=token_hash(token)))
    db.session.flush()
    places = table_of(NetworkMembership).c
    facts = (literal(colleague.id), places.network_id, literal("member"), places.origin, places.joined_at)
    same = select(*facts).where(places.member_id == me.id)
    columns = ["member_id", "network_id", "role", "origin", "joined_at"]
    db.session.execute(insert(table_of(NetworkMembership)).from_select(columns, same))
    return token


def _asked(token: str, address: str) -> Answer:
    response = _response(token, address)
    for _step in range(_MOST_STEPS):
        if response.status_code not in _REDIRECTS:
            break
        response = _response(token, response.location)
    return Answer(response.status_code, response.get_data(as_text=True))


def _response(token: str, address: str) -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    place = {"base_url": request.url_root, "environ_base": {"REMOTE_ADDR": request.remote_addr or ""}}
    with _forgotten(), app.test_request_context(address, **place):
        sessions.take(token)
        answer: Response = app.full_dispatch_request()
        return answer


@contextmanager
def _forgotten() -> Iterator[None]:
    """Who is asking, and all that this request knows of them, put aside; the unit of work goes on."""
    known: dict[str, Any] = vars(g._get_current_object())
    aside, work = dict(known), working()
    known.clear()
    now_working(work)
    try:
        yield
    finally:
        known.clear()
        known.update(aside)
