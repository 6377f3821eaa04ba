"""The demo's sanctions: a warning that its member appeals against, and a short mute of somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import clock
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.appeals import appeals
from knowledge_exchange.moderation.sanctions import sanctions
from knowledge_exchange.moderation.sanctions.sanction_policy import MUTE, WARNING
from knowledge_exchange.moderation.sanctions.sanction_queries import sanction_by_id
from knowledge_exchange.moderation.sanctions.sanctions import About, Terms

NETWORK, MODERATOR = "north-west", "gentle-nudge"
#: Handles of people.toml: who signs in as a colleague, and somebody who can't.
WARNED, MUTED = "bleep-holder", "car-park-c"
#: The post that the warning is about.
POST = ("north-west-merger/1", "20")
_WARNING = "Your first sentence tells whose director you are, and so where the author works. Please leave it out."
_MUTE = "Three posts in a row about one colleague, after a warning. Read along for some days, and come back."
_APPEAL = "Where we work stands in the question itself, two lines further up. I added nothing that was not there."
_WARNED_HOURS_AGO, _APPEALED_HOURS_AGO, _MUTED_HOURS_AGO = 30.0, 26.0, 5.0


def load_sanctions(
    people: Mapping[str, Me],
    networks: Mapping[str, int],
    threads: Mapping[str, int],
    posts: Mapping[tuple[str, str | None], int],
    ago: Callable[[float], datetime],
) -> None:
    """Put them in, each at its own moment."""
    network_id, actor = networks[NETWORK], people[MODERATOR]
    about = About(network_id, threads[POST[0]], posts[POST])
    with clock.held(ago(_WARNED_HOURS_AGO)):
        terms = Terms(WARNING, None, Reason(text=_WARNING))
        warning = sanctions.impose(actor, "moderator", people[WARNED].id, about, terms)
    with clock.held(ago(_APPEALED_HOURS_AGO)):
        row = sanction_by_id(warning)
        if row is not None:
            appeals.make(appeals.of_sanction(row), _APPEAL)
    with clock.held(ago(_MUTED_HOURS_AGO)):
        sanctions.impose(actor, "moderator", people[MUTED].id, About(network_id), Terms(MUTE, 3, Reason(text=_MUTE)))
