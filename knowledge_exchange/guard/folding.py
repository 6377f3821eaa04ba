"""A text as it is searched: one kind of digit, dash, quote and space, nothing unseen; and where each sign came from.

``９４３&nbsp;４７６`` with a zero-width joiner in it becomes ``943 476``. What is found there is told by its place in
the original, so the folded text remembers for each character where its origin begins and ends.
"""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

#: Of a text longer than this only the beginning is searched; forms refuse such texts before.
MAX_CHARS = 60_000
#: A sign that stands for more letters than this is left as it is ("ﷺ" would be eighteen).
MOST_LETTERS = 4
#: Signs whose folding is remembered.
_MOST_KEPT = 4096
# Named and numbered ones; the longest name that HTML knows has 31 letters, and what is needed here is shorter.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,9});")
_PLAIN = re.compile(r"[\n -~]+")
#: Without an ampersand: nothing in it is folded.
_ALL_PLAIN = re.compile(r"[\t\n -%'-~]*")
_DASHES = frozenset("‐‑‒–—―−﹘﹣－⁃")
_QUOTES = {"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "´": "'", "`": "`", "“": '"', "”": '"', "„": '"', "¦": "|"}
#: Not among the format characters of Unicode, but as unseen.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text; ``starts[i]`` and ``ends[i]`` enclose the origin of ``text[i]``."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` (not empty) stood in the original."""
        return self.starts[start], self.ends[end - 1]


def fold(original: str) -> Folded:
    """Fold a text, in time that grows with its length alone."""
    original = original[:MAX_CHARS]
    if _ALL_PLAIN.fullmatch(original):
        return Folded(original, range(len(original)), range(1, len(original) + 1))
    parts: list[str] = []
    starts, ends = array("l"), array("l")

    def put(said: str, start: int, end: int) -> None:
        parts.append(said)
        starts.extend([start] * len(said))
        ends.extend([end] * len(said))

    def put_signs(start: int, end: int) -> None:
        place = start
        for run in _PLAIN.finditer(original, start, end):
            for at in range(place, run.start()):
                put(_folded(original[at]), at, at + 1)
            parts.append(run.group())
            starts.extend(range(run.start(), run.end()))
            ends.extend(range(run.start() + 1, run.end() + 1))
            place = run.end()
        for at in range(place, end):
            put(_folded(original[at]), at, at + 1)

    place = 0
    for entity in _ENTITY.finditer(original):
        put_signs(place, entity.start())
        put(_entity(entity.group()), entity.start(), entity.end())
        place = entity.end()
    put_signs(place, len(original))
    return Folded("".join(parts), starts, ends)


@lru_cache(maxsize=_MOST_KEPT)
def _entity(said: str) -> str:
    """What an HTML entity stands for, folded; itself if it stands for nothing."""
    meant = html.unescape(said)
    return said if meant == said else "".join(_folded(sign) for sign in meant[:2])


@lru_cache(maxsize=_MOST_KEPT)
def _folded(sign: str) -> str:
    """One character as it is searched; empty for what isn't seen."""
    if sign in _DASHES:
        return "-"
    if sign == "\t":
        return sign
    if sign in _QUOTES:
        return _QUOTES[sign]
    kind = unicodedata.category(sign)
    if kind in ("Cf", "Me") or sign in _UNSEEN or "VARIATION SELECTOR" in unicodedata.name(sign, ""):
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    if sign in "\r\v\f\x85\u2028\u2029":
        return "\n"
    if kind in ("Zs", "Cc"):
        return " "
    if kind == "No" and (digit := unicodedata.digit(sign, None)) is not None:
        return str(digit)
    said = unicodedata.normalize("NFKC", sign)
    if len(said) > MOST_LETTERS:
        return sign
    return "".join(" " if letter.isspace() else letter for letter in said)
