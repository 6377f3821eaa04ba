"""The shield: from whom a thread is hidden, as a condition that every read of threads bears.

A thread is hidden from organisations and from people, whatever their office, now and later: what counts is where
somebody belongs at the moment of reading. In the database stand tags alone (``core/keyed_tags.py``), of use for one
thread each; who they are is sealed. Its author is passed by a tag of their own.

It fails closed: with another key file, or an older copy of it, no tag fits, and a shielded thread is nobody's.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import crypto, hooks, keyed_tags
from knowledge_exchange.core.db import (
    AnyRow,
    FlagColumn,
    IdColumn,
    db,
    end_read,
    insert_of_dialect,
    insert_or_ignore,
    table_of,
    unit_of_work,
)
from knowledge_exchange.core.keyed_tags import subject, tag_of
from knowledge_exchange.networks.models import Shield, ShieldTag
from knowledge_exchange.networks.queries import Whom
from knowledge_exchange.networks.successors import held_and_followed

#: How many people can be named beside the organisations.
MOST_NAMED = 20
#: Tags come in so many at a time, and what is sealed is so long, or twice, or four times: neither counts anybody.
TAGS_AT_A_TIME = 8
CONTENT_BYTES = 512
_KEY, _AUTHOR, _NAMED, _ORGANISATION, _MEMBER = "k", "a", "n", "o", "m"

_Any = aliased(Shield)
_Tag = aliased(ShieldTag)
_Viewer = aliased(Member)


@dataclass(frozen=True)
class Hidden:
    """From whom a thread is hidden, and whose it is."""

    author_id: int
    organisations: frozenset[str]
    members: frozenset[int]
    #: The author speaks under their own name there: that notices of it are theirs tells nobody anything.
    is_named: bool = False


def thread_open_to(thread_id: IdColumn, member_id: Whom, is_shielded: FlagColumn | None = None) -> ColumnElement[bool]:
    """Condition on any row that names a thread: it is not hidden from that member (hook).

    ``is_shielded``: where the thread's row is at hand, its own word saves a look.
    """
    is_author = _has(thread_id, _Tag.tag == _tag(subject(_AUTHOR, member_id)))
    passes = and_(_key_fits(thread_id), or_(is_author, ~_is_hidden(thread_id, member_id)))
    return or_(_is_open(thread_id, is_shielded), passes)


def thread_told_to(thread_id: IdColumn, member_id: Whom, is_shielded: FlagColumn | None = None) -> ColumnElement[bool]:
    """The same where an answer is written down or shown to others: its author counts as their colleagues do (hook).

    Such as whose badge is refreshed by a row when notices are withdrawn, and who is asked to act on a thread. Of all
    the people at an organisation that it is hidden from, the author alone would be among them: that would name them.
    Unless their name stands over it. Notices themselves are written whether it is hidden or not.
    """
    is_named = _has(thread_id, _Tag.tag == _tag(subject(_NAMED, member_id)))
    passes = and_(_key_fits(thread_id), or_(is_named, ~_is_hidden(thread_id, member_id)))
    return or_(_is_open(thread_id, is_shielded), passes)


def _is_open(thread_id: IdColumn, is_shielded: FlagColumn | None) -> ColumnElement[bool]:
    """It is hidden from nobody."""
    if is_shielded is not None:
        return is_shielded.is_(false())
    return ~exists().where(_Any.thread_id == thread_id).correlate_except(_Any)


def _key_fits(thread_id: IdColumn) -> ColumnElement[bool]:
    """The keys are those of its shield."""
    return _has(thread_id, _Tag.tag == _tag(literal_column(f"'{_KEY}'", Text())))


def _is_hidden(thread_id: IdColumn, member_id: Whom) -> ColumnElement[bool]:
    """The member is named, or of such an organisation."""
    of_viewer = (_tag(subject(_ORGANISATION, _Viewer.organisation_code)), _tag(subject(_MEMBER, _Viewer.id)))
    return _has(thread_id, _Viewer.id == member_id, _Tag.tag.in_(of_viewer))


def _has(thread_id: IdColumn, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """The thread has such a tag. The generation stands once, so that each tag is worked out once, and then found."""
    mine = exists().where(_Any.thread_id == thread_id, _Tag.thread_id == _Any.thread_id, *which)
    return mine.correlate_except(_Any, _Tag, _Viewer)


def _tag(of: ColumnElement[str]) -> ColumnElement[bytes]:
    return tag_of(_Any.generation, _Any.thread_id, of)


def raise_shield(thread_id: int, hidden: Hidden) -> None:
    """Hide a thread from them (and from nobody who was hidden from before and is not any more).

    Organisations that were merged are followed to what has become of them; none is merged until this work ends.
    """
    _write(thread_id, replace(hidden, organisations=held_and_followed(hidden.organisations)))


def _write(thread_id: int, hidden: Hidden) -> None:
    """Its row first: whoever writes tags has that (PostgreSQL), so that no two leave half of each other's."""
    number = crypto.generation()
    said = {"content": crypto.seal(_packed(hidden)), "generation": number}
    row = insert_of_dialect(Shield).values(thread_id=thread_id, **said)
    db.session.execute(row.on_conflict_do_update(index_elements=[Shield.thread_id], set_=said))
    db.session.execute(delete(ShieldTag).where(ShieldTag.thread_id == thread_id))
    rows = [{"thread_id": thread_id, "tag": tag} for tag in _tags(thread_id, hidden, number)]
    db.session.execute(insert(table_of(ShieldTag)), rows)


def _tags(thread_id: int, hidden: Hidden, number: int) -> list[bytes]:
    """One for each, and more that are none, in no order that tells which."""
    subjects = [
        _KEY,
        f"{_AUTHOR}:{hidden.author_id}",
        *([f"{_NAMED}:{hidden.author_id}"] if hidden.is_named else []),
        *(f"{_ORGANISATION}:{code}" for code in hidden.organisations),
        *(f"{_MEMBER}:{member_id}" for member_id in hidden.members),
    ]
    tags = [keyed_tags.tag(number, thread_id, one) for one in subjects]
    return sorted(tags + [keyed_tags.no_tag() for _more in range(-len(tags) % TAGS_AT_A_TIME)])


def hidden_from(thread_id: int) -> Hidden | None:
    """From whom a thread is hidden; None where it isn't. For its author's own page, and for whoever guards it."""
    content = db.session.scalar(select(Shield.content).where(Shield.thread_id == thread_id))
    return None if content is None else _unpacked(crypto.unseal(content))


def extend(thread_id: int, organisations: Collection[str] = (), members: Collection[int] = ()) -> None:
    """Hide a shielded thread from more; in a unit of work, and by itself: nobody extends it at the same time."""
    further = held_and_followed(organisations)
    row = _locked(thread_id)
    if row is not None:
        _write(thread_id, _with_more(_unpacked(crypto.unseal(row.content)), further, members))


def _with_more(hidden: Hidden, organisations: Collection[str], members: Collection[int] = ()) -> Hidden:
    return replace(hidden, organisations=hidden.organisations | {*organisations}, members=hidden.members | {*members})


def _locked(thread_id: int) -> AnyRow | None:
    """A shield's content and generation now; nobody else changes them until this unit of work ends."""
    query = select(Shield.content, Shield.generation).where(Shield.thread_id == thread_id)
    return db.session.execute(query.with_for_update()).one_or_none()


def follow_merger(code: str, into: str) -> None:
    """An organisation has become part of another: what was hidden from the one is hidden from the other, too.

    In the unit of work that moves its members. Which these are the database finds by their tags, 10,000 in a quarter of
    a second; only they are opened. The threads' turns come before the shields', as for whoever extends one.
    """
    hides = _has(Shield.thread_id, _Tag.tag == _tag(subject(_ORGANISATION, literal(code, Text()))))
    found = db.session.scalars(select(Shield.thread_id).where(hides).order_by(Shield.thread_id)).all()
    hooks.call("shield_extended", found)
    for one in found:
        row = _locked(one)
        hidden = None if row is None else _readable(row.content)
        if hidden is not None:
            _write(one, _with_more(hidden, [into]))
        elif row is not None:  # a tag can be added all the same: it stays hidden from those who move
            tag = keyed_tags.tag(row.generation, one, f"{_ORGANISATION}:{into}")
            insert_or_ignore(ShieldTag, {"thread_id": one, "tag": tag})


def _readable(content: bytes) -> Hidden | None:
    """What a shield says; None where another key file sealed it: hidden from all it stays."""
    with suppress(ValueError):
        return _unpacked(crypto.unseal(content))
    return None


def tag_afresh() -> None:
    """Make tags of earlier generations anew, under the keys of now (a job, after a rotation)."""
    number = crypto.generation()
    after: int | None = 0 if number > 1 else None
    while after is not None:
        older = select(Shield.thread_id).where(Shield.generation < number, Shield.thread_id > after)
        waiting = db.session.scalars(older.order_by(Shield.thread_id).limit(_AT_ONCE)).all()
        end_read()
        for thread_id in waiting:
            with unit_of_work():
                _tag_anew(thread_id)
        after = waiting[-1] if waiting else None


def _tag_anew(thread_id: int) -> None:
    row = _locked(thread_id)
    hidden = None if row is None else _readable(row.content)
    if hidden is not None:
        # No merger is to be followed: whatever there was has written in it what it changed.
        _write(thread_id, hidden)


_AT_ONCE = 100


def misfits() -> int:
    """Shields to which no key that is here fits: their threads are closed for everybody."""
    return db.session.scalar(select(func.count()).select_from(Shield).where(~_key_fits(Shield.thread_id))) or 0


def _packed(hidden: Hidden) -> bytes:
    said: dict[str, Any] = {
        "author": hidden.author_id,
        "organisations": sorted(hidden.organisations),
        "members": sorted(hidden.members),
        "named": hidden.is_named,
    }
    plain = json.dumps(said).encode()
    room = CONTENT_BYTES
    while room < len(plain):
        room *= 2
    return plain.ljust(room)


def _unpacked(plain: bytes) -> Hidden:
    said = json.loads(plain)
    return Hidden(said["author"], frozenset(said["organisations"]), frozenset(said["members"]), said["named"])
