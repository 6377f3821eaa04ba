"""Where sanctions show on pages of others: the menu of a post, and the network for its moderators."""

from __future__ import annotations

from flask import Flask, render_template

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.acts import acting
from knowledge_exchange.moderation.sanctions.sanction_routes import offered
from knowledge_exchange.threads.muted import muted_words
from knowledge_exchange.threads.parts import part


def init_app(app: Flask) -> None:
    """Put them there."""
    part(app, "post_menu", in_menu, 80)
    part(app, "network_above", muted_here, 5)
    part(app, "network_beside", beside_network, 80)


def in_menu(me: Me, thread: AnyRow, post: AnyRow) -> str:
    """What whoever reads a post may impose on its author, under their name or behind a pseudonym."""
    aims = policy.is_pseudonym(post) and policy.may_remove(me, thread.my_role)
    may = offered(me, thread, post)[1]
    if not (aims or may):
        return ""
    is_officer = policy.is_officer(me)
    return render_template("moderation/_post_menu.html", thread=thread, post=post, aims=aims, is_officer=is_officer)


def muted_here(_me: Me, network: AnyRow) -> str:
    """Until when its reader cannot write in a network."""
    words = muted_words(network.muted_until, network.name)
    return render_template("moderation/_muted.html", words=words) if words else ""


def beside_network(me: Me, network: AnyRow) -> str:
    """The way to what holds in a network, for those who act there."""
    if not acting.acted_as(me, network):
        return ""
    return render_template("moderation/_sanctions_link.html", network=network)
