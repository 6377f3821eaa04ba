"""Filling the index from what the rooms hold: of a database from before, after a restore, or made anew.

Bit by bit, by rising id, while the exchange goes on: what is written meanwhile is written into the index by whoever
writes it. How far it has come stands in ``search_state``, so that it goes on after an end of any kind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from sqlalchemy import func, select, text

from knowledge_exchange.core.db import db, end_read, insert_of_dialect, is_sqlite, table_of, unit_of_work
from knowledge_exchange.core.ids import MAX_ID
from knowledge_exchange.search import documents, vocabulary
from knowledge_exchange.search.models import SearchDocument, SearchState
from knowledge_exchange.search.sources import Source, all_sources
from knowledge_exchange.search.words import VERSION

FILL_EVERY_S = 10.0
#: Documents of a step of the job, which holds up whoever writes for some 20 ms, and its pause after each.
A_STEP, PAUSE_S = 50, 0.05
#: So often in a row the job finds somebody at the index, before it leaves it for now.
MOST_TRIES = 20
#: Documents of a step of the operator's command, which does nothing else.
A_STRIDE = 500

_DOCUMENTS = table_of(SearchDocument)
#: Never waited for: whoever writes then would wait behind, for as long as somebody else is at it.
_EXCLUSIVE = text("SELECT pg_try_advisory_xact_lock(:lock)")


def fill_waiting() -> None:
    """Fill what is not filled, of every source (a job)."""
    for source in all_sources():
        if _is_due(source):
            tries = 0
            for filled in fill(source, A_STEP):
                tries = tries + 1 if filled is None else 0
                if tries == MOST_TRIES:
                    return  # it goes on the next time
                time.sleep(PAUSE_S)


def _is_due(source: Source) -> bool:
    state = db.session.get(SearchState, source.name)
    due = state is None or state.version != VERSION or state.upto is not None
    end_read()
    return due


def fill(source: Source, at_once: int) -> Generator[int | None, None, None]:
    """Fill on from where it stands, step by step; yields how many documents each step has written.

    None for a step that was not taken, for somebody was writing.
    """
    upto: int | None = 0
    while upto is not None:
        with unit_of_work():
            is_free = is_sqlite() or db.session.scalar(_EXCLUSIVE, {"lock": documents.LOCK})
            written, upto = _fill_some(source, at_once) if is_free else (None, upto)
        end_read()
        yield written


def _fill_some(source: Source, at_once: int) -> tuple[int, int | None]:
    """One step; returns how many documents it wrote, and up to which id all are there now (None: all are).

    Nobody else writes the index meanwhile: what is read here must not stand over what is newer.
    """
    after = _stands_at(source)
    if after is None:
        return 0, None
    found = list(source.documents_after(after, at_once))
    is_last = len(found) < at_once
    upto = MAX_ID if is_last else found[-1].id
    known = db.session.scalars(
        select(_DOCUMENTS.c.id).where(
            _DOCUMENTS.c.source == source.name, _DOCUMENTS.c.id > after, _DOCUMENTS.c.id <= upto
        )
    )
    documents.drop(set(known) - {document.id for document in found})
    documents.put(found, learn_all=True)
    _note(source, None if is_last else upto)
    return len(found), None if is_last else upto


def _stands_at(source: Source) -> int | None:
    """After which id to go on; 0 where it has not begun, or was made of other stems."""
    state = db.session.get(SearchState, source.name, populate_existing=True)
    return state.upto if state is not None and state.version == VERSION else 0


def begin_filled(name: str) -> None:
    """Of a source without documents all are there: whoever writes many now tells the index of each. In a unit of work.

    Nothing is noted where something has been: it may not be filled.
    """
    begun = insert_of_dialect(SearchState).values(source=name, version=VERSION, upto=None)
    db.session.execute(begun.on_conflict_do_nothing())


def _note(source: Source, upto: int | None) -> None:
    said = {"version": VERSION, "upto": upto}
    row = insert_of_dialect(SearchState).values(source=source.name, **said)
    db.session.execute(row.on_conflict_do_update(index_elements=[SearchState.source], set_=said))


def rebuild(told: Callable[[int], None]) -> int:
    """Make the index anew while the exchange goes on; ``told`` hears how many documents are there. Returns how many.

    What is found stays found meanwhile. Words to guess are learnt afresh, so that none is left of what is gone.
    """
    sources = all_sources()
    with unit_of_work() as work:
        vocabulary.forget_all()
        gone = select(_DOCUMENTS.c.id).where(_DOCUMENTS.c.source.not_in([source.name for source in sources]))
        documents.drop(work.scalars(gone).all())
        for source in sources:
            _note(source, 0)
    done = 0
    for source in sources:
        for written in fill(source, A_STRIDE):
            if written is None:
                time.sleep(PAUSE_S)
                continue
            done += written
            told(done)
    return done


def how_many() -> int:
    """How many documents all sources hold."""
    return sum([source.count() for source in all_sources()])


def problems() -> list[str]:
    """What is wrong with the index, as sentences that say what to do; nothing while it is being filled."""
    found = []
    for source in all_sources():
        if _is_due(source):
            continue
        there = db.session.scalar(select(func.count()).where(_DOCUMENTS.c.source == source.name)) or 0
        held = source.count()
        if there != held:
            found.append(
                f"{held:,} of “{source.name}” should be found by the search, and {there:,} can be: run "
                "`knowledge-exchange search rebuild`."
            )
    return found
