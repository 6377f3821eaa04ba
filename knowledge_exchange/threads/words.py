"""Words for kinds and levels."""

from __future__ import annotations

from flask_babel import gettext as _

from knowledge_exchange.core.i18n import per_language


@per_language
def kinds() -> dict[str, tuple[str, str, str]]:
    """Kind: (name, what it is for, the button that posts it)."""
    return {
        "problem": (
            _("Problem"),
            _("You need an answer or advice. You can accept the reply that helped."),
            _("Post the problem"),
        ),
        "advice": (
            _("Advice"),
            _("Something that worked, for others to use."),
            _("Post the advice"),
        ),
        "case_study": (
            _("Case study"),
            _("What happened, what you did, how it ended."),
            _("Post the case study"),
        ),
        "discussion": (
            _("Discussion"),
            _("A question without one right answer."),
            _("Start the discussion"),
        ),
        "announcement": (
            _("Announcement"),
            _("News for the whole network."),
            _("Post the announcement"),
        ),
    }


@per_language
def levels() -> dict[str, str]:
    """Watch level: what it means."""
    return {
        "watching": _("Watching: every reply"),
        "tracking": _("Tracking: a count"),
        "normal": _("Normal: only what is said to me"),
        "muted": _("Muted: nothing"),
    }


@per_language
def network_levels() -> dict[str, str]:
    """Watch level of a network: what it means for its threads."""
    return {
        "watching": _("Watching: every thread and reply"),
        "tracking": _("Tracking: a count"),
        "normal": _("Normal: only what is said to me"),
        "muted": _("Muted: only where I take part"),
    }


@per_language
def care_texts() -> dict[str, str]:
    """What notices of curating say; each takes ``title``, ``outcome_told`` also who speaks (``name``)."""
    return {
        "still": _("Does the accepted answer in “%(title)s” still hold?"),
        "outcome": _("What happened in the end? You asked “%(title)s” and accepted an answer"),
        "outcome_told": _("%(name)s says what happened in the end, in “%(title)s”: your answer was accepted there"),
        "summary": _("A moderator asks whether you would write a summary of “%(title)s”"),
    }


@per_language
def held_because() -> dict[str, str]:
    """Why a moderator sees a post before it appears, by the words of ``holding_rules``."""
    return {
        "first": _("This network looks at everybody’s first post under their own name."),
        "link": _("This network looks at posts with links that lead elsewhere."),
        "word": _("It has a word that this network’s moderators look out for."),
    }
