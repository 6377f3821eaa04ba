"""Who in the demo wishes to be found, what its readers found helpful or have, too, and a tag that somebody follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from knowledge_exchange.auth.me import Me
from knowledge_exchange.cli.demo_content import DemoCommunity, Thread
from knowledge_exchange.networks import profiles, tag_lists
from knowledge_exchange.networks.profiles import Said
from knowledge_exchange.threads import policy, queries
from knowledge_exchange.threads.marks import marks
from knowledge_exchange.threads.tags import tag_follows

#: By handle: what each can be asked about, and a few words more.
_LISTED = {
    "grey-heron": (
        "Consultations\nMerging two teams\nWriting to a director",
        "Twenty-two years in acute trusts, nine of them running things that I was told would last a year.\n"
        "Happy to read a draft letter at the weekend. I do not do spreadsheets after eight.",
    ),
    "gentle-nudge": ("Meetings that end on time\nReturns that nobody reads", ""),
    "bike-shed": ("Estates and landlords\nStaff parking", "I have been shouted at in every car park in the region."),
    "overspill": ("Escalation beds\nDischarge lounges", ""),
    "best-endeavours": (
        "Job bands\nSickness meetings",
        "I sit on the other side of the table, and will say how it looks.",
    ),
    "red-amber-beige": ("Programmes that never end", ""),
    "last-tube-home": ("Waiting lists\nOn-call rotas", "New to London, and glad of company."),
    "plain-biscuit": ("Complaints\nBeing named in one", ""),
    "steel-city": ("Rotas and on-call\nTransfers of undertakings", ""),
    "oast-house": ("Small community hospitals", ""),
    "ferry-cancelled": ("Managing from an island", "Ring before you come."),
    "valleys-line": ("Ambulance handovers", ""),
}
#: Of these also the employer is shown.
_WITH_EMPLOYER = frozenset({"grey-heron", "last-tube-home"})
FOLLOWER, NETWORK, TAG = "second-cup", "north-west", "rotas"
#: One in so many threads bears marks, each of at most so many readers.
_EVERY, _MOST = 2, 9


def load_people(
    community: DemoCommunity,
    people: Mapping[str, Me],
    networks: Mapping[str, int],
    threads: Mapping[str, int],
    posts: Mapping[tuple[str, str | None], int],
) -> None:
    """Put them in; nobody is told of it."""
    for handle, (topics, about) in _LISTED.items():
        said = Said(True, handle in _WITH_EMPLOYER, True, topics, about)
        profiles.say(people[handle].id, people[handle].title, said)
    tag = tag_lists.tag_by_slug(networks[NETWORK], TAG)
    assert tag is not None, "the demo has lost a tag"
    tag_follows.follow(people[FOLLOWER].id, tag.id)
    for thread in [one for one in community.threads if not one.is_shielded][::_EVERY]:
        _mark(thread, people, threads[thread.key], posts)


def _mark(
    thread: Thread, people: Mapping[str, Me], thread_id: int, posts: Mapping[tuple[str, str | None], int]
) -> None:
    """Let some who may read a thread mark it, and its answer: always the same, so that every demo looks alike."""
    chance = Random(thread.key)  # noqa: S311 -- an example, not a secret
    for key, kind in _wanted(thread):
        post = queries.post_by_id(posts[thread.key, key])
        for reader in chance.sample(sorted(people), chance.randrange(1, _MOST)):
            row = queries.thread_visible_to(people[reader], thread_id)
            if row is None or post is None or policy.is_mine(row, post.participant_id):
                continue
            if policy.may_be_marked(row, post, kind):
                marks.put(people[reader].id, row, post.id, kind)


def _wanted(thread: Thread) -> Iterator[tuple[str | None, marks.Kind]]:
    yield None, marks.TOO if thread.kind == "problem" else marks.HELPFUL
    if thread.answer is not None:
        yield thread.answer.key, marks.HELPFUL
