"""“Did you mean”: for words that stand in nothing that the reader may see, the likest that do.

Words are known by network, of what is hidden from nobody (``search/vocabulary.py``). A guess is made only of words that
stand in a document that the reader may see at this moment.
"""

from __future__ import annotations

from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy import bindparam, exists, func, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, Bytewise, Id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.search.asking import Asked, Reach, asked
from knowledge_exchange.search.language import parse
from knowledge_exchange.search.models import SearchGram, SearchWord
from knowledge_exchange.search.query import Phrase, Query, Word
from knowledge_exchange.search.rewriting import reworded
from knowledge_exchange.search.vocabulary import LONGEST, SHORTEST
from knowledge_exchange.search.words import grams, stem

#: Words of one query that are guessed, how many of those that share most with one are looked at, and tried.
MOST_GUESSED = 4
MOST_LIKE = 60
MOST_TRIED = 5
#: One slip for so many letters, and another two if they are many; so long may a word be beside what was typed.
_LETTERS_A_SLIP = 4
_MOST_LONGER = 2

_GRAMS = [f"gram_{number}" for number in range(LONGEST + _MOST_LONGER)]
_length = func.length(SearchGram.word)
_shared = func.count().label("shared")
_readable = select(Network.id).where(readable_by(bindparam("me", type_=Id)))
_LIKE = Read(
    select(SearchGram.word, _shared)
    .where(
        SearchGram.gram.in_([bindparam(name, type_=Bytewise) for name in _GRAMS]),
        _length >= bindparam("shortest"),
        _length <= bindparam("longest"),
        exists().where(SearchWord.word == SearchGram.word, SearchWord.network_id.in_(_readable)),
    )
    .group_by(SearchGram.word)
    .having(func.count() >= bindparam("least"))
    .order_by(_shared.desc(), SearchGram.word)
    .limit(MOST_LIKE)
)


def guess(me: Me, query: Query, reach: Reach) -> str:
    """The query with misspelt words put right; empty where each word is known, or nothing like it is.

    One statement for each word, one more for each unknown one (of the first four), and one for each try.
    """
    everything = asked(me, parse(""), reach)
    instead: dict[str, str] = {}
    for word in query.words:
        if len(instead) < MOST_GUESSED and _may_be_guessed(word) and not _stands(everything, word.stem):
            meant = _likest(me, everything, word.folded)
            if meant:
                instead[word.folded] = meant
    return reworded(query, instead) if instead else ""


def _may_be_guessed(word: Word) -> bool:
    return SHORTEST <= len(word.folded) <= LONGEST and word.folded.isalpha() and not (word.is_open or word.is_stop)


def _stands(everything: Asked, said: str) -> bool:
    return bool(everything.rows(Phrase((said,)), 1))


def _likest(me: Me, everything: Asked, word: str) -> str:
    """What differs least and stands in something; empty where nothing is near enough."""
    most_slips = max(1, len(word) // _LETTERS_A_SLIP)
    near = []
    for row in _like(me, word):
        slips = DamerauLevenshtein.distance(word, row.word, score_cutoff=most_slips)
        if slips <= most_slips:
            near.append((slips, row.word[0] != word[0], -row.shared, row.word))
    tried = [found[-1] for found in sorted(near)[:MOST_TRIED]]
    return next((found for found in tried if _stands(everything, stem(found))), "")


def _like(me: Me, word: str) -> list[AnyRow]:
    """Words of the reader's networks that share parts with it, and about as long."""
    parts = grams(word)
    given = {**dict.fromkeys(_GRAMS, parts[0]), **dict(zip(_GRAMS, parts, strict=False))}
    bounds = {"shortest": len(word) - _MOST_LONGER, "longest": len(word) + _MOST_LONGER}
    return _LIKE.all(me=me.id, least=max(2, len(parts) // 3), **bounds, **given)
