"""What would have been typed for another search: with a filter more or less, or with a word put right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from knowledge_exchange.search.language import PART, name_of, value_of
from knowledge_exchange.search.query import Query
from knowledge_exchange.search.words import tokens

_SINGLE = re.compile(r"[^\W_]+(?:['’‘ʼ][^\W_]+)*")


def with_filter(query: Query, name: str, value: str) -> str:
    """What would have been typed with this filter set (``is`` beside others that are there); empty: without it."""
    kept = [part.group() for part in PART.finditer(query.text) if not _is_filter(part, name, value)]
    said = [f'{name}:"{value}"' if " " in value else f"{name}:{value}"] if value else []
    return " ".join([*kept, *said])


def without_filter(query: Query, name: str, value: str = "") -> str:
    """What would have been typed without this filter; of ``is``, without that value alone."""
    kept = [
        part.group()
        for part in PART.finditer(query.text)
        if not (name_of(part) == name and (not value or value_of(part).lower() == value))
    ]
    return " ".join(kept)


def reworded(query: Query, instead: Mapping[str, str]) -> str:
    """What would have been typed with other words instead of some (by what they are folded to); filters stay."""
    said = []
    for part in PART.finditer(query.text):
        own = part.group()
        if not name_of(part):
            for start, end, word in reversed(list(_words_in(own))):
                own = own[:start] + instead.get(word, own[start:end]) + own[end:]
        said.append(own)
    return " ".join(said)


def _words_in(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _SINGLE.finditer(text):
        yield found.start(), found.end(), "".join(tokens(found.group()))


def _is_filter(part: re.Match[str], name: str, value: str) -> bool:
    """Whether this part goes when the filter is set to that value."""
    return name_of(part) == name and (name != "is" or not value or value_of(part).lower() == value)
