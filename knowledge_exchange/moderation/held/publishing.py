"""Publishing house rules: always a new version, on record. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import insert

from knowledge_exchange.audit.actions import record
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_of_dialect, insert_or_ignore, promise
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.core.text import one_line
from knowledge_exchange.moderation.openness.rules import rules_now
from knowledge_exchange.moderation.openness.rules_bar import forget_newest
from knowledge_exchange.moderation.openness.rules_models import HouseRule, RulesAcceptance, RulesVersion

#: More than that nobody reads.
MOST_RULES = 20
MOST_TITLE, MOST_BODY, MOST_CHANGES = 80, 2000, 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it was typed; ``html`` is what it will look like, once somebody rendered it."""

    title: str
    body: str
    html: str = ""


def drafts_of(titles: Sequence[str], bodies: Sequence[str]) -> list[Draft]:
    """What a form holds, in order; a rule without title and text is none. Lines too many are left out."""
    pairs = zip(titles, bodies, strict=False)
    found = [Draft(one_line(title), body.replace("\r\n", "\n").strip()) for title, body in pairs]
    return [draft for draft in found if draft.title or draft.body]


def faults(drafts: Sequence[Draft], changes: str) -> list[str]:
    """What is wrong with them, in words; empty: they can be published."""
    wrong = []
    if not drafts:
        wrong.append(_("Write at least one rule."))
    if len(drafts) > MOST_RULES:
        wrong.append(_("At most %(most)s rules: more than that nobody reads.", most=MOST_RULES))
    for number, draft in enumerate(drafts, 1):
        if not draft.title or len(draft.title) > MOST_TITLE:
            wrong.append(
                _("Rule %(number)s: give it a title of at most %(most)s characters.", number=number, most=MOST_TITLE)
            )
        if len(draft.body) > MOST_BODY:
            wrong.append(_("Rule %(number)s: at most %(most)s characters of text.", number=number, most=MOST_BODY))
    if not changes or len(changes) > MOST_CHANGES:
        wrong.append(_("Say what changed, in at most %(most)s characters: members read it.", most=MOST_CHANGES))
    return [str(one) for one in wrong]


def publish(actor_id: int, network_id: int | None, drafts: Sequence[Draft], changes: str, seen: int) -> bool:
    """Publish the next version after number ``seen``; False where somebody published one meanwhile.

    Whoever publishes accepts it by that. ``drafts`` are rendered already.
    """
    if rules_now(network_id).number != seen:
        return False
    row = {"id": new_id(), "network_id": network_id, "number": seen + 1, "changes": changes, "published_at": now()}
    made = insert_of_dialect(RulesVersion).values(row).on_conflict_do_nothing().returning(RulesVersion.id)
    if db.session.execute(made).first() is None:
        return False
    rules = [
        {"version_id": row["id"], "number": number, "title": draft.title, "body": draft.body, "html": draft.html}
        for number, draft in enumerate(drafts, 1)
    ]
    db.session.execute(insert(HouseRule), rules)
    accept(actor_id, int(str(row["id"])))
    where = "all" if network_id is None else str(network_id)
    record("rules.published", actor=actor_id, note=f"{where}: version {seen + 1}")
    promise("newest_rules", forget_newest)
    return True


def accept(member_id: int, version_id: int) -> None:
    """Note that a member accepts a version, today; a second time changes nothing."""
    row = {"member_id": member_id, "version_id": version_id, "accepted_on": now().date()}
    insert_or_ignore(RulesAcceptance, row)
