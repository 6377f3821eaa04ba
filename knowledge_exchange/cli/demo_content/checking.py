"""What must hold in the demo community, beyond what reading it already finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from knowledge_exchange.cli.demo_content import KINDS, DemoCommunity, Network, Person, Thread

LONGEST_TITLE = 120
LONGEST_BODY = 32_000
"""Characters; as many as the exchange's own forms take."""
HANDLE = re.compile(r"[a-z][a-z0-9-]{2,29}")
MENTION = re.compile(r"(?<![\w@./])@([a-z][a-z0-9-]*[a-z0-9])")
FOR_EVERYBODY = frozenset({"national", "ask-an-officer"})
ALLOWED = {
    "kind": {"regional", "interest", "national", "organisation"},
    "visibility": {"open", "closed", "private"},
    "standing": {"pending", "active", "lapsed", "suspended", "left"},
    "office": {"", "officer", "membership", "admin"},
    "category": {"full", "graduate trainee"},
    "source": {"unison", "fda"},
}


def members_of(slug: str, people: Iterable[Person], networks: Iterable[Network]) -> frozenset[str]:
    """Handles of the active people in the network `slug`; KeyError when there is none."""
    network = {one.slug: one for one in networks}[slug]
    named = {*network.moderators, *network.members}
    return frozenset(
        person.handle
        for person in people
        if person.standing == "active"
        and (slug in FOR_EVERYBODY or slug in (person.region, *person.networks) or person.handle in named)
    )


def check(community: DemoCommunity) -> None:
    """Raise ValueError with the first thing that is wrong, naming its file and entry."""
    _check_unique(community)
    for person in community.people:
        _refuse(f"people.toml, {person.handle}", _faults_of_person(person, community))
    for network in community.networks:
        _refuse(f"networks.toml, {network.slug}", _faults_of_network(network, community))
    for organisation in community.organisations:
        if organisation.region not in _slugs(community):
            raise ValueError(f"organisations.toml, {organisation.code}: no such region")
    for thread in community.threads:
        _refuse(f"threads, {thread.key} ({thread.title})", _faults_of_thread(thread, community))


def _refuse(entry: str, faults: Iterator[str]) -> None:
    for fault in faults:
        raise ValueError(f"{entry}: {fault}")


def _check_unique(community: DemoCommunity) -> None:
    names = {
        "people.toml: handle": [person.handle for person in community.people],
        "people.toml: name": [person.name for person in community.people],
        "people.toml: email": [person.email for person in community.people],
        "networks.toml: slug": [network.slug for network in community.networks],
        "organisations.toml: code": [one.code for one in community.organisations],
        "threads: title": [thread.title for thread in community.threads],
        "threads: text": list(_texts(community.threads)),
    }
    for what, values in names.items():
        for value, times in Counter(values).most_common(1):
            if times > 1:
                raise ValueError(f"{what} {value!r} is there {times} times")


def _texts(threads: Iterable[Thread]) -> Iterator[str]:
    for thread in threads:
        yield thread.body
        yield from (post.body for post in thread.posts)


def _slugs(community: DemoCommunity) -> set[str]:
    return {network.slug for network in community.networks}


def _faults_of_person(person: Person, community: DemoCommunity) -> Iterator[str]:
    if not HANDLE.fullmatch(person.handle):
        yield "a handle has 3 to 30 letters, digits and hyphens, and begins with a letter"
    shared = set(re.findall(r"\w{3,}", person.name.lower())) & set(person.handle.split("-"))
    if shared:
        yield f"the handle gives away the name: {', '.join(sorted(shared))}"
    codes = {one.code: one.region for one in community.organisations}
    if person.organisation and codes.get(person.organisation) != person.region:
        yield f"organisation {person.organisation} is not listed in {person.region}"
    unknown = {person.region, *person.networks} - _slugs(community)
    if unknown:
        yield f"no such network: {', '.join(sorted(unknown))}"
    for name in ("standing", "office", "category", "source"):
        if getattr(person, name) not in ALLOWED[name]:
            yield f"{name} {getattr(person, name)!r} is not one of {sorted(ALLOWED[name])}"
    if (person.standing in {"lapsed", "suspended"}) != bool(person.standing_reason):
        yield "a reason belongs to those who are lapsed or suspended, and to nobody else"
    if (person.standing == "pending") != (person.claim is not None):
        yield "a claim belongs to those who are pending, and to nobody else"


def _faults_of_network(network: Network, community: DemoCommunity) -> Iterator[str]:
    for name in ("kind", "visibility"):
        if getattr(network, name) not in ALLOWED[name]:
            yield f"{name} {getattr(network, name)!r} is not one of {sorted(ALLOWED[name])}"
    named = {*network.moderators, *network.members}
    missing = named - community.members_of(network.slug)
    if missing:
        yield f"not active people of people.toml: {', '.join(sorted(missing))}"
    if not network.moderators:
        yield "nobody moderates it"


def _faults_of_thread(thread: Thread, community: DemoCommunity) -> Iterator[str]:
    if thread.kind not in KINDS:
        yield f"kind {thread.kind!r} is not one of {', '.join(KINDS)}"
    if not 0 < len(thread.title) <= LONGEST_TITLE:
        yield f"the title has {len(thread.title)} characters, 1 to {LONGEST_TITLE} are allowed"
    if thread.network not in _slugs(community):
        yield f"no such network: {thread.network}"
        return
    if sum(post.is_answer for post in thread.posts) > (thread.kind == "problem"):
        yield "only a problem has an accepted answer, and only one"
    members = community.members_of(thread.network)
    posts = [("the opening", thread.author, thread.body)]
    posts += [(f"reply {post.key}", post.author, post.body) for post in thread.posts]
    for which, author, body in posts:
        if not 0 < len(body) <= LONGEST_BODY:
            yield f"{which} has {len(body)} characters"
        strangers = {author, *MENTION.findall(body)} - members
        if strangers:
            yield f"{which}: not in {thread.network}: {', '.join(sorted(strangers))}"
    yield from _faults_in_time(thread)
    yield from _faults_of_shield(thread, community)


def _faults_of_shield(thread: Thread, community: DemoCommunity) -> Iterator[str]:
    """Nobody writes in a thread that does not exist for them."""
    employers = {person.handle: person.organisation for person in community.people}
    hidden_from = employers.get(thread.author, "")
    if not thread.is_shielded:
        return
    if not hidden_from:
        yield f"it can't be hidden: {thread.author} has no organisation"
    for post in thread.posts:
        if post.author != thread.author and employers.get(post.author) == hidden_from:
            yield f"reply {post.key} is by {post.author}, from whom it is hidden"


def _faults_in_time(thread: Thread) -> Iterator[str]:
    ages: dict[str | None, float] = {None: thread.hours_ago}
    for post in thread.posts:
        if not 0 <= post.hours_ago < ages[post.parent]:
            yield f"reply {post.key} is not later than what it answers"
        ages[post.key] = post.hours_ago
