"""What a form asks beside title and text: where it goes, a question that fits the kind, by when an answer is needed.

What is written under a question becomes part of the text when it is posted, and only then: in the form each stands in
its own field, so that choosing another kind changes nothing that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.i18n import per_language, today
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.forms import Errors, check_body
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.policy import ANSWERABLE

ANSWER_BY = "answer_by"
#: An answer may be needed so long from now at most.
LATEST_NEEDED = timedelta(days=365)
#: It may already be yesterday for the server where it is still today for whoever asks.
_ZONES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question of the form of one kind. ``name``: of its field; ``words``: also its heading in the text."""

    name: str
    kind: str
    words: str


@per_language
def prompts() -> tuple[Prompt, ...]:
    """The questions, in the order in which their answers stand in a text."""
    return (
        Prompt("tried", "problem", _("What have you tried?")),
        Prompt("works_where", "advice", _("Where has it worked, and where would it not?")),
        Prompt("otherwise", "case_study", _("What would you do otherwise next time?")),
    )


def typed_under_prompts(form: Mapping[str, str]) -> dict[str, str]:
    """What was written under each question, by the names of their fields; of those that the form has."""
    return {one.name: clean_text(form[one.name]).strip() for one in prompts() if one.name in form}


def with_answers(values: Mapping[str, str]) -> str:
    """The text of a form with what was written under its questions, each under its heading; nothing of the others.

    Whatever the kind is by now: what somebody wrote is not dropped because they chose another.
    """
    parts = [f"**{one.words}**\n\n{values[one.name]}" for one in prompts() if values.get(one.name)]
    return "\n\n".join([part for part in (values["body"], *parts) if part.strip()])


def further(form: Mapping[str, str], values: Mapping[str, str], zone: str) -> tuple[dict[str, str], Errors]:
    """What the form of a thread says beside ``kind``, ``title`` and ``body`` (``values``); what is wrong with that."""
    found = {**typed_under_prompts(form), ANSWER_BY: form.get(ANSWER_BY, "").strip()}
    errors = check_answer_by(found[ANSWER_BY], values["kind"], zone)[1]
    if values["body"]:
        errors |= check_body(with_answers({**values, **found}))
    return found, errors


def chosen_network(me: Me, here: AnyRow, form: Mapping[str, str]) -> tuple[AnyRow, Errors]:
    """The network that the form says (field ``network``), else that of its page; and what is wrong with it.

    Where the form showed who reads another one (field ``shown``), it comes back once: with who will read it now.
    """
    wanted = form.get("network", here.slug)
    if wanted == here.slug and form.get("shown", wanted) == wanted:
        return here, {}
    network = here if wanted == here.slug else network_for(me, wanted)
    if network is None or not network.may_read:
        return here, {"network": _("Choose one of your networks.")}
    if form.get("shown", wanted) == wanted:
        return network, {}
    asked = _("It goes to %(network)s now. Look below who will see it there, and post it.", network=network.name)
    return network, {"network": asked}


def check_answer_by(typed: str, kind: str, zone: str) -> tuple[date | None, Errors]:
    """The day by which an answer is needed, of what was typed into a form of that kind; only problems have one."""
    if kind not in ANSWERABLE or not typed.strip():
        return None, {}
    here = today(zone)
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        return None, {ANSWER_BY: _("Give the day as a date, such as %(example)s.", example=here.isoformat())}
    if day < here:
        return None, {ANSWER_BY: _("That day is over. Give one to come, or none.")}
    if day > here + LATEST_NEEDED:
        return None, {ANSWER_BY: _("Give a day within a year, or none.")}
    return day, {}


def edited_day(thread: AnyRow, form: Mapping[str, str], zone: str) -> tuple[date | None, Errors]:
    """The day that the form of an opening post says; as it was where it says nothing, or what it was."""
    was = thread.answer_by
    typed = form.get(ANSWER_BY)
    if typed is None or typed.strip() == (was.isoformat() if was else ""):
        return was, {}
    return check_answer_by(typed, thread.kind, zone)


def change_day(thread: AnyRow, day: date | None) -> None:
    """Say otherwise by when an answer is needed, and tell open pages, in a unit of work of the caller."""
    set_answer_by(thread.id, day)
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


def day_of(text: str) -> date | None:
    """A day that was checked before, as it comes from where it waited; none that is over by now."""
    day = date.fromisoformat(text) if text else None
    return day if day is not None and day >= now().date() - _ZONES else None


def set_answer_by(thread_id: int, day: date | None) -> None:
    """Say by when an answer is needed, in a unit of work of the caller."""
    changed = update(Thread).where(Thread.id == thread_id)
    db.session.execute(changed.values(answer_by=day, version=Thread.version + 1))
