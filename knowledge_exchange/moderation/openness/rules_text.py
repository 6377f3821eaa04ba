"""The house rules that hold until an officer publishes others: version 1, which everybody accepts by joining."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

#: Since when they have stood so.
BUILT_IN_ON = date(2026, 11, 22)


def built_in() -> list[tuple[str, str]]:
    """Title and text (Markdown) of each rule, in order."""
    return [
        (
            _("What is said here stays here"),
            _(
                "Don’t forward, copy or show a thread to anybody who cannot open it themselves, your own staff side "
                "and your own line included. If something should travel, ask its author."
            ),
        ),
        (
            _("No patients, and no colleagues who could be recognised"),
            _(
                "Leave out names, wards, dates and anything else by which somebody local would know who is meant. "
                "“A colleague on the team” is enough for a good answer. You can edit your own post, and what it said "
                "before stays readable: take it away if a name got in."
            ),
        ),
        (
            _("Answer the question that was asked"),
            _(
                "Say what you did and how it turned out. Disagree with the plan, not with the person. Nobody who asks "
                "here is stupid for asking."
            ),
        ),
        (
            _("Write as yourself"),
            _(
                "One account each, never lent. Don’t pose as somebody else, and don’t ask others who they are.\n\n"
                "Where your name would cost you, write under a pseudonym. It is for asking freely, not for hurting "
                "freely: whoever is behind one can be suspended without anybody learning who it is."
            ),
        ),
        (
            _("No selling, no canvassing"),
            _("No adverts, no recruiting, no campaigning for a post in the union outside the threads made for it."),
        ),
        (
            _("Experience is not legal advice"),
            _(
                "Members say what worked for them. Before you act on anything that could cost you your job, speak to "
                "a national officer."
            ),
        ),
    ]
