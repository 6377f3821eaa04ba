"""A browser with scripts, as far as the live stream goes: it keeps what it was told. Is that true?"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import MAX_ID
from knowledge_exchange.realtime.sockets import NAMESPACE, socketio
from knowledge_exchange.threads.models import Thread
from tests.support.persons import Person

_ARTICLE = re.compile(r'<article class="([^"]*)" id="p(\d+)".*?</article>', re.DOTALL)
_BADGE = re.compile(r'data-unread-count="(\d+)"')
_WAITING = re.compile(r'data-waiting="(\d+)"')
_CURSOR = re.compile(r'name="live-cursor" content="(\d+)"')
#: What the script fetches anew by itself when a thread changes (buttons), or writes itself (times as words).
_NOT_COMPARED = re.compile(r'<div class="acts">.*?</div>|(?<=>)[^<]*(?=</time>)', re.DOTALL)


@dataclass
class Shown:
    """What a page of one thread shows: replies as their HTML, the answer, the number on the badge."""

    posts: dict[str, str] = field(default_factory=dict)
    answer: str | None = None
    unread: int = 0
    is_there: bool = True


@dataclass
class Browser:
    """One member's page of one thread. Offline while it has no ``socket``."""

    app: Flask
    person: Person
    thread: str = ""
    shown: Shown = field(default_factory=Shown)
    notices: set[str] = field(default_factory=set)
    cursor: str = ""
    counted: int = 0
    #: How much its queue holds, as its navigation shows it.
    waiting: int = 0
    seen: set[str] = field(default_factory=set)
    socket: Any = None

    def open(self, thread: str) -> None:
        """Load the page of a thread, as after a click; what a page before it held is gone."""
        self.close()
        self.thread, self.counted, self.seen = thread, 0, set()
        page, self.shown = self.fetch()
        found = _CURSOR.search(page)
        self.cursor = found.group(1) if found else ""
        self.notices = self.fresh_notices()
        self.waiting = _number(_WAITING, page)

    def fetch(self) -> tuple[str, Shown]:
        """The page as it is now, and what it shows."""
        answer = self.person.get(f"/t/{self.thread}", follow_redirects=True)
        page = answer.text
        if answer.status_code != 200 or 'class="cols cols--thread thread"' not in page:
            return page, Shown(is_there=False, unread=_badge(self.person.get("/networks").text))
        shown = Shown(unread=_badge(page))
        for found in _ARTICLE.finditer(page):
            classes = found.group(1).split()
            if "ask" in classes:
                continue
            shown.posts[found.group(2)] = _NOT_COMPARED.sub("", found.group(0))
            if "post--answer" in classes:
                shown.answer = found.group(2)
        return page, shown

    def fresh_notices(self) -> set[str]:
        """The notices that the member may see at this moment."""
        with self.app.app_context():
            mine = hooks.call("notices_between", 0, MAX_ID, [self.person.id], 10_000)
            return set(map(str, hooks.call("notification_payloads", self.person.id, [id_ for id_, _who in mine])))

    def connect(self) -> None:
        """Come back with a socket: follow the thread, take what was missed."""
        self.socket = socketio.test_client(self.app, namespace=NAMESPACE, flask_test_client=self.person.client)
        if not self.socket.is_connected(NAMESPACE):
            self.socket = None
            return
        if not self._ask("watch", thread=self.thread)["ok"]:
            self.shown = Shown(is_there=False, unread=self.shown.unread)
        self._catch_up(self._ask("resume", after=self.cursor))

    def poll(self) -> None:
        """Take what was missed by a plain request, as where no socket comes through."""
        answer = self.person.get(f"/live/since?after={self.cursor}&thread={self.thread}")
        if answer.status_code == 200:
            self._catch_up(answer.json)

    def _ask(self, event: str, **data: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.socket.emit(event, data, namespace=NAMESPACE, callback=True)
        return answer

    def _catch_up(self, answer: dict[str, Any] | None) -> None:
        assert answer is not None
        if answer.get("reset"):
            self.open(self.thread)  # what its line says: this page is old, load it again
            return
        told = [event for event in answer["events"] if "event" in event]
        ids = [int(event["event"]) for event in told]
        assert ids == sorted(set(ids)), "not in order, or twice"
        for event in answer["events"]:
            self._take(event.pop("name"), event)
        self.cursor = answer["cursor"]

    def hear(self, *, again: bool = False) -> None:
        """Take what the socket has brought meanwhile; ``again``: in a thread's new room one may be told twice."""
        if self.socket is None:
            return
        if not self.socket.is_connected(NAMESPACE):  # the server has closed it
            self.socket = None
            return
        for event in self.socket.get_received(NAMESPACE):
            [payload] = event["args"]
            assert again or payload.get("event") not in self.seen, "told twice by one socket"
            self._take(event["name"], payload)

    def close(self) -> None:
        """Lose the line."""
        if self.socket is not None:
            self.socket.disconnect(NAMESPACE)
            self.socket = None

    def _take(self, name: str, event: dict[str, Any]) -> None:
        if event.get("event") in self.seen:
            return
        if "event" in event:
            self.seen.add(event["event"])
            self.cursor = event["cursor"]
        self._must_be_visible(name, event)
        if "unread" in event and int(event["counted"]) >= self.counted:
            self.counted, self.shown.unread = int(event["counted"]), event["unread"]
        if name == "notification":
            self.notices.add(event["id"])
        elif name == "queue":  # what the script does: it asks
            told = self.person.get("/moderation/waiting")
            self.waiting = told.json["waiting"] if told.status_code == 200 and told.json else 0
        elif name != "unread" and event["thread"] == self.thread:
            self._change(name, event)

    def _change(self, name: str, event: dict[str, Any]) -> None:
        if event.get("gone"):
            self.shown = Shown(is_there=False, unread=self.shown.unread)
        elif name == "thread_changed":
            self.shown.answer = event["answer"]
        elif 'class="post ask' not in event["html"]:
            found = _ARTICLE.search(event["html"])
            assert found is not None, event
            self.shown.posts[event["post"]] = _NOT_COMPARED.sub("", found.group(0))

    def _must_be_visible(self, name: str, event: dict[str, Any]) -> None:
        """Nothing of a thread comes to somebody who may not see it at that moment."""
        if name == "unread" or event.get("gone") or not event.get("thread"):
            return
        with self.app.app_context():
            visible = hooks.call("visible_threads", self.person.id)
            may_see = db.session.scalar(visible.where(Thread.id == int(event["thread"]))) is not None
            standing = db.session.get_one(Member, self.person.id).standing
        assert (may_see, standing) == (True, "active"), f"{self.person.name} was told what they may not see: {event}"

    def must_count_right(self) -> None:
        """While it is on line, its badge is right at every moment."""
        if self.socket is None:
            return
        with self.app.app_context():
            now = hooks.call("unread_counts", [self.person.id]).get(self.person.id, 0)
        assert self.shown.unread == now, self._explain("badge", self.shown.unread, now)

    def must_be_true(self) -> None:
        """What it has been told makes the page that it would get now."""
        _page, fresh = self.fetch()
        if not self.shown.is_there:  # a page that says "There is nothing here" has only a badge
            assert self.shown.unread == fresh.unread, self._explain("badge", self.shown.unread, fresh.unread)
            return
        for name in ("is_there", "unread", "answer", "posts"):
            mine, theirs = getattr(self.shown, name), getattr(fresh, name)
            assert mine == theirs, self._explain(name, mine, theirs)
        missing = self.fresh_notices() - self.notices
        assert not missing, self._explain("notices", self.notices, missing)

    def must_know_what_waits(self) -> None:
        """The number beside its queue is that of a fresh page."""
        fresh = _number(_WAITING, self.person.get("/networks").text)
        assert self.waiting == fresh, self._explain("queue", self.waiting, fresh)

    def _explain(self, name: str, mine: object, theirs: object) -> str:
        return html.unescape(
            f"{self.person.name}, thread {self.thread}: {name} is {mine} here, {theirs} on a fresh page"
        )


def _badge(page: str) -> int:
    return _number(_BADGE, page)


def _number(pattern: re.Pattern[str], page: str) -> int:
    found = pattern.search(page)
    return int(found.group(1)) if found else 0
