"""The page on which a member says who may find them, and the directory of those who wish to be found."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active, takes_any_text
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks import profiles
from knowledge_exchange.networks.own_organisation import my_organisation
from knowledge_exchange.networks.profile_forms import MOST_TOPICS, ProfileForm
from knowledge_exchange.networks.profiles import Said, Wanted
from knowledge_exchange.networks.regions import REGIONS
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("profiles", __name__)
BAD_INPUT = 422
MAX_QUERY_CHARS = 100


@blueprint.get("/settings/profile")
@active
def profile() -> ResponseReturnValue:
    """What they have said of themselves so far."""
    me = require_me()
    said = profiles.said_by(me.id)
    return _page(me, ProfileForm(data={**asdict(said), "title": me.title}), said)


@blueprint.post("/settings/profile")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def change_profile() -> ResponseReturnValue:
    """Say it anew; who leaves the directory is out of it at once."""
    me = require_me()
    form = ProfileForm(request.form)
    form.has_handle = me.handle is not None
    if not form.validate():
        return _page(me, form, profiles.said_by(me.id)), BAD_INPUT
    with unit_of_work():
        profiles.say(me.id, form.title.data or "", form.said)
    listed = _("Saved. Other members can find you now.")
    flash(listed if form.said.is_listed else _("Saved. You are not in the directory."), "good")
    return redirect(url_for(".profile"), 303)


def _page(me: Me, form: ProfileForm, said: Said) -> str:
    return render_template(
        "networks/profile_settings.html",
        me=me,
        nav="me",
        form=form,
        is_listed=said.is_listed,
        organisation=my_organisation(me),
        most_topics=MOST_TOPICS,
        unread=unread_count(me.id),
    )


@blueprint.get("/members")
@active
@takes_any_text
def members() -> ResponseReturnValue:
    """Those who wish to be found: all, those who say these words (``q``), those of a region; by name."""
    me = require_me()
    asked = request.args
    region = asked.get("region", "")
    wanted = Wanted(one_line(asked.get("q", ""))[:MAX_QUERY_CHARS], region if region in REGIONS else "")
    found, more = profiles.directory(wanted, one_line(asked.get("after", "")))
    return render_template(
        "networks/directory.html",
        me=me,
        nav="",
        people=found,
        wanted=wanted,
        regions={slug: name for slug, (name, _code) in REGIONS.items()},
        further=_address(wanted, more) if more else None,
        first=_address(wanted) if asked.get("after") else None,
        is_listed=profiles.said_by(me.id).is_listed,
        unread=unread_count(me.id),
    )


def _address(wanted: Wanted, after: str | None = None) -> str:
    """A page of the directory; what goes without saying isn't said."""
    asked = {"q": wanted.text, "region": wanted.region, "after": after}
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"/members?{said}" if said else "/members"
