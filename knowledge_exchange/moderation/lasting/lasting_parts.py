"""What curating that lasts shows on the pages of threads and networks.

Each looks at the row that it is given first: a page that has none of it costs no statement more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import today
from knowledge_exchange.core.markup import excerpt
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.networks.tag_lists import tags_of
from knowledge_exchange.threads.chosen import Chosen, chosen_in
from knowledge_exchange.threads.curation import collected, duplicates, outcomes, summaries
from knowledge_exchange.threads.official.official_states import badges, state_of
from knowledge_exchange.threads.policy import may_tell_outcome
from knowledge_exchange.threads.tags import tags
from knowledge_exchange.threads.veils.shielding import is_authors

#: Of an answer that is joined from another thread, so many letters are shown.
_EXCERPT_CHARS = 240


def month_in_words(moment: datetime) -> str:
    """``November 2026``: of what is known to the day, and need not be told so exactly."""
    return f"{moment:%B %Y}"


def _set(template: str, **facts: Any) -> str:
    return render_template(f"lasting/_{template}.html", **facts)


def above_thread(me: Me, thread: AnyRow) -> str:
    """Its tags; and of what it is a duplicate."""
    found = ""
    if thread.tags:
        shown = tags.names_of([thread]).get(thread.id, ())
        found += _set("tags", tags=shown, slug=thread.network_slug) if shown else ""
    if thread.duplicate_of is not None:
        target = duplicates.target_of(me, thread)
        found += _set("duplicate_of", other=_joined(target, today(me.zone))) if target is not None else ""
    return found


def summary(me: Me, thread: AnyRow) -> str:
    """The summary, before the answers of the talk."""
    now = summaries.summary(thread.summary_id) if thread.summary_id is not None else None
    if now is None:
        return ""
    since = summaries.posts_since(thread.id, now.upto_post_id) if thread.last_post_id > now.upto_post_id else 0
    place = summaries.place_of(thread.id, now.upto_post_id)
    return _set("summary", thread=thread, summary=now, html=Markup(now.html), since=since, place=place, zone=me.zone)  # noqa: S704 -- made safe when it was written


def answered(me: Me, thread: AnyRow) -> str:
    """With the accepted answer: when it was looked at, what happened in the end, what duplicates of it answer."""
    found = ""
    if thread.answer_id is not None and thread.answer_checked_at is not None:
        found += _set("checked", at=thread.answer_checked_at)
    if thread.has_outcome:
        said = outcomes.outcome_of(thread.id)
        if said is not None and said.answered_at is not None:
            html = Markup(said.html)  # noqa: S704 -- made safe when it was written
            found += _set("outcome", thread=thread, html=html, at=said.answered_at, is_mine=is_authors(thread))
    if thread.has_duplicates:
        found += _copies(me, thread)
    return found


def _copies(me: Me, thread: AnyRow) -> str:
    copies = duplicates.copies_of(me, thread.id)
    day = today(me.zone)
    return _set("duplicates", others=[_joined(row, day) for row in copies]) if copies else ""


def _joined(row: AnyRow, day: date) -> dict[str, Any]:
    """Another thread with its answer in short, and how that answer stands."""
    is_official = row.answer_id is not None and row.answer_id == row.official_id
    label = badges()[state_of(row, day)] if is_official else _("Accepted answer")
    short = excerpt(row.answer_html, _EXCERPT_CHARS) if row.answer_id is not None else ""
    names = {"name": row.answer_name, "role": row.answer_role}
    facts = {"id": row.id, "title": row.title, "network": row.network_name, "replies": row.reply_count}
    return {**facts, **names, "answer_id": row.answer_id, "label": label, "short": short}


def beside_thread(me: Me, thread: AnyRow) -> str:
    """What this reader may do so that the thread stays useful; for most readers nothing."""
    links = _links_of_author(thread) if is_authors(thread) else []
    if acted_as(me, thread):
        links = [*_links_of_curators(thread), *links]
    return _set("care", links=dict(links).items()) if links else ""


def _links_of_author(thread: AnyRow) -> list[tuple[str, str]]:
    found = [(f"/t/{thread.id}/tags", _("Tags"))] if thread.network_has_tags else []
    if may_tell_outcome(thread):
        found.append((outcomes.address(thread.id), _("What happened in the end")))
    return found


def _links_of_curators(thread: AnyRow) -> list[tuple[str, str]]:
    is_long = thread.reply_count >= summaries.LONG and thread.summary_id is None
    return [
        (summaries.address(thread.id), _("Summary: this thread is long") if is_long else _("Summary")),
        (f"/t/{thread.id}/duplicate", _("Duplicate of another")),
        (f"/t/{thread.id}/tags", _("Tags")),
        (f"/t/{thread.id}/collections", _("Collections")),
    ]


def above_network(me: Me, network: AnyRow) -> str:
    """The tags by which its list can be narrowed; beside its unanswered problems the way to those of all networks."""
    chosen = chosen_in(request.args)[0] if request.query_string else Chosen()
    found = ""
    if network.has_tags:
        found += _set("tag_bar", tags=tags_of(network.id), chosen=chosen, slug=network.slug)
    if chosen.only == "unanswered" and not chosen.tag:
        found += _set("order")
    return found


def beside_network(me: Me, network: AnyRow) -> str:
    """Its collections; and for those who may act there, where tags, collections and old answers are looked after."""
    shown: Sequence[AnyRow] = collected.with_counts(me, network.id) if network.has_collections else ()
    may_curate = bool(acted_as(me, network))
    return _set("network", network=network, collections=shown, may_curate=may_curate) if shown or may_curate else ""
