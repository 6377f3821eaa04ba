"""The invented community of the demo: people, networks, threads, ready to be stored.

`load()` reads the files beside this module and returns a `DemoCommunity`, or raises
`ValueError` naming the file and the entry that is wrong. It needs the standard library only.

* `people.toml`: `[[account]]` for the twelve accounts that the demo prints, `[[group]]` with a
  `region` and `people` for everybody else.
* `organisations.toml`, `networks.toml`: see the comment at the top of each.
* `threads/*.md`: threads in the format below (the reading is in `reading.py`). A file may hold
  several; text above the first `===` is a comment for its authors.

::

    === problem: Title of the thread
    network: north-west
    by: tea-at-four
    age: 3d4h

    Body in Markdown.

    >>> 1 rota-wrangler +2h
    A reply to the opening post, two hours after it.

    >>> 2 < 1 tea-at-four 45m ago answer
    A reply to reply 1, 45 minutes before the demo was loaded, accepted as the answer.

``by: tea-at-four, pseudonym, shielded`` opens a thread under a pseudonym, hidden from the author's
organisation; a reply's first line that ends with ``, pseudonym`` is its author's first there, under
one. Whoever has a pseudonym in a thread keeps it.

The key of a thread is `file/number`. Ages are kept as hours before "now" (float), so that the
demo looks fresh whenever it is loaded. A reply is always later than what it answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSWORD = "demo-Knowledge-1"  # noqa: S105 -- public by design; refused in production
#: A membership number that anybody may claim in the demo, to see how it goes.
FREE_NUMBER = ("unison", "U-1234567", "Example")
KINDS = ("problem", "advice", "case_study", "discussion", "announcement")
READ_UNTIL_HOURS = 20.0
"""A suggestion for the demo: what is older than this counts as read by the demo accounts."""
PEOPLE_DOMAIN = "people.demo.example"
"""Where everybody's invented address is who has no account in the demo's printed list."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An employer, by its public ODS `code`; `region` is the slug of a regional network."""

    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody has entered about their union membership, and no officer has settled."""

    source: str
    number: str
    surname: str


@dataclass(frozen=True, slots=True)
class Person:
    """One invented member.

    `role` is how they describe their work; `office` what they may do for the union: "officer",
    "membership", "admin" or "". `demo` is true for the printed accounts. `organisation` is an
    ODS code or "" (those outside England's list, and the union's own staff). `networks` are
    those joined besides the region's, `national` and `ask-an-officer`.
    """

    handle: str
    name: str
    email: str
    role: str
    region: str
    organisation: str = ""
    category: str = "full"
    source: str = "unison"
    standing: str = "active"
    standing_reason: str = ""
    office: str = ""
    demo: bool = False
    claim: Claim | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A network; `moderators` and `members` (handles) come on top of the automatic members."""

    slug: str
    name: str
    description: str
    kind: str
    visibility: str
    moderators: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A reply. `parent` is the `key` of the reply it answers, None for the opening post."""

    key: str
    parent: str | None
    author: str
    hours_ago: float
    body: str
    is_answer: bool = False
    is_pseudonymous: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread with its opening `body`; `posts` are its replies, oldest first."""

    key: str
    kind: str
    title: str
    network: str
    author: str
    hours_ago: float
    body: str
    posts: tuple[Post, ...] = ()
    is_pseudonymous: bool = False
    is_shielded: bool = False

    @property
    def answer(self) -> Post | None:
        """The accepted reply, if there is one."""
        return next((post for post in self.posts if post.is_answer), None)


@dataclass(frozen=True, slots=True)
class DemoCommunity:
    """Everything that the demo holds. Threads come oldest first."""

    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    networks: tuple[Network, ...]
    threads: tuple[Thread, ...]
    _members: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def person(self, handle: str) -> Person:
        """The person with that handle; KeyError when there is none."""
        for person in self.people:
            if person.handle == handle:
                return person
        raise KeyError(handle)

    def members_of(self, slug: str) -> frozenset[str]:
        """Handles of the active people who are in that network, automatic members included."""
        if slug not in self._members:
            from knowledge_exchange.cli.demo_content.checking import members_of

            self._members[slug] = members_of(slug, self.people, self.networks)
        return self._members[slug]


def load(folder: Path | None = None) -> DemoCommunity:
    """Read and check the community in `folder` (by default the one beside this module).

    Raises ValueError with file and entry when something is missing, doubled, out of order in
    time or refers to nobody.
    """
    from knowledge_exchange.cli.demo_content import checking, reading

    where = folder or Path(__file__).parent
    parts: dict[str, Any] = {
        "organisations": reading.organisations(where / "organisations.toml"),
        "people": reading.people(where / "people.toml"),
        "networks": reading.networks(where / "networks.toml"),
        "threads": reading.threads(where / "threads"),
    }
    community = DemoCommunity(**parts)
    checking.check(community)
    return community
