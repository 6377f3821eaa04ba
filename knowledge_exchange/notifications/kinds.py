"""The kinds of notices: what people call them, and how loudly each comes unless a member chooses otherwise.

Whatever is chosen, a notice stands in the list and counts on the badge: toast and e-mail only hurry it along.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import bindparam, select

from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import NoticeChoice

#: By e-mail: soon after (delayed and batched by thread), in the next digest, or not at all.
Mail = Literal["soon", "digest", "never"]
MAILS: tuple[Mail, ...] = ("soon", "digest", "never")


class Choice(NamedTuple):
    """On which channels a kind of notice hurries to a member."""

    toast: bool  # a short message on the open page
    mail: str  # one of MAILS


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice; ``code`` is what ``notification.kind`` holds."""

    code: str
    name: str | LazyString
    explanation: str | LazyString
    toast: bool
    mail: Mail

    @property
    def default(self) -> Choice:
        """What holds where a member has chosen nothing."""
        return Choice(self.toast, self.mail)


#: In the order in which people see them: what is for them alone first.
KINDS: tuple[Kind, ...] = (
    Kind("direct_reply", _l("A reply to you"), _l("Somebody answers a post of yours."), toast=True, mail="soon"),
    Kind("mention", _l("A mention"), _l("Somebody writes your handle in a post."), toast=True, mail="soon"),
    Kind(
        "accepted",
        _l("Your answer helped"),
        _l("Whoever asked, or a moderator, marks your reply as the answer."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "official",
        _l("An official answer"),
        _l("A national officer answers in a thread that you watch, or withdraws or changes what they said."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "reply",
        _l("A reply in what you watch"),
        _l("Somebody replies in a thread that you watch, or in a network that you watch."),
        toast=True,
        mail="digest",
    ),
    Kind(
        "new_thread",
        _l("A new thread"),
        _l("Somebody starts a thread in a network that you watch."),
        toast=True,
        mail="digest",
    ),
    Kind(
        "tagged",
        _l("A tag that you follow"),
        _l("A thread comes to bear a tag that you follow."),
        toast=True,
        mail="digest",
    ),
    Kind(
        "network_mention",
        _l("A mention of your network"),
        _l("Somebody calls everybody in a network that you belong to."),
        toast=True,
        mail="digest",
    ),
    Kind(
        "network_invitation",
        _l("An invitation"),
        _l("A moderator invites you into a network."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "network_request",
        _l("Coming into a network"),
        _l("Your request to join is answered; or, where you moderate, somebody asks to join."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "case",
        _l("Something to decide"),
        _l("Where you moderate: a report, a post that waits, an appeal, an answer to look at again."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "report_outcome",
        _l("What came of your report"),
        _l("Moderators have decided about a post that you reported."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "care_asked",
        _l("A question about your thread"),
        _l("What happened in the end, whether an answer still holds, or whether you would write a summary."),
        toast=True,
        mail="digest",
    ),
)
#: What nobody can turn down, and no muted thread keeps back: official messages about the member's own.
ALWAYS: tuple[Kind, ...] = (
    Kind(
        "unsealed",
        _l("Your pseudonym was opened"),
        _l("Two national officers opened a pseudonym of yours, for safety or because the law required it."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "moderated",
        _l("About your post"),
        _l("A moderator did something about a post or thread of yours, decided about one that waited, or undid it."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "sanctioned",
        _l("About your membership of the exchange"),
        _l("A warning, a mute, a removal from a network, or its end."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "network_role",
        _l("What you are in a network"),
        _l("You are made a moderator of a network, or lead its moderators, or are so no more."),
        toast=True,
        mail="soon",
    ),
    Kind(
        "appeal_answered",
        _l("Your appeal"),
        _l("Somebody without part in it has decided about your appeal."),
        toast=True,
        mail="soon",
    ),
)
#: Those that members choose for.
BY_CODE = {kind.code: kind for kind in KINDS}
_OF_ALWAYS = {kind.code: kind for kind in ALWAYS}

#: Of a kind that nobody described here: it is shown, and doesn't hurry by e-mail.
_ELSE = Choice(toast=True, mail="digest")


class Choices(dict[tuple[int, str], Choice]):
    """``{(member id, kind): choice}``; of a kind that isn't in it, the default. It never raises ``KeyError``."""

    def __missing__(self, key: tuple[int, str]) -> Choice:
        """What holds where nothing was chosen."""
        return default_of(key[1])


def default_of(kind: str) -> Choice:
    """The channels of that kind by default; sensible ones where the kind isn't known."""
    known = BY_CODE.get(kind) or _OF_ALWAYS.get(kind)
    return known.default if known else _ELSE


_CHOSEN = select(NoticeChoice.member_id, NoticeChoice.kind, NoticeChoice.toast, NoticeChoice.mail).where(
    NoticeChoice.member_id.in_(bindparam("members", expanding=True))
)


def choices_of(member_ids: Collection[int]) -> Choices:
    """How each of these members hears of each kind: what they chose, else the default. One statement."""
    found = Choices()
    for row in db.session.execute(_CHOSEN, {"members": list(member_ids)}):
        found[row.member_id, row.kind] = Choice(row.toast, row.mail)
    return found
