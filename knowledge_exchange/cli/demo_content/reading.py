"""Read the files of the demo community into its dataclasses; complain with file and entry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from knowledge_exchange.cli.demo_content import (
    PEOPLE_DOMAIN,
    Claim,
    Network,
    Organisation,
    Person,
    Post,
    Thread,
)

_AGE = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_REPLY = re.compile(
    r">>> (?P<key>\d+)(?: < (?P<parent>\d+))? (?P<by>[a-z0-9-]+) "
    r"(?:\+(?P<after>\w+)|(?P<ago>\w+) ago)(?P<answer> answer)?(?P<pseudonym>, pseudonym)?"
)
_HEADER_LINES = ("network", "by", "age")
_MARKS = ("pseudonym", "shielded")

_T = TypeVar("_T")


def hours(text: str) -> float:
    """`3d4h`, `90m` and the like in hours. Raises ValueError for anything else."""
    match = _AGE.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"{text!r} is not a span of time such as 3d4h or 45m")
    days, whole, minutes = (int(part or 0) for part in match.groups())
    return days * 24 + whole + minutes / 60


def organisations(path: Path) -> tuple[Organisation, ...]:
    """The employers in `organisations.toml`."""
    return tuple(_made(Organisation, row, path) for row in _toml(path)["organisation"])


def networks(path: Path) -> tuple[Network, ...]:
    """The networks in `networks.toml`, in the file's order."""
    return tuple(_made(Network, row, path) for row in _toml(path)["network"])


def people(path: Path) -> tuple[Person, ...]:
    """Everybody in `people.toml`: the printed accounts first, then the others by region."""
    table = _toml(path)
    found = [_account(row, path) for row in table["account"]]
    for group in table["group"]:
        for row in group["people"]:
            address = f"{row.get('handle')}@{PEOPLE_DOMAIN}"
            found.append(_made(Person, row | {"region": group["region"], "email": address}, path))
    return tuple(found)


def threads(folder: Path) -> tuple[Thread, ...]:
    """All threads of all files in `folder`, oldest first."""
    found = [thread for path in sorted(folder.glob("*.md")) for thread in _threads_in(path)]
    return tuple(sorted(found, key=lambda thread: -thread.hours_ago))


def _account(row: dict[str, Any], path: Path) -> Person:
    claim = row.pop("claim", None)
    person = _made(Person, row | {"demo": True}, path)
    return person if claim is None else replace(person, claim=_made(Claim, claim, path))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _made(kind: type[_T], row: dict[str, Any], path: Path) -> _T:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    try:
        return kind(**values)
    except TypeError as error:
        entry = row.get("handle") or row.get("slug") or row.get("code") or row
        raise ValueError(f"{path.name}, {entry}: {error}") from error


def _threads_in(path: Path) -> Iterator[Thread]:
    chunks = re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for number, chunk in enumerate(chunks[1:], start=1):
        key = f"{path.stem}/{number}"
        try:
            yield _thread(key, chunk)
        except ValueError as error:
            title = chunk.partition("\n")[0]
            raise ValueError(f"{path.name}, thread {number} ({title}): {error}") from error


def _thread(key: str, chunk: str) -> Thread:
    opening, *replies = re.split(r"^(?=>>> )", chunk, flags=re.MULTILINE)
    head, _, body = opening.partition("\n\n")
    first, *lines = head.splitlines()
    kind, colon, title = first.partition(": ")
    fields = dict(line.partition(": ")[::2] for line in lines)
    if not colon or tuple(fields) != _HEADER_LINES:
        raise ValueError(f"expected 'kind: title', then the lines {', '.join(_HEADER_LINES)}")
    age = hours(fields["age"])
    author, *marks = fields["by"].split(", ")
    if not set(marks) <= set(_MARKS):
        raise ValueError(f"after the author come {' or '.join(_MARKS)}, not {', '.join(marks)}")
    return Thread(
        key=key,
        kind=kind,
        title=title,
        network=fields["network"],
        author=author,
        hours_ago=age,
        body=body.strip(),
        posts=_replies(replies, age),
        is_pseudonymous="pseudonym" in marks,
        is_shielded="shielded" in marks,
    )


def _replies(chunks: list[str], opened: float) -> tuple[Post, ...]:
    """The replies of a thread opened `opened` hours ago, oldest first (and so parents first)."""
    ages: dict[str | None, float] = {None: opened}
    found: list[Post] = []
    for chunk in chunks:
        post = _reply(chunk, ages)
        ages[post.key] = post.hours_ago
        found.append(post)
    return tuple(sorted(found, key=lambda post: -post.hours_ago))


def _reply(chunk: str, ages: dict[str | None, float]) -> Post:
    line, _, body = chunk.partition("\n")
    match = _REPLY.fullmatch(line.rstrip())
    if match is None:
        raise ValueError(f"cannot read the reply's first line {line!r}")
    key, parent = match["key"], match["parent"]
    if key in ages or parent not in ages:
        raise ValueError(f"{line!r}: its number is taken, or it answers a reply not yet made")
    ago = hours(match["ago"]) if match["ago"] else ages[parent] - hours(match["after"])
    if not 0 <= ago < ages[parent]:
        raise ValueError(f"{line!r}: {ago:.2f} hours ago is not between its parent and now")
    return Post(
        key, parent, match["by"], ago, body.strip(), match["answer"] is not None, match["pseudonym"] is not None
    )
