"""How an official answer stands on a day. Pure: its page, lists, notices and mail all ask here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from flask_babel import gettext as _

from knowledge_exchange.core.i18n import per_language

#: Kind of the voice in which official answers are written, and nothing else is.
ROLE = "role"
#: It holds; it is past its day of review; it was taken back; another one has taken its place.
HOLDS, REVIEW, WITHDRAWN, EARLIER = "official", "review", "withdrawn", "earlier"


class OfThread(Protocol):
    """What a thread's row says of its official answer."""

    official_id: int | None
    official_review_on: date | None
    official_withdrawn_at: datetime | None


def is_due(review_on: date | None, day: date) -> bool:
    """Whether the day of review is over: it holds to the end of that day."""
    return review_on is not None and day > review_on


def state_of(thread: OfThread, day: date) -> str:
    """How a thread's official answer stands on that day; empty where it has none."""
    if thread.official_id is None:
        return ""
    if thread.official_withdrawn_at is not None:
        return WITHDRAWN
    return REVIEW if is_due(thread.official_review_on, day) else HOLDS


def state_of_post(post_id: int, voice_kind: str, thread: OfThread | None, day: date) -> str:
    """How a post stands as an official answer; empty where it is none."""
    if voice_kind != ROLE or thread is None:
        return ""
    return state_of(thread, day) if thread.official_id == post_id else EARLIER


@per_language
def badges() -> dict[str, str]:
    """What stands beside an official answer, by how it stands."""
    return {
        HOLDS: _("Official answer"),
        REVIEW: _("Official answer, under review"),
        WITHDRAWN: _("Official answer, withdrawn"),
        EARLIER: _("Earlier official answer"),
    }


@per_language
def nations() -> dict[str, str]:
    """Where an official answer can hold, by the code that is stored."""
    return {
        "uk": _("UK-wide"),
        "england": _("England"),
        "scotland": _("Scotland"),
        "wales": _("Wales"),
        "ni": _("Northern Ireland"),
    }


def nations_in_words(codes: str) -> str:
    """Stored codes as people read them: ``England and Wales``."""
    words = [word for code, word in nations().items() if code in codes.split()]
    if len(words) < 2:
        return "".join(words)
    return str(_("%(first)s and %(last)s", first=", ".join(words[:-1]), last=words[-1]))


def day_in_words(day: date) -> str:
    """``20 November 2026``."""
    return f"{day.day} {day:%B %Y}"
