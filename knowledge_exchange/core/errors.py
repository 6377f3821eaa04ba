"""Answers when something is wrong: plain words, what to do next, nothing that tells too much."""

from __future__ import annotations

import logging

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, InternalServerError

from knowledge_exchange.core.db import Busy

log = logging.getLogger(__name__)
RETRY_AFTER_S = 2


def _texts() -> dict[int, tuple[str, str]]:
    """Status: (heading, what to do)."""
    return {
        400: (_("That didn't arrive whole"), _("Go back, check what you sent, and try again.")),
        403: (_("That came from another site"), _("Open the page here and send it again.")),
        404: (
            _("There is nothing here"),
            _("The address may be wrong, or what stood here is gone or not open to you."),
        ),
        405: (_("That address works another way"), _("Go back and use the button on the page.")),
        413: (_("That is too much at once"), _("Shorten it, or send it in parts.")),
        429: (_("That was a lot in a short time"), _("Wait a minute, then try again.")),
        500: (
            _("Something went wrong on our side"),
            _("It has been noted. What you had already saved is safe. Please try again."),
        ),
        503: (_("The exchange is busy"), _("Nothing was lost. Please try again in a moment.")),
    }


def init_app(app: Flask) -> None:
    """Answer errors with a page, or with JSON to those who asked for it."""
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(Busy, busy)


def answer(error: HTTPException) -> ResponseReturnValue:
    """What happened in plain words; auth/csrf.py gives their text back to those who had typed some."""
    if error.response is not None:
        return error.response
    status = error.code or InternalServerError.code
    texts = _texts()
    heading, advice = texts.get(status) or texts[500 if status >= 500 else 400]
    headers = [pair for pair in error.get_headers() if pair[0] == "Retry-After"]
    if request.accept_mimetypes.best == "application/json" or request.path.startswith("/live/"):
        return jsonify(error=heading), status, headers
    page = render_template("errors/error.html", status=status, heading=heading, advice=advice)
    return page, status, headers


def busy(_error: Busy) -> ResponseReturnValue:
    """What those read who had typed nothing; auth/csrf.py gives the others their text back."""
    heading, advice = _texts()[503]
    page = render_template("errors/error.html", status=503, heading=heading, advice=advice)
    return page, 503, {"Retry-After": str(RETRY_AFTER_S)}
