"""The gate: default-deny, before every request and every socket event.

A view without an explicit word about who may use it is for active members only. A visitor is sent to
the sign-in page whether the address exists or not; someone without standing to their one page, likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadHost

from knowledge_exchange.auth import large_bodies, sessions
from knowledge_exchange.auth.answering import asked_for, came_from, wants_json
from knowledge_exchange.auth.csrf import check_origin, check_token, keep_text_of_visitor
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.ids import MAX_ID

View = TypeVar("View", bound=Callable[..., Any])

_WORD = "_ke_access"
_WAITS = "_ke_waits_for_second_factor"
_ANY_TEXT = "_ke_takes_any_text"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Access:
    """A word about who may use a view or a socket event."""

    name: str
    roles: frozenset[str] = field(default=frozenset())


#: Health, metrics and built files: no session is looked at.
MACHINE = Access("machine")
#: Visitors and active members; those without standing are sent to their one page.
PUBLIC = Access("public")
#: Visitors and everybody with an account, whatever their standing: a mailed link that may end somebody's waiting.
ANYBODY = Access("anybody")
#: Whoever holds the address: it is a key itself, sent to one person. Nobody's sign-in is looked at, and no token is
#: asked of a form, for mail programs write to it, too (RFC 8058).
LINK = Access("link")
#: Anybody signed in, whatever their standing: their one page and what hangs on it.
SIGNED_IN = Access("signed_in")
#: Active members, also those who have still to set up the second factor that their office asks for.
SETTING_UP = Access("setting_up")
#: Active members: what holds where nothing is said.
ACTIVE = Access("active")


def machine(view: View) -> View:
    """Mark a view that answers machines and tells nothing about anybody."""
    return _say(view, MACHINE)


def public(view: View) -> View:
    """Mark a view that visitors may use."""
    return _say(view, PUBLIC)


def anybody(view: View) -> View:
    """Mark a view that visitors may use, and everybody with an account, pending, lapsed and suspended included."""
    return _say(view, ANYBODY)


def by_link(view: View) -> View:
    """Mark a view whose address is the key to it, and which looks at nothing else."""
    return _say(view, LINK)


def signed_in(view: View) -> View:
    """Mark a view for everybody with an account, pending, lapsed and suspended included."""
    return _say(view, SIGNED_IN)


def once_set_up(view: View) -> View:
    """Mark a view for everybody with an account that a password alone must not open where a second factor is due."""
    setattr(view, _WAITS, True)
    return view


def takes_any_text(view: View) -> View:
    """Mark a view that answers whatever its address asks with; a zero byte it leaves out."""
    setattr(view, _ANY_TEXT, True)
    return view


def setting_up(view: View) -> View:
    """Mark a view with which active members set up their second factor: all that some may use until they have."""
    return _say(view, SETTING_UP)


def active(view: View) -> View:
    """Say of a view (or a socket event, which must say) that it is for active members."""
    return _say(view, ACTIVE)


def for_roles(*roles: str) -> Callable[[View], View]:
    """Mark a view for active members with one of these roles; to others it does not exist."""
    return lambda view: _say(view, Access("roles", frozenset(roles)))


def _say(view: View, access: Access) -> View:
    setattr(view, _WORD, access)
    return view


def word_of(view: object) -> Access | None:
    """What was said about a view, or None where nothing was."""
    return getattr(view, _WORD, None)


def admits(access: Access, me: Me | None) -> bool:
    """Whether this person may use what bears this word (pure; shared by pages and sockets)."""
    if access in (MACHINE, PUBLIC, ANYBODY, LINK):
        return True
    if me is None:
        return False
    if access is SIGNED_IN or (access is SETTING_UP and me.must_set_up):
        return True
    return me.is_active and (not access.roles or me.role in access.roles)


def init_app(app: Flask) -> None:
    """Put the gate before every request."""
    machine(app.view_functions["static"])
    app.before_request(_keep)


def _keep() -> ResponseReturnValue | None:
    if isinstance(request.routing_exception, BadHost):
        # No address can be built for such a request, so not even a page about the error.
        return Response("Bad Host header\n", 400, mimetype="text/plain")
    view = current_app.view_functions.get(request.endpoint or "")
    access = word_of(view) or ACTIVE
    if access is MACHINE:
        return None
    writes = request.method not in _SAFE_METHODS
    if access is LINK:
        sessions.show_to_templates(None)
        return None
    if writes:
        check_origin()
        large_bodies.raise_bound()
        if _hold_nul(request.form.values()):
            abort(400)
    me = sessions.current_me()
    sessions.show_to_templates(me)
    if me is None:
        return _keep_visitor(access, writes)
    _note_use(me, writes)
    waits = access not in (SIGNED_IN, SETTING_UP) or getattr(view, _WAITS, False)
    if me.must_set_up and waits:
        return _to_setting_up()
    if not me.is_active and not me.must_set_up and access not in (SIGNED_IN, ANYBODY):
        return _to_own_page()
    if not admits(access, me) or _is_impossible(view):
        abort(404)
    # Where there is no view there is nothing to protect: routing's own answer (404, 405) follows.
    return check_token() if writes and view is not None else None


def _hold_nul(values: Iterable[object]) -> bool:
    """A zero byte is in nothing that people type, and PostgreSQL takes none: it would be an error of ours."""
    return any("\0" in value for value in values if isinstance(value, str))


def _is_impossible(view: object) -> bool:
    """Whether the address holds what nothing here is called: a zero byte, a number beyond all ids."""
    parts = (request.view_args or {}).values()
    too_large = any(isinstance(part, int) and part > MAX_ID for part in parts)
    if too_large or _hold_nul(parts):
        return True
    return bool(request.query_string) and _hold_nul(request.args.values()) and not getattr(view, _ANY_TEXT, False)


def _note_use(me: Me, writes: bool) -> None:
    """Never right before a post: a database numbers its transactions, and the one before would name the author."""
    if not writes:
        sessions.touch(me)


def _keep_visitor(access: Access, writes: bool) -> ResponseReturnValue | None:
    if access in (PUBLIC, ANYBODY):
        return check_token() if writes else None
    return (keep_text_of_visitor() if writes else None) or _to_sign_in()


def _to_sign_in() -> ResponseReturnValue:
    if wants_json():
        return jsonify(error="sign_in"), 401
    goal = asked_for() if request.method in ("GET", "HEAD") else came_from()
    return redirect(url_for("auth.sign_in", next=goal))


def _to_own_page() -> ResponseReturnValue:
    if wants_json():
        return jsonify(error="standing"), 403
    return redirect(url_for("auth.my_page"))


def _to_setting_up() -> ResponseReturnValue:
    if wants_json():
        return jsonify(error="second_factor"), 403
    return redirect(url_for("auth.factors_page"))
