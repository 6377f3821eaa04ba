"""The guard before posting: what a text would give away, asked when a form comes in, and by its page before that."""

from __future__ import annotations

from collections.abc import Mapping

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import clean_line, clean_text
from knowledge_exchange.guard.reviewing import Known, Review, review
from knowledge_exchange.networks.organisation_index import organisation_index
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.composing.asking import typed_under_prompts
from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_TITLE_CHARS
from knowledge_exchange.threads.models import Post, Voice
from knowledge_exchange.threads.routes import blueprint
from knowledge_exchange.verification.fitting import few_fit

#: The name of the button of every form that the guard looks at.
FROM_A_PAGE = "guard"
#: Of those who write in a thread, the names of so many are looked for in any spelling.
MOST_PEOPLE = 200


def check(
    form: MultiDict[str, str],
    texts: Mapping[str, str],
    *,
    pseudonym: bool,
    network_slug: str,
    thread_id: int | None = None,
) -> Review | None:
    """Whether a form that came in may be posted (None), or is to be shown again with what was found.

    ``texts``: what others will read, by field. To be called after all other checks and before anything is written.
    What may identify a colleague or the author stops a form of a page (its button says :data:`FROM_A_PAGE`), where
    there is somebody to ask; a program that posts is answered for patients' sake alone.
    """
    strict = FROM_A_PAGE in form or "looked_at" in form
    return _review(
        require_me(), form, texts, pseudonym=pseudonym, strict=strict, slug=network_slug, thread_id=thread_id
    )


def people_of(thread_id: int) -> list[str]:
    """Under which own names people write in a thread: whoever reads it sees them.

    Members who have opted in to be found elsewhere are not added: there are none yet, and the guard finds their names
    by their shape, like everybody's, so that it tells nobody who is a member.
    """
    query = (
        select(Voice.name)
        .join(Post, Post.voice_id == Voice.id)
        .where(Post.thread_id == thread_id, Post.deleted_at.is_(None), Voice.kind == "own")
        .distinct()
        .limit(MOST_PEOPLE)
    )
    return list(db.session.scalars(query))


def _review(
    me: Me,
    form: MultiDict[str, str],
    texts: Mapping[str, str],
    *,
    pseudonym: bool,
    strict: bool,
    slug: str,
    thread_id: int | None,
) -> Review | None:
    def known() -> Known:
        people = people_of(thread_id) if thread_id is not None else []
        # Under a pseudonym also what the post is not to bear: the author’s name, and what they do.
        own = [word for word in (me.name, me.title) if word]
        return [*people, *own] if pseudonym else people, organisation_index()

    def few(text: str) -> bool:
        return few_fit(me, text, slug)

    return review(form, texts, strict=strict, known=known, few=few if pseudonym else None)


@blueprint.post("/guard")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def guard() -> ResponseReturnValue:
    """What the page asks before it sends a form: the same check, told before the post, names under one's own name too.

    Takes the form's fields, and of its place ``thread`` or ``network``. The text is neither kept nor logged. Answers
    JSON: ``asks`` (whether there is anything to show), ``html`` to show, ``texts`` as masked.
    """
    me = require_me()
    texts = {"title": clean_line(request.form.get("title", "")), "body": clean_text(request.form.get("body", ""))}
    texts |= typed_under_prompts(request.form)
    if len(texts["title"]) > MAX_TITLE_CHARS or sum(map(len, texts.values())) > MAX_TITLE_CHARS + MAX_BODY_CHARS:
        return _nothing()  # the form itself says that it is too long
    thread_id = parse_id(request.form.get("thread"))
    found = queries.thread_visible_to(me, thread_id) if thread_id is not None else None
    slug = found.network_slug if found is not None else request.form.get("network", "")
    result = _review(
        me,
        request.form,
        {field: text for field, text in texts.items() if field in request.form},
        pseudonym=_is_pseudonymous(me, found.id if found is not None else 0),
        strict=True,
        slug=slug,
        thread_id=found.id if found is not None else None,
    )
    if result is None:
        return _nothing()
    return jsonify(asks=True, html=result.html, texts=result.texts)


def _is_pseudonymous(me: Me, thread_id: int) -> bool:
    """Whether it will stand under a pseudonym: chosen in the form, or by what they wrote in the thread before."""
    if "pseudonym" in request.form:
        return True
    return request.form.get("voice", "pseudonym" if thread_id in me.places else "own") == "pseudonym"


def _nothing() -> ResponseReturnValue:
    return jsonify(asks=False, html="", texts={})
