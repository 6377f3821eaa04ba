"""Questions to a search page, one after the other: how long each takes, and what it costs the server."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench.community import Targets
from bench.figures import percentile
from bench.pages import Browser
from bench.processes import MILLI, Running

#: Words of ``knowledge-exchange bench seed``: each stands in a twelfth to a half of all posts.
COMMON = (
    "rota gaps",
    "risk writing",
    "agreed risk",
    "director letter",
    "notice cancelled",
    "conversation afternoon",
    "consultation month",
    "finance quarter",
    "staffed beds",
    "weekend cap",
    "regional template",
    "national officer",
    "policy meeting",
    "shifts filled",
    "assessment staffing",
    "numbers months",
)
#: Two of them, as a page that is loaded like others: by what it is called, the order of its answers.
SEARCHES = {"search, best": "best", "search, newest": "newest"}
SINGLE = ("rota", "officer", "template", "matron", "director", "overtime", "appraisals", "winter")
PHRASES = ('"put the risk in writing"', '"six weeks"', '"national officer"', '"single page"', '"the bank"')
EXCLUDED = ("rota -agency", "risk -director", "letter or template", "consult* month", "staff* beds")
FILTERED = ("rota is:unanswered", "risk kind:advice", "letter is:answered", "gaps kind:problem is:unanswered")
MISSPELT = ("rotta gaps", "offical answer", "assesment staffing", "consultaton month")
#: Asked first, and not counted.
WARMING = "hours"
NOTHING = ("zugzwang", "quibblewort marmalade")


@dataclass(frozen=True)
class Group:
    """Questions of one sort, and the order in which answers are wanted."""

    name: str
    questions: Sequence[str]
    order: str


def groups(network: str) -> list[Group]:
    """All that is asked; ``network``: the path of one of the member's own, for questions within it."""
    here = f"network:{network.rpartition('/')[2]}"
    inside = [f"{words} {here}" for words in COMMON]
    sorts = {
        "two words": COMMON,
        "two words in one network": inside,
        "one word": SINGLE,
        "phrase": PHRASES,
        "-not, or, wor*": EXCLUDED,
        "filters": FILTERED,
        "misspelt": MISSPELT,
        "not there": NOTHING,
    }
    return [Group(f"{order}: {name}", said, order) for order in ("newest", "best") for name, said in sorts.items()]


def ask_all(server: Running, cookie: str, network: str, rounds: int) -> dict[str, dict[str, Any]]:
    """Each group's times: ms until the page is there. The server is warm, the first answer to a question counts."""
    browser = Browser(server, cookie)
    for path in ("/", *[address(WARMING, order) for order in SEARCHES.values()]):
        browser.get(path)
    return {group.name: _ask(browser, group, rounds) for group in groups(network)}


def _ask(browser: Browser, group: Group, rounds: int) -> dict[str, Any]:
    times = []
    for _round in range(rounds):
        for words in group.questions:
            began = time.perf_counter()
            browser.get(address(words, group.order))
            times.append((time.perf_counter() - began) * MILLI)
    taken = sorted(times)
    return {
        "order": group.order,
        "asked": len(times),
        "p50_ms": round(statistics.median(taken), 2),
        "p95_ms": round(percentile(taken, 0.95), 2),
        "most_ms": round(taken[-1], 2),
    }


def address(words: str, order: str) -> str:
    """Where answers stand."""
    return "/search?" + urlencode({"q": words, "order": order})


def place_of(server: Running, goals: Targets, page: str) -> str:
    """Where a page stands, after redirects; of a search, where two common words are looked for."""
    if page in SEARCHES:
        return address(COMMON[0], SEARCHES[page])
    return Browser(server, goals.cookie).get(getattr(goals, page))[0]
