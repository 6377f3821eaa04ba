"""Somebody has a copy of all tables, of the logs and of the mail folder, but not of the key file.

The story is lived by HTTP. An author asks under a pseudonym and is answered; another member does all that can be done
without a pseudonym: watches, reads, marks as read. Whatever ties the author to the pseudonym must tie the other just
as well, in one copy and in the difference of two: then nothing tells which of them it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.threads.models import Post
from tests.notifications.mailbox import Mailbox
from tests.support.dumps import TO_THE_SECOND, changes, dump, paths, shapes
from tests.support.persons import Person
from tests.support.remote import Remote
from tests.support.servers import Server
from tests.support.worlds import (
    HANDLE,
    TITLE,
    WATCHED,
    WORDS,
    Hidden,
    World,
    at,
    attached,
    build,
    held,
    minutes,
    report,
    sent,
)

#: Not a moment of which a time rounded to five minutes would be equal by chance.
ODD_SECOND = timedelta(seconds=7)
#: All that follows from the first look to the last is done at moments of its own.
STEP = timedelta(minutes=1, seconds=3)


@dataclass
class Act:
    """One thing that the author does: what the dumps before and after it are called, and how it is done."""

    name: str
    do: Callable[[], object]


class Story:
    """The author, a double who reads as the author does, and what is written under pseudonyms."""

    def __init__(self, world: World, office: Mailbox, *, shielded: bool) -> None:
        self.world, self.office = world, office
        self.author = world.author
        # Those who look most like the author: of a hidden thread a colleague, of any other somebody else.
        self.double = world.colleague if shielded else world.control
        self.shielded = shielded
        #: Everybody's rows are of that second.
        self.made = clock.now().isoformat()[:TO_THE_SECOND]
        self.hidden: Hidden | None = None

    def tick(self) -> None:
        """Nobody does two things in one second."""
        self.office.later(STEP)

    def both(self, act: Callable[[Person], object]) -> None:
        """The author and the double do the same, a while apart."""
        for who in (self.author, self.double):
            self.tick()
            act(who)

    def begin(self) -> None:
        """What both did before: they watch the network, and read a peer's thread that the author will answer in."""
        self.thread = self.world.open_thread(self.world.peer, "A question of a peer", "What would you do?")
        for name in ("peer", "watcher", "moderator", "newcomer"):
            self.world.watch_network(self.world.people[name])
        self.both(self.world.watch_network)
        self.world.mail_soon(self.author, self.double)
        self.tick()
        last = str(self.world.reply(self.world.watcher, self.thread, "I should like to know, too."))
        self.both(lambda who: who.get(f"/t/{self.thread}", follow_redirects=True))
        self.both(lambda who: who.post(f"/t/{self.thread}/read", post=last))
        self.both(lambda who: who.post(f"/t/{self.thread}/level", level="watching"))

    def acts(self) -> Iterator[Act]:
        """What the author does under pseudonyms, and what others answer, one after the other."""
        world, author = self.world, self.author

        def ask() -> None:
            self.hidden = world.hide(author, shield="1" if self.shielded else "")

        yield Act("asks", ask)
        assert self.hidden is not None
        thread, opening = self.answered_thread(), self.hidden.opening
        better = {"title": f"{TITLE}!", "body": f"{WORDS} Still."}
        self.tick()
        answer = world.reply(world.peer, thread, "Ask the ward clerk.")
        yield Act("opens the thread", lambda: author.get(f"/t/{thread}", follow_redirects=True))
        yield Act("reads", lambda: author.post(f"/t/{thread}/read", post=str(answer)))
        yield Act("stays", lambda: author.post(f"/t/{thread}/stayed"))
        yield Act("chooses a level", lambda: author.post(f"/t/{thread}/level", level="tracking"))
        draft = {"draft": "a-draft-of-the-author", "parent": str(answer)}
        files: list[str] = []
        form = {"draft_of": f"reply:{thread}", "draft_version": "1"}
        yield Act("keeps a draft", lambda: author.post("/drafts", body="Thank", **form, **draft))
        yield Act("keeps more of it", lambda: author.post("/drafts", body="Thank you", **form, **draft))
        yield Act("replies", lambda: world.reply(author, thread, "Thank you.", **draft))
        yield Act("sends a file", lambda: files.append(attached(author)))
        yield Act("attaches it", lambda: world.reply(author, thread, f"See this. {files[0]}"))
        yield Act("edits", lambda: sent(author, f"/p/{opening}/edit", better))
        yield Act("accepts", lambda: author.post(f"/p/{answer}/accept"))
        yield Act("reports", lambda: report(author, answer))
        yield Act("is held", lambda: held(author, f"/t/{thread}/replies", body=f"A {WATCHED} of mine."))
        yield Act("tags", lambda: author.post(f"/t/{thread}/tags", tag="rotas", seen=""))
        yield Act("tells the end", lambda: sent(author, f"/t/{thread}/outcome", {"body": "It worked."}))
        yield Act("answers a peer", lambda: world.reply(author, self.thread, f"{WORDS} Elsewhere.", voice="pseudonym"))
        self.tick()
        world.reply(world.peer, self.thread, "Good to know.")
        yield Act("reads there", lambda: author.post(f"/t/{self.thread}/read", post=str(self.newest())))

    def answered_thread(self) -> int:
        """The thread that was opened under a pseudonym."""
        assert self.hidden is not None
        return self.hidden.thread

    def newest(self) -> int:
        """The newest post of the peer's thread."""
        query = select(Post.id).where(Post.thread_id == self.thread).order_by(Post.id.desc())
        return int(self.world.rows(query)[0].id)

    def end(self) -> None:
        """Both look through what they were told, and mark everything as read; mail goes out, digests, too."""
        self.both(lambda who: who.get("/notifications"))
        self.both(lambda who: who.post("/notifications/read"))
        self.both(lambda who: who.post("/n/north-west/read"))
        self.both(lambda who: who.post("/networks/read"))
        self.tick()
        # Unread by all, so that there is mail of it.
        self.world.reply(self.world.peer, self.answered_thread(), "Once more: thank you.")
        self.world.reply(self.world.peer, self.thread, "And to all: thank you.")
        for _turn in range(4):
            self.office.decide()
            self.office.later(timedelta(minutes=31))
            self.office.send()
        self.office.later(timedelta(days=8))
        self.office.digests()
        self.office.send()

    def live(self) -> None:
        """From the beginning to the end."""
        self.begin()
        for act in self.acts():
            self.tick()
            act.do()
            assert self.hidden is not None
        self.end()

    def named(self, who: Person) -> set[str]:
        """All that names somebody."""
        return {str(who.id), self.world.handle(who), who.name, who.email}

    def ties(self, pseudonyms: set[str]) -> tuple[set[str], set[str]]:
        """How the author's rows, and the double's, lead to what was written."""
        rows, stop = dump(self.world.app), {str(self.world.north_west), str(self.world.national), self.made}
        theirs, doubles = (paths(rows, self.named(who), pseudonyms, stop) for who in (self.author, self.double))
        return theirs, doubles

    def pseudonyms(self) -> set[str]:
        """All ids and names of what the author wrote under pseudonyms, and its words."""
        assert self.hidden is not None
        voices = [self.world.hidden(self.hidden.thread)]
        posts = self.world.rows(select(Post.id, Post.voice_id).where(Post.body.contains(WORDS)))
        ids = chain.from_iterable((str(row.id), str(row.voice_id)) for row in posts)
        return {*voices[0].ids, voices[0].name, TITLE, WORDS, *ids}


@pytest.fixture(params=["hidden from colleagues", "for all to read"])
def story(request: pytest.FixtureRequest, app: Flask) -> Iterator[Story]:
    """The community, at an odd second."""
    with ExitStack() as time:
        time.enter_context(at(minutes(0) + ODD_SECOND))
        world = build(app)
        yield Story(world, Mailbox(world, time), shielded=request.param == "hidden from colleagues")  # type: ignore[arg-type]


def test_no_row_holds_an_author_beside_their_pseudonym(story: Story) -> None:
    story.live()
    rows, pseudonyms = dump(story.world.app), story.pseudonyms()
    theirs = shapes(rows, story.named(story.author), pseudonyms)
    doubles = shapes(rows, story.named(story.double), pseudonyms)
    assert theirs - doubles == {}, "only the author has these"
    assert doubles - theirs == {}, "only the author lacks these"
    assert shapes(rows, story.named(story.world.peer), pseudonyms) - theirs, "nothing names anybody"


def test_an_author_is_tied_to_their_pseudonym_by_nothing_that_does_not_tie_another_reader(story: Story) -> None:
    story.live()
    theirs, doubles = story.ties(story.pseudonyms())
    assert theirs - doubles == set(), "by these the author is found"
    assert doubles - theirs == set(), "by the lack of these the author is found"
    # Whoever writes under their own name is found at once: else nobody would be.
    theirs, doubles = story.ties({str(story.world.open_thread(story.author, "Under my own name", "And these words."))})
    assert theirs - doubles


def test_what_changes_between_two_dumps_names_an_author_no_more_than_another_reader(story: Story) -> None:
    story.begin()
    told = []
    for act in story.acts():
        story.tick()
        for who in (story.author, story.double):
            who.get("/")  # that they are here is noted to five minutes, whatever they do
        before = dump(story.world.app)
        act.do()
        after = dump(story.world.app)
        theirs = changes(before, after, story.named(story.author))
        doubles = changes(before, after, story.named(story.double))
        if theirs != doubles:
            told.append((act.name, dict(theirs - doubles), dict(doubles - theirs)))
    assert told == []


def test_neither_log_nor_mail_folder_holds_an_author_beside_their_pseudonym(story: Story) -> None:
    story.live()
    pseudonyms = {word.encode() for word in story.pseudonyms()}
    sent = story.office.arrived_raw()
    mine, doubles = ([raw for raw in sent if who.email.encode() in raw] for who in (story.author, story.double))
    assert mine, "the author got no mail"
    assert doubles, "nor the double"
    alike = {_alike(raw) for raw in doubles}
    told = [raw for raw in mine if any(word in raw for word in pseudonyms) and _alike(raw) not in alike]
    assert [raw[:300] for raw in told] == []


def _alike(raw: bytes) -> bytes:
    """A message without what each has for itself, and without whom it is for."""
    return re.sub(rb"(?im)^(?:Message-ID|Date|To|List-Unsubscribe):.*|\d{6,}|/unsubscribe/\S+|=*\w{16,}=*", b"", raw)


@pytest.mark.server
@pytest.mark.databases("sqlite")
def test_a_served_process_logs_nothing_of_who_wrote_what(
    make_app: Callable[..., Flask], serve: Callable[..., Server]
) -> None:
    world = build(make_app(KE_DEMO=True))
    # Whatever takes any time at all is told of: the log holds as much as it ever does.
    server = serve(KE_LOG_LEVEL="DEBUG")
    world.people = {name: cast("Person", Remote(server.url, who)) for name, who in world.people.items()}
    hidden = world.hide(world.author)
    world.reply(world.author, hidden.thread, "Thank you.")
    for path in (f"/t/{hidden.thread}", f"/p/{hidden.opening}/edit", f"/p/{hidden.opening}/nowhere", "/me/data.json"):
        world.author.get(path)
    assert world.author.post(f"/t/{hidden.thread}/read", post="not an id").status_code == 404
    assert world.author.post(f"/p/{hidden.opening}/edit", title="", body="").status_code == 422
    server.stop()
    author = world.author
    named = {str(author.id), HANDLE, author.name, author.email, *hidden.ids, hidden.name, TITLE, WORDS}
    assert server.log, "it logged nothing"
    assert [word for word in named if word in server.log] == []
