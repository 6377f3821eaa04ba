"""Posts as results of the search: their threads as lists show them, and who wrote the post that was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from flask.globals import app_ctx
from markupsafe import Markup
from sqlalchemy import bindparam, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, Id
from knowledge_exchange.core.i18n import language, today
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.core.templating import macro
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.models import NetworkLevel, Participant
from knowledge_exchange.search.cards import Card
from knowledge_exchange.threads.listing import SEEN, Item, from_places, items, marked, of_mine
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable

#: Cards that are kept in each process, about 3 kB each with the post.
MOST_KEPT = 2048

_me = bindparam("me", type_=Id)
_POSTS = Read(
    select(
        *SEEN,
        Post.id.label("post_id"),
        Post.html,
        Post.created_at,
        Thread.opening_post_id,
        Voice.name.label("by"),
        Voice.kind.label("voice_kind"),
        Network.slug,
        Network.name,
    )
    .select_from(Post)
    .join(Voice, Voice.id == Post.voice_id)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Network, Network.id == Thread.network_id)
    .outerjoin(Participant, of_mine)
    .outerjoin(NetworkLevel, marked)
    .where(is_one_of(Post.id, "posts"), Post.deleted_at.is_(None), readable(_me))
)


def thread_cards(me: Me, post_ids: Sequence[int]) -> Mapping[int, Card]:
    """These posts as cards, by id; those that the member may not read are left out. One statement, to four."""
    rows = from_places(me, _POSTS.all(me=me.id, posts=list(post_ids)))
    moment = (app_ctx.app.name, today(me.zone), language())
    threads = {row.id: row for row in rows}
    said = {item.id: item for item in items(list(threads.values()), {row.network_id: row for row in rows})}
    return {row.post_id: _card(said[row.id], _written(row), me.zone, moment) for row in rows if row.id in said}


def _written(row: AnyRow) -> tuple[int, str, str, bool, datetime, bool]:
    """Of the post itself: id, HTML, who wrote it, whether under a pseudonym, when, and whether it opens its thread."""
    is_opening = row.post_id == row.opening_post_id
    return row.post_id, row.html, row.by, row.voice_kind == "pseudonym", row.created_at, is_opening


@lru_cache(maxsize=MOST_KEPT)
def _card(
    item: Item, written: tuple[int, str, str, bool, datetime, bool], zone: str, _moment: tuple[str, date, str]
) -> Card:
    post_id, html, by, is_pseudonym, at, is_opening = written
    part = {name: macro("threads/_found.html", name) for name in ("sign", "facts", "tail")}
    return Card(
        url=item.url if is_opening else f"/p/{post_id}",
        title=item.title,
        html=html,
        sign=Markup(part["sign"](item, zone)),  # noqa: S704 -- the macros escape
        facts=Markup(part["facts"](item, by, is_pseudonym, at, is_opening, zone)),  # noqa: S704
        tail=Markup(part["tail"](item)),  # noqa: S704
        thread_id=item.id,
    )
