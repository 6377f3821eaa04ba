"""``python -m bench.queries [DUMP]``: thirty written queries over real posts; the right thread among the first three.

Imports the dump beside the checkout (or the one named) into a demo in a temporary folder, on SQLite or on the
``--database`` named, and asks the running exchange's own page as a member. Prints each query with the place of the
right thread; JSON to ``var/bench/queries.json``. Ends with 1 where one misses.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
import tempfile
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple

from bench.community import settings_for
from bench.figures import surroundings, write
from bench.importing import DUMP
from bench.processes import command, exchange

NETWORK = "national"
AMONG = 3
WHO, PASSWORD = "member@demo.example", "demo-Knowledge-1"
_ROW = re.compile(r'<h2 class="row__title"><a href="[^"]*">(.*?)</a></h2>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Wanted(NamedTuple):
    """What is typed, and how the title of the right thread begins."""

    typed: str
    title: str


QUERIES = (
    # As people type who know what they look for, or nearly.
    Wanted("implicit function theorem examples", "What are some good examples to motivate the implicit function"),
    Wanted("stupid mistake in front of the class", "How to handle the situation when you made a stupid mistake"),
    Wanted("recursion and induction", "Any suggestions on how to approach recursion and induction?"),
    Wanted("babies in classroom", "How to handle babies in the classroom"),
    Wanted("handwriting fonts", "What is a good handwriting font for mathematics?"),
    Wanted("students copying homework", "How to react on students copying?"),
    Wanted("rationalizing the denominator", "How to justify teaching students to rationalize denominators?"),
    # Misspelt.
    Wanted("pythagoran demonstration", "Visual Pythagorean demonstration"),
    Wanted("dyscalcula mathematics major", "Dyscalculia and studying mathematics"),
    Wanted("logarithims introduced earlier", "Why aren't logarithms introduced earlier?"),
    Wanted("fibonaci sequence properties", "What interesting properties of the Fibonacci sequence"),
    Wanted("homwork handed in late", "What's a good policy for accepting late homework?"),
    Wanted("kindergarden common core", "According to Common Core standards, what math skills"),
    # Accents, apostrophes, hyphens.
    Wanted("l'hopital rule on series", "Students using l'Hôpital's Rule on the terms of a series"),
    Wanted("L’HÔPITAL limit comparison", "Students using l'Hôpital's Rule on the terms of a series"),
    Wanted("motivation lébesgue intégral", "Good motivation for the introduction of Lebesgue integral?"),
    Wanted("laissez faire pressure", "Pressure vs. Laissez-faire"),
    # Phrases.
    Wanted('"pigeonhole principle"', "Examples and applications of the pigeonhole principle"),
    Wanted('"central limit theorem"', "Any tips in explaining the central limit theorem"),
    Wanted('"back substitution"', "Why teach back substitution with row reduction?"),
    Wanted('"office hours" motivate', "How do I motivate my students to go to office hours?"),
    # Without, or, beginnings of words.
    Wanted("clickers -reasonable", "Why don't all teachers use clickers?"),
    Wanted("good examples induction -recursion", "Good, simple examples of induction?"),
    Wanted("dyslexia or dyslexic", "Teaching a pig to fly: Dyslexia and mathematics"),
    Wanted("hyperbol* parabol*", "What is the motivation for characterizing second order linear PDEs"),
    # Filters.
    Wanted("is:answered oral exam", "How to design a fair oral exam"),
    Wanted("is:unanswered clickers", "What is a reasonable use of clickers"),
    Wanted("fractions after:2014-04-15", "Teaching fractions: the generalization problem"),
    Wanted("exam length before:2014-03-20", "How can I estimate the length of an exam?"),
    Wanted(f"network:{NETWORK} kind:problem tattoos", "Thoughts on Tattoos in the Workplace"),
)


def main(words: list[str] | None = None) -> int:
    """Import, ask, tell."""
    parser = argparse.ArgumentParser(prog="python -m bench.queries", description=__doc__)
    parser.add_argument("dump", nargs="?", type=Path, default=DUMP)
    parser.add_argument("--database", help="another database than SQLite's: an empty one")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="ke-queries-") as name:
        settings: dict[str, object] = {**settings_for(Path(name)), "KE_DEMO": "1", "KE_MIN_ANSWER_MS": "0"}
        if given.database:
            settings["KE_DATABASE_URL"] = given.database
        command("migrate", settings=settings)
        command("demo", settings=settings)
        print(command("import", "stackexchange", given.dump, "--network", NETWORK, settings=settings).strip())
        with exchange(settings) as server:
            places = _asked(server.url)
    hits = sum(0 < place <= AMONG for place in places.values())
    for wanted in QUERIES:
        place = places[wanted.typed]
        print(f"{'  ' if 0 < place <= AMONG else '✗ '}{place or '-':>3}  {wanted.typed}  →  {wanted.title}")
    print(f"{hits} of {len(QUERIES)} find the right thread among the first {AMONG}.")
    write("queries", {**surroundings(), "database": given.database or "sqlite", "hits": hits, "places": places})
    return 0 if hits == len(QUERIES) else 1


def _asked(url: str) -> dict[str, int]:
    """At which place of the results each right thread stands; 0: not on the page."""
    browser = _signed_in(url)
    return {wanted.typed: _place(_titles(browser, url, wanted.typed), wanted.title) for wanted in QUERIES}


def _signed_in(url: str) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    browser.addheaders = [("Origin", url), ("Referer", f"{url}/sign-in")]
    token = _TOKEN.search(browser.open(f"{url}/sign-in").read().decode())
    assert token is not None, "the door has no form"
    form = {"csrf_token": html.unescape(token[1]), "email": WHO, "password": PASSWORD}
    browser.open(f"{url}/sign-in", urllib.parse.urlencode(form).encode())
    return browser


def _titles(browser: urllib.request.OpenerDirector, url: str, typed: str) -> list[str]:
    page = browser.open(f"{url}/search?{urllib.parse.urlencode({'q': typed})}").read().decode()
    return [html.unescape(_TAG.sub("", title)) for title in _ROW.findall(page)]


def _place(titles: list[str], beginning: str) -> int:
    return next((number for number, title in enumerate(titles, 1) if title.startswith(beginning)), 0)


if __name__ == "__main__":
    sys.exit(main())
