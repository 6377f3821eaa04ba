"""Employer-safe mail: by default it names neither author, title, network nor union, in no part and no header."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.digest import PERIODS
from knowledge_exchange.notifications.letter_words import EXCERPT_CHARS
from knowledge_exchange.notifications.letters import write_mail
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Thread
from tests.notifications.mailbox import Mailbox, html_of, text_of
from tests.support.community import Community

UNION = ("managers in partnership", "union", "unison", "fda", "nhs", "mip")


def everything(message: EmailMessage, raw: bytes) -> str:
    """All that anybody can read of a message: the bytes, and each header and part as they are understood."""
    # A link's token says nothing to anybody, and might spell a short word.
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    text = "\n".join([raw.decode("ascii"), headers, text_of(message), html_of(message)])
    return re.sub(r"/unsubscribe/[\w-]+|[0-9a-f]{16,}@|\.[0-9a-f]{16}@", "", text).lower()


@pytest.fixture
def demo(make_app: Callable[..., Flask]) -> Flask:
    """The demo community: titles, names and networks such as people write."""
    from knowledge_exchange.cli.demo_loading import load_community

    app = make_app(KE_DEMO=True, KE_BASE_URL="https://kx.example.net", KE_MAIL_FROM="news@kx.example.net")
    with app.app_context():
        load_community()
    return app


def test_seeded_notices_never_start_mail(demo: Flask) -> None:
    with demo.app_context():
        assert set(db.session.scalars(select(Notification.mail))) == {"old"}


@pytest.mark.databases("sqlite")  # words, some hundreds of messages
def test_no_mail_of_any_thread_names_author_title_network_or_union(demo: Flask) -> None:
    """Over all threads and kinds of notice of the demo: those that come soon, and those of a digest."""
    with ExitStack() as time:
        office = Mailbox(Community(demo, 0, 0, 0, *[None] * 5), time)  # type: ignore[arg-type]  # nobody's browser
        office.at(clock.now())
        with demo.app_context(), unit_of_work() as work:
            of_each = select(func.min(Notification.id)).group_by(Notification.thread_id, Notification.kind)
            fresh = {"mail": None, "mail_at": None, "created_at": clock.now(), "read_at": None}
            work.execute(update(Notification).where(Notification.id.in_(of_each)).values(fresh))
            people = work.execute(select(Member.name, Member.handle).where(Member.handle.is_not(None))).all()
            names = {word for row in people for word in (row.name, row.handle)}
            titles = set(work.scalars(select(Thread.title)))
            networks = {word for row in work.execute(select(Network.name, Network.slug)) for word in row}
        office.decide()
        office.later()
        office.send()
        office.later(2 * PERIODS["weekly"])
        office.digests()
        office.send()
        raws = office.arrived_raw()
    seen = [everything(email.message_from_bytes(raw, policy=email.policy.default), raw) for raw in raws]
    assert len(seen) > 50
    assert any("while you were away" in text for text in seen)
    assert any("in a conversation that you follow" in text for text in seen)
    telling = [word.lower() for word in (*names, *titles, *networks, *UNION)]
    assert told("piet replied in “" + sorted(titles)[0].lower() + "”", telling)  # it does find
    for text in seen:
        # To whom it goes is on the envelope anyway.
        assert told(re.sub(r"^to: .*$", "", text, flags=re.MULTILINE), telling) == []


def told(text: str, words: Sequence[str]) -> list[str]:
    """Which of these stand in a text, as words of their own."""
    # Looking for hundreds of words at once is a hundred times as slow as finding those that may be there.
    maybe = [word for word in words if word in text]
    return [word for word in maybe if re.search(rf"(?<![\w@.-]){re.escape(word)}(?![\w.@-])", text)]


def test_details_are_only_for_who_asked(here: Community, post_office: Mailbox) -> None:
    post_office.set(here.author, mail_details=True)
    thread_id = here.post_thread(here.author, title="A rota with holes in it")
    body = "See [this](/t/1), <b>now</b>.\n\n![a picture](https://elsewhere.example/x.png)"
    post_id = here.reply(here.peer, thread_id, body)
    [message] = post_office.deliver()
    assert message["Subject"] == "Re: A rota with holes in it"
    text, html = text_of(message), html_of(message)
    assert "Piet Peer wrote in “A rota with holes in it” (North-West):" in text
    assert "> See [this](/t/1)" in text
    assert f"/p/{post_id}" in text
    base = here.app.config["KE_BASE_URL"]
    assert f'<a href="{base}/t/1"' in html
    assert "<img" not in html
    assert "<b>now</b>" not in html
    assert "&lt;b&gt;now&lt;/b&gt;" in html


def test_a_new_thread_is_named_by_its_title(here: Community, post_office: Mailbox) -> None:
    post_office.set(here.author, mail_details=True)
    here.post_thread(here.peer, title="Nights on call", body=f"@{here.handle(here.author)}, what now?")
    [message] = post_office.deliver()
    assert message["Subject"] == "Nights on call"


def test_a_very_long_post_is_not_quoted_whole(here: Community, post_office: Mailbox) -> None:
    post_office.set(here.author, mail_details=True)
    here.reply(here.peer, here.post_thread(here.author), "Word after word. " * 1500)
    [message] = post_office.deliver()
    assert len(text_of(message)) < EXCERPT_CHARS + 1000
    assert "Word after word" in html_of(message)


def test_html_fetches_nothing_and_carries_no_style_or_script(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    [message] = post_office.deliver()
    html = html_of(message)
    assert not re.search(r"<(?:img|script|style|link|iframe|object)\b|\bsrc=|\bstyle=", html)
    assert '<html lang="en-GB">' in html
    assert re.search(r"<title>A new message</title>", html)


def test_threading_headers_put_one_conversation_together_and_no_two_mailboxes(
    here: Community, post_office: Mailbox
) -> None:
    thread_id = here.post_thread(here.author)
    handles = f"@{here.handle(here.author)} @{here.handle(here.watcher)}"
    roots: dict[str, list[str]] = {}
    for _number in range(2):
        here.reply(here.peer, thread_id, handles)
        for message in post_office.deliver():
            assert message["References"] == message["In-Reply-To"]
            roots.setdefault(message["To"], []).append(message["References"])
    assert {len(found) for found in roots.values()} == {2}
    assert all(len(set(found)) == 1 for found in roots.values())
    assert len({found[0] for found in roots.values()}) == 2
    assert all(str(thread_id) not in found[0] for found in roots.values())


def test_the_sender_bears_no_name(here: Community, post_office: Mailbox) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    [message] = post_office.deliver()
    assert parseaddr(message["From"]) == ("", "noreply@localhost")


def test_written_again_it_is_the_same_message(here: Community, post_office: Mailbox) -> None:
    """A worker that is killed after the server took it sends it again: receivers tell by the Message-ID."""
    here.reply(here.peer, here.post_thread(here.author))
    post_office.decide()
    [waiting] = post_office.waiting()
    with here.app.app_context():
        assert write_mail(waiting.id) == write_mail(waiting.id)
