"""What a page says of a draft, what it is told, and what forms and drafts call themselves."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge_exchange.core.clock import now

#: What can be told apart of how long ago something was typed.
LONGEST_AGO = timedelta(days=60)
_NUMBER_BYTES = 12
_NUMBER = re.compile(r"[A-Za-z0-9_-]{8,32}")
#: A reply in a thread, a change of a post, a new thread in a network: what the forms call themselves (data-draft-key).
_FORM = re.compile(r"(?:reply|edit):[1-9]\d{0,18}|new:[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a page says of a form: its fields, and which draft they are.

    ``version``: the one that the page had before its eyes; 0 of what is new. ``by``: a random number of that page;
    ``count``: its saves, so that one which was overtaken on the way changes nothing. ``at``: when it was typed.
    """

    form: str
    values: Mapping[str, str]
    id: str = ""
    version: int = 0
    by: str = ""
    count: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it. ``id`` is another than was said where what was there had to stay as it was.

    ``is_finished``: it has been posted or discarded, and was not kept again. ``dropped``: so many older ones went.
    """

    id: str
    version: int
    is_finished: bool = False
    dropped: int = 0


def is_form(form: str) -> bool:
    """Whether forms call themselves so."""
    return _FORM.fullmatch(form) is not None


def is_number(number: str) -> bool:
    """Whether it can be the number of a draft, or of a page."""
    return _NUMBER.fullmatch(number) is not None


def new_number() -> str:
    """The number of a draft that comes from a page without scripts."""
    return secrets.token_urlsafe(_NUMBER_BYTES)


def time_of(typed: Typed) -> datetime:
    """When it was typed: not in the future, and not longer ago than can be told apart."""
    latest = now()
    return min(max(typed.at or latest, latest - LONGEST_AGO), latest)
