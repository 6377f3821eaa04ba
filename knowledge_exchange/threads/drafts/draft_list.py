"""Where one's drafts would stand: for the list of them, and for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.own_data import Rows
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.threads.drafts.draft_content import Kept
from knowledge_exchange.threads.drafts.drafts import Drawer
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.queries import readable

REPLY, EDIT, NEW = "reply", "edit", "new"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft would stand: its name, the way there, and to the form with the draft in it."""

    name: str
    url: str
    form_url: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft in the list. ``place``: None where it is not for its author any more. ``is_older``: of several of one
    form, the newest stands in the form by itself."""

    kept: Kept
    kind: str
    place: Place | None
    is_older: bool


def listed(me: Me, drafts: Sequence[Kept]) -> list[Listed]:
    """All of them with their places, in the order given. At most three statements."""
    places = _places(me, drafts)
    seen: set[str] = set()
    found = []
    for kept in drafts:
        kind = kept.form.partition(":")[0]
        found.append(
            Listed(kept, kind, places.get(kept.form) and _with_form(places[kept.form], kept), kept.form in seen)
        )
        seen.add(kept.form)
    return found


def form_url(form: str) -> str:
    """The address of the page on which a form stands."""
    kind, _, of = form.partition(":")
    return {REPLY: f"/t/{of}#reply", EDIT: f"/p/{of}/edit", NEW: f"/n/{of}/new"}[kind]


def _with_form(place: Place, kept: Kept) -> Place:
    address, mark, part = form_url(kept.form).partition("#")
    return Place(place.name, place.url, f"{address}?draft={kept.id}{mark}{part}")


def _places(me: Me, drafts: Sequence[Kept]) -> dict[str, Place]:
    of: dict[str, set[str]] = {REPLY: set(), EDIT: set(), NEW: set()}
    for kept in drafts:
        kind, _, thing = kept.form.partition(":")
        of[kind].add(thing)
    found = {f"{REPLY}:{row.id}": Place(row.title, f"/t/{row.id}", "") for row in _threads(me, of[REPLY])}
    found |= {f"{EDIT}:{row.id}": Place(row.title, f"/p/{row.id}", "") for row in _posts(me, of[EDIT])}
    return found | {f"{NEW}:{row.slug}": Place(row.name, f"/n/{row.slug}", "") for row in _networks(me, of[NEW])}


def _threads(me: Me, ids: set[str]) -> Sequence[AnyRow]:
    if not ids:
        return ()
    query = select(Thread.id, Thread.title).join(Network, Network.id == Thread.network_id)
    return db.session.execute(query.where(Thread.id.in_(map(int, ids)), readable(me.id))).all()


def _posts(me: Me, ids: set[str]) -> Sequence[AnyRow]:
    if not ids:
        return ()
    query = select(Post.id, Thread.title).join(Thread, Thread.id == Post.thread_id)
    query = query.join(Network, Network.id == Thread.network_id)
    return db.session.execute(query.where(Post.id.in_(map(int, ids)), Post.deleted_at.is_(None), readable(me.id))).all()


def _networks(me: Me, slugs: set[str]) -> Sequence[AnyRow]:
    if not slugs:
        return ()
    return db.session.execute(
        select(Network.slug, Network.name).where(Network.slug.in_(slugs), readable_by(me.id))
    ).all()


def drafts_of(member_id: int) -> Rows:
    """One's own data: every draft, with what was typed; also one that was discarded, while it can be brought back."""
    drawer = Drawer(member_id)
    found = [{"form": kept.form, "typed_at": kept.at, **kept.values} for kept in drawer.all()]
    thrown = [{"discarded_at": one.at, "form": one.kept.form, **one.kept.values} for one in drawer.discarded()]
    return found + thrown
