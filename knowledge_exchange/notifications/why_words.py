"""What the ledger says, in words for the member whom it concerns: what was decided, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.core.i18n import per_language, when
from knowledge_exchange.notifications.ledger import Explanation, NoticeExplanation
from knowledge_exchange.notifications.why_rules import Level, Outcome, PostFacts


@dataclass(frozen=True, slots=True)
class Door:
    """Where something is decided, and can be decided otherwise."""

    text: str
    url: str


def with_times(text: str, zone: str, **facts: str | datetime | None) -> Markup:
    """A sentence with what it names: moments as ``<time>`` in the member's zone, everything else escaped."""
    given = {name: _exactly(fact, zone) if isinstance(fact, datetime) else fact for name, fact in facts.items()}
    return Markup(text) % given  # noqa: S704 -- our own words; what is put into them is escaped


def _exactly(moment: datetime, zone: str) -> Markup:
    """The time as ever, but no script makes “35 min ago” of it: within a sentence that would read oddly."""
    return Markup(str(when(moment, zone)).replace("<time ", "<time data-exact ", 1))  # noqa: S704 -- escaped by ``when``


def heading(why: Explanation) -> str:
    """What the page says first."""
    return _headings().get(why.outcome, _headings()["else"])


@per_language
def _headings() -> dict[str, str]:
    return {
        Outcome.TOLD: _("You were told of this"),
        Outcome.OWN: _("You wrote this yourself"),
        "else": _("You were not told of this"),
    }


def rule(why: Explanation, zone: str) -> Markup:
    """By which rule it was decided."""
    post, rules = why.post, _rules()
    return with_times(
        rules.get(_rule_of(why), rules["else"]),
        zone,
        network=post.network_name,
        called=post.call.name if post.call else "",
        called_since=post.call.joined_at if post.call else None,
        belongs_since=post.belongs_since,
        left_at=why.left_at,
    )


def _rule_of(why: Explanation) -> str:
    """Which of :func:`_rules` it was."""
    kind = why.post.notice.kind if why.post.notice else ""
    if why.by_an_edit:
        return "edit"
    if kind == "reply" and why.then.is_network:
        return "reply_in_network"
    if kind == "network_mention" and why.post.call is None:
        return "earlier_network_mention"
    if why.outcome is Outcome.QUIETER:
        return "quieter_opening" if why.post.is_opening else f"quieter_{why.then.level}"
    return kind or why.outcome


@per_language
def _rules() -> dict[str, str]:
    return {**_rules_of_telling(), **_rules_of_not_telling(), **_rules_of_levels()}


def _rules_of_telling() -> dict[str, str]:
    return {
        "direct_reply": _("It answers a post of yours. Of that you are told unless you have muted the thread."),
        "mention": _("It names you. Of that you are told unless you have muted the thread."),
        "edit": _("It named you only when it was edited. An edit tells those whom it names for the first time."),
        "network_mention": _("It calls %(called)s as a whole, and you belong to it."),
        "earlier_network_mention": _("It called a network as a whole to which you belonged."),
        "official": _(
            "It is an official answer, or one was changed or withdrawn. Of that you are told in every thread that you "
            "watch or track, and in those of networks that you watch."
        ),
        "reply": _("In a thread that you watch, you are told of every reply."),
        "reply_in_network": _("In a network that you watch, you are told of every reply in its threads."),
        "new_thread": _("In a network that you watch, you are told of every new thread. This began one."),
        "tagged": _("It began a thread that came to bear a tag that you follow. Of these you are told."),
        "accepted": _("It is a reply of yours, and it was marked as the answer."),
        "else": _("A notice of it was written for you."),
    }


def _rules_of_not_telling() -> dict[str, str]:
    """Where it did not matter how loud the thread was."""
    return {
        Outcome.OWN: _("Nobody is told of what they write themselves."),
        Outcome.GONE: _(
            "Its author has taken it away, and every notice of it went along. "
            "Whether you had been told can no longer be seen."
        ),
        Outcome.IMPORTED: _("It was brought in from elsewhere, with older talk. What is imported tells nobody."),
        Outcome.NOT_ACTIVE: _(
            "Your membership was not active here when it was written. Only active members are told of anything."
        ),
        Outcome.LEFT: _(
            "You left %(network)s (%(left_at)s) after this was written. "
            "What one was told in a network goes when one leaves it."
        ),
        Outcome.NO_ACCESS: _(
            "You did not belong to %(network)s when it was written: you came in later (%(belongs_since)s)."
        ),
        Outcome.MISSING: _(
            "By the rules you are told of such a post, but there is no notice of it. That is so for what was laid in "
            "by the operator, such as examples. If this is not one, please tell the exchange’s administrator."
        ),
        Outcome.TOO_LARGE: _("It calls %(called)s as a whole. A network of that size is not told by being named."),
        Outcome.JOINED_LATER: _("It calls %(called)s as a whole, which you came into only later (%(called_since)s)."),
    }


def _rules_of_levels() -> dict[str, str]:
    return {
        Outcome.MUTED_THREAD: _(
            "A thread that you have muted tells you nothing, not even when you are answered or named."
        ),
        Outcome.MUTED_NETWORK: _(
            "The threads of a network that you have muted tell you nothing, but where you take part or chose otherwise."
        ),
        Outcome.NO_HISTORY: _(
            "You write in this thread under a pseudonym. How closely you followed it at any time is not kept, "
            "so that nothing can be laid beside what you did elsewhere."
        ),
        Outcome.NOT_ON_RECORD: _(
            "How closely you followed this thread then is not on record: it was before the exchange kept that."
        ),
        Outcome.WATCHED_LATER: _(
            "You watch this now, but you did not yet when it was written; and it neither answers nor names you."
        ),
        "quieter_opening": _(
            "It began a new thread. Of new threads you are told in networks that you watch, or where one names you."
        ),
        "quieter_tracking": _(
            "In a thread that you track, replies are counted, and you are told of what answers or names you. "
            "This did neither."
        ),
        "quieter_normal": _(
            "In a thread that you do not watch, you are told only of what answers or names you. This did neither."
        ),
    }


def followed(level: Level, outcome: Outcome, network: str, zone: str) -> Markup:
    """How closely the member followed the thread at that time; nothing where that decided nothing, or is not known."""
    if outcome in _SAID_WITHOUT_LEVEL or not level.is_known:
        return Markup("")
    text = _levels()[level.level, level.is_network, level.chosen]
    since = with_times(_(" (from %(at)s)"), zone, at=level.since) if level.since else ""
    return with_times(text, zone, network=network) + since + "."


_SAID_WITHOUT_LEVEL = frozenset(
    {Outcome.OWN, Outcome.GONE, Outcome.IMPORTED, Outcome.NOT_ACTIVE, Outcome.LEFT, Outcome.NO_ACCESS}
    | {Outcome.WATCHED_LATER}  # which says it already
)


@per_language
def _levels() -> dict[tuple[str, bool, bool], str]:
    """Level, whether it was the network's, whether it was chosen: what it meant."""
    return {
        ("watching", False, True): _("You watched this thread, by your own choice"),
        ("watching", False, False): _("You watched this thread because you write in it"),
        ("watching", True, True): _("You watched the network %(network)s, and so this thread"),
        ("tracking", False, True): _("You tracked this thread, by your own choice: replies are counted"),
        ("tracking", False, False): _("You tracked this thread, having read in it for a while: replies are counted"),
        ("tracking", True, True): _("You tracked the network %(network)s, and so this thread: replies are counted"),
        ("normal", False, True): _("You had chosen to be told only of what is said to you"),
        ("normal", False, False): _("You did not watch this thread, nor had you chosen anything else for it"),
        ("muted", False, True): _("You had muted this thread"),
        ("muted", False, False): _("This thread was muted for you"),
        ("muted", True, True): _("You had muted the network %(network)s, and so this thread"),
    }


def doors(post: PostFacts) -> list[Door]:
    """Where the member decides what they are told of."""
    return [
        Door(_("How closely you follow this thread"), f"/t/{post.thread_id}#watch"),
        Door(_("How closely you follow %(network)s", network=post.network_name), f"/n/{post.network_slug}#watch"),
    ]


def notice_heading() -> str:
    """What the page of a notice of no thread says first: it is there, so it was told."""
    return _headings()[Outcome.TOLD]


def notice_rule(why: NoticeExplanation) -> str:
    """Why somebody has a notice that is of no thread."""
    kind = why.notice.kind
    if kind == "network_request" and why.url.endswith("/people"):
        kind = "network_request_of_another"
    return _notice_rules().get(kind, _notice_rules()["else"])


@per_language
def _notice_rules() -> dict[str, str]:
    return {
        "network_invitation": _("A moderator of the network invited you. Whoever is invited is told."),
        "network_request": _("You had asked to join. Whoever asks is told what was decided."),
        "network_request_of_another": _(
            "You moderate the network. Its moderators are told of everybody who asks to join."
        ),
        "network_role": _("What you are in the network has changed. Whoever it is about is told."),
        "else": _("It is about your own membership."),
    }
