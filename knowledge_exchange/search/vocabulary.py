"""The words that stand in what is hidden from nobody, by network: what misspelt ones may have been meant to be.

New ones come after the commit, in a work of their own, so that no two posts wait for each other's words. Those that
stand in nothing any more go in the work that takes them away: a name that was taken out of a post stays nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from flask import current_app
from sqlalchemy import bindparam, delete, exists, false, select
from sqlalchemy.dialects import postgresql, sqlite

from knowledge_exchange.core.db import Bytewise, Id, db, is_sqlite, promise, table_of, unit_of_work
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.ids import MAX_ID
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.networks.models import Network
from knowledge_exchange.search import facets
from knowledge_exchange.search.matching import matching, stated
from knowledge_exchange.search.models import SearchDocument, SearchGram, SearchWord
from knowledge_exchange.search.query import all_of
from knowledge_exchange.search.query import word as token
from knowledge_exchange.search.words import STOP, grams, stem

#: Shorter words are not guessed: too many are like them; nor longer ones.
SHORTEST, LONGEST = 4, 24
#: Words that each process knows to be there, about 0.1 kB each; beyond that it forgets all of them.
MOST_KNOWN = 200_000
_KNOWN = "ke_search_known_words"
#: Words of which each process knows whether they are to be guessed at all.
_MOST_ASKED = 65_536


@dataclass(slots=True)
class Told:
    """Words of documents that are being written: by document, its network and its words."""

    by_document: dict[int, tuple[int, frozenset[str]]] = field(default_factory=dict)

    def add(self, document_id: int, network_id: int, words: frozenset[str]) -> None:
        """These stand in that document."""
        self.by_document[document_id] = (network_id, words)

    @property
    def stems(self) -> set[tuple[int, str]]:
        """Their stems, by network."""
        return {(network_id, stem(word)) for network_id, words in self.by_document.values() for word in words}


_network = bindparam("network", type_=Id)
_word = bindparam("word", type_=Bytewise)
_DOCUMENT = table_of(SearchDocument)
_WORDS, _GRAMS = table_of(SearchWord), table_of(SearchGram)
_STILL = Read(
    select(_DOCUMENT.c.id, _DOCUMENT.c.network_id).where(
        is_one_of(_DOCUMENT.c.id, "ids"), _DOCUMENT.c.is_shielded.is_(false())
    )
)
_LEARN = {
    "sqlite": [Write(sqlite.insert(table).on_conflict_do_nothing()) for table in (_WORDS, _GRAMS)],
    "postgresql": [Write(postgresql.insert(table).on_conflict_do_nothing()) for table in (_WORDS, _GRAMS)],
}
_BEGINNING = Read(
    select(_WORDS.c.word).where(
        _WORDS.c.network_id == _network, _WORDS.c.word >= _word, _WORDS.c.word < bindparam("end", type_=Bytewise)
    )
)
_FORGET = Write(delete(_WORDS).where(_WORDS.c.network_id == _network, _WORDS.c.word == _word))
_ELSEWHERE = Read(
    select(Network.id).where(exists().where(_WORDS.c.network_id == Network.id, _WORDS.c.word == _word)).limit(1)
)
_FORGET_GRAMS = Write(delete(_GRAMS).where(_GRAMS.c.gram == bindparam("gram", type_=Bytewise), _GRAMS.c.word == _word))


def learn(told: Told) -> None:
    """Have these words guessed from now on, once the unit of work that this is called in is done."""
    known = _known()
    fresh = {}
    for document_id, (network_id, words) in told.by_document.items():
        new = {word for word in words.difference(known.get(network_id, ())) if _counts(word)}
        if new:
            fresh[document_id] = (network_id, new)
    if fresh:
        promise("learn words", _learn, fresh)


@lru_cache(maxsize=_MOST_ASKED)
def _counts(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and word not in STOP


def _learn(fresh: dict[int, tuple[int, set[str]]]) -> None:
    """Only what still stands: a document may have gone, or been hidden from somebody, since."""
    with unit_of_work():
        still = {(row.id, row.network_id) for row in _STILL.all(ids=list(fresh))}
        found = {
            (network_id, word)
            for document_id, (network_id, words) in fresh.items()
            if (document_id, network_id) in still
            for word in words
        }
        learn_words, learn_grams = _LEARN["sqlite" if is_sqlite() else "postgresql"]
        # In one order, so that no two processes wait for each other.
        learn_words.many([{"network_id": network_id, "word": word} for network_id, word in sorted(found)])
        new = sorted({word for _network_id, word in found})
        learn_grams.many(sorted_rows(new))
    _remember(found)


def sorted_rows(words: Iterable[str]) -> list[dict[str, str]]:
    """The parts of these words as rows, in the order of their key."""
    pairs = sorted((gram, word) for word in words for gram in grams(word))
    return [{"gram": gram, "word": word} for gram, word in pairs]


def forget(told: set[tuple[int, str]]) -> None:
    """Of these stems (by network), guess no more the words of those that stand in nothing there that anybody may see.

    After the index has been told; in a unit of work.
    """
    for network_id, said in sorted(told):
        if len(said) >= SHORTEST - 1 and said.isalpha() and not _stands(network_id, said):
            _forget(network_id, said)


def forget_all() -> None:
    """Guess nothing until documents are put again, their words with them. In a unit of work."""
    db.session.execute(delete(_WORDS))
    db.session.execute(delete(_GRAMS))
    _known().clear()


def _stands(network_id: int, said: str) -> bool:
    anywhere = {"after": 0, "before": MAX_ID, "most": 1}
    # Out of the index alone: what is common elsewhere and not said here would be passed over document by document.
    here = all_of([token(said), token(facets.network(network_id))])
    return bool(_standing(is_sqlite()).all(network=network_id, match=stated(here), **anywhere))


@cache
def _standing(on_sqlite: bool) -> Read:
    there = (_DOCUMENT.c.network_id == _network, _DOCUMENT.c.is_shielded.is_(false()))
    return Read(matching(on_sqlite, _DOCUMENT.c.id).where(*there), planned_each_time=True)


def _forget(network_id: int, said: str) -> None:
    """The words of a stem begin as it does, but for its last letter (``happi``: ``happy``)."""
    beginning = said[:-1]
    rows = _BEGINNING.all(network=network_id, word=beginning, end=beginning[:-1] + chr(ord(beginning[-1]) + 1))
    for row in rows:
        if stem(row.word) == said:
            _FORGET.run(network=network_id, word=row.word)
            _known().get(network_id, set()).discard(row.word)
            if not _ELSEWHERE.all(word=row.word):
                for gram in grams(row.word):
                    _FORGET_GRAMS.run(gram=gram, word=row.word)


def _known() -> dict[int, set[str]]:
    known: dict[int, set[str]] = current_app.extensions.setdefault(_KNOWN, {})
    return known


def _remember(found: set[tuple[int, str]]) -> None:
    known = _known()
    if sum(map(len, known.values())) + len(found) > MOST_KNOWN:
        known.clear()
    for network_id, word in found:
        known.setdefault(network_id, set()).add(word)
