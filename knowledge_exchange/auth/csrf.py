"""Forms come from our own pages; and what was typed into one is never lost.

Two checks before every write: the Origin that the browser names, and the token in the form. A form
whose token or session has run out is shown again with everything that was typed, one click from done.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect, generate_csrf, validate_csrf
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from knowledge_exchange.auth.me import Me

#: Never shown again, not even to the person who typed it.
_NOT_CARRIED = frozenset({"csrf_token", "password", "new_password", "code", "number"})
CARRY_PREFIX = "carry."
CARRY_ACTION = "carry_action"
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})

_protect = CSRFProtect()


def init_app(app: Flask) -> None:
    """Make ``csrf_token()`` known to the templates; the gate calls :func:`check_request` itself."""
    _protect.init_app(app)


def allowed_origin(origin: str) -> bool:
    """Whether a page of that origin may write here (also asked of sockets)."""
    if origin == current_app.config["KE_BASE_URL"]:
        return True
    if not current_app.config["KE_DEMO"]:
        return False
    parts = urlsplit(origin)
    port = request.host.rpartition(":")[2] if ":" in request.host else ""
    return (
        parts.scheme == "http"
        and parts.hostname in _LOOPBACK
        and (parts.netloc.rpartition(":")[2] if ":" in parts.netloc else "") == port
    )


def check_request(me: Me | None) -> ResponseReturnValue | None:
    """None if the write may go on; else the answer that keeps what was typed."""
    _check_origin()
    if me is None and request.endpoint not in _forms_of_visitors():
        return _sign_in_with_text() if _session_has_ended() and _typed() else None
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        if request.accept_mimetypes.best == "application/json":
            return jsonify(error="expired"), 400
        return show_again(request.full_path.rstrip("?"), request.form), 400
    return None


def _forms_of_visitors() -> frozenset[str]:
    from knowledge_exchange.auth.gate import PUBLIC, word_of

    views = current_app.view_functions.items()
    return frozenset(name for name, view in views if word_of(view) is PUBLIC)


def _check_origin() -> None:
    origin = request.headers.get("Origin")
    if origin is None:
        referrer = urlsplit(request.headers.get("Referer", ""))
        origin = f"{referrer.scheme}://{referrer.netloc}" if referrer.netloc else None
    if origin is not None and not allowed_origin(origin):
        abort(403)


def _session_has_ended() -> bool:
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def _typed() -> list[tuple[str, str]]:
    return [(name, value) for name, value in _fields(request.form) if value.strip()]


def _fields(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.items(multi=True) if name not in _NOT_CARRIED]


def show_again(action: str, form: MultiDict[str, str]) -> str:
    """The page that shows a form's text again, with a fresh token and a button that sends it."""
    return render_template("errors/resubmit.html", action=action, fields=_fields(form))


def _sign_in_with_text() -> ResponseReturnValue:
    page = render_template(
        "auth/sign_in.html",
        action=url_for("auth.sign_in"),
        carried=_typed(),
        carry_action=request.full_path.rstrip("?"),
        next=None,
        errors={},
        email="",
    )
    return page, 401


def carried() -> tuple[str, MultiDict[str, str]] | None:
    """The form that came along with a sign-in: where it was going, and its text."""
    action = request.form.get(CARRY_ACTION, "")
    if not is_local_path(action):
        return None
    pairs = [
        (name.removeprefix(CARRY_PREFIX), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(CARRY_PREFIX)
    ]
    return (action, MultiDict(pairs)) if pairs else None


def is_local_path(path: str) -> bool:
    """Whether it leads nowhere but into this exchange (no open redirect)."""
    return (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and not any(ord(letter) < 0x21 or letter == "\\" for letter in path)
    )


def fresh_token() -> str:
    """A token for a form of this session."""
    return str(generate_csrf())
