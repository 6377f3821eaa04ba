"""Official answers in the demo: one that holds, and one whose review is due and waits in the officers' queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge_exchange.auth.me import Me
from knowledge_exchange.cli.demo_content import DemoCommunity
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.moderation.cases.cases import open_case
from knowledge_exchange.moderation.insight.insight import MONTHS_SHOWN, work_out
from knowledge_exchange.moderation.official import official_acts
from knowledge_exchange.moderation.official.official_reviews import DUE_IN, KIND
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.actions import Text, written
from knowledge_exchange.threads.official import official
from knowledge_exchange.threads.official.official import Answer
from knowledge_exchange.threads.official.official_forms import REVIEW_MONTHS, months_after

OFFICER = "duty-desk"
_EXAMPLE = "\n\n*An invented example for a demonstration. It is not legal advice.*\n"


@dataclass(frozen=True, slots=True)
class _Given:
    """One official answer: the beginning of its thread's title, when it was given, and what it says."""

    title: str
    hours_ago: float
    nations: str
    body: str
    sources: str
    #: Days ago that its review was due; None: it is due in a year.
    due_days_ago: int | None = None


_ANSWERS = (
    _Given(
        "Can I be told not to speak to the union",
        480.0,
        "uk",
        "**No. You may take advice from your union before any meeting about your work or conduct.** Being asked to "
        "keep a matter confidential among colleagues is usual, and does not include us.\n\n"
        "Say in one line that you are taking advice, and ask in writing what the meeting is about and who may come "
        "with you." + _EXAMPLE,
        "- [An invented guide for members](https://example.org/guide), page 4\n",
        due_days_ago=2,
    ),
    _Given(
        "Consultation opened with 14 days",
        101.0,
        "england wales",
        "**You can step back from running it, and should say so in writing now.** Somebody whose own post is at risk "
        "should not chair the briefings or collect the preference forms of the others.\n\n"
        "- If your policy says “normally 30 days”, ask for the reason for 14 in writing.\n"
        "- Ask who else will answer questions, and from which day.\n"
        "- If anybody presses you, ring the office before the meeting, not after." + _EXAMPLE,
        "- [An invented agreement on change](https://example.org/change), section 3\n"
        "- [An invented note on consultation](https://example.org/consultation)\n",
    ),
)

Act = tuple[datetime, int, Callable[[], None]]


def official_texts() -> dict[str, Text]:
    """Their texts, rendered before the unit of work begins."""
    return {text: written(text) for one in _ANSWERS for text in (one.body, one.sources)}


def official_acts_of(
    community: DemoCommunity,
    people: Mapping[str, Me],
    threads: Mapping[str, int],
    now: datetime,
    texts: Mapping[str, Text],
) -> list[Act]:
    """What happens, each at its own moment, in order; people and threads are there by then."""
    keys = [next(one.key for one in community.threads if one.title.startswith(given.title)) for given in _ANSWERS]

    def giving(given: _Given, key: str) -> Callable[[], None]:
        return lambda: _give(people[OFFICER], threads[key], given, now, texts)

    moments = [now - timedelta(hours=one.hours_ago) for one in _ANSWERS]
    # After everything else of that moment.
    number = len(community.threads)
    acts = [(moment, number, giving(given, key)) for moment, given, key in zip(moments, _ANSWERS, keys, strict=True)]
    due = next(key for given, key in zip(_ANSWERS, keys, strict=True) if given.due_days_ago is not None)
    return [*acts, (now - timedelta(hours=1), number, lambda: _open_case(people[OFFICER], threads[due]))]


def _give(me: Me, thread_id: int, given: _Given, now: datetime, texts: Mapping[str, Text]) -> None:
    thread, dated = _thread(me, thread_id), clock.now().date()
    review_on = months_after(dated, REVIEW_MONTHS)
    if given.due_days_ago is not None:
        review_on = (now - timedelta(days=given.due_days_ago)).date()
    post_id = official.give(
        me, thread, Answer(texts[given.body], given.nations, dated, review_on, texts[given.sources])
    )
    official_acts.note(me, official_acts.GIVEN, thread, post_id)


def _open_case(me: Me, thread_id: int) -> None:
    """What the job does with an answer whose review is due."""
    thread = _thread(me, thread_id)
    where = {"network_id": thread.network_id, "thread_id": thread.id, "post_id": thread.official_id}
    open_case(KIND, held_by="officers", due_in=DUE_IN, **where)


def _thread(me: Me, thread_id: int) -> AnyRow:
    thread = queries.thread_visible_to(me, thread_id)
    assert thread is not None, "the demo's officer can't see the thread"
    return thread


def work_out_insight() -> None:
    """What the job would have worked out by now, month by month; outside any unit of work."""
    for _month in range(MONTHS_SHOWN):
        work_out()
