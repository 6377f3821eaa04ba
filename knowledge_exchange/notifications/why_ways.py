"""The channels of one notice, in words: the list and the badge, open pages, e-mail; and who decides on each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.core.i18n import per_language
from knowledge_exchange.notifications.fates import STATES
from knowledge_exchange.notifications.ledger import Ways
from knowledge_exchange.notifications.why_rules import Notice
from knowledge_exchange.notifications.why_words import Door, with_times

SETTINGS = "/settings/notifications"


@dataclass(frozen=True, slots=True)
class Way:
    """A channel, what became of the notice on it, and where that is decided, if it is."""

    name: str
    text: Markup
    door: Door | None = None


def ways_of(notice: Notice, ways: Ways, zone: str) -> list[Way]:
    """All channels of a notice, the surest first."""
    settings = Door(_("Notification settings"), SETTINGS)
    times: dict[str, datetime | None] = {
        "told": notice.created_at,
        "read": notice.read_at,
        "at": notice.mail_at,
        "pause": ways.paused_until,
    }

    def said(text: str) -> Markup:
        return with_times(text, zone, **times)

    return [
        Way(_("List and badge"), said(_listed(notice)), Door(_("Your notifications"), "/notifications")),
        Way(_("Open pages"), said(_shown(ways)), settings),
        Way(_("E-mail"), said(_mailed(notice, ways)), settings),
    ]


def _listed(notice: Notice) -> str:
    words = _page_words()
    return words["unread"] if notice.read_at is None else words["read"]


def _shown(ways: Ways) -> str:
    """A toast leaves no trace: what the settings of today say of it."""
    words = _page_words()
    if not ways.toast:
        return words["no_toast"]
    if ways.was_quiet:
        return words["quiet"]
    return words["shown"] if ways.paused_until is None else words["paused"]


@per_language
def _page_words() -> dict[str, str]:
    return {
        "read": _("It came %(told)s. You have read it, on whichever device: %(read)s."),
        "unread": _("It came %(told)s. You have not read it yet."),
        "shown": _("At once, on those that you had open."),
        "no_toast": _("Counted at once, on those that you had open. No message: you switched these off for this kind."),
        "quiet": _("Counted at once, on those that you had open. No message, for it came in your quiet hours."),
        "paused": _(
            "Counted at once, on those that you had open. No message if it came in the pause that ends %(pause)s."
        ),
    }


def _mailed(notice: Notice, ways: Ways) -> str:
    """What became of it by e-mail: what waits, with its time; else why nothing was sent (``fates.STATES``)."""
    state = notice.mail or "undecided"
    if state == "waiting" and notice.read_at is not None:
        state = "waiting_read"
    elif state == "digest":
        state = f"digest_{ways.digest}"
    words = _mail_words()
    why_not = STATES.get(state)
    return words.get(state) or (words["not_sent"] % {"why": why_not} if why_not else words["else"])


@per_language
def _mail_words() -> dict[str, str]:
    return {
        "undecided": _("Not decided yet: that takes less than a minute."),
        "waiting": _("It will be sent %(at)s, unless you read it first."),
        "waiting_read": _("It waited to be sent, and you have read it: it will not be."),
        "digest_daily": _("It waits for your daily digest, sent if you have been away and have not read it."),
        "digest_weekly": _("It waits for your weekly digest, sent if you have been away and have not read it."),
        "digest_off": _("Not sent: it was for a digest, and you have switched digests off."),
        "sent": _("Sent %(at)s."),
        "not_sent": _("Not sent. %(why)s"),
        "else": _("Not sent, for a reason that this page has no words for."),
    }
