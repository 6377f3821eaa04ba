"""The doors of the exchange, and a visitor who tries them and notes everything that can be seen of an answer."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from bench import doors_site
from bench.doors_site import SOURCE, SURNAME, WRONG, Site, email, number_of
from bench.processes import MILLI
from tests.support.lying_union import Liar

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
#: What differs from answer to answer by chance: tokens, ids, and what was typed.
_CHANCE = re.compile(r'(?<=name="csrf_token" value=")[^"]+|(?<=name="live-cursor" content=")[^"]+|\d{15,}')
_TYPED = re.compile(r"[a-z]+\d{5}@example\.org")
#: Headers of which chance changes the length, too.
_UNEVEN = frozenset({"date"})
#: A number that is on no roll.
NO_NUMBER_FROM = 70_000_000


class Ask(NamedTuple):
    """A request: with a form it is a POST."""

    path: str
    form: dict[str, str] | None
    cookie: str


Looks = tuple[int, tuple[tuple[str, int], ...], str]


class Visitor:
    """One connection, and what all its answers look like."""

    def __init__(self, port: int) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", port)
        self._tokens: dict[tuple[str, str], tuple[str, str]] = {}

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def ask(self, what: Ask) -> tuple[float, Looks]:
        """How long the answer took (ms), and how it looks without chance and what was typed."""
        took_ms, answer, body = self.send(what)
        sent = tuple(sorted((name.lower(), self._length(name, value)) for name, value in answer.getheaders()))
        return took_ms, (answer.status, sent, _TYPED.sub("~", _CHANCE.sub("~", body)))

    def _length(self, name: str, value: str) -> int:
        return 0 if name.lower() in _UNEVEN else len(value)

    def send(self, what: Ask) -> tuple[float, http.client.HTTPResponse, str]:
        """Send it and read the answer whole."""
        headers = {"Cookie": what.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(what.form) if what.form is not None else None
        began = time.perf_counter()
        self._link.request("GET" if body is None else "POST", what.path, body, headers)
        answer = self._link.getresponse()
        text = answer.read().decode()
        return (time.perf_counter() - began) * MILLI, answer, text

    def seen(self, page: str, cookie: str = "") -> tuple[str, str]:
        """The form's token of a page, and the cookie that goes with it; asked for once."""
        if (page, cookie) not in self._tokens:
            _, answer, body = self.send(Ask(page, None, cookie))
            token = _TOKEN.search(body)
            assert token is not None, f"{page} answered {answer.status} without a form"
            given = answer.headers.get("Set-Cookie", cookie).partition(";")[0]
            self._tokens[page, cookie] = token[1], given or cookie
        return self._tokens[page, cookie]


@dataclass(frozen=True)
class Door:
    """A door: the request at the n-th try, of somebody (or something) that exists or doesn't."""

    name: str
    ask: Callable[[Visitor, int, bool], Ask] = field(repr=False)


def all_doors(site: Site, liar: Liar, url: str) -> list[Door]:
    """Every door that takes something by which somebody could be looked up."""
    gone = {"confirm": "/confirm/", "reset": "/reset/", "invited": "/invited/"}
    return [
        Door("sign-in: an account and a wrong password, or no account", _form("/sign-in", "known", password=WRONG)),
        Door("sign-in: an account without a password, or none", _form("/sign-in", "bare", password=WRONG)),
        Door("join: an address that has an account, or a new one", _join("known")),
        Door("join: an account that was never confirmed, or none", _join("waiting")),
        Door("reset: an address that has an account, or none", _form("/reset", "known")),
        Door("claim: a number on the roll, or one that isn't", _claim(site)),
        *(
            Door(f"{path}…: a link that was used, or never was", _link(path, site.used[kind]))
            for kind, path in gone.items()
        ),
        Door("union: an unverified address of an account, or of nobody", _union(liar, url)),
    ]


def _form(path: str, kind: str, **more: str) -> Callable[[Visitor, int, bool], Ask]:
    """A form with an address; those of nobody are equally long."""

    def ask(visitor: Visitor, index: int, known: bool) -> Ask:
        token, cookie = visitor.seen(path)
        address = email(kind if known else f"no{kind}"[:9], index)
        return Ask(path, {"csrf_token": token, "email": address, **more}, cookie)

    return ask


def _join(kind: str) -> Callable[[Visitor, int, bool], Ask]:
    return _form("/join", kind, name=f"Bench {SURNAME}", handle="", password=doors_site.PASSWORD)


def _claim(site: Site) -> Callable[[Visitor, int, bool], Ask]:
    def ask(visitor: Visitor, index: int, known: bool) -> Ask:
        token, cookie = visitor.seen("/me", (site.fitting if known else site.missing)[index])
        number = number_of(index) if known else str(NO_NUMBER_FROM + index)
        form = {"csrf_token": token, "source": SOURCE, "number": number, "surname": SURNAME}
        return Ask("/verify", form, cookie)

    return ask


def _link(path: str, used: list[str]) -> Callable[[Visitor, int, bool], Ask]:
    def ask(visitor: Visitor, index: int, known: bool) -> Ask:
        token = used[index]
        return Ask(path + (token if known else token[::-1]), None, "")

    return ask


def _union(liar: Liar, url: str) -> Callable[[Visitor, int, bool], Ask]:
    def ask(visitor: Visitor, index: int, known: bool) -> Ask:
        token, cookie = visitor.seen("/sign-in")
        _, begun, _page = visitor.send(Ask("/sign-in/union", {"csrf_token": token}, cookie))
        liar.claims = {
            "email": email("known" if known else "noknown", index),
            "email_verified": False,
            "sub": f"{index:05}",
        }
        goal = liar.back(begun.headers["Refresh"].removeprefix("0; url="), url)
        return Ask(goal, None, begun.headers["Set-Cookie"].partition(";")[0])

    return ask
