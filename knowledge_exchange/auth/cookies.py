"""The session in the cookie, its signature checked once for each Cookie header, not once for each request."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

#: Headers whose content is kept in each process, about 0.5 kB each.
MOST_KEPT = 4096
#: Longer Cookie headers are read anew each time (bytes): they hold what isn't ours.
LONGEST_KEPT = 1024
#: What a kept session may hold: a list or dict could be changed under our hands.
_PLAIN = (str, int, bool, type(None))


class KnownCookies(SecureCookieSessionInterface):
    """Flask's own sessions. Whether a sign-in is still good is asked of the database all the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a request's cookie; an empty one without a cookie, or with another's signature."""
        sent = request.environ.get("HTTP_COOKIE")
        if not sent:
            return super().open_session(app, request)
        key = (str(app.secret_key), sent)
        found = self._kept.get(key)
        if found is not None:
            return self.session_class(found)
        session = super().open_session(app, request)
        if session and len(sent) <= LONGEST_KEPT and all(isinstance(kept, _PLAIN) for kept in session.values()):
            self._kept[key] = dict(session)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where there is something to set. (core/headers.py says that answers vary by it.)"""
        if session.modified or self.should_set_cookie(app, session):
            super().save_session(app, session, response)
