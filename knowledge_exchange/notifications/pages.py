"""Pages of active members that are asked for often: the frame around them, and the badge, kept as shells."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from flask import Flask, render_template, session
from flask.globals import request_ctx
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from knowledge_exchange.auth.desk import Desk
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core import hooks, shells
from knowledge_exchange.core.shells import Given, Hole
from knowledge_exchange.realtime.replay import cursor_now

_MOST_COUNTS = 256
_MOST_READERS = 256
_MOST_NAMES = 4096
_MOST_TOKENS = 4096
_COUNT = Hole("count")
_CURSOR = Hole("live_cursor")
_CSRF = Hole("csrf_token")
_ABOVE = Hole("above_page")
_WAITING = Hole("queue_badge")


@dataclass(frozen=True, slots=True)
class Reader(Given):
    """Of whoever is asking, what the frame of a page prints or decides by."""

    id: str
    name: str
    handle: str | None
    standing: str
    role: str
    zone: str
    desk: Desk
    has_queue: bool
    must_set_up: ClassVar[bool] = False  # the gate lets nobody through who must


def init_app(app: Flask) -> None:
    """Make the two ways of showing the number of unread entries known to the templates."""
    app.jinja_env.filters["in_title"] = in_title
    app.jinja_env.filters["badge"] = badge
    app.jinja_env.globals["my_queue_badge"] = lambda: queue_badge(require_me())


def in_title(count: int | Hole) -> str:
    """Before the title of a page: ``(3) ``, or nothing."""
    if isinstance(count, Hole):
        return Hole("in_title")
    return f"({count}) " if count else ""


def badge(count: int | Hole) -> str:
    """The badge beside “Notifications”."""
    return Hole("badge") if isinstance(count, Hole) else _badge(count)


def queue_badge(me: Me) -> Markup:
    """How much waits for their decision, for the link to their queue; of almost everybody empty, and no statement."""
    return _queue_badge(hooks.call("queue_waiting", me)) if me.has_queue else Markup()


@lru_cache(maxsize=_MOST_COUNTS)
def _queue_badge(waiting: int) -> Markup:
    return Markup(render_template("components/waiting.html", waiting=waiting))  # noqa: S704 -- a number


@lru_cache(maxsize=_MOST_COUNTS)
def _badge(count: int) -> Markup:
    return Markup(render_template("components/unread.html", count=count))  # noqa: S704 -- a number


def member_page(
    template: str,
    me: Me,
    facts: Mapping[str, Any],
    values: Mapping[str, str | bytes],
    *,
    keep: bool = True,
    **constant: Any,
) -> bytes:
    """A page for an active member; see :func:`knowledge_exchange.core.shells.page`.

    ``facts`` are joined by the reader's role, zone and desk, the holes by what the frame needs of them.
    """
    own = {
        "my_id": str(me.id),
        "my_name": _escaped(me.name),
        "my_handle": _escaped(me.handle or ""),
        "csrf_token": _form_token(),
        "live_cursor": cursor_now(),
        "in_title": in_title(me.unread),
        "badge": badge(me.unread),
        "above_page": hooks.call("above_page", me),
        "queue_badge": queue_badge(me),
    }
    return shells.page(
        template,
        {
            "me": _reader(me.handle is not None, me.standing, me.role, me.zone, me.desk, me.has_queue),
            "unread": _COUNT,
            **facts,
        },
        {**own, **values},
        zone=me.zone,
        # Said once, to one: it must not be kept.
        keep=keep and "_flashes" not in session,
        csrf_token=_csrf_hole,
        live_cursor=_CURSOR,
        above_page=_ABOVE,
        queue_badge=_WAITING,
        **constant,
    )


_escaped = lru_cache(maxsize=_MOST_NAMES)(escape)


@lru_cache(maxsize=_MOST_READERS)
def _reader(has_handle: bool, standing: str, role: str, zone: str, desk: Desk, has_queue: bool) -> Reader:
    return Reader(
        id=Hole("my_id"),
        name=Hole("my_name"),
        handle=Hole("my_handle") if has_handle else None,
        standing=standing,
        role=role,
        zone=zone,
        desk=desk,
        has_queue=has_queue,
    )


_tokens: OrderedDict[tuple[str, str], str] = OrderedDict()


def _form_token() -> str:
    """The token of this session's forms. It is good as long as the session is, so it is signed once."""
    context = request_ctx._get_current_object()  # type: ignore[attr-defined]  # asked once, not at each look
    own = context.session.get("csrf_token")
    if own is None:
        return str(generate_csrf())
    key = (str(context.app.secret_key), str(own))
    token = _tokens.get(key)
    if token is None:
        token = _tokens[key] = str(generate_csrf())
        while len(_tokens) > _MOST_TOKENS:
            _tokens.popitem(last=False)
    return token


def _csrf_hole() -> str:
    return _CSRF
