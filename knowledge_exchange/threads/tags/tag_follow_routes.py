"""Following tags: the button over a tag's list, and the list of those that one follows."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.networks.tag_lists import MOST_SLUG_CHARS, tag_by_slug
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.routes import blueprint
from knowledge_exchange.threads.tags import tag_follows

#: What the button says: follow from now on, or no longer.
FOLLOW, STOP = "follow", "stop"


def follow_button(me: Me, network: AnyRow) -> str:
    """A part of a network's page: over the list of one tag, whether its reader follows it."""
    slug = request.args.get("tag", "") if network.has_tags and request.query_string else ""
    tag = tag_follows.tag_with(me.id, network.id, slug[:MOST_SLUG_CHARS]) if slug else None
    return render_template("threads/_follow_tag.html", network=network, tag=tag) if tag is not None else ""


@blueprint.post("/n/<slug>/tags/follow")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def follow_tag(slug: str) -> ResponseReturnValue:
    """Follow a tag (``tag``: its slug) of a network that one may read; or (``do`` is ``stop``) no longer."""
    me, is_over = require_me(), request.form.get("do") == STOP
    network = network_for(me, slug)
    if network is None or not network.may_read:
        abort(404)
    with unit_of_work():
        tag = tag_by_slug(network.id, request.form.get("tag", "")[:MOST_SLUG_CHARS]) or abort(404)
        (tag_follows.unfollow if is_over else tag_follows.follow)(me.id, tag.id)
    told = _("You don’t follow “%(tag)s” any more.") if is_over else _("You follow “%(tag)s” now.")
    flash(told % {"tag": tag.name}, "good")
    return redirect("/tags" if request.form.get("from") == "list" else f"/n/{slug}?tag={tag.slug}", 303)


@blueprint.get("/tags")
@active
def followed_tags() -> ResponseReturnValue:
    """The tags that I follow."""
    me = require_me()
    followed = tag_follows.followed_by(me.id)
    return render_template(
        "threads/followed_tags.html", me=me, nav="networks", followed=followed, unread=unread_count(me.id)
    )
