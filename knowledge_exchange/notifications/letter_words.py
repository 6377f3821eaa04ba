"""What messages of notices say. Unless their reader asked for more, nothing that anybody at work may not see.

By default neither author, title, network nor union is in them, in no part and no header: whoever looks over a
shoulder, or keeps the mail of an employer, learns that there are new messages somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from knowledge_exchange.core.crypto import keyed_hash_at
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.markup import excerpt
from knowledge_exchange.mail.letter import Letter
from knowledge_exchange.notifications.mail_readers import MailReader
from knowledge_exchange.notifications.unsubscribe import Subscription, unsubscribe_url

#: Posts that are quoted in one message; of the rest it says how many there are.
MOST_QUOTED = 10
#: A longer post is not quoted whole: only its beginning.
MOST_CHARS = 8_000
EXCERPT_CHARS = 600
#: Conversations that a digest names; of the rest it says how many there are.
MOST_THREADS = 20

SETTINGS_PATH = "/settings/notifications"
_IMAGE = re.compile(r'<img\b[^<>]*? alt="([^"]*)"[^<>]*>|<img\b[^<>]*>')
_OWN_LINK = re.compile(r'(<a\b[^<>]*? href=")/')


@dataclass(frozen=True, slots=True)
class QuotedPost:
    """A post as mail may quote it: with the voice in which it was written, and nothing else of its author."""

    id: int
    title: str  # of its thread
    network: str
    name: str  # of the voice
    is_opening: bool
    body: str  # Markdown, as typed; empty where it isn't to be quoted
    html: str


def of_notices(reader: MailReader, notices: Sequence[AnyRow], posts: Mapping[int, QuotedPost]) -> Letter:
    """A message about one thread, or about what is in none (requests, invitations)."""
    thread_id = notices[0].thread_id
    facts: dict[str, Any] = {"count": len(notices), "thread": thread_id is not None, "quoted": [], "more": 0}
    if thread_id is None:
        facts |= {"link": _address("/notifications"), "notices": _in_words(notices) if reader.details else []}
        subject = ngettext("Something new for you", "%(num)s things new for you", len(notices))
    else:
        facts["link"] = _address(f"/p/{min(notice.post_id for notice in notices)}")
        subject = _new_messages(len(notices))
        if reader.details:
            quoted = [_quoted(posts[notice.post_id]) for notice in notices[:MOST_QUOTED]]
            first = posts[notices[0].post_id]
            facts |= {"quoted": quoted, "more": len(notices) - len(quoted), "post": first}
            subject = first.title if first.is_opening else _("Re: %(title)s", title=first.title)
    return _letter(
        "notices",
        subject,
        facts,
        Subscription(reader.id, thread_id),
        {} if thread_id is None else _thread_headers(reader.id, thread_id),
    )


def of_sealed(reader: MailReader, count: int) -> Letter:
    """A message about what a sealed place was told: the same as one about requests and invitations."""
    subject = ngettext("Something new for you", "%(num)s things new for you", count)
    facts = {"count": count, "thread": False, "quoted": [], "more": 0, "notices": []}
    return _letter("notices", subject, {**facts, "link": _address("/notifications")}, Subscription(reader.id), {})


def of_digest(reader: MailReader, notices: Sequence[AnyRow], posts: Mapping[int, QuotedPost]) -> Letter:
    """A digest: how much is new in how many conversations; what it is about only for who asked for that."""
    entries: dict[int, list[AnyRow]] = {}
    for notice in notices:
        entries.setdefault(notice.thread_id or notice.id, []).append(notice)
    lines = []
    if reader.details:
        lines = [_line(entry, posts) for entry in list(entries.values())[:MOST_THREADS]]
    facts = {
        "count": len(notices),
        "entries": len(entries),
        "lines": lines,
        "more": len(entries) - len(lines),
        "link": _address("/notifications"),
    }
    return _letter("digest", _new_messages(len(notices)), facts, Subscription(reader.id, digest=True), {})


def _new_messages(count: int) -> str:
    return str(ngettext("A new message", "%(num)s new messages", count))


def _line(entry: Sequence[AnyRow], posts: Mapping[int, QuotedPost]) -> dict[str, Any]:
    """A conversation in a digest; what is in none says what the list of notices says."""
    first = entry[0]
    if first.thread_id is None:
        return {"text": first.text, "url": _address(first.url), "count": 0}
    post = posts[min(notice.post_id for notice in entry)]
    return {"text": post.title, "network": post.network, "url": _address(f"/p/{post.id}"), "count": len(entry)}


def _in_words(notices: Sequence[AnyRow]) -> list[dict[str, str]]:
    return [{"text": notice.text, "url": _address(notice.url)} for notice in notices]


def _quoted(post: QuotedPost) -> dict[str, Any]:
    body, html = post.body, _for_mail(post.html)
    if len(post.html) > MOST_CHARS or len(post.body) > MOST_CHARS:
        body = excerpt(post.html, EXCERPT_CHARS)
        html = Markup("<p>{}</p>").format(body)
    quote = "\n".join(f"> {line}".rstrip() for line in body.strip().splitlines())
    return {"name": post.name, "url": _address(f"/p/{post.id}"), "quote": quote, "html": html}


def _for_mail(html: str) -> Markup:
    """A post's HTML with whole addresses; instead of images, which would tell that it is read, their words."""
    html = _IMAGE.sub(lambda found: found[1] or "", html)
    return Markup(_OWN_LINK.sub(rf"\g<1>{_address('/')}", html))  # noqa: S704 -- made safe when it was written


def _address(path: str) -> str:
    return f"{current_app.config['KE_BASE_URL']}{path}"


def _letter(
    template: str, subject: str, facts: Mapping[str, Any], about: Subscription, headers: Mapping[str, str]
) -> Letter:
    stop = unsubscribe_url(about)
    subject = " ".join(subject.split())
    given = {**facts, "subject": subject, "stop": stop, "settings": _address(SETTINGS_PATH)}
    templates = current_app.jinja_env
    return Letter(
        subject=subject,
        text=templates.get_template(f"mail/{template}.txt").render(given),
        html=templates.get_template(f"mail/{template}.html").render(given),
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            **headers,
        },
    )


def _thread_headers(member_id: int, thread_id: int) -> dict[str, str]:
    """What puts messages of one conversation together in this mailbox, and in no two mailboxes alike."""
    host = urlsplit(current_app.config["KE_BASE_URL"]).hostname
    root = f"<{keyed_hash_at(1, 'mail thread', f'{member_id}:{thread_id}')[:32]}@{host}>"
    return {"References": root, "In-Reply-To": root}
