"""Words of the index that say what a document is: they hold a colon, which no word of a text does.

Filters ask for them as for any word, so that candidates come out of the index narrowed already.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: What a document can be, as people type it after ``kind:``.
KINDS = ("problem", "advice", "case_study", "discussion", "announcement")
#: What may stand after ``is:`` and hangs on the document alone.
ANSWERED, UNANSWERED, OFFICIAL = "answered", "unanswered", "official"
STATES = (ANSWERED, UNANSWERED, OFFICIAL)
#: Names that each process keeps as they are written in the index.
_MOST_KEPT = 4096
_NO_SIGN = re.compile(r"[^\w-]+")


def network(network_id: int) -> str:
    """It stands in that network."""
    return f"n:{network_id}"


def thread(thread_id: int) -> str:
    """It belongs to that thread."""
    return f"h:{thread_id}"


def source(name: str) -> str:
    """That source holds it; each document bears one."""
    return f"d:{_clean(name)}"


def title_word(stem: str) -> str:
    """Its title holds that stem: looked up apart from texts, titles are quickly found."""
    return f"w:{stem}"


def kind(name: str) -> str:
    """Its thread is of that kind; one of :data:`KINDS`, where a source has none of its own."""
    return f"k:{_clean(name)}"


def state(name: str) -> str:
    """Its thread is in that state: one of :data:`STATES`."""
    return f"s:{_clean(name)}"


def tag(slug: str) -> str:
    """Its thread bears that tag."""
    return f"t:{_clean(slug)}"


def accepted() -> str:
    """It is what was accepted as the answer."""
    return "a:accepted"


@lru_cache(maxsize=_MOST_KEPT)
def _clean(name: str) -> str:
    """One token of the index, whatever was typed."""
    return _NO_SIGN.sub("-", name.strip().lower()) or "-"
