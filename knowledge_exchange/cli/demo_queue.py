"""What waits for the demo's moderators: reports of the North West, and people who ask to come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from knowledge_exchange.auth.me import Me
from knowledge_exchange.cli.demo_content import DemoCommunity
from knowledge_exchange.core import clock
from knowledge_exchange.moderation import notes
from knowledge_exchange.moderation.reports import reports
from knowledge_exchange.networks import requests
from knowledge_exchange.threads import queries

NETWORK = "north-west"
_CAR_PARK = "Who has a good form of words"
_CONSULTATION = "Consultation opened with 14 days"
_DISCHARGE = "Discharge lounge closes at 6"
#: The beginning of the thread's title, the post (None: the opening one), who reports it, as what, what they add, and
#: how many hours ago.
_REPORTS = (
    (_CAR_PARK, "3", "page-nine", "attack", "This is about somebody everybody here can name.", 3.2),
    (_CAR_PARK, "3", "penalty-clause", "attack", "", 2.9),
    (_CONSULTATION, "10", "two-hats", "other", "It is clear which trust this is.", 1.6),
    (_DISCHARGE, "5", "silver-birch", "privacy", "The lounge log has names of patients in it.", 0.7),
)
_ASK = (
    ("bank-shift", "I start at a trust in Preston in January and would like to know the place before.", 20.0),
    ("platform-two", "I manage imaging for both regions since the merger.", 5.0),
)
#: What another moderator left on the oldest of them.
_NOTED_HOURS_AGO = 1.2
_NOTE = "I know the person who runs the car park a little, so I would rather somebody else decided this."


def load_queue(
    community: DemoCommunity,
    people: Mapping[str, Me],
    networks: Mapping[str, int],
    posts: Mapping[tuple[str, str | None], int],
    ago: Callable[[float], datetime],
) -> None:
    """Put it in, each at its own moment."""
    keys = {thread.title: thread.key for thread in community.threads}
    found = []
    for title, post, who, category, note, hours in _REPORTS:
        key = next(key for whole, key in keys.items() if whole.startswith(title))
        with clock.held(ago(hours)):
            found.append(_report(people[who], posts[key, post], category, note))
    with clock.held(ago(_NOTED_HOURS_AGO)):
        notes.note_case(people["gentle-nudge"], found[0], _NOTE)
    for who, note, hours in _ASK:
        with clock.held(ago(hours)):
            requests.ask_to_join(people[who].id, networks[NETWORK], note)


def _report(me: Me, post_id: int, category: str, note: str) -> int:
    post = queries.post_by_id(post_id)
    thread = queries.thread_visible_to(me, post.thread_id) if post is not None else None
    if post is None or thread is None:
        raise ValueError(f"{me.handle} can't see the post that they report")
    return reports.report(me, thread, post, category, note)
