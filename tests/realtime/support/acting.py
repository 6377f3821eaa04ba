"""Four members who do whatever members can do, in any order, on line and off it: the actions of a property test."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from werkzeug.test import TestResponse

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core import clock
from knowledge_exchange.core.crypto import token_hash
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import LEVELS
from knowledge_exchange.threads.curation import curating, relocating
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.limits import POSTS_A_PAGE
from tests.realtime.support.simulated import Browser
from tests.support.persons import Person, person

NAMES = ("Asha", "Piet", "Wim", "Olu")
MOST_THREADS = 3
#: Nothing, within the overlap of replays, beyond it, overnight, and beyond what is kept.
PAUSES_S = (0.0, 1.0, 20.0, 3600.0, 8 * 24 * 3600.0)
SIGNED_IN_S = 20 * 24 * 3600.0
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

anybody = st.integers(0, len(NAMES) - 1)
#: Which of what there is, counted from the newest; small numbers are found first and shrink best.
which = st.integers(0, 5)


class Exchange(RuleBasedStateMachine):
    """Four members; one network is closed, one open, one private. Time stands still but between steps."""

    app: Flask
    #: Of all examples: ids never go back, so neither may the time.
    moment = START

    @initialize()
    def settle(self) -> None:
        """People in their networks, a thread, and everybody's page of it."""
        self.held: Any = clock.held(Exchange.moment)
        self.held.__enter__()
        mark = secrets.token_hex(4)
        self.slugs = [f"{name}-{mark}" for name in ("closed", "open", "private")]
        self.people = [person(self.app, name, email=f"{name.lower()}.{mark}@people.example") for name in NAMES]
        self.away: set[int] = set()
        self.hidden: dict[int, dict[str, Any]] = {}
        self.waited = 0.0
        with self.app.app_context(), unit_of_work():
            self.network_ids = [
                networks.create_network(slug, slug.title(), kind="interest", visibility=slug.partition("-")[0]).id
                for slug in self.slugs
            ]
            for one in self.people[:3]:
                networks.add_member(one.id, self.network_ids[0])
            for network_id in (self.network_ids[0], self.network_ids[2]):
                networks.set_role(self.people[0].id, network_id, "moderator")
            networks.add_member(self.people[1].id, self.network_ids[2])
        self.threads: list[str] = []
        self.posts: list[tuple[str, str]] = []
        self.wrote: dict[str, int] = {}
        self.start_thread(0, 0)
        self.browsers = [Browser(self.app, one) for one in self.people]
        for browser in self.browsers:
            browser.open(self.threads[0])
            browser.connect()

    def teardown(self) -> None:
        """Everybody comes back once more."""
        if not hasattr(self, "browsers"):
            return
        for who in range(len(self.people)):
            self.come_back(who, by_socket=True)
            self.browsers[who].close()
        self.held.__exit__(None, None, None)
        Exchange.moment += timedelta(days=1)

    def _tick(self, seconds: float = 0.002) -> None:
        Exchange.moment += timedelta(seconds=seconds)
        self.held.__exit__(None, None, None)
        self.held = clock.held(Exchange.moment)
        self.held.__enter__()

    def _send(self, who: int, path: str, /, **fields: str) -> TestResponse:
        """Send a form, and let those who are online take what comes of it."""
        self._tick()
        answer = self.people[who].post(path, **fields)
        assert answer.status_code < 500, answer.text
        self._hear()
        return answer

    def _hear(self, *, again: bool = False) -> None:
        for browser in getattr(self, "browsers", []):
            browser.hear(again=again)
            browser.must_count_right()

    def _post(self, number: int) -> tuple[str, str]:
        return self.posts[-1 - number % len(self.posts)]

    def _thread(self, number: int) -> str:
        return self.threads[-1 - number % len(self.threads)]

    def _said(self, whom: int, mention: str) -> str:
        handle = self._handle(self.people[whom])
        return {"nobody": "Ask early.", "somebody": f"Ask @{handle}.", "all": f"Ask @{self.slugs[0]}."}[mention]

    def _handle(self, one: Person) -> str:
        with self.app.app_context():
            return str(db.session.get_one(Member, one.id).handle)

    def start_thread(self, who: int, network: int) -> None:
        """Post a thread, if this member may."""
        answer = self._send(
            who, f"/n/{self.slugs[network]}/new", kind="problem", title=f"Thread {len(self.threads)}", body="What now?"
        )
        found = re.search(r"/t/(\d+)/", answer.location or "")
        if found is None:
            return
        self.threads.append(found.group(1))
        page = self.people[who].get(answer.location).text
        opening = re.search(r'class="post ask[^"]*" id="p(\d+)"', page)
        assert opening is not None
        self.posts.append((found.group(1), opening.group(1)))
        self.wrote[found.group(1)] = self.wrote[opening.group(1)] = who

    @precondition(lambda self: len(self.threads) < MOST_THREADS)
    @rule(who=anybody, network=st.integers(0, 2))
    def ask(self, who: int, network: int) -> None:
        """Another thread."""
        self.start_thread(who, network)

    # All of a thread on one page: what stands on others is not compared.
    @precondition(lambda self: len(self.posts) < POSTS_A_PAGE)
    @rule(who=anybody, number=which, whom=anybody, mention=st.sampled_from(["nobody", "somebody", "all"]))
    def reply(self, who: int, number: int, whom: int, mention: str) -> None:
        """Answer a post, at whatever depth it stands."""
        thread, parent = self._post(number)
        answer = self._send(who, f"/t/{thread}/replies", body=self._said(whom, mention), parent=parent)
        if answer.status_code == 303 and "/p/" in answer.location:
            self.posts.append((thread, answer.location.rpartition("/")[2]))
            self.wrote[self.posts[-1][1]] = who

    @rule(number=which, whom=anybody, mention=st.sampled_from(["nobody", "somebody", "all"]))
    def edit(self, number: int, whom: int, mention: str) -> None:
        """Change what one wrote."""
        post = self._post(number)[1]
        self._send(self.wrote[post], f"/p/{post}/edit", body=f"Now: {self._said(whom, mention)}", title="Changed")

    @rule(number=which)
    def delete(self, number: int) -> None:
        """Take away what one wrote."""
        post = self._post(number)[1]
        self._send(self.wrote[post], f"/p/{post}/delete")

    @rule(number=which, verb=st.sampled_from(["accept", "unaccept"]))
    def accept(self, number: int, verb: str) -> None:
        """In one's own thread, accept a post as the answer, or no longer."""
        thread, post = self._post(number)
        self._send(self.wrote[thread], f"/p/{post}/{verb}")

    @rule(who=anybody, number=which, by_socket=st.booleans())
    def read(self, who: int, number: int, by_socket: bool) -> None:
        """Read a thread up to a post."""
        thread, post = self._post(number)
        socket = self.browsers[who].socket
        if by_socket and socket is not None:
            self._tick()
            socket.emit("seen", {"thread": thread, "post": post}, namespace="/live", callback=True)
            self._hear()
        else:
            self._send(who, f"/t/{thread}/read", post=post)

    @rule(who=anybody, what=st.sampled_from(["/notifications/read", "/networks/read", "/n/{}/read"]), which=which)
    def read_all(self, who: int, what: str, which: int) -> None:
        """Mark everything read, or a network."""
        self._send(who, what.format(self.slugs[which % 3]))

    @rule(who=anybody, number=which, level=st.sampled_from(LEVELS), whole=st.booleans())
    def choose_level(self, who: int, number: int, level: str, whole: bool) -> None:
        """Choose how loud a thread is, or a network."""
        path = f"/n/{self.slugs[number % 3]}/level" if whole else f"/t/{self._thread(number)}/level"
        self._send(who, path, level=level)

    @rule(who=anybody, network=st.integers(0, 2), comes=st.booleans())
    def come_or_leave(self, who: int, network: int, comes: bool) -> None:
        """Come into a network (let in, where it isn't open), or leave it."""
        if not comes:
            self._send(who, f"/n/{self.slugs[network]}/leave")
            return
        self._tick()
        with self.app.app_context(), unit_of_work():
            networks.add_member(self.people[who].id, self.network_ids[network])
        self._hear()

    @rule(who=anybody)
    def ask_to_join(self, who: int) -> None:
        """Into the closed network, if they are not in it and have not asked."""
        self._send(who, f"/n/{self.slugs[0]}/ask", note="May I?")

    @rule(accept=st.booleans(), undo=st.booleans())
    def decide_in_the_queue(self, accept: bool, undo: bool) -> None:
        """Its moderator answers what has waited longest, and may take it back."""
        found = re.search(r'data-item="(request:\d+)"', self.people[0].get("/moderation").text)
        if found is None:
            return
        word, why = ("accept", "") if accept else ("refuse", "Not now.")
        self._send(0, "/moderation/decide", item=found.group(1), decision=word, reason=why)
        if undo:
            self._send(0, "/moderation/undo", item=found.group(1))

    @rule(whom=anybody, accept=st.booleans())
    def invite(self, whom: int, accept: bool) -> None:
        """Into the private network; they accept or decline."""
        self._send(0, f"/n/{self.slugs[2]}/invitations", who=self._handle(self.people[whom]))
        found = re.search(r'action="(/networks/invitations/\d+)"', self.people[whom].get("/networks").text)
        if found is not None:
            self._send(whom, found.group(1), answer="accept" if accept else "decline")

    @rule(who=st.integers(1, len(NAMES) - 1))
    def suspend(self, who: int) -> None:
        """Take somebody's standing, by the command line."""
        self._tick()
        with self.app.app_context(), unit_of_work():
            change_standing(self.people[who].id, "suspended", "A test.", None)
        self.away.add(who)
        self._hear()
        assert self.browsers[who].socket is None, "a suspended member's socket is open"
        self.browsers[who].poll()  # refused: it brings nothing

    @rule()
    def reinstate(self) -> None:
        """Give it back to all; they sign in again, in the same browser."""
        for who in sorted(self.away):
            self._reinstate(who)

    def _reinstate(self, who: int) -> None:
        self._tick()
        token = secrets.token_urlsafe(32)
        with self.app.app_context(), unit_of_work():
            change_standing(self.people[who].id, "active", "A test.", None)
            db.session.add(SignIn(member_id=self.people[who].id, token_hash=token_hash(token)))
        with self.people[who].client.session_transaction() as session:
            session.update({"_user_id": token, "_fresh": True, "csrf_token": "a token of this test's session"})
        self.away.discard(who)

    @rule(number=which, network=st.integers(0, 2))
    def move(self, number: int, network: int) -> None:
        """A thread goes to another network: whoever may not read that has lost it."""
        self._tick()
        with self.app.app_context(), unit_of_work():
            thread = thread_now(int(self._thread(number)))
            if thread is None or thread.deleted_at is not None or thread.network_id == self.network_ids[network]:
                return
            relocating.move(thread, self.network_ids[network])
        self._hear(again=True)
        self._know_what_came_back()

    @rule(number=which)
    def hide(self, number: int) -> None:
        """A thread is hidden from everybody, or shown again."""
        self._tick()
        with self.app.app_context(), unit_of_work():
            thread = thread_now(int(self._thread(number)))
            if thread is None or thread.gone not in ("", "hidden"):
                return
            if thread.deleted_at is None:
                self.hidden[thread.id] = curating.take_away(thread, "hidden")
            elif thread.id in self.hidden:
                curating.bring_back(thread, self.hidden.pop(thread.id))
        self._hear()

    def _know_what_came_back(self) -> None:
        """Notices that are to be seen again are not told again: the number on the badge is."""
        for browser in self.browsers:
            browser.notices |= browser.fresh_notices()

    @rule(seconds=st.sampled_from(PAUSES_S))
    def wait(self, seconds: float) -> None:
        """Time passes, but not so much that sign-ins run out."""
        self.waited += seconds
        if self.waited < SIGNED_IN_S:
            self._tick(seconds)

    @rule(who=anybody)
    def go_away(self, who: int) -> None:
        """Somebody's line breaks."""
        self.browsers[who].close()

    @rule(who=anybody, by_socket=st.booleans())
    def come_back(self, who: int, by_socket: bool) -> None:
        """Somebody's line is there again, or only plain requests come through; then what they have is true."""
        if who in self.away:
            self._reinstate(who)
        browser = self.browsers[who]
        self._tick()
        if not by_socket:
            browser.close()
            browser.poll()
        elif browser.socket is None:
            browser.connect()
        browser.hear()
        browser.must_be_true()
        if not self.away:  # that somebody is suspended is told to nobody: what they asked waits again with them
            browser.must_know_what_waits()

    @rule(who=anybody, number=which)
    def open_thread(self, who: int, number: int) -> None:
        """Somebody opens the page of another thread."""
        if who in self.away:
            return
        self._tick()
        self.browsers[who].open(self._thread(number))
        self.browsers[who].connect()
        self.browsers[who].must_be_true()
