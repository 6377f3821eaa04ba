"""Appeals in the queue: what was done and why, what was written, who appeals; and what may be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.moderation.acts.act_words import who, words_of
from knowledge_exchange.moderation.acts.acts import Reason, kept_of
from knowledge_exchange.moderation.appeals import appeals
from knowledge_exchange.moderation.appeals.appeal_queries import shown
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Card, Decision, Done, Kind
from knowledge_exchange.moderation.sanctions import sanction_words
from knowledge_exchange.moderation.words import day_in_words
from knowledge_exchange.threads.queries import posts_by_id

UPHOLD, OVERTURN = "uphold", "overturn"
_OUTCOMES = {UPHOLD: appeals.UPHELD, OVERTURN: appeals.OVERTURNED_OUTCOME}


def cards(_me: Me, rows: Sequence[AnyRow]) -> Mapping[int, Card]:
    """All of a page: two statements."""
    found = shown([row.appeal_id for row in rows])
    post_ids = {one.post_id or one.sanction_post_id for one in found.values()} - {None}
    posts = posts_by_id(sorted(post_ids))
    return {row.id: _card(row, found[row.appeal_id], posts) for row in rows if row.appeal_id in found}


def card(me: Me, row: AnyRow) -> Card:
    """One card."""
    return cards(me, [row])[row.id]


def _card(row: AnyRow, one: AnyRow, posts: Mapping[int, AnyRow]) -> Card:
    post = posts.get(one.post_id or one.sanction_post_id or 0)
    return Card(
        title=_what(one),
        badge=_("Appeal to an officer") if row.held_by == "officers" else _("Appeal"),
        html=_text(one) + _original(one, post),
        facts=_facts(one, post),
        decisions=[
            Decision(UPHOLD, _("Let it stand"), "1", wants_reason=True),
            Decision(OVERTURN, _("Overturn it"), "2", wants_reason=True),
        ],
    )


def _what(one: AnyRow) -> str:
    if one.sanction_id is not None:
        return sanction_words.name_of(one.kind, one.network)
    return str(words_of(one.action).log)


def _text(one: AnyRow) -> Markup:
    return Markup('<p class="by"><b>{}</b></p><p class="as-typed">{}</p>').format(_("The appeal"), one.text)


def _original(one: AnyRow, post: AnyRow | None) -> Markup:
    """What was written: as the act kept it, else as it stands."""
    kept = (kept_of(one) if one.act_id is not None else None) or {}
    html = kept.get("html") or (post.html if post is not None and post.deleted_at is None else "")
    if not html:
        return Markup("")
    said = Markup(str(html))  # noqa: S704 -- made safe when it was written
    return Markup('<p class="by"><b>{}</b></p><div class="prose">{}</div>').format(_("What it is about"), said)


def _facts(one: AnyRow, post: AnyRow | None) -> list[tuple[str, str]]:
    aimed = one.sanction_id is not None and one.imposed_as is None
    rule, reason = (one.sanction_rule, one.sanction_reason) if one.sanction_id is not None else (one.rule, one.reason)
    facts = [(_("Appealed by"), one.appellant or _pseudonym(post))]
    if aimed:
        facts.append((_("Imposed"), _("over a post under a pseudonym, on %(day)s", day=day_in_words(one.since))))
        whose = _("Nobody is told. Did you aim such an act that day? Leave it to another.")
        facts.append((_("Which post it was"), whose))
        facts.append((_("The reason given"), sanction_words.why(one.cause)))
    else:
        facts.append((_("Decided by"), who(one.imposed_as or one.acted_as)))
    facts += [(_("The rule"), rule)] if rule else []
    facts += [(_("The reason given"), reason)] if reason else []
    return facts


def _pseudonym(post: AnyRow | None) -> str:
    """Of a sealed place its voice alone is known."""
    if post is not None and post.voice_kind == "pseudonym":
        return str(_("%(name)s, a pseudonym", name=post.name))
    return str(_("the author, under a pseudonym"))


def decide(me: Me, row: AnyRow, word: str, reason: Reason) -> Done:
    """Let it stand, or overturn it. Raises ``CannotDecide``."""
    if word not in _OUTCOMES:
        raise CannotDecide(_("That can’t be decided here."))
    try:
        failed = appeals.decide(me, row, _OUTCOMES[word], reason)
    except appeals.TooLate as late:
        raise CannotDecide(_("Somebody else has just decided this.")) from late
    if word == UPHOLD:
        return Done(_("It stands. Whoever appealed reads your answer."))
    if failed:
        return Done(_("Overturned, and whoever appealed reads so. What was done can’t be undone: %(why)s", why=failed))
    return Done(_("Overturned and undone. Whoever appealed reads your answer."))


def undo(_me: Me, _row: AnyRow, _word: str) -> bool:
    """An answer that was given is not taken back: it is told at once, and the member may have read it."""
    return False


KIND = Kind("appeal", card, decide, undo, cards)
