"""The log of moderation: of the whole exchange and of a network."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.acts import act_words
from knowledge_exchange.moderation.openness import log
from knowledge_exchange.networks.routes import visible_network
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("moderation_log", __name__)


@blueprint.get("/log")
@active
def everything() -> ResponseReturnValue:
    """What was done wherever the reader may read."""
    return _page(None)


@blueprint.get("/n/<slug>/log")
@active
def of_network(slug: str) -> ResponseReturnValue:
    """What was done in a network, for those who may read it."""
    network = visible_network(slug)
    if not policy.may_read_log(require_me(), may_read=bool(network.may_read)):
        abort(404)
    return _page(network)


def _page(network: AnyRow | None) -> str:
    me = require_me()
    action = request.args.get("act", "")
    action = action if action in act_words.WORDS else ""
    found = log.shown_to(me, None if network is None else network.id, action, parse_id(request.args.get("before", "")))
    shown = found[: log.ACTS_A_PAGE]
    return render_template(
        "moderation/log.html",
        nav="networks" if network is not None else "",
        unread=unread_count(me.id),
        network=network,
        acts=shown,
        action=action,
        actions=sorted(((word, str(words.log)) for word, words in act_words.WORDS.items()), key=lambda one: one[1]),
        words_of=act_words.words_of,
        who=act_words.who,
        older=_older(network, action, str(shown[-1].id)) if len(found) > len(shown) else None,
    )


def _older(network: AnyRow | None, action: str, before: str) -> str:
    if network is None:
        return url_for(".everything", before=before, act=action or None)
    return url_for(".of_network", slug=network.slug, before=before, act=action or None)
