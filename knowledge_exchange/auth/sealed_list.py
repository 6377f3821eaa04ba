"""Each member's list of sealed places: threads in which they write under a pseudonym, and as which participant.

It is all that leads from a member to a pseudonym, and readable with the key file alone. Everybody has a list, of the
same length unless somebody has very many; with each that changes its neighbours are sealed afresh, and all of them
every day: neither that a list is there nor that it has changed between two copies of the database names anybody.
"""

from __future__ import annotations

import secrets
import struct
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select, update

from knowledge_exchange.auth.models import Member, SealedList
from knowledge_exchange.core import crypto
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Id, db, end_read, insert_or_ignore, table_of, unit_of_work
from knowledge_exchange.core.reads import Write

#: Thread to participant; of most members it is empty.
Places = Mapping[int, int]
NOWHERE: Places = MappingProxyType({})
#: Places that fit into a list before it gets twice as long.
LEAST_ROOM = 31
#: Lists that are sealed afresh with one that changes.
NEIGHBOURS = 64
#: All lists are sealed afresh so often, so many at a time.
STIR_EVERY = timedelta(days=1)
BATCH = 200
PAUSE_S = 0.02
#: How often the job looks for members who have no list yet.
LOOK_EVERY_S = 60.0
_MOST_KEPT = 4096
_PAIR = struct.Struct(">QQ")
_COUNT = struct.Struct(">Q")
_STIRRED = "ke_lists_stirred"
# As what is written: over the session's own connection, whatever else this request reads over.
_CONTENT = Write(select(SealedList.content).where(SealedList.member_id == bindparam("member", type_=Id)))


def places_in(content: bytes | None) -> Places:
    """What a list says; of one that another key file sealed, nothing: nobody is kept from signing in by it."""
    return NOWHERE if content is None else _opened(bytes(content)) or NOWHERE


@lru_cache(maxsize=_MOST_KEPT)
def _opened(content: bytes) -> Places | None:
    try:
        plain = crypto.unseal(content)
    except ValueError:
        return None
    (count,) = _COUNT.unpack_from(plain)
    pairs = _PAIR.iter_unpack(plain[_COUNT.size : _COUNT.size + count * _PAIR.size])
    return MappingProxyType(dict(pairs)) if count else NOWHERE


def _closed(places: Places) -> bytes:
    room = LEAST_ROOM
    while room < len(places):
        room = 2 * room + 1
    plain = _COUNT.pack(len(places)) + b"".join(_PAIR.pack(*pair) for pair in places.items())
    return crypto.seal(plain.ljust(_COUNT.size + room * _PAIR.size, b"\0"))


def places_of(member_id: int) -> Places:
    """The sealed places of one member, as they are now: not as they were when this request began to read."""
    found = _CONTENT.run(member=member_id)
    return places_in(found[0].content if found else None)


def places_of_all(member_ids: list[int]) -> dict[int, Places]:
    """Those of several; members without any are left out. One statement."""
    query = select(SealedList.member_id, SealedList.content).where(SealedList.member_id.in_(member_ids))
    found = {row.member_id: places_in(row.content) for row in db.session.execute(query)}
    return {member_id: places for member_id, places in found.items() if places}


def add_place(member_id: int, thread_id: int, participant_id: int) -> None:
    """Note a sealed place of a member; the neighbours' lists are sealed afresh with it."""
    ids = _with_neighbours(member_id)
    _begin(ids)
    _seal_afresh(ids, {member_id: (thread_id, participant_id)})


def _with_neighbours(member_id: int) -> list[int]:
    """The member and those who joined about when they did, of whom they are any one.

    Always as many, if there are: whoever joined first, or last, has all theirs on one side.
    """
    lower = select(Member.id).where(Member.id < member_id).order_by(Member.id.desc()).limit(NEIGHBOURS)
    upper = select(Member.id).where(Member.id >= member_id).order_by(Member.id).limit(NEIGHBOURS)
    around = [*reversed(db.session.scalars(lower).all()), *db.session.scalars(upper)]
    first = around.index(member_id) - secrets.randbelow(NEIGHBOURS)
    begin = max(0, min(first, len(around) - NEIGHBOURS))
    return around[begin : begin + NEIGHBOURS]


def _begin(member_ids: Sequence[int]) -> None:
    """Give an empty list to those of them who have none."""
    have = set(db.session.scalars(select(SealedList.member_id).where(SealedList.member_id.in_(member_ids))))
    # In order, so that no two who do it at once wait for each other.
    for member_id in sorted(set(member_ids) - have):
        insert_or_ignore(SealedList, {"member_id": member_id, "content": _closed(NOWHERE)})


def _seal_afresh(member_ids: Sequence[int], changes: Mapping[int, tuple[int, int]]) -> None:
    """Seal these lists again, in the order of their members (so that no two wait for each other), some changed."""
    table = table_of(SealedList)
    query = select(table).where(table.c.member_id.in_(member_ids)).order_by(table.c.member_id).with_for_update()
    rows: list[dict[str, Any]] = []
    for row in db.session.execute(query).all():
        found = _opened(bytes(row.content))
        if found is None and row.member_id not in changes:
            continue  # the right key file may yet be put back
        places = dict(found or NOWHERE)
        if row.member_id in changes:
            thread_id, participant_id = changes[row.member_id]
            places[thread_id] = participant_id
        rows.append({"of_member": row.member_id, "sealed": _closed(places)})
    if rows:
        change = update(table).where(table.c.member_id == bindparam("of_member")).values(content=bindparam("sealed"))
        db.session.connection().execute(change, rows)


def keep_lists() -> None:
    """Give a list to those who have none yet; once a day seal all afresh (a job)."""
    while _begin_some() == BATCH:
        time.sleep(PAUSE_S)
    before = current_app.extensions.get(_STIRRED)
    if before is None or now() - before >= STIR_EVERY:
        current_app.extensions[_STIRRED] = now()
        stir()


def _begin_some() -> int:
    have = select(SealedList.member_id).where(SealedList.member_id == Member.id)
    query = select(Member.id).where(~have.exists()).limit(BATCH)
    waiting = db.session.scalars(query).all()
    end_read()
    if waiting:
        with unit_of_work():
            _begin(waiting)
    return len(waiting)


def stir() -> None:
    """Seal all lists afresh, bit by bit."""
    after = 0
    while True:
        query = select(SealedList.member_id).where(SealedList.member_id > after).order_by(SealedList.member_id)
        ids = list(db.session.scalars(query.limit(BATCH)))
        end_read()
        if not ids:
            return
        with unit_of_work():
            _seal_afresh(ids, {})
        after = ids[-1]
        time.sleep(PAUSE_S)
