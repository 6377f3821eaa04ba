"""Names of organisations: of those that the exchange knows, as people call them, and of others by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from knowledge_exchange.guard.findings import Span
from knowledge_exchange.guard.tokens import Token, tokens_of
from knowledge_exchange.guard.vocabulary import COMMON, KNOWN, PLACES, WORK, word_set

_NUMBERS = {"hospital": "hospitals", "hospitals": "hospital"}
_LEGAL = frozenset({"nhs", "foundation", "trust"})
#: With one of these, two words are a name without "NHS Trust": "Frimley Health", but not "North London".
_INSTITUTION = word_set(
    """
    hospital hospitals university healthcare health partnership ambulance infirmary teaching childrens womens group
    royal general
    """
)
_SMALL = frozenset({"and", "of", "the", "for", "on", "&"})
#: A name of so many words is told by them alone.
_FEWEST_TELLING, _FEWEST_WITH_INSTITUTION = 3, 2
MOST_WORDS = 14
_FEWEST_INITIALS, _MOST_INITIALS = 3, 8
_FEWEST_CODE_CHARS, _MOST_CODE_CHARS = 3, 9
_SHORT_CORE = 2
#: Initials that mean something else to everybody in health care.
_OTHER_INITIALS = word_set(
    """
    A&E ACS AHP AMU BAME BAU BMA CBT CCG CEO CFO CFT CIP CMO CNO COO CQC CT DFT DNA DON EAP ED ESR FDA FTE FTSU GFT GP
    HDU HR HRD ICB ICS ICU IPC ITU KPI LFT LOS MAU MDT MIP MRI NED NFT NHS OH PCN PDR PFT PMO PPE QI RAG RCM RCN RCP
    RFT RTT SAU SLA SOP SRO TOR TU TUPE VTE WDES WFT WRES WTE
    """
)
_CODE_CONTEXT = re.compile(r"\b(?:ods|code|trust|org(?:anisation)?)\b", re.IGNORECASE)
_CONTEXT_CHARS = 24

#: What ends the name of a place of work that stands in no list of ours.
_ENDS = word_set(
    """
    hospital hospitals infirmary hospice trust surgery ward unit council university icb ccg school college clinic lodge
    """
)
_DOUBLE_ENDS = frozenset(
    {
        ("health", "board"),
        ("health", "centre"),
        ("medical", "centre"),
        ("care", "home"),
        ("nursing", "home"),
        ("care", "board"),
    }
    | {("medical", "practice"), ("health", "trust"), ("mental", "health")}
)
#: Before such an end these alone make no name: "the University Hospital", "Acute Medical Unit".
_TELLS_NOTHING = (COMMON | KNOWN | WORK) - PLACES
_MOST_BEFORE = 6
_MOST_AFTER = 3
_BETWEEN = re.compile(r"[ \t*_]{1,4}|\.[ \t]{1,2}|'s[ \t]|'[ \t]")


class Organisations:
    """An index of organisations by everything they are called. Built once, asked often."""

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        """``known``: code and name of each."""
        self._by_words: dict[str, frozenset[str]] = {}
        self._lengths: dict[str, int] = {}
        self._by_sign: dict[str, frozenset[str]] = {}
        self._codes: set[str] = set()
        for code, name in known:
            self._add(code, name)

    def _add(self, code: str, name: str) -> None:
        name = name.replace("’", "'")
        words = _words(name)
        called = _called(words)
        if "'" in name:  # which some leave out: "Guys and St Thomas"
            called |= _called(_words(name.replace("'", "")))
        only = frozenset({code})
        for one in called:
            key = " ".join(one)
            self._by_words[key] = self._by_words[key] | only if key in self._by_words else only
            self._lengths[one[0]] = self._lengths.get(one[0], 0) | 1 << min(len(one), MOST_WORDS)
        for sign in _initials(words):
            self._by_sign[sign] = self._by_sign.get(sign, frozenset()) | only
        if _FEWEST_CODE_CHARS <= len(code) <= _MOST_CODE_CHARS:
            self._codes.add(code.upper())

    def at(self, text: str, tokens: Sequence[Token], at: int) -> tuple[int, frozenset[str]]:
        """How many words from here on name one, and the codes of those that are called so; (0, nothing)."""
        word = tokens[at]
        lengths = self._lengths.get(_plain(word), 0)
        if lengths:
            keys = [_plain(token) for token in tokens[at : at + MOST_WORDS]]
            for count in range(min(len(keys), MOST_WORDS), 1, -1):
                codes = self._by_words.get(" ".join(keys[:count])) if lengths >> count & 1 else None
                if codes and _is_written_as_name(tokens[at : at + count]):
                    return count, codes
        return self._sign(text, word)

    def _sign(self, text: str, word: Token) -> tuple[int, frozenset[str]]:
        if word.word in self._by_sign:
            return 1, self._by_sign[word.word]
        if word.word in self._codes:
            before = text[max(0, word.start - _CONTEXT_CHARS) : word.start]
            if any(sign.isdigit() for sign in word.word) or _CODE_CONTEXT.search(before):
                return 1, frozenset({word.word})
        return 0, frozenset()

    def codes_in(self, text: str) -> frozenset[str]:
        """The codes of all that a folded text names, by name, initials or code."""
        tokens = tokens_of(text)
        found: set[str] = set()
        for place in range(len(tokens)):
            found |= self.at(text, tokens, place)[1]
        return frozenset(found)


#: For whoever knows none.
NONE = Organisations()


def organisation_names(text: str, known: Organisations, tokens: Sequence[Token]) -> Iterator[Span]:
    """Places that name an organisation, a hospital, a ward."""
    at, reached = 0, 0
    while at < len(tokens):
        count = 0 if tokens[at].is_address else known.at(text, tokens, at)[0]
        if count:
            yield Span("organisation", tokens[at].start, tokens[at + count - 1].end)
            at += count
            reached = at
        elif (first := _shaped(text, tokens, at, reached)) is not None:
            at = _last_end(text, tokens, at)
            yield Span("organisation", tokens[first].start, tokens[at].end)
            at += 1
            reached = at
        else:
            at += 1


def _shaped(text: str, tokens: Sequence[Token], at: int, reached: int) -> int | None:
    """The first word of a name that ends here with "Hospital", "Ward" or the like; None: there is none."""
    last = tokens[at]
    double = at > 0 and (tokens[at - 1].key, last.key) in _DOUBLE_ENDS and tokens[at - 1].has_capital
    if not (last.has_capital or last.word in ("ICB", "CCG")) or not (last.key in _ENDS or double):
        return None
    first = at - (1 if double else 0)
    telling: int | None = None
    while first > reached and at - first < _MOST_BEFORE:
        word = tokens[first - 1]
        if not _BETWEEN.fullmatch(text[word.end : tokens[first].start]):
            break
        if not (word.has_capital or word.word == "NHS" or word.key in _SMALL) or word.is_address:
            break
        first -= 1
        tells = word.key not in _TELLS_NOTHING and word.key not in _SMALL and len(word.word) > 1
        if tells or (telling == first + 1 and word.has_capital and word.key not in COMMON):
            telling = first
    return telling


def _last_end(text: str, tokens: Sequence[Token], at: int) -> int:
    """Where a name goes on after such a word, the last of them: "Cwm Taf University | Health Board"."""
    last = place = at
    while place + 1 < len(tokens) and place - last < _MOST_AFTER:
        following = tokens[place + 1]
        if not following.has_capital or not _BETWEEN.fullmatch(text[tokens[place].end : following.start]):
            break
        place += 1
        if following.key in _ENDS or (tokens[place - 1].key, following.key) in _DOUBLE_ENDS:
            last = place
    return last


def _plain(token: Token) -> str:
    return "and" if token.word == "&" else token.key


def _words(name: str) -> tuple[str, ...]:
    words = tuple(_plain(token) for token in tokens_of(name))
    return words[1:] if words[:1] == ("the",) else words


def _called(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The ways in which people name an organisation."""
    if not words:
        return set()
    found = {words} if len(words) > 1 else set()
    for left_out in ({"nhs"}, {"foundation"}, {"nhs", "foundation"}):
        shorter = tuple(word for word in words if word not in left_out)
        if len(shorter) > 1:
            found.add(shorter)
    core = _core(words)
    if len(core) != len(words):
        has_institution = any(word in _INSTITUTION for word in core)
        tells = not _is_general(core) if has_institution else not _is_general(core, PLACES)
        if tells and len(core) >= (_FEWEST_WITH_INSTITUTION if has_institution else _FEWEST_TELLING):
            found.add(core)
    if _NUMBERS.keys() & set(words):
        found |= {other for one in found if not _is_general(other := _other_number(one))}
    return found


def _core(words: tuple[str, ...]) -> tuple[str, ...]:
    """A name without "NHS Foundation Trust" at its end."""
    end = len(words)
    while end and words[end - 1] in _LEGAL:
        end -= 1
    return words[:end]


def _is_general(words: tuple[str, ...], besides: frozenset[str] = frozenset()) -> bool:
    """Whether they are words that everybody uses without meaning one organisation; ``besides``: further such words."""
    return all(word in _TELLS_NOTHING or word in _SMALL or word in besides for word in words)


def _other_number(words: tuple[str, ...]) -> tuple[str, ...]:
    """The same with "hospital" for "hospitals", and the other way round."""
    return tuple(_NUMBERS.get(word, word) for word in words)


def _initials(words: tuple[str, ...]) -> set[str]:
    """``MFT``, ``UHDB``, ``GOSH``: only of trusts, for a surgery's are too many people's."""
    if "trust" not in words:
        return set()
    core = tuple(word for word in _core(words) if word not in _SMALL)
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


def _is_written_as_name(tokens: Sequence[Token]) -> bool:
    """With a capital somewhere, or with a word that only such names end with: "manchester foundation trust"."""
    if any(token.is_address for token in tokens):
        return False
    return any(token.word[0].isupper() for token in tokens) or tokens[-1].key in ("trust", "nhs")
