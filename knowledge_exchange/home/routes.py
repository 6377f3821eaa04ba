"""The front door, and the pages that say what this is."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from flask import Blueprint, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.auth.gate import public
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import current_me
from knowledge_exchange.core.i18n import per_language, today
from knowledge_exchange.core.shells import Hole
from knowledge_exchange.notifications.pages import member_page
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import listing, told
from knowledge_exchange.threads.feeds import feed
from knowledge_exchange.threads.listing import Item
from knowledge_exchange.threads.rows import thread_row, thread_rows

blueprint = Blueprint("home", __name__)
_TABS = ("all", "unanswered", "advice")
#: Of these there is always room under "Waiting for you".
MOST_UNANSWERED = 2
#: Links to networks, kept as HTML.
MOST_LINKS = 1024
_HOLES = {name: Hole(name) for name in ("today", "network_links", "waiting_rows", "feed_rows")}


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    """For visitors what this is; for members what waits for them."""
    me = current_me()
    return _feed(me) if me else render_template("home/landing.html")


def _feed(me: Me) -> bytes:
    """Four statements (one of them the sign-in's), and two more where a thread has changed, however much there is."""
    only = request.args.get("show", "all") if request.query_string else "all"
    only = only if only in _TABS else "all"
    networks = listing.my_networks(me.id)
    needed, newest = feed(me, networks, only)
    waiting = told.waiting(me)
    help_with = _to_help(needed, newest, waiting) if only == "all" else []
    above = {thread.id for thread in (*waiting, *help_with)}
    below = [thread for thread in newest if thread.id not in above]
    draft_done = session.pop("draft_done", None)
    return member_page(
        "home/index.html",
        me,
        {
            "nav": "home",
            "only": only,
            "networks": bool(networks),
            "waiting": bool(above),
            "feed": bool(below),
            "ask_url": "/ask",
            "draft_done": draft_done,
        },
        {
            "today": _day(today(me.zone)),
            "network_links": "".join([_link(network.slug, network.name) for network in networks]),
            "waiting_rows": _rows_why(waiting, help_with, me.zone),
            "feed_rows": thread_rows(below, me.zone),
        },
        keep=not draft_done,
        **_HOLES,
    )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


@lru_cache(maxsize=MOST_LINKS)
def _link(slug: str, name: str) -> str:
    return Markup('<a href="/n/{}">{}</a>').format(slug, name)


def _rows_why(waiting: list[Item], help_with: list[Item], zone: str) -> str:
    """What waits for somebody, each with the reason."""
    help_rows = [thread_row(thread, "h2", _reasons()[1], zone=zone) for thread in help_with]
    return "".join([*[thread_row(thread, "h2", _why(thread), zone=zone) for thread in waiting], *help_rows])


def _why(thread: Item) -> str:
    """Why a thread that somebody was told of waits for them."""
    you_asked, can_you_help, you_follow = _reasons()
    if thread.mine:
        return you_asked
    return can_you_help if thread.state == "unanswered" else you_follow


@per_language
def _reasons() -> tuple[str, str, str]:
    return _("You asked"), _("Can you help?"), _("You follow this")


def _to_help(needed: list[Item], newest: list[Item], waiting: list[Item]) -> list[Item]:
    """Problems of others that this reader may help with: those to be answered by a day, then some that nobody has
    replied to yet: somebody waits for exactly this reader.
    """
    known = {thread.id for thread in waiting}
    found = [thread for thread in needed if not thread.mine and thread.id not in known]
    known |= {thread.id for thread in found}
    room = max(told.MOST_WAITING - len(waiting) - len(found), MOST_UNANSWERED - len(found), 0)
    open_ones = [thread for thread in newest if thread.state == "unanswered" and not thread.mine]
    return found + [thread for thread in open_ones if thread.id not in known][:room]


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
