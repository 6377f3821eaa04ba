"""Verbs on threads and posts, done by chance: whatever changes what is there to be found, and what takes it back."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update

from knowledge_exchange.core.db import AnyRow, db, unit_of_work
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.networks import tag_lists
from knowledge_exchange.networks.care_models import NetworkTag
from knowledge_exchange.networks.shield import Hidden
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.curation import (
    curating,
    merging,
    post_curating,
    redacting,
    relocating,
    splitting,
    stale,
)
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.official import official
from knowledge_exchange.threads.tags import tags
from knowledge_exchange.threads.veils import shielding
from knowledge_exchange.threads.veils.speaking import OWN, PSEUDONYM
from tests.threads.chance import WORDS, Chance, Undo

KINDS = ("problem", "advice", "discussion")
PASSAGE = "ward"


class Verbs(Chance):
    """Each is one verb of threads or posts, on whatever the dice fall; it returns what takes it back."""

    def settle(self) -> None:
        """Threads to begin with, and tags of their network."""
        with unit_of_work():
            for name in ("Rotas", "Pay"):
                tag_lists.add(self.here.north_west, name)
        for _turn in range(3):
            self.run(self.start)
            for _reply in range(4):
                self.run(self.reply)

    def do(self) -> None:
        """One deed."""
        self.run(self.dice.choice(VERBS).__get__(self))

    def start(self) -> None:
        network = self.dice.choice([self.here.north_west, self.here.national])
        title = " ".join(self.dice.choices(WORDS, k=4))
        me, is_hidden = self.someone(), self.dice.random() < 0.3
        hidden = Hidden(me.id, frozenset(), frozenset({self.here.outsider.id})) if is_hidden else None
        voice = PSEUDONYM if is_hidden else OWN
        actions.start_thread(me, network, self.dice.choice(KINDS), title, self.text(), voice, hidden)

    def reply(self) -> None:
        thread = self.thread()
        if thread is not None:
            posts = db.session.scalars(select(Post.id).where(Post.thread_id == thread.id).order_by(Post.id)).all()
            parent = queries.post_by_id(self.dice.choice(posts))
            assert parent is not None
            actions.reply(self.someone(), thread, parent, self.text())

    def edit(self) -> None:
        found = self.post()
        if found is not None:
            thread, post = found
            title = " ".join(self.dice.choices(WORDS, k=3)) if post.parent_id is None else None
            actions.edit(self.moderator, thread, post, self.text(), title)

    def delete(self) -> None:
        found = self.post()
        if found is not None:
            actions.delete_post(*found)

    def accept(self) -> None:
        found = self.post(Thread.kind == "problem", Post.parent_id.is_not(None))
        if found is not None:
            actions.accept(self.moderator, *found)

    def unaccept(self) -> Undo | None:
        thread = self.thread(Thread.answer_id.is_not(None))
        if thread is None:
            return None
        was = stale.state_of(thread.id)
        actions.unaccept(thread)
        now = stale.state_of(thread.id)
        return lambda: self.with_thread(thread.id, lambda row: stale.put_back(row, was, now))

    def change_kind(self) -> Undo | None:
        thread = self.thread()
        kept = curating.change_kind(thread, self.dice.choice(KINDS)) if thread is not None else None
        if thread is None or kept is None:
            return None
        return lambda: self.with_thread(thread.id, lambda row: curating.put_back(row, kept))

    def rename(self) -> Undo | None:
        thread = self.thread()
        kept = curating.set_facts(thread, title=" ".join(self.dice.choices(WORDS, k=3))) if thread else None
        if thread is None or kept is None:
            return None
        return lambda: self.with_thread(thread.id, lambda row: curating.put_back(row, kept))

    def take_thread_away(self) -> Undo | None:
        thread = self.thread()
        if thread is None:
            return None
        kept = curating.take_away(thread, self.dice.choice(["hidden", "removed"]))
        return lambda: self.with_thread(thread.id, lambda row: curating.bring_back(row, kept))

    def take_post_away(self) -> Undo | None:
        found = self.post(Post.parent_id.is_not(None))
        if found is None:
            return None
        kept = post_curating.take_away(*found, self.dice.choice(["hidden", "removed"]))
        return self.undo_of_post(found[1].id, lambda thread, post: post_curating.bring_back(thread, post, kept))

    def edit_as_moderator(self) -> Undo | None:
        found = self.post()
        kept = post_curating.edit(*found, self.text(), "moderator", "Plainer.") if found else None
        if found is None or kept is None:
            return None
        return self.undo_of_post(found[1].id, lambda thread, post: post_curating.take_back_edit(thread, post, kept))

    def redact(self) -> Undo | None:
        found = self.post(Post.body.contains(PASSAGE))
        kept = redacting.redact(*found, redacting.prepare(found[1], PASSAGE)) if found else None
        if found is None or kept is None:
            return None
        return self.undo_of_post(found[1].id, lambda thread, post: redacting.put_back(thread, post, kept))

    def move(self) -> Undo | None:
        thread = self.thread()
        if thread is None:
            return None
        other = self.here.national if thread.network_id == self.here.north_west else self.here.north_west
        kept = relocating.move(thread, other)
        return lambda: self.with_thread(thread.id, lambda row: _if_there(row, other, kept))

    def merge(self) -> Undo | None:
        thread = self.thread()
        into = self.thread(Thread.id != thread.id) if thread is not None else None
        if thread is None or into is None:
            return None
        kept = merging.merge(thread, into)
        return lambda: self.with_two(thread.id, into.id, lambda one, two: merging.unmerge(one, two, kept))

    def split(self) -> Undo | None:
        found = self.post(Post.parent_id.is_not(None))
        if found is None:
            return None
        thread, post = found
        branch = merging.branch_of(thread.id, post.id)
        new, kept = splitting.split(thread, branch, "Agency nights apart", "problem")
        return lambda: self.with_two(thread.id, new, lambda one, two: splitting.unsplit(one, two, kept))

    def choose_tags(self) -> None:
        thread = self.thread(Thread.network_id == self.here.north_west)
        if thread is not None:
            tags.choose(thread, self.dice.sample(["rotas", "pay"], self.dice.randint(0, 2)))

    def delete_tag(self) -> Undo | None:
        tag = db.session.execute(select(NetworkTag.id, NetworkTag.slug, NetworkTag.name)).first()
        if tag is None:
            return None
        threads = tags.delete_tag(tag)
        return lambda: tags.bring_back(self.here.north_west, tag.name, threads)

    def shield(self) -> None:
        thread = self.thread(Thread.is_shielded.is_(False))
        if thread is not None:
            shielding.extend_shield(self.moderator, thread, members=[self.here.outsider.id])

    def answer_officially(self) -> Undo | None:
        thread = self.thread()
        if thread is None:
            return None
        answer = official.Answer(self.text(), "england", date(2026, 11, 1), date(2027, 11, 1), self.text())
        post_id = official.give(self.moderator, thread, answer)
        return lambda: self.officially(post_id, official.change, answer)

    def withdraw(self) -> Undo | None:
        thread = self.thread(Thread.official_id.is_not(None), Thread.official_withdrawn_at.is_(None))
        if thread is None:
            return None
        self.officially(thread.official_id, official.withdraw, "It is out of date.")
        return lambda: self.officially(thread.official_id, official.restore)

    def outdate(self) -> None:
        found = self.post()
        if found is not None:
            old = update(Post).where(Post.id == found[1].id)
            db.session.execute(old.values(body=self.text().body, renderer=RENDERER_VERSION - 1))
            self.is_stale = True


def _if_there(thread: AnyRow, network_id: int, kept: dict[str, Any]) -> None:
    if thread.network_id == network_id:
        relocating.move_back(thread, kept)


#: What moderators and officers undo.
UNDOABLE = (
    *(Verbs.unaccept, Verbs.change_kind, Verbs.rename, Verbs.take_thread_away, Verbs.take_post_away),
    *(Verbs.edit_as_moderator, Verbs.redact, Verbs.move, Verbs.merge, Verbs.split, Verbs.delete_tag),
    *(Verbs.answer_officially, Verbs.withdraw),
)
#: All of them, those more often that keep something there to be acted on.
VERBS = (
    *(Verbs.start, Verbs.start, Verbs.reply, Verbs.reply, Verbs.reply, Verbs.edit, Verbs.delete),
    *(Verbs.accept, Verbs.accept, Verbs.unaccept, Verbs.change_kind, Verbs.rename),
    *(Verbs.take_thread_away, Verbs.take_post_away, Verbs.edit_as_moderator, Verbs.redact, Verbs.move),
    *(Verbs.merge, Verbs.split, Verbs.choose_tags, Verbs.choose_tags, Verbs.delete_tag, Verbs.shield),
    *(Verbs.answer_officially, Verbs.withdraw, Verbs.outdate, Verbs.take_back, Verbs.take_back, Verbs.take_back),
)
