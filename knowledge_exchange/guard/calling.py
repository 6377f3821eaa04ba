"""What people call an organisation whose full name is known: its core, its core with another ending, its initials."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_exchange.guard.first_names import ALSO_WORDS
from knowledge_exchange.guard.tokens import Token, tokens_of
from knowledge_exchange.guard.vocabulary import COMMON, KNOWN, PLACES, WORK, word_set

Words = tuple[str, ...]

_NUMBERS = {"hospital": "hospitals", "hospitals": "hospital"}
_LEGAL = frozenset({"nhs", "foundation", "trust"})
#: With one of these, two words are a name without "NHS Trust": "Frimley Health", but not "North London".
_INSTITUTION = word_set(
    """
    hospital hospitals university healthcare health partnership ambulance infirmary teaching childrens womens group
    royal general
    """
)
SMALL = frozenset({"and", "of", "the", "for", "on", "&"})
#: A name of so many words is told by them alone.
_FEWEST_TELLING, _FEWEST_WITH_INSTITUTION = 3, 2
_FEWEST_INITIALS, _MOST_INITIALS = 3, 8
_SHORT_CORE = 2
#: Initials that mean something else to everybody in health care.
_OTHER_INITIALS = word_set(
    """
    A&E ACS AHP AMU BAME BAU BMA CBT CCG CEO CFO CFT CIP CMO CNO COO CQC CT DFT DNA DON EAP ED ESR FDA FTE FTSU GFT GP
    HDU HR HRD ICB ICS ICU IPC ITU KPI LFT LOS MAU MDT MIP MRI NED NFT NHS OH PCN PDR PFT PMO PPE QI RAG RCM RCN RCP
    RFT RTT SAU SLA SOP SRO TOR TU TUPE VTE WDES WFT WRES WTE
    """
)
#: What people put behind a core in the place of "NHS Foundation Trust".
_OTHER_LEGAL: tuple[Words, ...] = (("nhs", "ft"), ("ft",), ("nhs", "trust"))
#: A core that ends so is a name where all its words have capitals: "Mersey Care", "Northern Care Alliance".
_CAPITAL_ENDS = _INSTITUTION | word_set("care alliance centre service services children women")
#: What people leave away at a core's end: "Alder Hey", "Great Ormond Street".
_LEFT_AWAY = _INSTITUTION | word_set("children women services") | SMALL
#: These alone make no name, whatever ends it: "the University Hospital", "Acute Medical Unit".
TELLS_NOTHING = (COMMON | KNOWN | WORK) - PLACES


def plain(token: Token) -> str:
    return "and" if token.word == "&" else token.key


def words_of_name(name: str) -> Words:
    words = tuple(plain(token) for token in tokens_of(name))
    return words[1:] if words[:1] == ("the",) else words


def called(words: Words) -> set[Words]:
    """The ways in which people name an organisation, in whatever spelling."""
    if not words:
        return set()
    found = {words} if len(words) > 1 else set()
    for left_out in ({"nhs"}, {"foundation"}, {"nhs", "foundation"}):
        shorter = tuple(word for word in words if word not in left_out)
        if len(shorter) > 1:
            found.add(shorter)
    core = _core(words)
    if core and len(core) != len(words):
        found |= {core + ending for ending in _OTHER_LEGAL}
        has_institution = any(word in _INSTITUTION for word in core)
        tells = not is_general(core) if has_institution else not is_general(core, PLACES)
        if tells and len(core) >= (_FEWEST_WITH_INSTITUTION if has_institution else _FEWEST_TELLING):
            found.add(core)
    if _NUMBERS.keys() & set(words):
        found |= {other for one in found if not is_general(other := _other_number(one))}
    return found


def called_in_capitals(words: Words, has_article: bool) -> Iterator[Words]:
    """The ways in which people name it where all words have capitals; ``has_article``: its name begins with "The"."""
    core = _core(words)
    if not core or len(core) == len(words):
        return
    if len(core) > 1 and core[-1] in _CAPITAL_ENDS and (len(core) >= _FEWEST_TELLING or not is_general(core)):
        yield core
    for stem in _stems(core):
        if len(stem) > 1 and any(_is_its_own(word) for word in stem):
            yield stem
    if has_article and len(core) == 1 and _is_its_own(core[0], besides=frozenset()):
        # "the Christie"; and longer, that nothing of a longer name is left behind.
        yield from (("the", *one) for one in {core, *called(words)})


def _stems(core: Words) -> tuple[Words, Words]:
    """A core without what people leave away; and without the place that it ends with, too: "Royal Free London"."""
    stem = _without(core, _LEFT_AWAY)
    return stem, _without(stem, PLACES | SMALL)


def _without(words: Words, left_away: frozenset[str]) -> Words:
    end = len(words)
    while end and words[end - 1] in left_away:
        end -= 1
    return words[:end]


def _is_its_own(word: str, besides: frozenset[str] = ALSO_WORDS) -> bool:
    """Whether a word is no general one, no place, no part of other names."""
    return word not in TELLS_NOTHING and word not in SMALL and word not in PLACES and word not in besides


def _core(words: Words) -> Words:
    """A name without "NHS Foundation Trust" at its end."""
    end = len(words)
    while end and words[end - 1] in _LEGAL:
        end -= 1
    return words[:end]


def is_general(words: Words, besides: frozenset[str] = frozenset()) -> bool:
    """Whether they are words that everybody uses without meaning one organisation; ``besides``: further such words."""
    return all(word in TELLS_NOTHING or word in SMALL or word in besides for word in words)


def _other_number(words: Words) -> Words:
    """The same with "hospital" for "hospitals", and the other way round."""
    return tuple(_NUMBERS.get(word, word) for word in words)


def initials(words: Words) -> set[str]:
    """``MFT``, ``UHDB``, ``GOSH``: only of trusts, for a surgery's are too many people's."""
    if "trust" not in words:
        return set()
    core = tuple(word for word in _core(words) if word not in SMALL)
    if not core:
        return set()
    letters = "".join(word[0] for word in core).upper()
    tail = "FT" if "foundation" in words else "T"
    found = {letters, letters + tail, letters + "NHS" + tail}
    if len(core) <= _SHORT_CORE:
        found.add(letters[0] + tail)
    for place, word in enumerate(core):
        if word in ("hospital", "hospitals"):
            found.add(letters[: place + 1])
    return {one for one in found if _FEWEST_INITIALS <= len(one) <= _MOST_INITIALS and one not in _OTHER_INITIALS}
