"""Taking a form's text: at once, or to wait; each form once."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, request, session
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.composing import submissions
from knowledge_exchange.threads.composing.network_mentions import MOST_MENTIONED, elsewhere, too_large
from knowledge_exchange.threads.drafts import drafts
from knowledge_exchange.threads.holding import holding, holding_rules, waiting
from knowledge_exchange.threads.limits import MAX_KEY_CHARS
from knowledge_exchange.threads.posting import Draft, Refused, post
from knowledge_exchange.threads.routes import DRAFT_DONE
from knowledge_exchange.threads.veils.speaking import PSEUDONYM


def form_key() -> str:
    """The idempotency key of the form at hand."""
    return request.form.get("key", "")[:MAX_KEY_CHARS]


def send(me: Me, draft: Draft, waits: bool) -> int | str | None:
    """Post it, or let it wait (for its hour, or a moderator); the post's id, None where it waits, or what is wrong.

    Raises :class:`Refused` where a reply can't be posted in the voice that was chosen; 404 where it can't be at all.
    """
    if waits:
        try:
            with unit_of_work():
                sent = waiting.let_wait(me, draft, form_key())
                drafts.posted(me.id)
        except waiting.Full as full:
            return _full(full)
    else:
        try:
            sent = _post_now(me, draft)
        except holding.Full:
            return str(_("Many posts wait for the moderators just now. Keep your text, and try again tomorrow."))
    # The draft is of the form's page, wherever the thread goes.
    page = (request.view_args or {}).get("slug", draft.slug)
    session[DRAFT_DONE] = f"new:{page}" if draft.slug else f"reply:{draft.thread_id}"
    return sent


def _full(full: waiting.Full) -> str:
    if full.mine:
        said = _("%(most)s posts of yours wait already. Post one of them now, or let this one not wait.")
        return str(said % {"most": waiting.MOST_EACH})
    return str(_("Too many posts wait just now. Try again in a few minutes, or let this one not wait."))


def _post_now(me: Me, draft: Draft) -> int | None:
    text = actions.written(draft.body)
    why, network_id = holding_rules.why_held(me, draft, text)
    if why:
        return _hold(me, draft, text, why, network_id)
    try:
        post_id = _once(me, form_key(), lambda: post(me, draft, text))
    except Refused as refused:
        if refused.reason == "voice":
            raise
        abort(404)
    if text.mentions:
        _say_who_is_not_told(me, text, post_id)
    return post_id


def _hold(me: Me, draft: Draft, text: actions.Text, why: str, network_id: int) -> int | None:
    with unit_of_work():
        earlier = holding.hold(me, draft, text, why, network_id, form_key())
        drafts.posted(me.id)
    if earlier is None:
        flash(_("A moderator looks at it before it appears. Nobody else sees it until then."), "info")
    return earlier


def _say_who_is_not_told(me: Me, text: actions.Text, post_id: int) -> None:
    for name in too_large(me, text.mentions):
        said = _("%(network)s has more than %(most)s members: nobody was told by naming it.")
        flash(said % {"network": name, "most": MOST_MENTIONED}, "info")
    written = queries.post_by_id(post_id)
    if written is None or written.voice_kind != PSEUDONYM:
        return
    for name in elsewhere(me, text.mentions, written.thread_id):
        said = _("Nobody in %(network)s was told: under a pseudonym, that would say that its author belongs there.")
        flash(said % {"network": name}, "info")


def _once(me: Me, key: str, write: Callable[[], int]) -> int:
    """Write, unless this very form was taken before; the id of the post that it made."""
    try:
        return _write_once(me, key, write)
    except IntegrityError:
        # Another process took the same form at the same moment: now its row can be seen.
        return _write_once(me, key, write)


def _write_once(me: Me, key: str, write: Callable[[], int]) -> int:
    with unit_of_work():
        post_id = submissions.earlier_submission(me, key)
        if post_id is None:
            post_id = write()
            submissions.note_submission(me, key, post_id)
        drafts.posted(me.id)
        return post_id
