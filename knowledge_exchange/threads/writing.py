"""Writing: new threads and replies. Render first, then one unit of work."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import REPLY_LIMIT, THREAD_LIMIT
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import today
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.guard.reviewing import Review
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import policy
from knowledge_exchange.threads.composing import asking, guarding, preview
from knowledge_exchange.threads.composing.choosing import (
    Choice,
    check_choice,
    check_shield,
    is_to_be_asked,
    my_organisation,
    voice_taken,
)
from knowledge_exchange.threads.drafts import drafts
from knowledge_exchange.threads.files import attaching
from knowledge_exchange.threads.finding.similar import to_be_shown
from knowledge_exchange.threads.forms import Errors, check_body, check_thread
from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_TITLE_CHARS
from knowledge_exchange.threads.listing import my_networks
from knowledge_exchange.threads.models import KINDS
from knowledge_exchange.threads.muted import muted_words
from knowledge_exchange.threads.page import Wish, base_url, show
from knowledge_exchange.threads.posting import Draft, Refused
from knowledge_exchange.threads.routes import blueprint, visible_post, visible_thread
from knowledge_exchange.threads.sending import form_key, send
from knowledge_exchange.threads.veils.audience import audience
from knowledge_exchange.threads.veils.shielding import hidden_for
from knowledge_exchange.threads.veils.speaking import OWN, PSEUDONYM
from knowledge_exchange.threads.words import kinds


@blueprint.get("/ask")
@active
def ask() -> ResponseReturnValue:
    """Choose the network in which to ask; ``?title=`` is carried over (from a search that found nothing)."""
    me = require_me()
    return render_template(
        "threads/ask.html",
        me=me,
        nav="ask",
        networks=my_networks(me.id),
        carried=_carried_title(),
        unread=unread_count(me.id),
    )


def _carried_title() -> str:
    return clean_line(request.args.get("title", ""))[:MAX_TITLE_CHARS]


@blueprint.get("/n/<slug>/new")
@active
def new_thread(slug: str) -> ResponseReturnValue:
    """The form of a new thread; ``?voice=pseudonym`` opens it with a pseudonym chosen, and the shield set."""
    kind = request.args.get("kind", "problem")
    is_pseudonym = request.args.get("voice") == PSEUDONYM
    choice = Choice(PSEUDONYM if is_pseudonym else OWN, is_pseudonym, "", waits=False)
    values = {"kind": kind if kind in KINDS else "problem", "title": _carried_title(), **choice.values}
    me = require_me()
    network = _network(me, slug)
    kept = drafts.asked_for(me.id, f"new:{slug}")
    return thread_form(me, network, _with_draft(values, kept, choice), {}, kept=kept)


def _with_draft(values: dict[str, str], kept: drafts.Kept | None, choice: Choice) -> dict[str, str]:
    """The form's values with those of a draft; what the address asks for stands before what was chosen then."""
    if kept is None:
        return values
    asked = choice.values if choice.is_pseudonym else {}
    kind = {"kind": values["kind"]} if "kind" in request.args else {}
    return {**values, **kept.values, **asked, **kind}


def _network(me: Me, slug: str) -> AnyRow:
    network = network_for(me, slug) or abort(404)
    return network if network.may_read else abort(404)


def thread_form(me: Me, network: AnyRow, values: dict[str, str], errors: Errors, **further: Any) -> str:
    """The page of the form, with what stands in it and what is wrong with that."""
    role = network.my_role or "member"
    slug = (request.view_args or {}).get("slug", network.slug)
    return render_template(
        "threads/new.html",
        me=me,
        nav="ask",
        network=network,
        page_slug=slug,
        networks=my_networks(me.id),
        prompts=asking.prompts(),
        today=today(me.zone),
        values=values,
        errors=errors,
        kinds={kind: words for kind, words in kinds().items() if policy.may_start(me, kind, role)},
        muted=muted_words(network.muted_until, network.name),
        organisation=my_organisation(me),
        audience=audience(me, network.id),
        form_key=form_key() or secrets.token_urlsafe(16),
        max_title=MAX_TITLE_CHARS,
        max_body=MAX_BODY_CHARS,
        unread=unread_count(me.id),
        **further,
    )


@blueprint.post("/n/<slug>/new")
@active
@preview.limited(THREAD_LIMIT)
def post_thread(slug: str) -> ResponseReturnValue:
    """Open a thread."""
    me = require_me()
    network, wrong = asking.chosen_network(me, _network(me, slug), request.form)
    values, errors, choice = _typed(me, network)
    errors |= wrong
    may = me.may_start and not policy.is_muted(network.muted_until)
    if may and preview.is_asked():
        shown, errors, status = preview.in_form(me, asking.with_answers(values), errors)
        return thread_form(me, network, values, errors, preview=shown), status
    if errors or not me.may_start:
        return thread_form(me, network, values, errors), 422 if may else 403
    similar = to_be_shown(me, request.form, values)
    if similar:
        return thread_form(me, network, values, {}, similar=similar), 422
    texts = {"title": values["title"], "body": values["body"], **asking.typed_under_prompts(request.form)}
    review = _review(choice.is_pseudonym, network.slug, None, **texts)
    if review is not None:
        return thread_form(me, network, {**values, **review.texts}, {}, review=review), review.status
    sent = send(me, _thread_draft(me, network, values, choice), choice.waits)
    if isinstance(sent, str):
        return thread_form(me, network, values, {"wait": sent}), 422
    if sent is None:
        return redirect(url_for("threads.waiting_page"), 303)
    found, _post = visible_post(me, sent)
    return redirect(base_url(found), 303)


def _thread_draft(me: Me, network: AnyRow, values: dict[str, str], choice: Choice) -> Draft:
    return Draft(
        asking.with_answers(values),
        choice.voice,
        slug=network.slug,
        kind=values["kind"],
        title=values["title"],
        hidden=hidden_for(me, choice.shield, choice.hide_from),
        hide_from=choice.hide_from,
        answer_by=values[asking.ANSWER_BY] if values["kind"] in policy.ANSWERABLE else "",
    )


def _typed(me: Me, network: AnyRow) -> tuple[dict[str, str], Errors, Choice]:
    """What the form of a thread says, and what is wrong with it."""
    choice, wrong = check_choice(request.form)
    files = attaching.attached(me, is_sealed=choice.is_pseudonym)
    values, errors = check_thread({**request.form, "body": files.body})
    further, wrong_further = asking.further(request.form, values, me.zone)
    values |= {**choice.values, **further, "network": network.slug}
    errors |= {**wrong_further, **files.errors, **wrong, **check_shield(me, shield=choice.shield)}
    if policy.is_muted(network.muted_until):
        errors = {"kind": muted_words(network.muted_until, network.name)}
    if not errors and not policy.may_start(me, values["kind"], network.my_role):
        errors = {"kind": _("Join the network first; announcements come from its moderators.")}
    if values["kind"] in policy.NAMED and choice.is_pseudonym:
        errors.setdefault("voice", _("An announcement bears a name: write it under your own, or choose another kind."))
    # Whatever else is wrong: the form that comes back says that the shield was looked at.
    if is_to_be_asked(me, request.form, choice):
        values["shield"] = "1"
        asked = _(
            "Under a pseudonym, a problem is hidden from people at your organisation unless you say otherwise. It is "
            "set so below now: look whether that is right, and post it."
        )
        errors.setdefault("shield", asked)
    return values, errors, choice


def _review(is_pseudonym: bool, slug: str, thread_id: int | None, **texts: str) -> Review | None:
    return guarding.check(request.form, texts, pseudonym=is_pseudonym, network_slug=slug, thread_id=thread_id)


@blueprint.post("/t/<int:thread_id>/replies")
@active
@preview.limited(REPLY_LIMIT)
def post_reply(thread_id: int) -> ResponseReturnValue:
    """Answer a post."""
    me = require_me()
    found = visible_thread(me, thread_id)
    choice, wrong = check_choice(request.form)
    is_pseudonym = (found.my_voice or choice.voice) == PSEUDONYM
    files = attaching.attached(me, is_sealed=is_pseudonym)
    body = files.body
    parent_id = parse_id(request.form.get("parent")) or found.opening_post_id
    wish = Wish(me.thread_view, None, parent_id, typed=body, key=form_key(), choice=choice)
    wish.errors = {**check_body(body), **files.errors, **wrong, **voice_taken(found.my_voice, choice.voice)}
    if not policy.may_reply(me, found):
        wish.errors = {"body": _("You can't reply here now. Your text is kept below.")}
    elif preview.is_asked():
        wish.preview, wish.errors, status = preview.in_form(me, body, wish.errors)
        return show(me, found, wish), status
    if wish.errors:
        return show(me, found, wish), 422 if me.may_reply else 403
    wish.review = _review(is_pseudonym, found.network_slug, thread_id, body=body)
    if wish.review is not None:
        wish.typed = wish.review.texts["body"]
        return show(me, found, wish), wish.review.status
    return _send_reply(me, found, wish, Draft(body, choice.voice, thread_id=thread_id, parent_id=parent_id))


def _send_reply(me: Me, found: AnyRow, wish: Wish, draft: Draft) -> ResponseReturnValue:
    assert wish.choice is not None
    try:
        sent = send(me, draft, wish.choice.waits)
    except Refused as refused:
        if refused.reason != "voice":
            abort(404)
        # In another window they have just written here otherwise.
        me = replace(me, places=places_of(me.id))
        found = visible_thread(me, found.id)
        wish.errors = voice_taken(found.my_voice, draft.voice)
        return show(me, found, wish), 422
    if isinstance(sent, str):
        wish.errors = {"wait": sent}
        return show(me, found, wish), 422
    if sent is None:
        return redirect(url_for("threads.waiting_page"), 303)
    return redirect(url_for("threads.post", post_id=sent), 303)
