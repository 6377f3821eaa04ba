"""Reports in the queue: the post, how many report it and what they say; and what may be decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation.acts import post_acts, undoing
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.acts.post_acts import Prepared
from knowledge_exchange.moderation.acts.telling_acts import tell_undone
from knowledge_exchange.moderation.acts.undoing import CannotUndo
from knowledge_exchange.moderation.cases import case_clock, case_ways, cases
from knowledge_exchange.moderation.cases.case_models import Report
from knowledge_exchange.moderation.orders import Order
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Card, Decision, Done, Kind
from knowledge_exchange.moderation.reports.report_outcomes import take_back, tell_reporters
from knowledge_exchange.moderation.reports.report_words import categories
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.queries import post_by_id, posts_by_id

KEEP, HIDE, REMOVE, PASS = "keep", "hide", "remove", "pass"


class _Said(NamedTuple):
    """What reports of one case say."""

    categories: Counter[str]
    notes: list[str]


def cards(_me: Me, rows: Sequence[AnyRow]) -> Mapping[int, Card]:
    """All of a page: two statements."""
    posts = posts_by_id([row.post_id for row in rows])
    said = _said([row.id for row in rows])
    return {row.id: _card(row, posts.get(row.post_id), said[row.id]) for row in rows}


def _said(case_ids: Sequence[int]) -> Mapping[int, _Said]:
    found: dict[int, _Said] = defaultdict(lambda: _Said(Counter(), []))
    query = select(Report.case_id, Report.category, Report.note).where(Report.case_id.in_(case_ids))
    for row in db.session.execute(query.order_by(Report.id)):
        found[row.case_id].categories[row.category] += 1
        if row.note:
            found[row.case_id].notes.append(row.note)
    return found


def _card(row: AnyRow, post: AnyRow | None, said: _Said) -> Card:
    return Card(
        title=row.title or "",
        badge=_("Danger") if row.is_urgent else _("Reported"),
        html=_shown(post),
        facts=_facts(row, said),
        decisions=[_closing()] if _is_gone(post) else _decisions(row.held_by),
    )


def _is_gone(post: AnyRow | None) -> bool:
    return post is None or post.deleted_at is not None


def _shown(post: AnyRow | None) -> str:
    if post is None or _is_gone(post):
        return Markup('<p class="quiet">{}</p>').format(_("It is not there any more."))
    return Markup('<div class="prose">{}</div>').format(Markup(post.html))  # noqa: S704 -- made safe when it was written


def _facts(row: AnyRow, said: _Said) -> list[tuple[str, str]]:
    words, count = categories(), said.categories.total()
    times = ngettext("Once", "%(num)s times", count) if count < 2 else _("%(num)s times", num=count)
    what = ", ".join(words[word].name for word, _n in said.categories.most_common())
    where = Markup('<a href="/p/{}">{}</a>, {}').format(row.post_id, row.title, row.network_name)
    return [
        (_("Written by"), _("%(name)s, a pseudonym", name=row.author_name) if _is_alias(row) else row.author_name),
        (_("Reported"), _("%(times)s: %(what)s", times=times, what=what)),
        *((_("A note"), f"“{note}”") for note in said.notes),
        (_("Where"), where),
        *([(_("Its author"), _way_to_sanctions(row))] if row.voice_kind in ("own", "pseudonym") else []),
    ]


def _way_to_sanctions(row: AnyRow) -> str:
    return Markup('<a href="/p/{}/sanction">{}</a>').format(row.post_id, _("Warn them, or more"))


def _is_alias(row: AnyRow) -> bool:
    return bool(row.voice_kind == "pseudonym")


def _closing() -> Decision:
    """Of a post that is gone already: a moderator acted on it from its page, or its author took it away."""
    return Decision(KEEP, _("Close it"), "1", tone="main")


def _decisions(held_by: str) -> list[Decision]:
    found = [
        Decision(KEEP, _("Keep it"), "1", tone="main"),
        Decision(HIDE, _("Hide it, ask for a change"), "2", wants_reason=True),
        Decision(REMOVE, _("Remove it"), "3", wants_reason=True, tone="stop"),
    ]
    if held_by != "officers":
        found.append(Decision(PASS, _("Pass to officers"), "p"))
    return found


def card(me: Me, row: AnyRow) -> Card:
    """One card."""
    return cards(me, [row])[row.id]


def decide(me: Me, row: AnyRow, word: str, reason: Reason) -> Done:
    """Decide it; reporters are told, and of an act its author. Raises ``CannotDecide``: leave the unit of work then."""
    title = row.title or ""
    if word == PASS:
        if not case_ways.pass_up(row.id, me=me):
            raise CannotDecide(_("It is with the officers already, or decided."))
        return Done(_("Passed to the officers: “%(title)s”.", title=title), PASS)
    if word == KEEP and _is_gone(post_by_id(row.post_id)):
        _close(me, row, case_clock.what_became(row.id))
        return Done(_("Closed: “%(title)s”. Whoever reported it has been told what became of it.", title=title), KEEP)
    if word == KEEP:
        _close(me, row, word)
        return Done(_("Kept: “%(title)s”. Whoever reported it has been told.", title=title), KEEP)
    if word not in (HIDE, REMOVE):
        raise CannotDecide(_("That can’t be decided here."))
    act_id = _act(me, row, word, reason)
    said = _("Hidden: a post in “%(title)s”.") if word == HIDE else _("Removed: a post in “%(title)s”.")
    return Done(said % {"title": title}, f"{word}:{act_id}")


def _act(me: Me, row: AnyRow, word: str, reason: Reason) -> int:
    """Take the post away, in the thread's turn, which comes before the case's as where posts are reported."""
    if not (reason.rule or reason.text):
        raise CannotDecide(_("Say why: choose a rule, or write a sentence."))
    thread, post = thread_now(row.thread_id), post_by_id(row.post_id)
    if thread is None or post is None or post.deleted_at is not None or post.thread_id != thread.id:
        raise CannotDecide(_("It is not there any more."))
    _close(me, row, word)
    act_id = post_acts.act(me, thread, post, Order(word, reason), Prepared(), case_ways.acting_on(me, row))
    if act_id is None:
        raise CannotDecide(_("It is not there any more."))
    cases.note_act_of(row.id, act_id)
    return act_id


def _close(me: Me, row: AnyRow, word: str) -> None:
    if not cases.close_case(me, row.id, word):
        raise CannotDecide(_("Somebody else has just decided this."))
    tell_reporters(row.id, word)


def undo(me: Me, row: AnyRow, word: str) -> bool:
    """Take a decision back; the case is open again, with whom it was, and the post is as it was."""
    if word == PASS:
        return case_ways.hand_back(row.id)
    try:
        _undo_act(me, row, word)
    except CannotUndo:
        return False
    if not cases.reopen(row.id):
        return False
    take_back(row.id)
    return True


def _undo_act(me: Me, row: AnyRow, word: str) -> None:
    act_id = parse_id(word.partition(":")[2])
    if act_id is not None:
        acting = case_ways.acting_on(me, row)
        undoing.take_back(me, act_id, acting)
        tell_undone(act_id, acting)


KIND = Kind("report", card, decide, undo, cards)
