"""What lasts in the demo: tags and collections of the North West, a summary of the longest thread, an end told; and
which problems need an answer by a day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from knowledge_exchange.auth.me import Me
from knowledge_exchange.cli.demo_content import DemoCommunity
from knowledge_exchange.core import clock
from knowledge_exchange.core.i18n import today
from knowledge_exchange.networks import collections, tag_lists
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.actions import Text, written
from knowledge_exchange.threads.composing import asking
from knowledge_exchange.threads.curation import outcomes, summaries
from knowledge_exchange.threads.tags import tags

#: Beginnings of titles; in so many days an answer is needed.
_NEEDED = {"Find twelve per cent by Friday": 3, "Handover sheet with names": 5, "EPR go-live in nine days": 8}
NETWORK, MODERATOR = "north-west", "gentle-nudge"
#: Beginnings of titles, each with the tags that the thread bears.
_TAGS = ("Rotas", "Consultations", "Sickness absence", "Job bands", "Beds and discharge", "Speaking up", "Meetings")
_TAGGED = {
    "Consultation opened with 14 days": ("consultations",),
    "Two surgical divisions": ("consultations", "job-bands"),
    "Escalation beds open again": ("beds-and-discharge", "rotas"),
    "Sickness meeting with somebody": ("sickness-absence",),
    "Job matched at band 6": ("job-bands",),
    "On-call every third weekend": ("rotas",),
    "My best team leader": ("rotas",),
    "Speaking up: a junior": ("speaking-up",),
    "Discharge lounge closes": ("beds-and-discharge",),
    "How we got the morning huddle": ("meetings",),
    "Minutes: write the decision": ("meetings",),
}
#: Title, what it is about, and its threads with why each is worth reading.
_COLLECTIONS = (
    (
        "Start here",
        "What most of us wish we had read in our first month as a manager.",
        (
            ("How we got the morning huddle", "Works on any ward; try it for a week."),
            ("Minutes: write the decision", "Two minutes to read, hours saved."),
            ("Sickness meeting with somebody", "Read the accepted answer before your first stage two."),
        ),
    ),
    (
        "Consultations 2026",
        "Organisational change in the region this year, and what helped.",
        (
            ("Consultation opened with 14 days", "What to ask for on the first day."),
            ("Two surgical divisions", ""),
        ),
    ),
)
_LONGEST = "What did you stop doing that nobody noticed?"
_SUMMARY = (
    "**Asked:** which regular work did you stop, and did anybody notice?\n\n"
    "**Found, so far:** weekly and monthly reports lead the list, then trackers that two people kept alive for each "
    "other, and meetings whose minutes nobody read. Almost always nobody asked; where somebody did, one line was "
    "enough.\n\n"
    "**How people did it:** stop quietly for a month, keep the file, and say so only when asked.\n\n"
    "**Still open:** what to do about a return of which nobody knows who once asked for it.\n"
)
_ENDED = "Job matched at band 6"
_END = (
    "Two weeks on: I wrote my week down hour by hour, as advised here, and sent the request in writing. The panel is "
    "set for January, and I have it from HR in one line that back pay would count from my letter. What I would do "
    "otherwise: ask for that line on the first day.\n"
)
_SUMMARY_HOURS_AGO, _END_HOURS_AGO, _CARE_HOURS_AGO = 30.0, 26.0, 28.0


def lasting_texts() -> dict[str, Text]:
    """Its texts, rendered before the unit of work begins."""
    return {body: written(body) for body in (_SUMMARY, _END)}


def load_lasting(
    community: DemoCommunity,
    people: Mapping[str, Me],
    networks: Mapping[str, int],
    threads: Mapping[str, int],
    ago: Callable[[float], datetime],
    texts: Mapping[str, Text],
) -> None:
    """Put it in, each at its own moment; ``texts``: of :func:`lasting_texts`."""

    def found(title: str) -> tuple[str, int]:
        thread = next(one for one in community.threads if one.title.startswith(title))
        return thread.author, threads[thread.key]

    moderator = people[MODERATOR]
    with clock.held(ago(_CARE_HOURS_AGO)):
        for name in _TAGS:
            tag_lists.add(networks[NETWORK], name)
        for title, slugs in _TAGGED.items():
            tags.choose(_row(moderator, found(title)[1]), slugs)
        for name, about, chosen in _COLLECTIONS:
            made = collections.make(networks[NETWORK], name, about)
            assert made is not None, "the demo has more collections than a network may"
            for title, note in chosen:
                collections.add_thread(made.id, found(title)[1], note)
    with clock.held(ago(_SUMMARY_HOURS_AGO)):
        author, thread_id = found(_LONGEST)
        summaries.write(people["duty-desk"], _row(people["duty-desk"], thread_id), texts[_SUMMARY])
    with clock.held(ago(_END_HOURS_AGO)):
        author, thread_id = found(_ENDED)
        outcomes.write(people[author], _row(people[author], thread_id), texts[_END])
    for title, days in _NEEDED.items():
        asking.set_answer_by(found(title)[1], today() + timedelta(days=days))


def _row(me: Me, thread_id: int) -> Any:
    row = queries.thread_visible_to(me, thread_id)
    if row is None:
        raise ValueError(f"{me.handle} can't see a thread of the demo that they look after")
    return row
