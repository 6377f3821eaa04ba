"""“Answered before?”: threads that may say what a new problem asks, while its title is typed or before it is posted."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import TYPING_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.search.finding import alike, plainly
from knowledge_exchange.search.language import parse
from knowledge_exchange.threads.limits import MAX_TITLE_CHARS
from knowledge_exchange.threads.listing import Item, threads_by_id
from knowledge_exchange.threads.routes import blueprint

#: Threads that are shown: more would stand between the title and the text.
MOST_SHOWN = 4
#: Titles shorter than this say too little.
SHORTEST_TITLE = 8
#: A form's word that its reader has no script, and has not been shown what is similar yet.
ASKS = "similar"
_EMPTY = 204


def similar_to(me: Me, title: str) -> list[Item]:
    """Threads that the member may read and that may say what this title asks, answered ones first."""
    if len(title) < SHORTEST_TITLE:
        return []
    hits = alike(me, title, MOST_SHOWN)
    found = threads_by_id(me, [hit.thread_id for hit in hits if hit.thread_id is not None])
    return [found[hit.thread_id] for hit in hits if hit.thread_id in found]


def to_be_shown(me: Me, form: Mapping[str, str], values: Mapping[str, str]) -> list[Item]:
    """What a form that came in is to show before its problem is posted: once, and only where the form asks for it.

    It stands in the way of posting: only threads that are called much the same are worth that.
    """
    title = values.get("title", "")
    if ASKS not in form or values.get("kind") != "problem":
        return []
    said = _telling(title)
    return [item for item in similar_to(me, title) if 2 * len(said & _telling(item.title)) >= len(said)]


def _telling(title: str) -> set[str]:
    """The stems of the words in a title that say something."""
    return {word.stem for word in parse(plainly(title)).words if not word.is_stop}


@blueprint.post("/similar")
@active
@limiter.limit(TYPING_LIMIT)
def similar() -> ResponseReturnValue:
    """What is similar to the ``title``, as a part of the page; 204 where nothing is. It is neither kept nor logged."""
    me = require_me()
    title = clean_line(request.form.get("title", ""))[:MAX_TITLE_CHARS]
    threads = similar_to(me, title)
    if not threads:
        return "", _EMPTY
    return render_template("threads/_similar_found.html", similar=threads, zone=me.zone)
