"""Every address of the exchange, filled in; and what of an answer may differ from one time to the next."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from functools import cache
from html import unescape
from itertools import product

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from knowledge_exchange.auth.gate import MACHINE, word_of
from tests.support.persons import Person
from tests.support.shared import ROOT

Values = Mapping[str, Sequence[object]]

#: What is made afresh for every answer, and says nothing: the header, or what stands before and after it in a page.
FRESH_HEADERS = frozenset({"X-Request-Id", "Set-Cookie"})
FRESH_PARTS = (
    re.compile(rb'(name="csrf_token"[^>]* value=")[^"]*'),  # a signed token with the time of signing
    re.compile(rb'(value=")[^"]*(" name="csrf_token")'),
    re.compile(rb'(name="key"[^>]* value=")[^"]*'),  # by which a form that is sent twice is known
    re.compile(rb'(name="seen" value=")[^"]*'),  # how many acts a thread has seen: one that its reader sees
)
MOST_SHOWN = 300


@dataclass(frozen=True)
class Address:
    """A way to ask for something."""

    method: str
    endpoint: str
    path: str

    def __str__(self) -> str:
        """As a failure names it."""
        return f"{self.method} {self.path} ({self.endpoint})"


@cache
def silent() -> frozenset[str]:
    """Routes of which docs/leak-matrix.toml says why they speak of no thread ("GET home.privacy")."""
    rows = tomllib.loads((ROOT / "docs" / "leak-matrix.toml").read_text(encoding="utf-8"))["rows"]
    return frozenset(name for row in rows if row["kind"] == "route" and "silent" in row for name in row["names"])


def addresses(app: Flask, method: str, values: Values, *, telling: bool = False) -> Iterator[Address]:
    """Every address for that method with each of the values for its parts; not those for machines.

    ``telling``: without those that the leak matrix calls silent.

    Raises ``LookupError`` for a part of an address that ``values`` don't know: say what to put there.
    """
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or word_of(app.view_functions[rule.endpoint]) is MACHINE:
            continue
        if telling and f"{method} {rule.endpoint}" in silent():
            continue
        for path in _paths(rule, values):
            yield Address(method, rule.endpoint, path)


def _paths(rule: Rule, values: Values) -> Iterator[str]:
    names = sorted(rule.arguments - set(rule.defaults or ()))
    unknown = [name for name in names if name not in values]
    if unknown:
        raise LookupError(f"{rule.rule}: what are tests to put for {', '.join(unknown)}?")
    for chosen in product(*(values[name] for name in names)):
        given = dict(zip(names, map(str, chosen), strict=True))
        yield "".join(given[text] if is_part else text for is_part, text in rule._trace if text != "|")


@dataclass(frozen=True)
class Answer:
    """All that a browser gets, but what is made afresh each time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def without(self, *ids: object) -> Answer:
        """The same with these ids made alike."""
        words = [str(one) for one in ids]
        headers = tuple((name, _alike(value, words)) for name, value in self.headers)
        return Answer(self.status, headers, _alike(self.body.decode(), words).encode())

    def differs_from(self, other: Answer) -> str:
        """How the two differ, in a few words; empty where they don't."""
        if self == other:
            return ""
        if self.status != other.status:
            return f"{self.status} and {other.status}"
        if self.body == other.body:
            return f"headers {sorted(set(self.headers) ^ set(other.headers))}"[:MOST_SHOWN]
        lines = unified_diff(self.body.decode().splitlines(), other.body.decode().splitlines(), lineterm="", n=0)
        return "\n".join(lines)[:MOST_SHOWN]


def answer_of(response: TestResponse) -> Answer:
    """What a browser got."""
    body = whole = response.get_data()
    for part in FRESH_PARTS:
        body = part.sub(rb"\1", body)
    length = response.headers.get("Content-Length", str(len(whole)))
    # A token's length hangs on how often its bytes need escaping; all the rest of the length must agree.
    right = [("Length", str(len(body) + int(length) - len(whole)))]
    kept = [(name, value) for name, value in response.headers.items() if name not in FRESH_HEADERS]
    headers = tuple(right + [pair for pair in kept if pair[0] != "Content-Length"])
    return Answer(response.status_code, headers, body)


_FURTHER = re.compile(rb'href="([^"]*[?&](?:amp;)?(?:before|after)=\d+[^"]*)"')
MOST_FURTHER = 3


def look(who: Person, wanted: Iterable[Address]) -> dict[Address, Answer]:
    """What somebody gets at each address, and on the further pages to which it leads."""
    seen: dict[Address, Answer] = {}
    for address in wanted:
        waiting = [address]
        while waiting and len(waiting) <= MOST_FURTHER:
            here = waiting.pop()
            seen[here] = answer_of(who.get(here.path))
            further = [unescape(found.decode()) for found in _FURTHER.findall(seen[here].body)]
            more = [Address("GET", here.endpoint, path) for path in further if path.startswith("/")]
            waiting += [one for one in more if one not in seen]
    return seen


def differences(before: Mapping[Address, Answer], after: Mapping[Address, Answer]) -> list[str]:
    """Each address whose answer has changed, or is asked for only once, with a few words of how."""
    once = [f"{address} is asked for only once" for address in before.keys() ^ after.keys()]
    both = [(address, before[address].differs_from(after[address])) for address in before if address in after]
    return once + [f"{address}: {how}" for address, how in both if how]


def _alike(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = text.replace(word, "ID")
    return text
