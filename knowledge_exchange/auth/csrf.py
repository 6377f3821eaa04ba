"""Forms come from our own pages: two checks before every write.

The Origin that the browser names, and the token in the form. A form whose token or session has run out
is shown again with everything that was typed, one press from done (auth/typed_text.py).
"""

from __future__ import annotations

from urllib.parse import SplitResult

from flask import Flask, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect, validate_csrf
from werkzeug.exceptions import NotFound
from wtforms.validators import ValidationError

from knowledge_exchange.auth.answering import asked_for, parts_of, wants_json
from knowledge_exchange.auth.sessions import current_me, was_signed_in
from knowledge_exchange.auth.typed_text import carried as carried
from knowledge_exchange.auth.typed_text import fields_of, has_text, sign_in_with_text
from knowledge_exchange.auth.typed_text import show_again as show_again
from knowledge_exchange.core.db import Busy
from knowledge_exchange.core.errors import RETRY_AFTER_S, answer, busy

_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
_PORTS = {"http": 80, "https": 443}

_protect = CSRFProtect()


def init_app(app: Flask) -> None:
    """Make ``csrf_token()`` known to the templates; the gate calls the checks itself."""
    _protect.init_app(app)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(NotFound, _gone)


def _busy(error: Busy) -> ResponseReturnValue:
    """Another process was writing for too long: whoever had typed something gets it back."""
    if not _has_typed():
        return busy(error)
    return show_again(asked_for(), request.form, cause="busy"), 503, {"Retry-After": str(RETRY_AFTER_S)}


def _gone(error: NotFound) -> ResponseReturnValue:
    """It went, or was closed to them, while they were typing; or never was: all of it looks the same."""
    if not _has_typed():
        return answer(error)
    return show_again("/", request.form, cause="gone", can_send=False), 404


def _has_typed() -> bool:
    """Whether somebody who is signed in sent text of theirs, and looks at a page for the answer."""
    if request.method != "POST" or wants_json() or current_me() is None:
        return False
    return has_text(fields_of(request.form))


def check_origin() -> None:
    """Refuse (403) a write that another site's page sent. Browsers name their Origin with every post."""
    origin = request.headers.get("Origin")
    if origin is None:
        referrer = parts_of(request.headers.get("Referer", ""))
        origin = f"{referrer.scheme}://{referrer.netloc}" if referrer.netloc else None
    if origin is not None and not allowed_origin(origin):
        abort(403)


def allowed_origin(origin: str) -> bool:
    """Whether a page of that origin may write here: ours, in a demo also this machine by its other name."""
    parts = parts_of(origin)
    if _place(parts) == _place(parts_of(current_app.config["KE_BASE_URL"])):
        return True
    here = parts_of(f"http://{request.host}")
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(current_app.config["KE_DEMO"]) and is_local and _port(parts) == _port(here)


def _place(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, _port(parts)


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def check_token() -> ResponseReturnValue | None:
    """None if the form's token is that of this session; else the answer that keeps what was typed."""
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        if wants_json():
            return jsonify(error="expired"), 400
        return show_again(asked_for(), request.form), 400
    return None


def keep_text_of_visitor() -> ResponseReturnValue | None:
    """A write in a session that has ended: the sign-in page with its text; None if there is none to keep."""
    if wants_json() or not was_signed_in():
        return None
    return sign_in_with_text()
