"""How a text will look: what the composer shows while it is written."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import escape

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import TYPING_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.markup import render
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.threads.composing.asking import typed_under_prompts, with_answers
from knowledge_exchange.threads.files.attachment_html import dressed_for
from knowledge_exchange.threads.forms import check_body
from knowledge_exchange.threads.routes import blueprint


@blueprint.post("/preview")
@active
@limiter.limit(TYPING_LIMIT)
def preview() -> ResponseReturnValue:
    """The text of a form as a post would show it, as a piece of HTML; it is neither kept nor logged.

    Of the fields ``body`` and those of the form's questions (``asking.py``).
    """
    body = with_answers({"body": clean_text(request.form.get("body", "")), **typed_under_prompts(request.form)})
    if not body.strip():
        return f"<p class='quiet'>{escape(_('Nothing to show yet.'))}</p>"
    errors = check_body(body)
    if errors:
        return f"<p class='quiet'>{escape(errors['body'])}</p>", 422
    return dressed_for(require_me().id, render(body))
