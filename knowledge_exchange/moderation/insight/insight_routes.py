"""Insight into a network, for those who may read it, and into the whole exchange, for all members; page and CSV."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, render_template
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.csv_text import csv_answer
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.shells import fragment
from knowledge_exchange.moderation.insight import insight_charts
from knowledge_exchange.moderation.insight.insight import FEWEST_PEOPLE
from knowledge_exchange.moderation.insight.insight_pages import as_csv, asked_often, duration, lines_of
from knowledge_exchange.networks.queries import network_page
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.parts import part

blueprint = Blueprint("insight", __name__)


def init_app(app: Flask) -> None:
    """Bring the pages, and the way to them from each network."""
    app.register_blueprint(blueprint)
    part(app, "network_beside", _link, order=80)


def _link(_me: Me, network: AnyRow) -> str:
    return fragment("moderation/_beside_insight.html", slug=network.slug)


@blueprint.get("/n/<slug>/insight")
@active
def network(slug: str) -> ResponseReturnValue:
    """Twelve months of a network."""
    return _page(_network(slug))


@blueprint.get("/n/<slug>/insight.csv")
@active
def network_csv(slug: str) -> ResponseReturnValue:
    """The same numbers as a file."""
    return _file(_network(slug))


@blueprint.get("/insight")
@active
def exchange() -> ResponseReturnValue:
    """Twelve months of the whole exchange."""
    return _page(None)


@blueprint.get("/insight.csv")
@active
def exchange_csv() -> ResponseReturnValue:
    """The same numbers as a file."""
    return _file(None)


def _network(slug: str) -> AnyRow:
    found = network_page(require_me(), slug)
    return found if found is not None and found.may_read else abort(404)


def _page(found: AnyRow | None) -> str:
    """Three statements, however much there is: the months, the titles, the badge."""
    me = require_me()
    lines = lines_of(found.id if found is not None else None)
    asked = asked_often(me, lines)
    return render_template(
        "moderation/insight.html",
        me=me,
        nav="networks",
        network=found,
        lines=lines,
        asked=asked,
        has_numbers=any(line.shown for line in lines),
        duration=duration,
        fewest=FEWEST_PEOPLE,
        first_replies=insight_charts.first_replies(lines),
        in_a_day=insight_charts.in_a_day(lines),
        again=insight_charts.again(asked),
        unread=unread_count(me.id),
    )


def _file(found: AnyRow | None) -> Response:
    lines = lines_of(found.id if found is not None else None)
    name = found.slug if found is not None else "exchange"
    return csv_answer(f"insight-{name}", as_csv(lines, asked_often(require_me(), lines)))
