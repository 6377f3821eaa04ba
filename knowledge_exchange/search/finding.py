"""Finding: by newest, or by best match among what the reader may see. Threads stand once, at their best post.

Nothing that the reader may not see has a say in what they find, nor in its order: candidates come out of statements
that ask for sight, and are weighed in Python by what they themselves say (``search/ranking.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import MAX_ID, parse_id
from knowledge_exchange.search import facets, guessing
from knowledge_exchange.search.asking import Asked, Reach, asked, reach_of
from knowledge_exchange.search.language import parse
from knowledge_exchange.search.query import AllOf, AnyOf, Node, Phrase, Query, all_of, word
from knowledge_exchange.search.ranking import Ranked, Wanted, ranked

#: Hits on a page.
HITS_A_PAGE = 20
#: So many of the newest documents that match are weighed for the best match; ``Found.is_cut``: there are more.
CANDIDATES = 100
#: And so many older ones whose titles hold every word, and whose titles hold some.
TITLES = 30
#: Where fewer threads hold all words, so many documents with some of them are weighed behind them.
FEW = 5
PARTIAL = 100
#: Words of a long text that are looked for in pairs: the longest say most.
MOST_PAIRED = 8
#: Newest first, a page is made of at most so many rounds: of this many documents first, and at most.
_ROUNDS, _FIRST_ROUND, _A_ROUND = 5, 60, 100
ORDERS = ("best", "newest")


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found: a document, the best (or newest) that matches of its thread.

    ``matches``: how many documents of its thread were seen to match, at least this one; ``is_partial``: it holds some
    of the words only.
    """

    id: int
    source: str
    network_id: int
    thread_id: int | None
    matches: int = 1
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found.

    ``next_key``: ``before`` of the next page; empty on the last. ``query``: the one that was answered: of a misspelt
    one, the guess. ``guess``: what was probably meant, as text for the box; empty where nothing is wrong.
    ``is_guess``: the hits are the guess's, for nothing was found as typed. ``is_cut``: only the newest
    :data:`CANDIDATES` matches were weighed, there are more in the order of time. ``hints``: the query's and further.
    """

    hits: Sequence[Hit]
    query: Query
    next_key: str = ""
    guess: str = ""
    is_guess: bool = False
    is_cut: bool = False
    hints: tuple[str, ...] = ()


def find(
    me: Me, query: Query, order: str = "best", before: str = "", most: int = HITS_A_PAGE, reach: Reach | None = None
) -> Found:
    """A page of what this member finds. ``before``: a page's ``next_key``; what is none counts as the first page.

    ``reach``: the networks that they may read, where the caller has asked for them. A fixed number of statements,
    whatever is typed: three for a plain query with many hits, a few more where words are unknown or only some of them
    are found.
    """
    if query.is_empty:
        return Found((), query, hints=query.hints)
    reach = reach or reach_of(me)
    found = _page(me, query, reach, order, before, most)
    if found.hits and not found.hits[0].is_partial:
        return found
    meant = guessing.guess(me, query, reach)
    if not meant:
        return found
    instead = _page(me, parse(meant), reach, order, before, most)
    if instead.hits and not instead.hits[0].is_partial:
        return replace(instead, guess=meant, is_guess=True, hints=found.hints)
    return replace(found, guess=meant)


def _page(me: Me, query: Query, reach: Reach, order: str, before: str, most: int) -> Found:
    asks = asked(me, query, reach)
    # Without words there is nothing to weigh.
    if order == "newest" or not query.words:
        return _newest(asks, query, before, most)
    return _best(asks, query, before, most)


def _newest(asks: Asked, query: Query, before: str, most: int) -> Found:
    """By rising age, each thread at its newest match; further pages leave out what stood on those before."""
    end = parse_id(before) or MAX_ID
    newest: dict[int, AnyRow] = {}
    matches: dict[int, int] = {}
    below, size, seen, is_more = end, _FIRST_ROUND, 0, False
    for _round in range(_ROUNDS):
        rows = asks.rows(asks.node, size, before=below)
        shown = _shown_before(asks, rows, end)
        for row in rows:
            key = row.thread_id or row.id
            matches[key] = matches.get(key, 0) + 1
            if key not in newest and key not in shown:
                newest[key] = row
        is_more = len(rows) == size
        if not is_more or len(newest) > most:
            break
        below, seen = rows[-1].id, seen + size
        size = _next_round(seen, len(newest), most + 1 - len(newest))
    page = [_hit(row, matches[key]) for key, row in list(newest.items())[:most]]
    if len(newest) > most:
        return Found(page, query, str(page[-1].id), hints=asks.hints)
    return Found(page, query, str(below) if is_more else "", hints=asks.hints)


def _next_round(seen: int, threads: int, lacking: int) -> int:
    """As many documents as hold the threads that lack, where they lie as far apart as before; half as many again."""
    return min(_A_ROUND, max(_FIRST_ROUND // 2, seen * lacking * 3 // (2 * max(threads, 1))))


def _shown_before(asks: Asked, rows: Sequence[AnyRow], end: int) -> set[int]:
    """Of these documents' threads, those with a match on an earlier page. One statement on those behind the first."""
    threads = {row.thread_id for row in rows if row.thread_id is not None}
    if end == MAX_ID or not threads:
        return set()
    there = asks.within(sorted(threads))
    return {row.thread_id for row in there.rows(asks.node, _MOST_THERE, after=end - 1)}


#: Matches on earlier pages that are looked at to tell which threads have stood there.
_MOST_THERE = 1000


def _hit(row: AnyRow, matches: int = 1, is_partial: bool = False) -> Hit:
    return Hit(row.id, row.source, row.network_id, row.thread_id, matches, is_partial)


def _best(asks: Asked, query: Query, before: str, most: int) -> Found:
    """By what the newest candidates say; where they are few, with those that hold some of the words behind them."""
    wanted = Wanted.of(query)
    rows = asks.rows(asks.node, CANDIDATES + 1, saying=True)
    is_cut = len(rows) > CANDIDATES
    if is_cut:
        rows = rows[:CANDIDATES]
        rows += _older_titles(asks, query, rows[-1].id)
    order = ranked(rows, wanted)
    if len(order) < FEW:
        order += _partly(asks, query, wanted, order)
    return _cut_out(order, query, before, most, is_cut, asks.hints)


def _older_titles(asks: Asked, query: Query, before: int) -> list[AnyRow]:
    """Of documents with smaller ids that hold all words: those with all in their titles, and, of many, with two."""
    found = {row.id: row for row in asks.rows(_in_title(asks.node), TITLES, before=before, saying=True)}
    some = _some_of(query) if len(found) < FEW and len(query.words) > 2 else None
    if some is not None:
        both = all_of([_in_title(some), asks.node])
        found.update((row.id, row) for row in asks.rows(both, TITLES, before=before, saying=True))
    return list(found.values())


def _cut_out(order: list[Ranked], query: Query, before: str, most: int, is_cut: bool, hints: tuple[str, ...]) -> Found:
    """The page behind a key, which is the score and the id of the last hit before it."""
    behind = _key(before)
    rest = [one for one in order if (one.score, one.row.id) < behind] if behind else order
    page = rest[:most]
    hits = [_hit(one.row, one.matches, one.is_partial) for one in page]
    next_key = f"{page[-1].score}-{page[-1].row.id}" if len(rest) > most else ""
    return Found(hits, query, next_key, is_cut=is_cut, hints=hints)


def _key(before: str) -> tuple[int, int] | None:
    score, _dash, id_ = before.partition("-")
    found = parse_id(score), parse_id(id_)
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _in_title(node: Node) -> Node:
    """The same of titles: what stands in them is indexed apart, so that the few among all texts are quickly found."""
    if isinstance(node, Phrase):
        words = [facets.title_word(one) for one in node.stems]
        last = Phrase((words[-1],), node.is_open)
        return all_of([*map(word, words[:-1]), last])
    if isinstance(node, AnyOf):
        return AnyOf(tuple([_in_title(one) for one in node.nodes]))
    return AllOf(tuple([_in_title(one) for one in node.nodes]), node.without)


def _partly(asks: Asked, query: Query, wanted: Wanted, order: Sequence[Ranked]) -> list[Ranked]:
    """Threads that hold some of the words: at least two of many. None where a phrase was asked for, or one word."""
    node = _some_of(query)
    if node is None:
        return []
    known = {one.row.thread_id or one.row.id for one in order}
    rows = asks.rows(node, PARTIAL, saying=True)
    titles = asks.rows(_in_title(node), TITLES, saying=True)
    every = {row.id: row for row in (*rows, *titles) if (row.thread_id or row.id) not in known}
    return ranked(every.values(), wanted, is_partial=True)


def _some_of(query: Query) -> Node | None:
    words = [word for word in query.words if not word.is_stop]
    if len(words) < 2 or query.phrases:
        return None
    longest = sorted(words, key=lambda one: (-len(one.folded), one.number))[:MOST_PAIRED]
    nodes: list[Node] = [Phrase((one.stem,), one.is_open) for one in longest]
    return AnyOf(tuple(nodes if len(nodes) == 2 else [all_of(pair) for pair in combinations(nodes, 2)]))


def alike(me: Me, text: str, most: int, network_ids: Sequence[int] = ()) -> list[Hit]:
    """Threads that say what a text says, a title above all; answered ones first. None for a text that says too little.

    ``network_ids``: only in these; none given, in all that the member may read.
    """
    query = parse(plainly(text))
    node = _some_of(query)
    if node is None:
        return []
    asks = asked(me, query, reach_of(me))
    if network_ids:
        only = AnyOf(tuple([word(facets.network(one)) for one in network_ids]))
        asks = replace(asks, narrowing=(*asks.narrowing, only))
    each = (asks.rows(of, TITLES, saying=True) for of in (_in_title(node), node))
    rows = {row.id: row for found in each for row in found}
    order = ranked(rows.values(), Wanted.of(query), is_partial=True)[: 2 * most]
    first = sorted(order, key=lambda one: facets.state(facets.ANSWERED) not in one.row.facets.split())
    return [_hit(one.row, one.matches) for one in first[:most]]


def plainly(text: str) -> str:
    """A text as a query of words alone: without the signs that would ask for something."""
    return " ".join(text.translate(_SIGNS).split())


_SIGNS = str.maketrans(dict.fromkeys(':"*-', " "))
