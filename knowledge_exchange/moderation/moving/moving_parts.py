"""What pages say of threads that were split, and where moderators find how to move, merge and split them."""

from __future__ import annotations

from flask import Flask, render_template
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.parts import part
from knowledge_exchange.threads.queries import readable

#: Threads that were split from one, of which its page names so many.
MOST_NAMED = 5


def init_app(app: Flask) -> None:
    """Put them on the pages."""
    part(app, "above", above_thread, order=40)
    part(app, "post_menu", in_menu, order=70)
    part(app, "network_beside", beside_network, order=60)


def above_thread(me: Me, thread: AnyRow) -> str:
    """From which thread this one was split, and which were split from it; as far as its reader may read those.

    A thread that no moderator has touched costs no statement.
    """
    if not thread.acts and thread.split_from is None:
        return ""
    query = select(Thread.id, Thread.title, Thread.split_from).join(Network, Network.id == Thread.network_id)
    related = query.where((Thread.split_from == thread.id) | (Thread.id == thread.split_from), readable(me.id))
    found = db.session.execute(related.order_by(Thread.id.desc()).limit(MOST_NAMED + 1)).all()
    if not found:
        return ""
    parent = next((one for one in found if one.id == thread.split_from), None)
    made = [one for one in found if one is not parent][:MOST_NAMED]
    return render_template("moderation/_split.html", parent=parent, made=made)


def in_menu(me: Me, thread: AnyRow, post: AnyRow) -> str:
    """Lines for whoever may act there: about the thread at its opening post, about a branch at each reply."""
    if not acted_as(me, thread):
        return ""
    return render_template("moderation/_moving_menu.html", thread=thread, post=post)


def beside_network(me: Me, network: AnyRow) -> str:
    """For whoever acts there, the way to many threads at once."""
    return render_template("moderation/_choose_link.html", network=network) if acted_as(me, network) else ""
