"""The front door, and the pages that say what this is."""

from __future__ import annotations

from flask import Blueprint, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import public
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import current_me
from knowledge_exchange.core.i18n import today
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import listing
from knowledge_exchange.threads.listing import Item

blueprint = Blueprint("home", __name__)
_TABS = ("all", "unanswered", "advice")
#: Of these there is always room under "Waiting for you".
MOST_UNANSWERED = 2


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    """For visitors what this is; for members what waits for them."""
    me = current_me()
    return _feed(me) if me else render_template("home/landing.html")


def _feed(me: Me) -> str:
    """Five statements, one of them the session's, however much there is."""
    only = request.args.get("show", "all")
    only = only if only in _TABS else "all"
    networks = listing.my_networks(me.id)
    newest = listing.feed(me.id, [network.id for network in networks], only)
    waiting = listing.waiting(me.id)
    if only == "all":
        waiting += _unanswered(newest, waiting)
    above = {thread.id for thread in waiting}
    day = today(me.zone)
    return render_template(
        "home/index.html",
        me=me,
        nav="home",
        only=only,
        networks=networks,
        waiting=waiting,
        feed=[thread for thread in newest if thread.id not in above],
        today=f"{day:%A} {day.day} {day:%B}",
        unread=unread_count(me.id),
        ask_url=url_for("threads.ask"),
        draft_done=session.pop("draft_done", None),
    )


def _unanswered(newest: list[Item], waiting: list[Item]) -> list[Item]:
    """Questions of others that nobody has replied to yet: somebody waits for exactly this reader."""
    room = max(listing.MOST_WAITING - len(waiting), MOST_UNANSWERED)
    open_ones = [thread for thread in newest if thread.state == "unanswered" and not thread.mine]
    known = {thread.id for thread in waiting}
    return [thread for thread in open_ones if thread.id not in known][:room]


@blueprint.get("/rules")
@public
def rules() -> ResponseReturnValue:
    """The house rules."""
    return _plain("home/rules.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is kept about people, and why."""
    return _plain("home/privacy.html")


@blueprint.get("/help")
@public
def help_page() -> ResponseReturnValue:
    """How to use it, and whom to ask."""
    return _plain("home/help.html")


def _plain(template: str) -> str:
    me = current_me()
    return render_template(template, me=me, unread=unread_count(me.id) if me else 0)
