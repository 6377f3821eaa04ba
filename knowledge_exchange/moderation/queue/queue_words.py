"""What the page of the queue says."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from knowledge_exchange.core.clock import now

_HOUR, _DAY = 60, 24 * 60


def kinds_in_words() -> dict[str, str]:
    """Kinds of items, for the filter and for what was decided lately."""
    return {
        "report": _("Report"),
        "held": _("Post that waits"),
        "request": _("Request to join"),
        "appeal": _("Appeal"),
        "stale": _("Answer to look at again"),
        "official": _("Official answer"),
    }


def heading(count: int, most: int) -> str:
    """How much there is to decide, in words."""
    if not count:
        return str(_("Nothing to decide"))
    if count >= most:
        return str(_("More than %(n)s things to decide", n=most - 1))
    numbers = _numbers()
    said = numbers[count - 1] if count <= len(numbers) else str(count)
    return str(ngettext("%(said)s thing to decide", "%(said)s things to decide", count, said=said))


def _numbers() -> list[str]:
    first = [_("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six")]
    return [*first, _("Seven"), _("Eight"), _("Nine"), _("Ten"), _("Eleven"), _("Twelve")]


def ago(moment: datetime) -> str:
    """How long ago, as people say it: ``2 minutes ago``."""
    minutes = max(0, int((now() - moment).total_seconds() // 60))
    if minutes < 1:
        return str(_("a moment ago"))
    return str(_("%(span)s ago", span=span(minutes)))


def span(minutes: int) -> str:
    """So many minutes in the unit that people would use."""
    if minutes < _HOUR:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if minutes < _DAY:
        return str(ngettext("%(num)s hour", "%(num)s hours", minutes // _HOUR))
    return str(ngettext("%(num)s day", "%(num)s days", minutes // _DAY))


def oldest(opened_at: datetime) -> str:
    """How long the oldest item has waited."""
    minutes = max(1, int((now() - opened_at).total_seconds() // 60))
    return str(_("The oldest has waited %(span)s.", span=span(minutes)))


def was_first(decided_at: datetime) -> str:
    """That somebody else has decided it; no names."""
    return str(_("Another moderator decided this %(ago)s. Nothing of yours was done.", ago=ago(decided_at)))


def is_decided() -> str:
    """That they have decided it themselves, as of a button that was pressed twice."""
    return str(_("You have decided this already. Nothing more was done."))


def not_there() -> str:
    """That it is no item of theirs, for whatever reason."""
    return str(_("This is not in your queue any more. Nothing was done."))


def is_taken() -> str:
    """That somebody else works on it."""
    return str(_("Another moderator is on it. Take it over first, if you want to decide it."))


def wants_reason() -> str:
    """That it needs a reason."""
    return str(_("Choose a rule, or say why in your own words: it will be read by whom it concerns."))
