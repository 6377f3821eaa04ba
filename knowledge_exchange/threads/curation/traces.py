"""Links that threads leave in networks which they were moved from: for those who may read them where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import network_page as network_for
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.curation.curation_models import ThreadTrace
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.queries import readable
from knowledge_exchange.threads.routes import blueprint

#: So many stand beside the list.
BESIDE = 3


def traces(me: Me, network_id: int, before: int | None, most: int) -> Sequence[AnyRow]:
    """Threads that left a network, the latest first, as far as this member may read them where they stand now."""
    columns = (ThreadTrace.id, ThreadTrace.thread_id, Thread.title, Network.name.label("network"))
    query = (
        select(*columns)
        .join(Thread, Thread.id == ThreadTrace.thread_id)
        .join(Network, Network.id == Thread.network_id)
        .where(ThreadTrace.network_id == network_id, readable(me.id))
    )
    if before is not None:
        query = query.where(ThreadTrace.id < before)
    return db.session.execute(query.order_by(ThreadTrace.id.desc()).limit(most)).all()


def beside_network(me: Me, network: AnyRow) -> str:
    """The latest of them, beside the list (a part of its page); where there is none for this reader, nothing."""
    if not network.has_traces or not network.may_read:
        return ""
    found = traces(me, network.id, None, BESIDE + 1)
    if not found:
        return ""
    return render_template("threads/_moved.html", network=network, traces=found[:BESIDE], more=len(found) > BESIDE)


@blueprint.get("/n/<slug>/moved")
@active
def moved(slug: str) -> ResponseReturnValue:
    """All of them, page by page."""
    me = require_me()
    network = network_for(me, slug) or abort(404)
    if not network.may_read:
        abort(404)
    found = traces(me, network.id, parse_id(request.args.get("before")), THREADS_A_PAGE + 1)
    shown = found[:THREADS_A_PAGE]
    return render_template(
        "threads/moved.html",
        me=me,
        nav="networks",
        network=network,
        traces=shown,
        older=f"/n/{slug}/moved?before={shown[-1].id}" if len(found) > len(shown) else None,
        newest=f"/n/{slug}/moved" if "before" in request.args else None,
        unread=unread_count(me.id),
    )
